import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { MOST_WATCHED } from '../protocol/media.ts'
import { addPicture } from './test-voice.ts'
import { receives, rtpParametersOf, send, startTestNode, watch, type TestNode, type TestPeer } from './test-node.ts'

let media: TestNode
let rooms = 0
beforeAll(async () => { media = await startTestNode() })
afterAll(() => media.stop())

async function pair(): Promise<{ room: string; ann: TestPeer; binh: TestPeer }> {
  const room = `room ${(rooms += 1)}`
  return { room, ann: await media.join(room, 'ann'), binh: await media.join(room, 'binh') }
}
const consumersOf = (room: string, peer: string) => media.node.guest(room, peer)?.peer.receiver.consumers() ?? []

async function sendSimulcast(peer: TestPeer): Promise<string> {
  await peer.request('createTransport', { direction: 'send' })
  const { codecs } = rtpParametersOf('video')
  const { producerId } = await peer.request('produce', { source: 'camera', kind: 'video', paused: false, rtpParameters: {
    codecs, mid: '0', rtcp: { cname: 'simulcast' },
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4 }, { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10 },
    ],
    encodings: ['r0', 'r1', 'r2'].map((rid) => ({ rid, scalabilityMode: 'L1T3' })),
  } })
  return producerId
}

describe('pictures', () => {
  test('are received only as far as they are watched', async () => {
    const { room, ann, binh } = await pair()
    await receives(binh)
    const [camera, screen] = [await send(ann, 'camera'), await send(ann, 'screen')]
    await binh.notice('producerAdded')
    expect(consumersOf(room, 'binh')).toEqual([])

    await watch(binh, camera)
    const { consumers: [first] } = await binh.notice('newConsumers')
    expect(first).toMatchObject({ producerId: camera, source: 'camera' })
    const consumer = media.consumer(room, 'binh', first?.consumerId)
    expect(consumer?.paused).toBe(true)
    await binh.request('resumeConsumers', { consumerIds: [first?.consumerId ?? ''] })
    expect(consumer?.paused).toBe(false)

    await watch(binh, screen)
    expect((await binh.notice('newConsumers')).consumers).toMatchObject([{ producerId: screen, source: 'screen' }])
    expect(consumer?.paused).toBe(true)
    await watch(binh, camera, screen)
    expect(consumer?.paused).toBe(false)
    await watch(binh)
    expect(consumer?.paused).toBe(true)
    expect(consumersOf(room, 'binh')).toHaveLength(2)
  })

  test('that left the view before the browser was ready stay paused', async () => {
    const { room, ann, binh } = await pair()
    await receives(binh)
    const camera = await send(ann, 'camera')
    await watch(binh, camera)
    const { consumers: [offered] } = await binh.notice('newConsumers')
    await watch(binh)
    await binh.request('resumeConsumers', { consumerIds: [offered?.consumerId ?? ''] })
    expect(media.consumer(room, 'binh', offered?.consumerId)?.paused).toBe(true)
    await watch(binh, camera)
    expect(media.consumer(room, 'binh', offered?.consumerId)?.paused).toBe(false)
  })

  test('wanted before the receiving transport stands are offered when it does; what is gone or foreign is passed over', async () => {
    const { room, ann, binh } = await pair()
    const camera = await send(ann, 'camera')
    const gone = await send(ann, 'screen')
    await ann.request('closeProducer', { producerId: gone })
    const elsewhere = await pair()
    const foreign = await send(elsewhere.ann, 'camera')
    await watch(binh, camera, gone, foreign, randomUUID())
    await receives(binh)
    expect((await binh.notice('newConsumers')).consumers).toMatchObject([{ producerId: camera }])
    await watch(binh, camera, gone, foreign)
    expect(consumersOf(room, 'binh').map(({ producerId }) => producerId)).toEqual([camera])
  })

  test('said again change nothing, and a layer is asked for once', async () => {
    const { room, ann, binh } = await pair()
    await receives(binh)
    const camera = await sendSimulcast(ann)
    await binh.request('setView', { watched: [{ producerId: camera, layer: 0 }] })
    const { consumers: [offered] } = await binh.notice('newConsumers')
    await binh.request('resumeConsumers', { consumerIds: [offered?.consumerId ?? ''] })
    const consumer = media.consumer(room, 'binh', offered?.consumerId) ?? expect.fail()
    expect(consumer.preferredLayers?.spatialLayer).toBe(0)
    const [layers, resumed] = [vi.spyOn(consumer, 'setPreferredLayers'), vi.spyOn(consumer, 'resume')]
    await binh.request('setView', { watched: [{ producerId: camera, layer: 0 }] })
    expect(layers).not.toHaveBeenCalled()
    await binh.request('setView', { watched: [{ producerId: camera, layer: 2 }] })
    expect(consumer.preferredLayers?.spatialLayer).toBe(2)
    expect(consumer.priority).toBe(3)
    expect(layers).toHaveBeenCalledOnce()
    expect(resumed).not.toHaveBeenCalled()
  })

  test('watched long ago are closed in the end, those of late are kept', async () => {
    const { room, binh } = await pair()
    await receives(binh)
    const made = await media.room(room)
    const cameras: string[] = []
    for (let n = 0; n < 3 * MOST_WATCHED + 2; n += 1) {
      cameras.push((await addPicture(made, made.places.main(), `sender ${n}`)).id)
      if (cameras.length % MOST_WATCHED === 0) await watch(binh, ...cameras.slice(-MOST_WATCHED))
    }
    await watch(binh, ...cameras.slice(-2))
    const held = consumersOf(room, 'binh').map(({ producerId }) => producerId)
    expect(held).toHaveLength(2 * MOST_WATCHED + 2)
    expect(held).not.toContain(cameras[0])
    expect(held).toContain(cameras.at(-3))
    const told = binh.notices.filter(({ notice }) => notice === 'consumerClosed')
    expect(told).toHaveLength(MOST_WATCHED)
    await watch(binh, cameras[0] ?? '')
    await expect.poll(() => consumersOf(room, 'binh').map(({ producerId }) => producerId)).toContain(cameras[0])
  })
})
