import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import { kindOfSource, type MediaSource } from '../protocol/media-grant.ts'
import type { ConsumerInfo, MediaInput, MediaNotice, MediaOutput, NoticeData } from '../protocol/media.ts'
import type { RtpCapabilities } from '../protocol/rtp.ts'
import { judged, MediaFailure } from './failure.ts'
import type { Place } from './workers.ts'

export type Producer = types.Producer<{ source: MediaSource }>
export type Consumer = types.Consumer<{ peerId: string; source: MediaSource }>
type Direction = MediaInput<'createTransport'>['direction']

/** Incoming bits a second of one peer, over all that it sends: what a simulcast camera, a screen and sound need, and no flood. */
const MAX_INCOMING_BITRATE = 8_000_000
/** Where the bandwidth estimate of a receiver starts, so that the first picture is not the smallest one. */
const INITIAL_OUTGOING_BITRATE = 1_000_000

export interface PeerEvents {
  /** It began to send something. */
  produced: [Producer]
}

export type Notify = <N extends MediaNotice>(notice: N, data: NoticeData<N>) => void

/** The media of one peer: its transports, producers and consumers. It knows neither room nor signalling. */
export interface Peer {
  id: string
  label: string
  events: EventEmitter<PeerEvents>
  /** Whether `newConsumers` may be sent: its receiving transport stands. */
  receives(): boolean
  producers: ReadonlyMap<string, Producer>
  publish(): MediaSource[]
  /** Closes what is no longer allowed, and tells the peer. */
  setPublish(publish: MediaSource[]): void
  setRtpCapabilities(capabilities: RtpCapabilities): void
  createTransport(direction: Direction, place: Place): Promise<MediaOutput<'createTransport'>>
  connectTransport(input: MediaInput<'connectTransport'>): Promise<void>
  restartIce(transportId: string): Promise<MediaOutput<'restartIce'>>
  produce(input: MediaInput<'produce'>): Promise<MediaOutput<'produce'>>
  producer(producerId: string): Producer
  /** A paused consumer of another peer's producer; undefined where there is one already, or it cannot be received. */
  consume(from: string, producer: Producer, router: types.Router): Promise<ConsumerInfo | undefined>
  consumer(consumerId: string): Consumer | undefined
  /** What `join` answers to one who resumes. */
  holdings(): Pick<MediaOutput<'join'>, 'transportIds' | 'producerIds' | 'consumers'>
  /** Closes all of its media; the peer stays. */
  resetMedia(): void
  /** Closes all of its media for good. Idempotent. */
  close(): void
}

export function createPeer(options: { id: string; label: string; publish: MediaSource[]; notify: Notify }): Peer {
  const { notify } = options
  const events = new EventEmitter<PeerEvents>()
  const transports = new Map<Direction, types.WebRtcTransport>()
  const producers = new Map<string, Producer>()
  const consumers = new Map<string, Consumer>()
  /** Sources and producers for which an answer of the worker is awaited, so that nothing is made twice meanwhile. */
  const producing = new Set<MediaSource>()
  const consuming = new Set<string>()
  let allowed = new Set(options.publish)
  let capabilities: RtpCapabilities = {}
  let closed = false

  const peer: Peer = {
    id: options.id,
    label: options.label,
    events,
    producers,
    receives: () => transports.has('receive'),
    publish: () => [...allowed],
    setRtpCapabilities: (given) => { capabilities = given },

    setPublish(publish) {
      allowed = new Set(publish)
      for (const producer of producers.values()) {
        if (allowed.has(producer.appData.source)) continue
        producer.close()
        notify('producerClosed', { producerId: producer.id, source: producer.appData.source })
      }
      notify('grantChanged', { publish: [...allowed] })
    },

    async createTransport(direction, place) {
      // The worker died, and the room is on its way to another one.
      if (place.router.closed) throw new MediaFailure('mediaUnavailable')
      const transport = await place.router.createWebRtcTransport({
        webRtcServer: place.webRtcServer,
        preferUdp: true,
        initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
        iceConsentTimeout: 30,
      })
      if (direction === 'send') await transport.setMaxIncomingBitrate(MAX_INCOMING_BITRATE)
      if (closed || transport.closed) {
        transport.close()
        throw new MediaFailure('mediaUnavailable')
      }
      transports.get(direction)?.close()
      transports.set(direction, transport)
      transport.observer.once('close', () => {
        if (transports.get(direction) === transport) transports.delete(direction)
      })
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport
      return { transportId: id, iceParameters, iceCandidates, dtlsParameters }
    },

    async connectTransport({ transportId, dtlsParameters }) {
      await judged(transportById(transportId).connect({ dtlsParameters }))
    },

    async restartIce(transportId) {
      return { iceParameters: await transportById(transportId).restartIce() }
    },

    async produce({ source, kind, rtpParameters, paused }) {
      if (!allowed.has(source)) throw new MediaFailure('notAllowed')
      if (kind !== kindOfSource[source]) throw new MediaFailure('badRequest', `${source} is ${kindOfSource[source]}`)
      if (producing.has(source) || [...producers.values()].some((one) => one.appData.source === source)) {
        throw new MediaFailure('sourceInUse')
      }
      const transport = transports.get('send')
      if (!transport) throw new MediaFailure('transportNotFound')
      producing.add(source)
      try {
        const producer: Producer = await judged(transport.produce({
          kind, paused, rtpParameters: rtpParameters as types.RtpParameters, appData: { source },
        }))
        // The right may have been withdrawn while the worker answered.
        if (closed || !allowed.has(source)) {
          producer.close()
          throw new MediaFailure('notAllowed')
        }
        producers.set(producer.id, producer)
        producer.observer.once('close', () => producers.delete(producer.id))
        events.emit('produced', producer)
        return { producerId: producer.id }
      } finally {
        producing.delete(source)
      }
    },

    producer(producerId) {
      const producer = producers.get(producerId)
      if (!producer) throw new MediaFailure('producerNotFound')
      return producer
    },

    async consume(from, producer, router) {
      const transport = transports.get('receive')
      const rtpCapabilities = capabilities as types.RtpCapabilities
      if (!transport || consuming.has(producer.id) || has(producer.id)) return undefined
      if (producer.closed || !router.canConsume({ producerId: producer.id, rtpCapabilities })) return undefined
      consuming.add(producer.id)
      try {
        // Paused until the browser says that it is ready: packets that come earlier would be lost, a key frame with them.
        const consumer: Consumer = await transport.consume({
          producerId: producer.id, rtpCapabilities, paused: true, appData: { peerId: from, source: producer.appData.source },
        })
        if (closed || consumer.closed) return void consumer.close()
        adopt(consumer)
        return describe(consumer)
      } finally {
        consuming.delete(producer.id)
      }
    },

    consumer: (consumerId) => consumers.get(consumerId),

    holdings: () => ({
      transportIds: [...transports.values()].map((transport) => transport.id),
      producerIds: [...producers.keys()],
      consumers: [...consumers.values()].map(describe),
    }),

    resetMedia() {
      // Closing a transport closes its producers and consumers; consumers of its producers close at the other peers.
      for (const transport of transports.values()) transport.close()
    },

    close() {
      if (closed) return
      closed = true
      peer.resetMedia()
      events.removeAllListeners()
    },
  }

  const has = (producerId: string) => [...consumers.values()].some((one) => one.producerId === producerId)

  function transportById(id: string): types.WebRtcTransport {
    const transport = [...transports.values()].find((one) => one.id === id)
    if (!transport) throw new MediaFailure('transportNotFound')
    return transport
  }

  function adopt(consumer: Consumer): void {
    consumers.set(consumer.id, consumer)
    consumer.observer.once('close', () => consumers.delete(consumer.id))
    // Not at the close of our own transport: the browser closed it or is told by another notice.
    consumer.once('producerclose', () => notify('consumerClosed', { consumerId: consumer.id }))
    consumer.on('producerpause', () => notify('consumerPaused', { consumerId: consumer.id }))
    consumer.on('producerresume', () => notify('consumerResumed', { consumerId: consumer.id }))
  }

  return peer
}

function describe(consumer: Consumer): ConsumerInfo {
  return {
    consumerId: consumer.id,
    producerId: consumer.producerId,
    peerId: consumer.appData.peerId,
    kind: consumer.kind,
    source: consumer.appData.source,
    rtpParameters: consumer.rtpParameters as ConsumerInfo['rtpParameters'],
    producerPaused: consumer.producerPaused,
  }
}
