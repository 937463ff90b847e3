import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MediaRights, MediaSource } from '../protocol/media-grant.ts'
import { FULL_RIGHTS, receives, rtpParametersOf, send, startTestNode, watch, type TestNode } from './test-node.ts'

let media: TestNode
let rooms = 0
const newRoom = () => `room ${(rooms += 1)}`
const may = (rights: Partial<MediaRights>): MediaRights => ({ ...FULL_RIGHTS, ...rights })
const labelOf = (peer: string) => `label of ${peer}`

beforeAll(async () => { media = await startTestNode() })
afterAll(() => media.stop())

describe('the right to publish', () => {
  test('is checked at every produce', async () => {
    const ann = await media.join(newRoom(), 'ann', { rights: may({ publish: ['microphone'] }) })
    await ann.request('createTransport', { direction: 'send' })
    const produce = (source: MediaSource, kind: 'audio' | 'video') =>
      ann.request('produce', { source, kind, rtpParameters: rtpParametersOf(kind), paused: false })
    await expect(produce('camera', 'video')).rejects.toThrow('notAllowed')
    await expect(produce('screenAudio', 'audio')).rejects.toThrow('notAllowed')
    await expect(produce('microphone', 'video')).rejects.toThrow('badRequest')
    await produce('microphone', 'audio')
    await expect(produce('microphone', 'audio')).rejects.toThrow('sourceInUse')
  })

  test('withdrawn takes what all devices of the label send from everybody at once; given again it counts again', async () => {
    const room = newRoom()
    const [ann, second] = [await media.join(room, 'ann'), await media.join(room, 'second', { label: labelOf('ann') })]
    const binh = await media.join(room, 'binh')
    await receives(binh)
    const [camera, other] = [await send(ann, 'camera'), await send(second, 'camera')]
    await watch(binh, camera, other)
    await binh.notice('newConsumers')
    media.orders.setRights(room, labelOf('ann'), may({ publish: ['microphone'] }), Date.now())
    expect(await ann.notice('ownProducerClosed')).toEqual({ producerId: camera, source: 'camera', why: 'rights' })
    expect(await second.notice('ownProducerClosed')).toEqual({ producerId: other, source: 'camera', why: 'rights' })
    expect(await ann.notice('rightsChanged')).toEqual({ rights: may({ publish: ['microphone'] }) })
    expect(await binh.notice('producerRemoved')).toEqual({ producerId: camera })
    await expect.poll(() => media.node.guest(room, 'binh')?.peer.receiver.consumers()).toEqual([])
    await expect(send(ann, 'camera')).rejects.toThrow('notAllowed')
    media.orders.setRights(room, labelOf('ann'), FULL_RIGHTS, Date.now())
    expect(await send(ann, 'camera')).not.toBe(camera)
    await send(await media.join(room, 'dung'), 'camera')
  })

  test('withdrawn while something is made closes it', async () => {
    const room = newRoom()
    const ann = await media.join(room, 'ann')
    const withdraw = vi.fn(() => media.orders.setRights(room, labelOf('ann'), may({ publish: [] }), Date.now()))
    // The worker has made it; the node does not know yet.
    const { router } = (await media.room(room)).places.main()
    router.observer.on('newtransport', (transport) => transport.observer.on('newproducer', withdraw))
    await expect(send(ann, 'camera')).rejects.toThrow('notAllowed')
    expect(withdraw).toHaveBeenCalledOnce()
    expect((await media.room(room)).sources.size).toBe(0)
  })

  test('withdrawn between grant and join is not won back', async () => {
    const room = newRoom()
    const grant = await media.grant(room, 'ann', { issuedAt: Date.now() - 10 })
    media.orders.setRights(room, labelOf('ann'), may({ publish: [] }), Date.now())
    const ann = await media.connect()
    expect((await ann.joinWith(grant)).rights).toEqual(may({ publish: [] }))
    await expect(send(ann, 'screen')).rejects.toThrow('notAllowed')
  })
})

describe('the right to receive', () => {
  test('bounds what one is told of and offered; withdrawn it ends, given again it begins again', async () => {
    const room = newRoom()
    const ann = await media.join(room, 'ann')
    const [microphone, camera] = [await send(ann, 'microphone'), await send(ann, 'camera')]
    const binh = await media.join(room, 'binh', { rights: may({ receive: ['microphone'] }) })
    expect(binh.answer?.producers.map(({ producerId }) => producerId)).toEqual([microphone])
    await receives(binh)
    await watch(binh, camera)
    expect((await binh.notice('newConsumers')).consumers).toMatchObject([{ producerId: microphone }])

    media.orders.setRights(room, labelOf('binh'), may({ receive: ['camera'] }), Date.now())
    expect(await binh.notice('producerRemoved')).toEqual({ producerId: microphone })
    await binh.notice('consumerClosed')
    expect(await binh.notice('producerAdded')).toMatchObject({ producerId: camera })
    // The view that was said before counts.
    expect((await binh.notice('newConsumers')).consumers).toMatchObject([{ producerId: camera }])
    await ann.request('pauseProducer', { producerId: microphone })
    await ann.request('pauseProducer', { producerId: camera })
    expect(await binh.notice('producerPaused')).toEqual({ producerId: camera })

    media.orders.setRights(room, labelOf('binh'), FULL_RIGHTS, Date.now())
    expect(await binh.notice('producerAdded')).toMatchObject({ producerId: microphone, paused: true })
  })

  test('of a silent device holds no sound, whatever its label is given', async () => {
    const room = newRoom()
    const ann = await media.join(room, 'ann')
    await send(ann, 'microphone')
    const hall = await media.join(room, 'hall', { silent: true, label: labelOf('hall') })
    const mute = { publish: ['camera', 'screen'], receive: ['camera', 'screen'], say: ['reaction'] }
    expect(hall.answer).toMatchObject({ rights: mute, producers: [] })
    await receives(hall)
    media.orders.setRights(room, labelOf('hall'), FULL_RIGHTS, Date.now())
    expect(await hall.notice('rightsChanged')).toEqual({ rights: mute })
    await expect(send(hall, 'microphone')).rejects.toThrow('notAllowed')
    const camera = await send(ann, 'camera')
    expect(await hall.notice('producerAdded')).toMatchObject({ producerId: camera })
    expect(media.node.guest(room, 'hall')?.peer.receiver.consumers()).toEqual([])
  })
})

test('a microphone muted by order is opened by its owner alone, who is told even after a cut', async () => {
  const room = newRoom()
  const [ann, binh, chair] = [await media.join(room, 'ann'), await media.join(room, 'binh'), await media.join(room, 'chair')]
  const [annSends, binhSends] = [await send(ann, 'microphone'), await send(binh, 'microphone', true)]
  const chairSends = await send(chair, 'microphone')
  await binh.cut()
  media.orders.mute(room, { except: labelOf('chair') })
  expect(await ann.notice('ownProducerMuted')).toEqual({ producerId: annSends, source: 'microphone' })
  expect(await chair.notice('producerPaused')).toEqual({ producerId: annSends })
  await ann.request('resumeProducer', { producerId: annSends })
  expect(await chair.notice('producerResumed')).toEqual({ producerId: annSends })

  await ann.cut()
  media.orders.mute(room, { label: labelOf('ann') })
  const again = await media.connect()
  await again.joinWith(await media.grant(room, 'ann'), ann.answer?.resumeKey)
  expect(await again.notice('ownProducerMuted')).toEqual({ producerId: annSends, source: 'microphone' })
  const { sources } = await media.room(room)
  expect([annSends, binhSends, chairSends].map((id) => sources.get(id)?.paused())).toEqual([true, true, false])
})

test('what is stopped by order ends, and may be sent again', async () => {
  const room = newRoom()
  const [ann, binh] = [await media.join(room, 'ann'), await media.join(room, 'binh')]
  const [screen, camera] = [await send(ann, 'screen'), await send(ann, 'camera')]
  media.orders.closeProducers(room, labelOf('ann'), ['screen', 'screenAudio'])
  expect(await ann.notice('ownProducerClosed')).toEqual({ producerId: screen, source: 'screen', why: 'stopped' })
  expect(await binh.notice('producerRemoved')).toEqual({ producerId: screen })
  expect([...(await media.room(room)).sources.keys()]).toEqual([camera])
  await send(ann, 'screen')
})

describe('screens', () => {
  test('are shared one at a time, also when two begin at once, unless more are allowed', async () => {
    const room = newRoom()
    const peers = await Promise.all(['ann', 'binh', 'chi'].map((peer) => media.join(room, peer)))
    const [ann, binh, chi] = peers
    if (!ann || !binh || !chi) throw new Error('three have joined')
    const outcomes = await Promise.allSettled(peers.map((peer) => send(peer, 'screen')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []))
    expect(refusals).toEqual(['Error: screenTaken', 'Error: screenTaken'])
    media.node.setScreenLimit(room, 2)
    const more = await Promise.allSettled(peers.map((peer) => send(peer, 'screen')))
    expect(more.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    media.orders.closeProducers(room, labelOf('ann'), ['screen'])
    media.orders.closeProducers(room, labelOf('binh'), ['screen'])
    media.orders.closeProducers(room, labelOf('chi'), ['screen'])
    media.node.setScreenLimit(room, 1)
    await send(binh, 'screen')
    await expect(send(ann, 'screen')).rejects.toThrow('screenTaken')
  })

  test('the limit holds for a room that is to come, and nobody without the right learns who shares', async () => {
    const room = newRoom()
    media.node.setScreenLimit(room, 2)
    for (const peer of ['ann', 'binh']) await send(await media.join(room, peer), 'screen')
    await expect(send(await media.join(room, 'chi'), 'screen')).rejects.toThrow('screenTaken')
    const viewer = await media.join(room, 'dung', { rights: may({ publish: [] }) })
    await expect(send(viewer, 'screen')).rejects.toThrow('notAllowed')
  })
})

test('a label is put out with all its devices, and no earlier grant brings it back', async () => {
  const room = newRoom()
  const label = labelOf('ann')
  const spare = await media.grant(room, 'never seen', { label, issuedAt: Date.now() - 10 })
  const devices = [await media.join(room, 'ann'), await media.join(room, 'second', { label })]
  const binh = await media.join(room, 'binh')
  media.orders.closeLabel(room, label, Date.now())
  for (const device of devices) expect(await device.notice('closed')).toEqual({ reason: 'removed' })
  await binh.notice('peerLeft')
  await expect((await media.connect()).joinWith(spare)).rejects.toThrow('grantRevoked')
  expect(media.node.list(room).map(({ peer }) => peer)).toEqual(['binh'])
})

test('grants of before may be made void without ending anybody, who may come again by a new one', async () => {
  const room = newRoom()
  const ann = await media.join(room, 'ann')
  const spare = await media.grant(room, 'binh', { issuedAt: Date.now() - 10 })
  media.orders.voidGrants(room, Date.now())
  await expect((await media.connect()).joinWith(spare)).rejects.toThrow('grantRevoked')
  await send(ann, 'camera')
  await (await media.connect()).joinWith(await media.grant(room, 'binh', { issuedAt: Date.now() + 1 }))
  expect(media.node.list(room).map(({ peer }) => peer)).toEqual(['ann', 'binh'])
})
