import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stopAfterFailedStep } from '../support/journey.ts'
import { rightsOf, startMediaRoom, type MediaRoom } from '../support/media-room.ts'

/**
 * Six browsers in one room: two send a camera of 960 × 540, from which Chromium makes three layers, and sound; two send
 * sound alone; two send nothing. Pictures are asked for small and come slowly, so that one machine bears all six.
 */

const SIGHTED = ['ann', 'binh']
const SPEAKERS = [...SIGHTED, 'chi', 'dung']
const NAMES = [...SPEAKERS, 'giang', 'huong']
const SMALL = { 'ann/camera': 200, 'binh/camera': 200 }

let media: MediaRoom
const pages = new Map<string, Page>()
beforeAll(async () => {
  media = await startMediaRoom()
  for (const name of NAMES) {
    const page = await media.open('six', name)
    pages.set(name, page)
    await page.evaluate((widths) => {
      window.camera = { width: 960, height: 540, frameRate: 8 }
      window.see(widths)
    }, SMALL)
  }
  for (const name of SPEAKERS) expect(await start(name, 'microphone')).toEqual({ ok: true })
  for (const name of SIGHTED) expect(await start(name, 'camera')).toEqual({ ok: true })
})
afterAll(async () => {
  expect(media.pageErrors).toEqual([])
  await media.stop()
})

stopAfterFailedStep()

const patience = { timeout: 60_000, interval: 300 }
const at = (name: string): Page => pages.get(name)!
const others = (name: string) => [...pages].filter(([other]) => other !== name)
const start = (name: string, source: 'microphone' | 'camera') => at(name).evaluate((what) => window.session.start(what), source)
const see = (name: string, widths: Record<string, number>) => at(name).evaluate((given) => window.see(given), widths)
const bytes = async (page: Page, stream: string) => (await page.evaluate(() => window.bytes()))[stream] ?? 0
const remote = (page: Page) => page.evaluate(() => window.session.remoteMedia().map(({ peerId, source }) => `${peerId}/${source}`).sort())

/** Bytes of a stream within a second and a half. */
async function flow(page: Page, stream: string): Promise<number> {
  const before = await bytes(page, stream)
  await page.waitForTimeout(1_500)
  return await bytes(page, stream) - before
}

/** Resolves once a figure of a stream has grown by more than that since now. */
async function grows(page: Page, figure: 'presented' | 'energy', stream: string, more = 0): Promise<void> {
  const now = () => page.evaluate(async ([what, name]) => (what === 'energy' ? await window.energy() : window.presented)[name] ?? 0,
    [figure, stream] as const)
  const before = await now()
  await expect.poll(now, { ...patience, message: `${figure} of ${stream}` }).toBeGreaterThan(before + more)
}

const everybodySees = (sender: string) => Promise.all(others(sender).map(([, page]) => grows(page, 'presented', `${sender}/camera`, 3)))
const everybodyHears = (sender: string) => Promise.all(others(sender).map(([, page]) => grows(page, 'energy', `${sender}/microphone`)))

test('all six see both pictures and hear all four voices', async () => {
  for (const sender of SIGHTED) await everybodySees(sender)
  for (const sender of SPEAKERS) await everybodyHears(sender)
})

test('each viewer gets the layer that fits the width it sees, whatever the others see', async () => {
  await see('giang', { 'ann/camera': 900, 'binh/camera': 200 })
  await see('huong', { 'ann/camera': 200, 'binh/camera': 400 })
  const widths = (name: string) => expect.poll(() => at(name).evaluate(() => window.width), { ...patience, message: `widths at ${name}` })
  await widths('giang').toEqual({ 'ann/camera': 960, 'binh/camera': 240 })
  await widths('huong').toEqual({ 'ann/camera': 240, 'binh/camera': 480 })
  await widths('chi').toEqual({ 'ann/camera': 240, 'binh/camera': 240 })
  for (const name of ['giang', 'huong']) await see(name, SMALL)
  await widths('giang').toEqual({ 'ann/camera': 240, 'binh/camera': 240 })
})

test('a page turned away from stops its pictures at that viewer alone, and turned back to brings them', async () => {
  await see('giang', { 'ann/camera': 0, 'binh/camera': 200 })
  await expect.poll(() => flow(at('giang'), 'ann/camera'), patience).toBe(0)
  await grows(at('giang'), 'presented', 'binh/camera', 3)
  await grows(at('huong'), 'presented', 'ann/camera', 3)
  await grows(at('giang'), 'energy', 'ann/microphone')
  await see('giang', { 'ann/camera': 200, 'binh/camera': 0 })
  await grows(at('giang'), 'presented', 'ann/camera', 3)
  await expect.poll(() => flow(at('giang'), 'binh/camera'), patience).toBe(0)
  await see('giang', SMALL)
  await grows(at('giang'), 'presented', 'binh/camera', 3)
})

test('rights withdrawn in the call stop the picture and the sound at all five, and given back let them grow again', async () => {
  await media.node.setRights('six', 'label-ann', rightsOf([]))
  const left = ['binh/camera', 'binh/microphone', 'chi/microphone', 'dung/microphone']
  for (const [name, page] of others('ann')) {
    await expect.poll(() => remote(page), patience).toEqual(left.filter((stream) => !stream.startsWith(`${name}/`)))
  }
  for (const source of ['camera', 'microphone'] as const) expect(await start('ann', source)).toEqual({ ok: false, problem: 'notAllowed' })
  await everybodySees('binh')
  await everybodyHears('chi')

  await media.node.setRights('six', 'label-ann', rightsOf(['microphone', 'camera']))
  for (const source of ['microphone', 'camera'] as const) {
    await expect.poll(() => start('ann', source), patience).toEqual({ ok: true })
  }
  await everybodySees('ann')
  await everybodyHears('ann')
})

test('the right to receive withdrawn in the call takes the pictures from that viewer, and from nobody else', async () => {
  const [viewer, companion] = [at('huong'), at('giang')]
  await media.node.setRights('six', 'label-huong', { publish: [], receive: ['microphone'], say: [] })
  await expect.poll(async () => (await viewer.evaluate(() => window.session.remoteMedia()))
    .filter(({ source, track }) => source === 'camera' && track).length, patience).toBe(0)
  await grows(viewer, 'energy', 'binh/microphone')
  await grows(companion, 'presented', 'binh/camera', 3)
  await media.node.setRights('six', 'label-huong', rightsOf([]))
  await grows(viewer, 'presented', 'binh/camera', 3)
  await grows(viewer, 'presented', 'ann/camera', 3)
})
