import type { MediaInput, MediaMethod, MediaOutput } from '../protocol/media.ts'
import { MediaFailure } from './failure.ts'
import type { Guest, MediaNode } from './node.ts'

type JoinedMethod = Exclude<MediaMethod, 'join'>
type Handlers = { [M in JoinedMethod]: (guest: Guest, input: MediaInput<M>) => Promise<MediaOutput<M>> }

/** What a peer that has joined may ask. Ids are looked up among the peer's own objects only, so a foreign one is unknown. */
export function createRequestHandlers(node: MediaNode): Handlers {
  return {
    createTransport: async ({ peer, room }, { direction }) => await peer.createTransport(direction, await room.places.of(peer.id)),
    async connectTransport({ peer }, input) {
      await peer.connectTransport(input)
      return {}
    },
    restartIce: ({ peer }, { transportId }) => peer.restartIce(transportId),
    produce: ({ peer, room }, input) => peer.produce(input, room.reserve),
    async closeProducer({ peer }, { producerId }) {
      peer.sender.close(producerId)
      return {}
    },
    async pauseProducer({ peer }, { producerId }) {
      await peer.sender.pause(producerId)
      return {}
    },
    async resumeProducer({ peer }, { producerId }) {
      await peer.sender.resume(producerId)
      return {}
    },
    async resumeConsumers({ peer }, { consumerIds }) {
      await peer.receiver.acknowledge(consumerIds)
      return {}
    },
    async setView({ peer }, { watched }) {
      await peer.receiver.setView(watched)
      return {}
    },
    async say({ peer, room }, { channel, text }) {
      if (!peer.rights().say.includes(channel)) throw new MediaFailure('notAllowed')
      room.say({ peerId: peer.id, channel, text })
      return {}
    },
    async leave(guest) {
      node.leave(guest)
      return {}
    },
  }
}
