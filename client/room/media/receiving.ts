import type { types } from 'mediasoup-client'
import type { ConsumerInfo } from '../../../protocol/media.ts'
import type { RemoteTrack } from './events.ts'
import type { Signalling } from './signalling.ts'

interface Received {
  consumer: types.Consumer
  remote: RemoteTrack
}

export interface Receiving {
  tracks(): RemoteTrack[]
  /** The node offers these: takes them, and tells it to begin. */
  add(offered: ConsumerInfo[], transport: types.Transport, signalling: Signalling): Promise<void>
  /** After a cut: exactly these are there. */
  replaceAll(held: ConsumerInfo[], transport: types.Transport, signalling: Signalling): Promise<void>
  closed(consumerId: string): void
  paused(consumerId: string, paused: boolean): void
  /** Everything is gone. */
  clear(): void
}

/** Keeps the tracks of the other peers as the node offers them. */
export function createReceiving(on: {
  added(track: RemoteTrack): void
  changed(track: RemoteTrack): void
  removed(track: RemoteTrack): void
}): Receiving {
  const received = new Map<string, Received>()
  /** Being taken: what the node says of them meanwhile must not be lost. */
  const taking = new Map<string, { closed: boolean; paused: boolean }>()

  async function take(info: ConsumerInfo, transport: types.Transport): Promise<string | undefined> {
    if (received.has(info.consumerId) || taking.has(info.consumerId)) return info.consumerId
    const meanwhile = { closed: false, paused: info.producerPaused }
    taking.set(info.consumerId, meanwhile)
    try {
      const consumer = await transport.consume({
        id: info.consumerId,
        producerId: info.producerId,
        kind: info.kind,
        rtpParameters: info.rtpParameters as types.RtpParameters,
        // Voice and picture of one capture are one stream, and so are kept in step.
        streamId: `${info.peerId}/${info.source.startsWith('screen') ? 'screen' : 'person'}`,
      })
      if (meanwhile.closed || transport.closed) return void consumer.close()
      const remote = { peerId: info.peerId, source: info.source, track: consumer.track, paused: meanwhile.paused }
      received.set(info.consumerId, { consumer, remote })
      on.added(remote)
      return info.consumerId
    } catch (error) {
      console.warn('a stream could not be received', info.source, error)
      return undefined
    } finally {
      taking.delete(info.consumerId)
    }
  }

  const receiving: Receiving = {
    tracks: () => [...received.values()].map(({ remote }) => remote),
    async add(offered, transport, signalling) {
      const taken = await Promise.all(offered.map((info) => take(info, transport)))
      const consumerIds = taken.filter((id) => id !== undefined)
      if (consumerIds.length > 0) await signalling.request('resumeConsumers', { consumerIds })
    },
    async replaceAll(held, transport, signalling) {
      const ids = new Set(held.map((info) => info.consumerId))
      for (const id of [...received.keys(), ...taking.keys()]) if (!ids.has(id)) receiving.closed(id)
      for (const info of held) receiving.paused(info.consumerId, info.producerPaused)
      await receiving.add(held, transport, signalling)
    },
    closed(consumerId) {
      const meanwhile = taking.get(consumerId)
      if (meanwhile) meanwhile.closed = true
      const one = received.get(consumerId)
      if (!one) return
      received.delete(consumerId)
      one.consumer.close()
      on.removed(one.remote)
    },
    paused(consumerId, paused) {
      const meanwhile = taking.get(consumerId)
      if (meanwhile) meanwhile.paused = paused
      const one = received.get(consumerId)
      if (!one || one.remote.paused === paused) return
      one.remote.paused = paused
      on.changed(one.remote)
    },
    clear() {
      for (const id of [...received.keys(), ...taking.keys()]) receiving.closed(id)
    },
  }
  return receiving
}
