import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startMediaRoom, type MediaRoom } from '../support/media-room.ts'
import { startRemoteNode, type RemoteNode } from '../support/remote-node.ts'

/** One room on several media nodes: the one of the server's machine, and others that register themselves. */

let media: MediaRoom
const remotes: RemoteNode[] = []
beforeAll(async () => { media = await startMediaRoom({ graceMs: 30_000, peersAWorker: 1 }) })
afterAll(async () => {
  expect(media.pageErrors).toEqual([])
  await media.closePages()
  for (const { pid } of remotes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
  await media.stop()
})

const patience = { timeout: 90_000, interval: 200 }
const told = (page: Page) => page.evaluate(() => window.told)
const frames = (page: Page) => page.evaluate(() => window.presented)

async function remote(drainMs = 0): Promise<RemoteNode> {
  const node = await startRemoteNode({ server: media.origin, grantSecretFile: media.grantSecretFile, drainMs })
  remotes.push(node)
  return node
}

/** Resolves once more frames of a stream are presented than now. */
async function moves(page: Page, stream: string): Promise<void> {
  const before = (await frames(page))[stream] ?? 0
  await expect.poll(async () => (await frames(page))[stream] ?? 0, patience).toBeGreaterThan(before + 5)
}

const peersOf = async (nodeId: string) => (await media.node.state()).find(({ id }) => id === nodeId)?.peers

test('people on two nodes see, hear and read each other; a drain and a death move them, and nobody counts as gone', async () => {
  const b = await remote()
  const ann = await media.open('province', 'ann')
  await expect.poll(() => media.node.peers('province').length).toBe(1)
  const binh = await media.open('province', 'binh')
  await expect.poll(() => peersOf(b.id), patience).toBe(1)
  for (const page of [ann, binh]) await page.evaluate(() => window.session.start('camera'))
  // Alone at first: of two who speak alike, either may count as the one who speaks.
  await ann.evaluate(() => window.session.start('microphone'))
  await moves(binh, 'ann/camera')
  await moves(ann, 'binh/camera')
  await expect.poll(async () => (await binh.evaluate(() => window.energy()))['ann/microphone'] ?? 0, patience).toBeGreaterThan(0)
  await expect.poll(() => told(binh), patience).toContain('speaks ann')
  await binh.evaluate(() => window.session.start('microphone'))
  await ann.evaluate(() => window.session.say('reaction', '👍'))
  await expect.poll(() => told(binh), patience).toContain('reaction of ann: 👍')

  await media.node.mute('province', { label: 'label-ann' })
  await expect.poll(() => told(binh), patience).toContain('ann/microphone paused')

  process.kill(b.pid, 'SIGTERM')
  expect(await b.ended).toBe(0)
  await expect.poll(async () => (await media.node.state()).map(({ id, peers }) => [id === b.id, peers]), patience).toEqual([[false, 2]])
  await moves(binh, 'ann/camera')
  await moves(ann, 'binh/camera')

  const c = await remote()
  const chi = await media.open('province', 'chi')
  await expect.poll(() => peersOf(c.id), patience).toBe(1)
  await moves(chi, 'binh/camera')
  process.kill(c.pid, 'SIGKILL')
  await expect.poll(() => media.node.peers('province').map(({ peer, cutAt }) => [peer, cutAt]).toSorted(), patience)
    .toEqual([['ann', null], ['binh', null], ['chi', null]])
  await moves(chi, 'ann/camera')
  expect(media.presence.filter(({ event }) => event === 'peerLeft')).toEqual([])
}, 300_000)

test('a node that is drained with patience keeps its people until they go, and takes nobody new', async () => {
  const d = await remote(150_000)
  const one = await media.open('patient', 'dung')
  await expect.poll(() => peersOf(d.id), patience).toBe(1)
  process.kill(d.pid, 'SIGTERM')
  await expect.poll(async () => (await media.node.state()).find(({ id }) => id === d.id)?.state, patience).toBe('draining')
  const two = await media.open('patient', 'em')
  await two.evaluate(() => window.session.start('camera'))
  await moves(one, 'em/camera')
  expect(await peersOf(d.id)).toBe(1)
  await one.evaluate(() => window.session.leave())
  expect(await d.ended).toBe(0)
}, 200_000)

test.each([
  ['no proof', undefined],
  ['nonsense', 'Bearer nonsense'],
  ['a proof of another secret', `Bearer eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ aud: 'media-nodes', jti: randomUUID() })).toString('base64url')}.x`],
])('a registration with %s is refused', async (_, authorization) => {
  const socket = new WebSocket(`${media.origin.replace('http', 'ws')}/media-nodes`, { headers: authorization ? { authorization } : {} })
  const error = await new Promise<Error>((resolve) => { socket.once('error', resolve) })
  expect(error.message).toContain('401')
})
