import type { MediaInput, MediaMethod, MediaOutput } from '../protocol/media.ts'
import { judged, MediaFailure } from './failure.ts'
import type { Guest, MediaNode } from './node.ts'

type JoinedMethod = Exclude<MediaMethod, 'join'>
type Handlers = { [M in JoinedMethod]: (guest: Guest, input: MediaInput<M>) => Promise<MediaOutput<M>> }

/** What a peer that has joined may ask. Ids are looked up among the peer's own objects only, so a foreign one is unknown. */
export function createRequestHandlers(node: MediaNode): Handlers {
  /** Only what is to change goes to the worker, so that a short request makes no long work. */
  const changeConsumers = async (guest: Guest, ids: string[], change: 'pause' | 'resume') => {
    const consumers = [...new Set(ids)].flatMap((id) => guest.peer.consumer(id) ?? [])
    await Promise.all(consumers.filter(({ paused }) => paused !== (change === 'pause')).map((one) => one[change]()))
    return {}
  }

  return {
    async createTransport({ peer, room }, { direction }) {
      const transport = await peer.createTransport(direction, room.place())
      // Consumers are made by the worker, so their notice leaves later than this answer.
      if (direction === 'receive') void room.offerAll(peer.id)
      return transport
    },
    async connectTransport({ peer }, input) {
      await peer.connectTransport(input)
      return {}
    },
    restartIce: ({ peer }, { transportId }) => peer.restartIce(transportId),
    produce: ({ peer }, input) => peer.produce(input),
    async closeProducer({ peer }, { producerId }) {
      peer.producer(producerId).close()
      return {}
    },
    async pauseProducer({ peer }, { producerId }) {
      await peer.producer(producerId).pause()
      return {}
    },
    async resumeProducer({ peer }, { producerId }) {
      await peer.producer(producerId).resume()
      return {}
    },
    pauseConsumers: (guest, { consumerIds }) => changeConsumers(guest, consumerIds, 'pause'),
    resumeConsumers: (guest, { consumerIds }) => changeConsumers(guest, consumerIds, 'resume'),
    async setPreferredLayers({ peer }, { consumerId, spatialLayer, temporalLayer }) {
      const consumer = peer.consumer(consumerId)
      if (!consumer) throw new MediaFailure('consumerNotFound')
      await judged(consumer.setPreferredLayers(temporalLayer === undefined ? { spatialLayer } : { spatialLayer, temporalLayer }))
      return {}
    },
    async leave(guest) {
      node.leave(guest)
      return {}
    },
  }
}
