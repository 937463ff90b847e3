import type { types } from 'mediasoup-client'
import type { ConsumerInfo, ProducerInfo, Watched } from '../../../protocol/media.ts'
import type { RemoteMedia } from './contract.ts'
import type { Signalling } from './signalling.ts'

export interface Receiving {
  media(): RemoteMedia[]
  /** After joining: exactly this is sent by the others. */
  sent(producers: ProducerInfo[]): void
  producerAdded(info: ProducerInfo): void
  producerRemoved(producerId: string): void
  producerPaused(producerId: string, paused: boolean): void
  /** Which pictures are to be received; the node has been told, or will be. */
  watch(watched: readonly Watched[]): void
  /** The node offers these: takes them, and tells it to begin. */
  add(offered: ConsumerInfo[], transport: types.Transport, signalling: Signalling): Promise<void>
  /** After a cut: exactly these are received. */
  replaceAll(held: ConsumerInfo[], transport: types.Transport, signalling: Signalling): Promise<void>
  consumerClosed(consumerId: string): void
  layer(consumerId: string, layer: number | null): void
  /** How long what is received waits before it is shown, in ms, now and later on; null: as the browser sees fit. */
  wait(ms: number | null): void
  /** Nothing is received any more; what the others send is known still. */
  clear(): void
}

/** Knows what the other peers send, and keeps the tracks of it as the node offers them. */
export function createReceiving(on: {
  added(media: RemoteMedia): void
  changed(media: RemoteMedia): void
  removed(media: RemoteMedia): void
}): Receiving {
  const known = new Map<string, RemoteMedia>()
  const consumers = new Map<string, types.Consumer>()
  /** Being taken: that the node closes one meanwhile must not be lost. */
  const taking = new Map<string, { closed: boolean }>()
  let watching = new Set<string>()
  let waitMs: number | null = null

  /** Of one capture the picture is told; the voice is kept in step with it. */
  function steady({ kind, rtpReceiver }: types.Consumer): void {
    if (kind === 'video' && rtpReceiver) rtpReceiver.jitterBufferTarget = waitMs
  }

  function change(producerId: string, change: Partial<RemoteMedia>): void {
    const one = known.get(producerId)
    if (!one || (Object.keys(change) as (keyof RemoteMedia)[]).every((key) => one[key] === change[key])) return
    Object.assign(one, change)
    on.changed(one)
  }

  function meet({ producerId, peerId, source, paused }: ProducerInfo): void {
    if (known.has(producerId)) return change(producerId, { paused })
    const media: RemoteMedia = {
      producerId, peerId, source, paused, track: null, layer: undefined, watched: watching.has(producerId),
    }
    known.set(producerId, media)
    on.added(media)
  }

  async function take(info: ConsumerInfo, transport: types.Transport): Promise<string | undefined> {
    const { consumerId, producerId } = info
    if (consumers.has(consumerId) || taking.has(consumerId)) return consumerId
    const meanwhile = { closed: false }
    taking.set(consumerId, meanwhile)
    try {
      const consumer = await transport.consume({
        id: consumerId,
        producerId,
        kind: info.kind,
        rtpParameters: info.rtpParameters as types.RtpParameters,
        // Voice and picture of one capture are one stream, and so are kept in step.
        streamId: `${info.peerId}/${info.source.startsWith('screen') ? 'screen' : 'person'}`,
      })
      if (meanwhile.closed || transport.closed) return void consumer.close()
      consumers.set(consumerId, consumer)
      if (waitMs !== null) steady(consumer)
      if (!known.has(producerId)) meet({ ...info, paused: false })
      change(producerId, { track: consumer.track })
      return consumerId
    } catch (error) {
      console.warn('a stream could not be received', info.source, error)
      return undefined
    } finally {
      taking.delete(consumerId)
    }
  }

  const receiving: Receiving = {
    media: () => [...known.values()],
    sent(producers) {
      const ids = new Set(producers.map((info) => info.producerId))
      for (const id of [...known.keys()]) if (!ids.has(id)) receiving.producerRemoved(id)
      for (const info of producers) meet(info)
    },
    producerAdded: meet,
    producerRemoved(producerId) {
      const one = known.get(producerId)
      if (!one) return
      known.delete(producerId)
      for (const [id, consumer] of consumers) if (consumer.producerId === producerId) receiving.consumerClosed(id)
      on.removed(one)
    },
    producerPaused: (producerId, paused) => change(producerId, { paused }),
    watch(watched) {
      watching = new Set(watched.map((one) => one.producerId))
      for (const { producerId, watched: before } of known.values()) {
        const now = watching.has(producerId)
        // That nothing arrived of what was not watched says nothing of what will.
        if (now !== before) change(producerId, { watched: now, layer: undefined })
      }
    },
    async add(offered, transport, signalling) {
      const taken = await Promise.all(offered.map((info) => take(info, transport)))
      const consumerIds = taken.filter((id) => id !== undefined)
      if (consumerIds.length > 0) await signalling.request('resumeConsumers', { consumerIds })
    },
    async replaceAll(held, transport, signalling) {
      const ids = new Set(held.map((info) => info.consumerId))
      for (const id of [...consumers.keys(), ...taking.keys()]) if (!ids.has(id)) receiving.consumerClosed(id)
      await receiving.add(held, transport, signalling)
    },
    consumerClosed(consumerId) {
      const meanwhile = taking.get(consumerId)
      if (meanwhile) meanwhile.closed = true
      const consumer = consumers.get(consumerId)
      if (!consumer) return
      consumers.delete(consumerId)
      consumer.close()
      if (known.get(consumer.producerId)?.track === consumer.track) change(consumer.producerId, { track: null, layer: undefined })
    },
    layer(consumerId, layer) {
      const consumer = consumers.get(consumerId)
      if (consumer) change(consumer.producerId, { layer })
    },
    wait(ms) {
      if (ms === waitMs) return
      waitMs = ms
      for (const consumer of consumers.values()) steady(consumer)
    },
    clear() {
      for (const id of [...consumers.keys(), ...taking.keys()]) receiving.consumerClosed(id)
    },
  }
  return receiving
}
