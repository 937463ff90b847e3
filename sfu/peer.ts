import { EventEmitter } from 'node:events'
import type { types } from 'mediasoup'
import type { Logger } from 'pino'
import { kindOfSource, type MediaRights, type MediaSource } from '../protocol/media-grant.ts'
import type { MediaInput, MediaOutput } from '../protocol/media.ts'
import type { RtpCapabilities } from '../protocol/rtp.ts'
import { judged, MediaFailure } from './failure.ts'
import { createReceiver, type Notify, type Receiver, type Stage } from './receiver.ts'
import { createSender, type Producer, type Sender } from './sender.ts'
import type { Place } from './workers.ts'

export type Direction = MediaInput<'createTransport'>['direction']

/** Incoming bits a second of one peer, over all that it sends: what a simulcast camera, a screen and sound need, and no flood. */
const MAX_INCOMING_BITRATE = 8_000_000
/** Where the bandwidth estimate of a receiver starts, so that the first picture is not the smallest one. */
const INITIAL_OUTGOING_BITRATE = 1_000_000

export interface PeerEvents {
  /** It began to send something, on this router. */
  produced: [Producer, types.Router]
}

/** The media of one peer: its transports, what it sends, what it receives. It knows neither its room nor its signalling. */
export interface Peer {
  id: string
  label: string
  events: EventEmitter<PeerEvents>
  rights(): MediaRights
  /** Ends what is no longer allowed, offers what is allowed now, and tells the peer. */
  setRights(rights: MediaRights): void
  setRtpCapabilities(capabilities: RtpCapabilities): void
  createTransport(direction: Direction, place: Place): Promise<MediaOutput<'createTransport'>>
  connectTransport(input: MediaInput<'connectTransport'>): Promise<void>
  restartIce(transportId: string): Promise<MediaOutput<'restartIce'>>
  /** @param reserve holds what the room has only so many of, until the answer; it may refuse */
  produce(input: MediaInput<'produce'>, reserve: (source: MediaSource) => () => void): Promise<MediaOutput<'produce'>>
  sender: Sender
  receiver: Receiver
  /** What it holds, apart from consumers: what `join` answers to one who resumes. */
  transportIds(): string[]
  /** Closes all of its media; the peer stays. */
  resetMedia(): void
  /** Closes all of its media for good. Idempotent. */
  close(): void
}

export function createPeer(options: {
  id: string
  label: string
  rights: MediaRights
  stage: Stage
  notify: Notify
  log: Logger
}): Peer {
  const { id, stage, notify, log } = options
  const events = new EventEmitter<PeerEvents>()
  const transports = new Map<Direction, { transport: types.WebRtcTransport; router: types.Router }>()
  let rights = options.rights
  let capabilities: RtpCapabilities = {}
  let closed = false

  const sender = createSender({ may: (source) => !closed && rights.publish.includes(source), notify })
  const receiver = createReceiver({ peerId: id, stage, may: (source) => rights.receive.includes(source), notify, log })

  function transportById(transportId: string): types.WebRtcTransport {
    const found = [...transports.values()].find(({ transport }) => transport.id === transportId)
    if (!found) throw new MediaFailure('transportNotFound')
    return found.transport
  }

  const peer: Peer = {
    id,
    label: options.label,
    events,
    sender,
    receiver,
    rights: () => rights,
    setRtpCapabilities: (given) => { capabilities = given },

    setRights(given) {
      rights = given
      sender.closeForbidden()
      notify('rightsChanged', { rights })
      void receiver.consider()
    },

    async createTransport(direction, { router, webRtcServer }) {
      // The worker died, and the room is on its way to another one.
      if (router.closed) throw new MediaFailure('mediaUnavailable')
      const transport = await router.createWebRtcTransport({
        webRtcServer,
        preferUdp: true,
        initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
        iceConsentTimeout: 30,
      })
      if (direction === 'send') await transport.setMaxIncomingBitrate(MAX_INCOMING_BITRATE)
      if (closed || transport.closed) {
        transport.close()
        throw new MediaFailure('mediaUnavailable')
      }
      transports.get(direction)?.transport.close()
      transports.set(direction, { transport, router })
      transport.observer.once('close', () => {
        if (transports.get(direction)?.transport === transport) transports.delete(direction)
      })
      // Consumers are made by the worker, so their notice leaves later than this answer.
      if (direction === 'receive') receiver.begin(transport, router, capabilities)
      const { iceParameters, iceCandidates, dtlsParameters } = transport
      return { transportId: transport.id, iceParameters, iceCandidates, dtlsParameters }
    },

    async connectTransport({ transportId, dtlsParameters }) {
      await judged(transportById(transportId).connect({ dtlsParameters }))
    },

    async restartIce(transportId) {
      return { iceParameters: await transportById(transportId).restartIce() }
    },

    async produce(input, reserve) {
      const { source, kind } = input
      if (!rights.publish.includes(source)) throw new MediaFailure('notAllowed')
      if (kind !== kindOfSource[source]) throw new MediaFailure('badRequest', `${source} is ${kindOfSource[source]}`)
      const way = transports.get('send')
      if (!way) throw new MediaFailure('transportNotFound')
      const release = reserve(source)
      try {
        const producer = await sender.produce(way.transport, input)
        events.emit('produced', producer, way.router)
        return { producerId: producer.id }
      } finally {
        release()
      }
    },

    transportIds: () => [...transports.values()].map(({ transport }) => transport.id),

    resetMedia() {
      // Closing a transport closes its producers and consumers; consumers of its producers close at the other peers.
      for (const { transport } of transports.values()) transport.close()
    },

    close() {
      if (closed) return
      closed = true
      peer.resetMedia()
      events.removeAllListeners()
    },
  }
  return peer
}
