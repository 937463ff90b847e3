import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { receives, send, startTestNode, watch, type TestNode, type TestPeer } from './test-node.ts'
import { addVoice, listenTo } from './test-voice.ts'

/** Rooms over several workers, each peer of which takes a worker of its own where there is one. */

let media: TestNode
afterEach(() => media.stop())
const start = async (workers: number) => { media = await startTestNode({ workers, spread: { peers: 1, consumers: 500 } }) }

async function joinAll(room: string, ...names: string[]): Promise<TestPeer[]> {
  const peers: TestPeer[] = []
  for (const name of names) {
    const peer = await media.join(room, name)
    await receives(peer)
    peers.push(peer)
  }
  return peers
}

test('a room takes another worker when one is full, once for all who come at once', async () => {
  await start(3)
  const peers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((peer) => media.join('room', peer)))
  await Promise.all(peers.map(receives))
  expect(media.pool.state().map(({ rooms }) => rooms)).toEqual([1, 1, 1])
  const places = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(async (peer) => (await media.room('room')).places.of(peer)))
  expect(new Set(places).size).toBe(3)
  for (const place of places) expect(places.filter((one) => one === place)).toHaveLength(2)
  for (const peer of peers.slice(1)) await peer.request('leave', {})
  await expect.poll(() => media.pool.state().map(({ rooms }) => rooms).sort()).toEqual([0, 0, 1])
})

test('peers on different workers are offered, told and heard by each other', async () => {
  await start(2)
  const [ann, binh] = await joinAll('room', 'ann', 'binh')
  if (!ann || !binh) throw new Error('both have joined')
  const [microphone, camera] = [await send(ann, 'microphone'), await send(ann, 'camera')]
  await watch(binh, camera)
  const offered = [...(await binh.notice('newConsumers')).consumers, ...(await binh.notice('newConsumers')).consumers]
  expect(offered.map(({ producerId }) => producerId).sort()).toEqual([microphone, camera].sort())
  await binh.request('resumeConsumers', { consumerIds: offered.map(({ consumerId }) => consumerId) })
  await ann.request('pauseProducer', { producerId: microphone })
  expect(await binh.notice('producerPaused')).toEqual({ producerId: microphone })
  const heard = media.consumer('room', 'binh', offered.find(({ source }) => source === 'microphone')?.consumerId)
  await expect.poll(() => heard?.producerPaused).toBe(true)
  await ann.request('closeProducer', { producerId: camera })
  expect(await binh.notice('producerRemoved')).toEqual({ producerId: camera })
  await binh.notice('consumerClosed')
})

test('packets pass from one worker to another by one pipe, and levels are measured wherever one speaks', async () => {
  await start(2)
  const [ann] = await joinAll('room', 'ann', 'binh')
  const room = await media.room('room')
  const [first, second] = [await room.places.of('ann'), await room.places.of('binh')]
  expect(second.pid).not.toBe(first.pid)
  const voice = await addVoice(room, second, 'speaker')
  voice.speak(-15)
  const [pipe, same] = await Promise.all([voice.source.on(first.router), voice.source.on(first.router)])
  expect(pipe).toBe(same)
  expect(pipe.id).toBe(voice.source.id)
  const listener = await listenTo(voice.source, first.router)
  await expect.poll(listener.packets, { timeout: 5_000 }).toBeGreaterThan(10)
  expect(await ann?.notice('audioLevels')).toEqual({ levels: [{ peerId: 'speaker', level: -15 }] })
})

test('a picture that nobody on a worker watches is not piped there, until somebody does', async () => {
  await start(2)
  const [ann, binh] = await joinAll('room', 'ann', 'binh')
  if (!ann || !binh) throw new Error('both have joined')
  const camera = await send(ann, 'camera')
  await watch(binh, camera)
  const { consumers: [offered] } = await binh.notice('newConsumers')
  await binh.request('resumeConsumers', { consumerIds: [offered?.consumerId ?? ''] })
  const room = await media.room('room')
  const { router } = await room.places.of('binh')
  const source = room.sources.get(camera)
  const piped = await source?.standby(router)
  await watch(binh)
  expect(piped?.paused).toBe(false)
  await expect.poll(() => piped?.paused, { timeout: 8_000 }).toBe(true)
  await watch(binh, camera)
  await expect.poll(() => piped?.paused).toBe(false)
  // What is needed for other ends flows whether it is watched or not.
  await source?.on(router)
  await watch(binh)
  await wait(3_500)
  expect(piped?.paused).toBe(false)
})

test('the death of a worker strikes those on it alone; pipes to its successor carry packets again', async () => {
  await start(2)
  const [ann, binh] = await joinAll('room', 'ann', 'binh')
  if (!ann || !binh) throw new Error('both have joined')
  const room = await media.room('room')
  const [first, second] = [await room.places.of('ann'), await room.places.of('binh')]
  expect(room.places.main()).toBe(first)
  const kept = await addVoice(room, second, 'kept')
  kept.speak(-15)
  const lost = await send(ann, 'camera')
  await watch(binh, lost)
  await expect.poll(() => media.node.guest('room', 'binh')?.peer.receiver.consumers().length).toBe(2)
  await binh.notice('producerAdded')
  await binh.notice('producerAdded')
  const receiving = media.node.guest('room', 'binh')?.peer.transportIds()

  process.kill(first.pid, 'SIGKILL')
  await ann.notice('mediaReset')
  expect(await binh.notice('producerRemoved')).toEqual({ producerId: lost })
  expect(media.node.guest('room', 'binh')?.peer.transportIds()).toEqual(receiving)
  expect(room.places.main()).toBe(second)
  expect(kept.source.closed()).toBe(false)
  await receives(ann)
  await ann.request('createTransport', { direction: 'send' })
  const again = await send(ann, 'camera')
  expect(await binh.notice('producerAdded')).toMatchObject({ producerId: again })
  expect(binh.notices.map(({ notice }) => notice)).not.toContain('mediaReset')
  // Levels are measured on the worker that lives.
  const before = ann.notices.length
  await expect.poll(() => ann.notices.slice(before).some(({ notice, data }) =>
    notice === 'audioLevels' && data.levels.some(({ peerId }) => peerId === 'kept')), { timeout: 5_000 }).toBe(true)

  await expect.poll(() => media.pool.state().length, { timeout: 10_000 }).toBe(2)
  await joinAll('room', 'chi')
  const successor = await room.places.of('chi')
  expect([first.pid, second.pid]).not.toContain(successor.pid)
  const listener = await listenTo(kept.source, successor.router)
  await expect.poll(listener.packets, { timeout: 5_000 }).toBeGreaterThan(10)
})

test('a room whose last worker died while its peers were asking goes on when there is another', async () => {
  await start(1)
  const [ann] = await joinAll('room', 'ann')
  if (!ann) throw new Error('she has joined')
  process.kill(media.pool.state()[0]?.pid ?? 0, 'SIGKILL')
  const asked = ann.request('createTransport', { direction: 'send' }).catch((error: Error) => error.message)
  await ann.notice('mediaReset')
  await asked
  await receives(ann)
  await ann.request('createTransport', { direction: 'send' })
  await send(ann, 'microphone')
  await wait(0)
  expect(media.logged().filter(({ level }) => level >= 50).map(({ msg }) => msg)).toEqual(['media worker died'])
})
