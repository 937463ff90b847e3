import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PEERS_OF_A_LABEL } from '../protocol/media-grant.ts'
import { receives, send, startTestNode, watch, type TestNode } from './test-node.ts'

let media: TestNode
let rooms = 0
const newRoom = () => `room ${(rooms += 1)}`

beforeAll(async () => { media = await startTestNode({ graceMs: 400 }) })
afterAll(() => media.stop())

const reportsOf = (room: string) => media.reports.filter((report) => report.room === room)

describe('peers of a room', () => {
  test('are told of each other and of what is sent; sound is offered by itself, paused until they acknowledge', async () => {
    const room = newRoom()
    const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    expect(binh.answer?.peers).toEqual([{ peerId: 'ann', label: 'label of ann' }])
    expect(await ann.notice('peerJoined')).toEqual({ peerId: 'binh', label: 'label of binh' })
    await receives(binh)
    const producerId = await send(ann, 'microphone')
    const info = { producerId, peerId: 'ann', source: 'microphone', paused: false }
    expect(await binh.notice('producerAdded')).toEqual(info)
    const { consumers: [offered] } = await binh.notice('newConsumers')
    expect(offered).toMatchObject({ peerId: 'ann', source: 'microphone', kind: 'audio', producerId })
    const consumer = media.consumer(room, 'binh', offered?.consumerId)
    expect(consumer?.paused).toBe(true)
    await binh.request('resumeConsumers', { consumerIds: [offered?.consumerId ?? ''] })
    expect(consumer?.paused).toBe(false)

    const chi = await media.join(room, 'chi')
    expect(chi.answer?.producers).toEqual([info])
    await receives(chi)
    expect((await chi.notice('newConsumers')).consumers.map(({ peerId }) => peerId)).toEqual(['ann'])

    await ann.request('pauseProducer', { producerId })
    expect(await binh.notice('producerPaused')).toEqual({ producerId })
    expect((await media.join(room, 'dung')).answer?.producers).toEqual([{ ...info, paused: true }])
    await ann.request('resumeProducer', { producerId })
    expect(await binh.notice('producerResumed')).toEqual({ producerId })
    await ann.request('leave', {})
    expect(await binh.notice('producerRemoved')).toEqual({ producerId })
    expect(await binh.notice('consumerClosed')).toEqual({ consumerId: offered?.consumerId })
    expect(await binh.notice('peerLeft')).toEqual({ peerId: 'ann' })
    expect(ann.notices.filter(({ notice }) => notice === 'producerAdded')).toEqual([])
  })

  test('who are muted cost the others nothing before they speak for the first time', async () => {
    const room = newRoom()
    const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    await receives(binh)
    const producerId = await send(ann, 'microphone', true)
    await binh.notice('producerAdded')
    expect(media.node.guest(room, 'binh')?.peer.receiver.consumers()).toEqual([])
    await ann.request('resumeProducer', { producerId })
    expect((await binh.notice('newConsumers')).consumers).toMatchObject([{ producerId }])
  })

  test('who come first at once meet in one room', async () => {
    const room = newRoom()
    const peers = await Promise.all(['a', 'b', 'c', 'd'].map((peer) => media.join(room, peer)))
    expect(media.node.list(room)).toHaveLength(4)
    await Promise.all(peers.map(receives))
    const [first, ...others] = peers
    if (first) await send(first, 'microphone')
    for (const peer of others) expect((await peer.notice('newConsumers')).consumers).toHaveLength(1)
  })

  test('leave nothing behind when the last one left', async () => {
    const before = media.node.counts()
    const room = newRoom()
    const peer = await media.join(room, 'ann')
    await send(peer, 'camera')
    const [worker] = media.pool.state()
    await peer.request('leave', {})
    await once(peer.socket, 'close')
    expect(media.node.counts()).toEqual(before)
    expect(media.pool.state()[0]?.rooms).toBe((worker?.rooms ?? 0) - 1)
  })
})

test('nobody fills a room alone: the fifth peer of a label stays outside, one that is there comes back', async () => {
  const room = newRoom()
  const label = 'ann'
  for (let n = 1; n <= PEERS_OF_A_LABEL; n += 1) await media.join(room, `ann ${n}`, { label })
  await expect(media.join(room, 'ann 5', { label })).rejects.toThrow('tooManyDevices')
  await media.join(room, 'ann 1', { label })
  await media.join(room, 'binh', { label: 'binh' })
  expect(media.node.list(room)).toHaveLength(PEERS_OF_A_LABEL + 1)
})

describe('a cut of the signalling', () => {
  test('keeps media and presence; who resumes finds everything as it was', async () => {
    const room = newRoom()
    const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    await receives(binh)
    await receives(ann)
    const producerId = await send(ann, 'microphone')
    await binh.notice('newConsumers')
    const camera = await send(binh, 'camera')
    await watch(ann, camera)
    await ann.notice('newConsumers')
    await ann.cut()
    const screen = await send(binh, 'screen')

    const again = await media.connect()
    const answer = await again.joinWith(await media.grant(room, 'ann'), ann.answer?.resumeKey)
    expect(answer).toMatchObject({ resumed: true, producerIds: [producerId] })
    expect(answer.transportIds).toHaveLength(2)
    expect(answer.consumers.map(({ peerId, source }) => [peerId, source])).toEqual([['binh', 'camera']])
    expect(answer.producers.map((one) => one.producerId)).toEqual([camera, screen])
    expect(binh.notices.map(({ notice }) => notice)).not.toContain('peerLeft')
    await wait(600)
    expect(reportsOf(room).map(({ event, peer }) => `${event} ${peer}`)).toEqual(
      ['peerJoined ann', 'peerJoined binh', 'peerCut ann', 'peerResumed ann'],
    )
  })

  test('that lasts longer than the grace ends presence, dated back to the cut', async () => {
    const room = newRoom()
    const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    const before = Date.now()
    await ann.cut()
    const after = Date.now()
    expect(media.node.list(room)).toHaveLength(2)
    await binh.notice('peerLeft')
    expect(Date.now() - after).toBeGreaterThan(300)
    const left = reportsOf(room).find(({ event }) => event === 'peerLeft')
    expect(left).toMatchObject({ peer: 'ann', reason: 'timedOut' })
    expect(left?.at).toBeGreaterThanOrEqual(before)
    expect(left?.at).toBeLessThanOrEqual(after + 50)
  })

  test('does not let a stranger’s key, or none, keep the media of the earlier self', async () => {
    const room = newRoom()
    const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    await receives(binh)
    await send(ann, 'microphone')
    await binh.notice('newConsumers')
    const closed = once(ann.socket, 'close')
    const reloaded = await media.connect()
    const answer = await reloaded.joinWith(await media.grant(room, 'ann'), binh.answer?.resumeKey)
    expect(answer).toMatchObject({ resumed: false, transportIds: [], producerIds: [] })
    await binh.notice('consumerClosed')
    expect(await ann.notice('closed')).toEqual({ reason: 'replaced' })
    await closed
    expect(reportsOf(room).map(({ event }) => event)).toEqual(['peerJoined', 'peerJoined'])
    expect(media.node.list(room)).toMatchObject([{ peer: 'ann', cutAt: null }, { peer: 'binh', cutAt: null }])
  })
})

test('a connection that fell silent is cut off, dated back to when it was last heard', async () => {
  const quick = await startTestNode({ heartbeatMs: 100 })
  const alive = await quick.join('room', 'ann')
  const dead = await quick.connect({ silent: true })
  await dead.joinWith(await quick.grant('room', 'binh'))
  const lastHeard = Date.now()
  await once(dead.socket, 'close')
  const closedAt = Date.now()
  await expect.poll(() => quick.reports.at(-1)).toMatchObject({ event: 'peerCut', peer: 'binh' })
  expect(closedAt - lastHeard).toBeGreaterThan(200)
  expect((quick.reports.at(-1)?.at ?? 0) - lastHeard).toBeLessThan(closedAt - lastHeard - 100)
  expect(alive.socket.readyState).toBe(alive.socket.OPEN)
  await quick.stop()
})

describe('the server', () => {
  test('takes a device out whose person goes on elsewhere, and tells it so', async () => {
    const room = newRoom()
    const [ann] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    media.orders.closePeer(room, 'ann', Date.now(), 'replaced')
    expect(await ann.notice('closed')).toEqual({ reason: 'replaced' })
    expect(reportsOf(room).at(-1)).toMatchObject({ event: 'peerLeft', peer: 'ann', reason: 'removed' })
  })

  test('takes a peer out for good', async () => {
    const room = newRoom()
    const spare = await media.grant(room, 'ann', { issuedAt: Date.now() - 10 })
    const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    media.orders.closePeer(room, 'ann', Date.now())
    expect(await ann.notice('closed')).toEqual({ reason: 'removed' })
    await binh.notice('peerLeft')
    const again = await media.connect()
    await expect(again.joinWith(spare)).rejects.toThrow('grantRevoked')
    expect(reportsOf(room).at(-1)).toMatchObject({ event: 'peerLeft', peer: 'ann', reason: 'removed' })
    await wait(500)
    expect(reportsOf(room)).toHaveLength(3)
  })

  test('closes a room with everybody in it', async () => {
    const room = newRoom()
    const peers = [await media.join(room, 'ann'), await media.join(room, 'binh')]
    media.orders.closeRoom(room, Date.now())
    for (const peer of peers) expect(await peer.notice('closed')).toEqual({ reason: 'roomClosed' })
    expect(media.node.list(room)).toEqual([])
    media.orders.closeRoom(room, Date.now())
  })
})

test('who may stay for a while only is put out after it', async () => {
  const ann = await media.join('for a while', 'ann', { stayMs: 50 })
  await media.join('for a while', 'binh')
  expect(await ann.notice('closed')).toEqual({ reason: 'removed' })
  expect(media.node.list('for a while').map(({ peer }) => peer)).toEqual(['binh'])
})
