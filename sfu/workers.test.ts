import { afterEach, expect, test } from 'vitest'
import pino from 'pino'
import { SIGNALLING_LIMITS } from '../protocol/media.ts'
import { freePorts } from '../tests/support/ports.ts'
import { send, startTestNode, type TestNode } from './test-node.ts'
import { startWorkers } from './workers.ts'

const log = pino({ level: 'silent' })
const workerBin = process.env.MEDIASOUP_WORKER_BIN
let media: TestNode | undefined
afterEach(async () => {
  await media?.stop()
  media = undefined
})

test('rooms are spread over the workers', async () => {
  media = await startTestNode({ workers: 2 })
  for (const room of ['a', 'b']) await (await media.join(room, 'peer')).request('createTransport', { direction: 'send' })
  expect(media.pool.state().map(({ rooms }) => rooms)).toEqual([1, 1])
})

test('a killed worker is replaced; its rooms go on without a new grant, and those of the other never notice', async () => {
  media = await startTestNode({ workers: 2 })
  const spoken = await media.join('struck', 'ann')
  const heard = await media.join('struck', 'binh')
  await heard.request('createTransport', { direction: 'receive' })
  await send(spoken, 'microphone')
  await heard.notice('newConsumers')
  const other = await media.join('spared', 'chi')
  const spared = await send(other, 'camera')

  const before = media.pool.state()
  const struck = await media.room('struck')
  const victim = before.find(({ pid }) => pid === struck.places.main().pid)
  expect(victim).toBeDefined()
  process.kill(victim?.pid ?? 0, 'SIGKILL')

  await spoken.notice('mediaReset')
  await heard.notice('mediaReset')
  await heard.request('createTransport', { direction: 'receive' })
  await spoken.request('createTransport', { direction: 'send' })
  await send(spoken, 'microphone')
  expect((await heard.notice('newConsumers')).consumers).toMatchObject([{ peerId: 'ann', source: 'microphone' }])
  await other.request('pauseProducer', { producerId: spared })
  expect(other.notices.map(({ notice }) => notice)).not.toContain('mediaReset')
  expect(media.reports.map(({ event }) => event)).toEqual(['peerJoined', 'peerJoined', 'peerJoined'])

  const ports = () => media?.pool.state().map(({ port }) => port).sort()
  await expect.poll(ports, { timeout: 10_000 }).toEqual(before.map(({ port }) => port).sort())
  expect(media.pool.state().map(({ pid }) => pid)).not.toContain(victim?.pid)
})

test('with its only worker killed a room waits for the next one', async () => {
  media = await startTestNode({ workers: 1 })
  const ann = await media.join('room', 'ann')
  await send(ann, 'camera')
  process.kill(media.pool.state()[0]?.pid ?? 0, 'SIGKILL')
  await ann.notice('mediaReset')
  await ann.request('createTransport', { direction: 'send' })
  await send(ann, 'camera')
})

test('a port that is taken, an address that is not ours and a program that is none are told apart', async () => {
  const basePort = await freePorts(1)
  const options = { workers: 1, basePort, listenAddress: '127.0.0.1', announcedAddress: '127.0.0.1', workerBin, log }
  const first = await startWorkers(options)
  await expect(startWorkers(options)).rejects.toMatchObject({ reason: 'portTaken', port: basePort })
  first.close()
  await expect(startWorkers({ ...options, listenAddress: '192.0.2.1' })).rejects.toMatchObject({ reason: 'addressUnusable' })
  await expect(startWorkers({ ...options, workerBin: '/bin/false' })).rejects.toMatchObject({ reason: 'workerUnusable' })
})

test('however often its worker is killed, a browser that is told to make its media anew may', async () => {
  media = await startTestNode({ workers: 1 })
  const ann = await media.join('room', 'ann')
  const kills = SIGNALLING_LIMITS.transports / 2 + 1
  for (let kill = 0; kill < kills; kill += 1) {
    for (const direction of ['send', 'receive'] as const) await ann.request('createTransport', { direction })
    process.kill(media.pool.state()[0]?.pid ?? 0, 'SIGKILL')
    await ann.notice('mediaReset')
  }
  await ann.request('createTransport', { direction: 'send' })
})
