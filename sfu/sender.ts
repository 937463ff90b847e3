import type { types } from 'mediasoup'
import type { MediaSource } from '../protocol/media-grant.ts'
import type { MediaInput } from '../protocol/media.ts'
import { judged, MediaFailure } from './failure.ts'
import type { Notify } from './receiver.ts'

export type Producer = types.Producer<{ source: MediaSource }>

/** A sender is asked for a key frame at most this often (ms), however many want one: each is a burst for all who watch. */
const KEY_FRAME_PAUSE_MS = 300

/** What a peer sends: one producer of each source. */
export interface Sender {
  producers: ReadonlyMap<string, Producer>
  produce(transport: types.WebRtcTransport, input: MediaInput<'produce'>): Promise<Producer>
  close(producerId: string): void
  pause(producerId: string): Promise<void>
  resume(producerId: string): Promise<void>
  /** Closes what may no longer be sent, and tells the peer. */
  closeForbidden(): void
  /** Closes these by order, also those that are being made, and tells the peer. */
  stop(sources: MediaSource[]): void
  /** Mutes the microphone by order, also one that is being made, and tells the peer. */
  mute(): void
  /** Tells again what was muted by order and not unmuted since: the browser may have been away. */
  recallMute(): void
}

interface Making {
  stopped: boolean
  muted: boolean
}

export function createSender({ may, notify }: { may: (source: MediaSource) => boolean; notify: Notify }): Sender {
  const producers = new Map<string, Producer>()
  /** For these an answer of the worker is awaited; orders that come meanwhile are kept here. */
  const making = new Map<MediaSource, Making>()
  /** As last asked of the worker, which answers in order. */
  const open = new Set<string>()
  const mutedByOrder = new Set<string>()

  const of = (source: MediaSource) => [...producers.values()].find((one) => one.appData.source === source)

  function find(producerId: string): Producer {
    const producer = producers.get(producerId)
    if (!producer) throw new MediaFailure('producerNotFound')
    return producer
  }

  function end(producer: Producer, why: 'rights' | 'stopped'): void {
    producer.close()
    notify('ownProducerClosed', { producerId: producer.id, source: producer.appData.source, why })
  }

  function muteNow(producer: Producer): void {
    open.delete(producer.id)
    mutedByOrder.add(producer.id)
    producer.pause().catch(() => undefined /* it closed meanwhile, and is silent */)
    notify('ownProducerMuted', { producerId: producer.id, source: producer.appData.source })
  }

  async function make(transport: types.WebRtcTransport, { source, kind, rtpParameters, paused }: MediaInput<'produce'>) {
    const orders: Making = { stopped: false, muted: false }
    making.set(source, orders)
    try {
      const producer: Producer = await judged(transport.produce({
        kind, paused, rtpParameters: rtpParameters as types.RtpParameters, appData: { source },
        keyFrameRequestDelay: KEY_FRAME_PAUSE_MS,
      }))
      if (producer.closed) throw new MediaFailure('mediaUnavailable')
      // The right may have been withdrawn while the worker answered.
      if (!may(source) || orders.stopped) {
        producer.close()
        throw new MediaFailure('notAllowed')
      }
      return { producer, muted: orders.muted }
    } finally {
      making.delete(source)
    }
  }

  return {
    producers,

    async produce(transport, input) {
      if (making.has(input.source) || of(input.source)) throw new MediaFailure('sourceInUse')
      const { producer, muted } = await make(transport, input)
      const { id } = producer
      producers.set(id, producer)
      producer.observer.once('close', () => {
        producers.delete(id)
        open.delete(id)
        mutedByOrder.delete(id)
      })
      if (!input.paused) open.add(id)
      if (muted && !input.paused) muteNow(producer)
      return producer
    },

    close: (producerId) => find(producerId).close(),

    async pause(producerId) {
      const producer = find(producerId)
      open.delete(producerId)
      await producer.pause()
    },

    async resume(producerId) {
      const producer = find(producerId)
      open.add(producerId)
      mutedByOrder.delete(producerId)
      await producer.resume()
    },

    closeForbidden() {
      for (const producer of producers.values()) if (!may(producer.appData.source)) end(producer, 'rights')
    },

    stop(sources) {
      for (const source of sources) {
        const orders = making.get(source)
        if (orders) orders.stopped = true
        const producer = of(source)
        if (producer) end(producer, 'stopped')
      }
    },

    mute() {
      const orders = making.get('microphone')
      if (orders) orders.muted = true
      const producer = of('microphone')
      if (producer && open.has(producer.id)) muteNow(producer)
    },

    recallMute() {
      for (const id of mutedByOrder) notify('ownProducerMuted', { producerId: id, source: 'microphone' })
    },
  }
}
