import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startMediaRoom, type MediaRoom } from '../support/media-room.ts'
import { canMakeNamespaces, createNetworkNamespace, type NetworkNamespace } from '../support/network-namespace.ts'

/** A viewer on another host, whose network changes, breaks, refuses UDP, or sleeps with its laptop. */

const GRACE_MS = 20_000
const patience = { timeout: 60_000, interval: 200 }
const needs = 'root, and the program ip, to make a network namespace'

describe.skipIf(!canMakeNamespaces)('a viewer on another host', { meta: { needs } }, () => {
  let away: NetworkNamespace
  let media: MediaRoom
  let far: Page
  let rooms = 0

  beforeAll(async () => {
    away = await createNetworkNamespace()
    media = await startMediaRoom({ graceMs: GRACE_MS, away })
  })
  beforeEach(async () => {
    const room = `network ${rooms += 1}`
    const near = await media.open(room, 'ann')
    await near.evaluate(() => window.session.start('camera'))
    far = await media.openAway(room, 'binh')
    await moves()
  })
  afterEach(() => media.closePages())
  afterAll(async () => {
    await media?.stop()
    await away?.remove()
  })

  const frames = () => far.evaluate(() => window.presented['ann/camera'] ?? 0)
  const tracks = () => far.evaluate(() => window.session.remoteMedia().map(({ track }) => track?.id))
  const state = () => far.evaluate(() => window.session.state())
  const left = () => media.presence.filter(({ room, event }) => room === `network ${rooms}` && event === 'peerLeft').length
  async function moves(): Promise<void> {
    const before = await frames()
    await expect.poll(frames, patience).toBeGreaterThan(before + 5)
  }
  /** What the browser's end of the chosen path is. */
  const localEnds = () => far.evaluate(async () => {
    const ends = new Set<string>()
    for (const connection of window.connections.filter((one) => one.connectionState === 'connected')) {
      const stats = await connection.getStats()
      for (const pair of stats.values()) {
        if (pair.type === 'candidate-pair' && pair.nominated && pair.state === 'succeeded') {
          const { protocol } = stats.get(pair.remoteCandidateId) as { protocol: string }
          ends.add(protocol)
        }
      }
    }
    return [...ends]
  })

  test('another address: the media finds its new path by itself, on the same tracks', async () => {
    const before = await tracks()
    await away.changeAddress()
    await moves()
    await expect.poll(state, patience).toBe('connected')
    await moves()
    expect(await tracks()).toEqual(before)
    expect(left()).toBe(0)
  })

  test('a cable out for a while: all is as before when it is in again', async () => {
    const before = await tracks()
    const plugIn = await away.unplug()
    await wait(8_000)
    await plugIn()
    await moves()
    await expect.poll(state, patience).toBe('connected')
    expect(await tracks()).toEqual(before)
    expect(left()).toBe(0)
  })

  test('a lid that is closed for less than the grace, and for more', async () => {
    const cdp = await far.context().newCDPSession(far)
    const before = await tracks()
    async function sleep(ms: number): Promise<void> {
      await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
      const plugIn = await away.unplug()
      await wait(ms)
      await plugIn()
      await cdp.send('Page.setWebLifecycleState', { state: 'active' })
    }
    await sleep(12_000)
    await moves()
    await expect.poll(state, patience).toBe('connected')
    expect(await tracks()).toEqual(before)
    expect(left()).toBe(0)

    await sleep(GRACE_MS + 15_000)
    await moves()
    await expect.poll(state, patience).toBe('connected')
    expect(left()).toBe(1)
  })

  test('no UDP: pictures come over TCP, and the check says so', async () => {
    await far.close()
    await away.refuseUdp()
    far = await media.openAway(`network ${rooms}`, 'chi')
    await moves()
    expect(await localEnds()).toEqual(['tcp'])
    const report = await far.evaluate(() => window.check('a check'))
    expect(report).toMatchObject({ running: false, udp: 'blocked', tcp: 'ok', relay: 'notConfigured' })
    expect(report.advice).toContain('udpBlocked')
    expect(report.upKbps).toBeGreaterThan(0)
  })
})
