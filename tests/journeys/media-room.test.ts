import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { rightsOf, startMediaRoom, type MediaRoom } from '../support/media-room.ts'

/** Three real browsers with fake cameras and microphones around a real media node. */

let media: MediaRoom
beforeAll(async () => { media = await startMediaRoom({ graceMs: 30_000 }) })
afterEach(async () => {
  media.rights.clear()
  await media.closePages()
})
afterAll(async () => {
  expect(media.pageErrors).toEqual([])
  await media.stop()
})

const NAMES = ['ann', 'binh', 'chi']
const patience = { timeout: 60_000, interval: 200 }
const told = (page: Page) => page.evaluate(() => window.told)
const frames = (page: Page) => page.evaluate(() => window.presented)
const energy = (page: Page) => page.evaluate(() => window.energy())
const tracks = (page: Page) => page.evaluate(() => window.session.remoteMedia().flatMap(({ track }) => track?.id ?? []))
const remote = (page: Page) =>
  page.evaluate(() => window.session.remoteMedia().map(({ peerId, source }) => `${peerId}/${source}`).sort())

/** Resolves once more frames of a stream are presented than now. */
async function moves(page: Page, stream: string, more = 5): Promise<void> {
  const before = (await frames(page))[stream] ?? 0
  await expect.poll(async () => (await frames(page))[stream] ?? 0, patience).toBeGreaterThan(before + more)
}

async function sounds(page: Page, stream: string): Promise<void> {
  const before = (await energy(page))[stream] ?? 0
  await expect.poll(async () => (await energy(page))[stream] ?? 0, patience).toBeGreaterThan(before)
}

async function withCamerasAndMicrophones(room: string): Promise<Page[]> {
  const pages = await Promise.all(NAMES.map((name) => media.open(room, name)))
  for (const page of pages) {
    expect(await page.evaluate(() => window.session.start('microphone'))).toEqual({ ok: true })
    expect(await page.evaluate(() => window.session.start('camera'))).toEqual({ ok: true })
  }
  return pages
}

test('three see and hear each other; mute, revocation and leaving take effect at the others', async () => {
  const pages = await withCamerasAndMicrophones('first')
  for (const [at, page] of pages.entries()) {
    for (const other of NAMES.filter((_, n) => n !== at)) {
      await moves(page, `${other}/camera`)
      await sounds(page, `${other}/microphone`)
    }
  }
  const [ann, binh, chi] = pages as [Page, Page, Page]
  expect(await told(ann)).toEqual(expect.arrayContaining(['joined binh label-binh', 'joined chi label-chi']))
  await expect.poll(async () => (await told(ann)).some((line) => line.startsWith('speaks ')), patience).toBe(true)

  await binh.evaluate(() => window.session.mute('microphone'))
  await expect.poll(() => told(ann), patience).toContain('binh/microphone paused')
  await expect.poll(async () => {
    const before = (await energy(ann))['binh/microphone'] ?? 0
    await ann.waitForTimeout(1_500)
    return ((await energy(ann))['binh/microphone'] ?? 0) - before
  }, patience).toBe(0)
  await binh.evaluate(() => window.session.unmute('microphone'))
  await expect.poll(() => told(ann), patience).toContain('binh/microphone resumed')
  await sounds(ann, 'binh/microphone')

  await media.node.setRights('first', 'label-binh', rightsOf(['microphone']))
  await expect.poll(() => remote(ann), patience).not.toContain('binh/camera')
  await expect.poll(() => told(binh), patience).toContain('camera revoked')
  expect(await binh.evaluate(() => window.session.start('camera'))).toEqual({ ok: false, problem: 'notAllowed' })
  await sounds(ann, 'binh/microphone')

  await chi.evaluate(() => window.session.leave())
  await expect.poll(() => told(ann), patience).toContain('left chi')
  await expect.poll(() => remote(ann), patience).toEqual(['binh/microphone'])
  await expect.poll(() => media.presence.filter(({ room, event }) => room === 'first' && event === 'peerLeft'), patience)
    .toMatchObject([{ peer: 'chi', reason: 'left' }])
})

test('a screen is shared and taken back, beside the camera', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('screen', name))) as [Page, Page]
  await ann.evaluate(() => window.session.start('camera'))
  expect(await ann.evaluate(() => window.session.startScreen())).toEqual({ ok: true })
  await moves(binh, 'ann/camera')
  // A still screen sends few frames.
  await moves(binh, 'ann/screen', 0)
  await ann.evaluate(() => window.session.stop('screen'))
  await expect.poll(() => remote(binh), patience).toEqual(['ann/camera'])
  expect(await told(ann)).toContain('screen stopped')
})

test('order: what the chair mutes only its person unmutes, what is stopped ends, a second screen waits, words are passed on', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('order', name))) as [Page, Page]
  await ann.evaluate(() => window.session.start('microphone'))
  await sounds(binh, 'ann/microphone')
  await media.node.mute('order', { label: 'label-ann' })
  await expect.poll(() => told(ann), patience).toContain('microphone mutedByOrder')
  await expect.poll(() => told(binh), patience).toContain('ann/microphone paused')
  const muted = () => ann.evaluate(() => window.session.localTracks().map(({ muted, track }) => [muted, track.enabled]))
  expect(await muted()).toEqual([[true, false]])
  await ann.evaluate(() => window.session.unmute('microphone'))
  await sounds(binh, 'ann/microphone')

  await ann.evaluate(() => window.session.startScreen())
  await moves(binh, 'ann/screen', 0)
  await binh.evaluate(() => window.session.startScreen())
  await expect.poll(() => told(binh), patience).toContain('screen screenTaken')
  await media.node.closeProducers('order', 'label-ann', ['screen'])
  await expect.poll(() => told(ann), patience).toContain('screen stoppedByOrder')
  await expect.poll(() => remote(binh), patience).toEqual(['ann/microphone'])

  await ann.evaluate(() => window.session.say('reaction', '👏'))
  await expect.poll(() => told(binh), patience).toContain('reaction of ann: 👏')
})

test('muted by order during a cut stays muted after it', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('quiet', name))) as [Page, Page]
  await ann.evaluate(() => window.session.start('microphone'))
  await sounds(binh, 'ann/microphone')
  const restore = media.cut()
  await expect.poll(() => told(ann), patience).toContain('state reconnecting')
  await media.node.mute('quiet', { label: 'label-ann' })
  restore()
  await expect.poll(() => told(ann), patience).toContain('microphone mutedByOrder')
  await expect.poll(() => binh.evaluate(() => window.session.state()), patience).toBe('connected')
  expect(await binh.evaluate(() => window.session.remoteMedia().map(({ paused }) => paused))).toEqual([true])
})

test('a microphone joins muted without being sent; speaking into it is noticed; it is cleaned, and changed without a new track', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('microphones', name))) as [Page, Page]
  await ann.evaluate(() => {
    const context = new AudioContext()
    const voice = context.createMediaStreamDestination()
    const tone = new OscillatorNode(context, { frequency: 220 })
    tone.connect(voice)
    tone.start()
    const [track] = voice.stream.getAudioTracks()
    if (track) window.session.publish('microphone', track, true)
  })
  expect(await ann.evaluate(() => window.speaksMuted())).toBe(true)
  expect(await remote(binh)).toEqual([])
  await ann.evaluate(() => window.session.unmute('microphone'))
  await sounds(binh, 'ann/microphone')
  const before = await tracks(binh)

  const settings = await ann.evaluate(async () => {
    const { ok } = await window.session.start('microphone')
    const [microphone] = window.session.localTracks()
    const { echoCancellation, noiseSuppression, autoGainControl, deviceId } = microphone?.track.getSettings() ?? {}
    return { ok, echoCancellation, noiseSuppression, autoGainControl, deviceId }
  })
  expect(settings).toMatchObject({ ok: true, echoCancellation: true, noiseSuppression: true, autoGainControl: true })
  const other = await ann.evaluate(async (used) => {
    const found = await navigator.mediaDevices.enumerateDevices()
    return found.find(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== 'default' && deviceId !== used)?.deviceId ?? ''
  }, settings.deviceId)
  expect(await ann.evaluate((deviceId) => window.session.start('microphone', { deviceId }), other)).toEqual({ ok: true })
  expect(await ann.evaluate(() => window.session.localTracks()[0]?.track.getSettings().deviceId)).toBe(other)
  await sounds(binh, 'ann/microphone')
  expect(await tracks(binh)).toEqual(before)
  // A device that is gone gives way to what there is.
  expect(await ann.evaluate(() => window.session.start('microphone', { deviceId: 'gone' }))).toEqual({ ok: true })
})

test('a cut of the signalling is not seen: pictures go on, presence stands, and all is as before afterwards', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('cut', name))) as [Page, Page]
  await ann.evaluate(() => window.session.start('camera'))
  await moves(binh, 'ann/camera')
  const before = await tracks(binh)
  const restore = media.cut()
  await expect.poll(() => told(binh), patience).toContain('state reconnecting')
  await moves(binh, 'ann/camera')
  await ann.evaluate(() => window.session.start('microphone'))
  restore()
  for (const page of [ann, binh]) {
    await expect.poll(() => page.evaluate(() => window.session.state()), patience).toBe('connected')
  }
  await sounds(binh, 'ann/microphone')
  await moves(binh, 'ann/camera')
  expect(await tracks(binh)).toEqual(expect.arrayContaining(before))
  const presence = () => media.presence.filter(({ room }) => room === 'cut').map(({ event, peer }) => `${event} ${peer}`).sort()
  await expect.poll(presence, patience).toEqual(
    ['peerCut ann', 'peerCut binh', 'peerJoined ann', 'peerJoined binh', 'peerResumed ann', 'peerResumed binh'],
  )
})

test('a killed media worker: pictures come back without a new grant', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('killed', name))) as [Page, Page]
  await ann.evaluate(() => window.session.start('camera'))
  await moves(binh, 'ann/camera')
  for (const name of ['ann', 'binh']) media.rights.set(name, null)
  const before = await tracks(binh)
  for (const pid of (await media.processes()).workers) process.kill(pid, 'SIGKILL')
  await expect.poll(async () => (await tracks(binh)).some((id) => !before.includes(id)), patience).toBe(true)
  await moves(binh, 'ann/camera')
  expect((await told(binh)).filter((line) => line.startsWith('left') || line.startsWith('state'))).toEqual(['state connected'])
})

test('a killed media node: another one takes its place, and everybody comes to it by themselves', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('node', name))) as [Page, Page]
  await ann.evaluate(() => window.session.start('camera'))
  await moves(binh, 'ann/camera')
  process.kill((await media.processes()).node, 'SIGKILL')
  await expect.poll(() => told(binh), patience).toContain('state reconnecting')
  await expect.poll(() => binh.evaluate(() => window.session.state()), patience).toBe('connected')
  await moves(binh, 'ann/camera')
  expect(media.presence.filter(({ room, event }) => room === 'node' && event === 'peerLeft')).toEqual([])
})

test('who is refused a grant is told, and does not ask for ever', async () => {
  media.rights.set('ann', null)
  const page = await media.open('refused', 'ann')
  await expect.poll(() => told(page), patience).toEqual(['state closed', 'closed refused'])
})

test('without any device one joins, is told why nothing is sent, and still receives', async () => {
  const [ann, binh] = await Promise.all(['ann', 'binh'].map((name) => media.open('devices', name))) as [Page, Page]
  await binh.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no camera', 'NotFoundError'))
  })
  expect(await binh.evaluate(() => window.session.start('camera'))).toEqual({ ok: false, problem: 'missing' })
  await ann.evaluate(() => window.session.start('camera'))
  await moves(binh, 'ann/camera')
})
