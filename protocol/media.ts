import { z } from 'zod'
import { DataChannel, MediaRights, MediaSource, PeerId, PeerLabel } from './media-grant.ts'
import { DtlsParameters, IceCandidate, IceParameters, MediaKind, RtpCapabilities, RtpParameters } from './rtp.ts'

/**
 * Signalling between a browser and the media node: JSON over one WebSocket. The node greets with `welcome`; the browser
 * sends requests, each answered once, carried out in the order sent, so they need not wait for each other. Only `join`
 * (with a grant) is taken before joining. See `media-control.ts` for the server's side.
 */

/** Limits that the node holds every connection to. */
export const SIGNALLING_LIMITS = {
  messageBytes: 65_536,
  /**
   * Messages in `windowS` seconds, one of more than `weightBytes` counting as several; above it requests are refused, at
   * twice as many the connection is closed.
   */
  messages: 400,
  windowS: 10,
  weightBytes: 1_024,
  /** `createTransport` in `windowS` seconds. */
  transports: 10,
  /** `produce`, `closeProducer`, `pauseProducer` and `resumeProducer` in `windowS` seconds: everybody is told of each. */
  changes: 60,
  /** `say` in `windowS` seconds, and the characters of one. */
  sayings: 20,
  sayingLength: 200,
  /** Seconds in which a new connection must join. */
  joinWithinS: 15,
  /** The node says `heartbeat` this often (seconds); a browser that hears nothing for three of them reconnects. */
  heartbeatS: 5,
} as const

const ObjectId = z.string().min(1).max(64)
const Transport = z.object({
  transportId: ObjectId,
  iceParameters: IceParameters,
  iceCandidates: z.array(IceCandidate),
  dtlsParameters: DtlsParameters,
})

/** Another peer of the room. */
export const PeerInfo = z.object({ peerId: PeerId, label: PeerLabel })
export type PeerInfo = z.infer<typeof PeerInfo>

/** Something that another peer sends and that one may receive. `paused`: muted at its source. */
export const ProducerInfo = z.object({ producerId: ObjectId, peerId: PeerId, source: MediaSource, paused: z.boolean() })
export type ProducerInfo = z.infer<typeof ProducerInfo>

/** A stream to receive. Its consumer is paused at the node until the browser says `resumeConsumers`. */
export const ConsumerInfo = z.object({
  consumerId: ObjectId,
  producerId: ObjectId,
  peerId: PeerId,
  kind: MediaKind,
  source: MediaSource,
  rtpParameters: RtpParameters,
})
export type ConsumerInfo = z.infer<typeof ConsumerInfo>

/** A picture that is visible at the moment, and the largest simulcast layer that its size deserves (0 is the smallest). */
export const Watched = z.object({ producerId: ObjectId, layer: z.number().int().min(0).max(2) })
export type Watched = z.infer<typeof Watched>
/** More pictures than this at once no screen shows. */
export const MOST_WATCHED = 64
/** Where more microphones than this are open in a room, only the loudest are passed on. */
export const MOST_HEARD = 8

/** How well what a peer sends reaches the node. */
export const Quality = z.enum(['good', 'fair', 'poor'])
export type Quality = z.infer<typeof Quality>

const Nothing = z.object({})
const request = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })

export const mediaRequests = {
  /**
   * Joins the grant's room as the grant's peer. With the `resumeKey` of an earlier answer the peer's transports,
   * producers and consumers are kept (`resumed`); without it an earlier self is taken over and its media closed.
   * Errors: grantInvalid, grantExpired, grantUsed, grantRevoked, alreadyJoined, tooManyDevices.
   */
  join: request(
    z.object({ grant: z.string().max(8_192), rtpCapabilities: RtpCapabilities, resumeKey: z.string().max(64).exactOptional() }),
    z.object({
      peerId: PeerId,
      resumed: z.boolean(),
      resumeKey: z.string(),
      rights: MediaRights,
      peers: z.array(PeerInfo),
      producers: z.array(ProducerInfo),
      /** What the node holds of this peer: everything else that the browser thinks it has is gone. */
      transportIds: z.array(ObjectId),
      producerIds: z.array(ObjectId),
      consumers: z.array(ConsumerInfo),
    }),
  ),
  /**
   * One transport a direction: a second one takes the place of the first. Once `receive` stands, `newConsumers` begins:
   * sound by itself, pictures as `setView` asks for them.
   */
  createTransport: request(z.object({ direction: z.enum(['send', 'receive']) }), Transport),
  /** Errors: transportNotFound, unsupportedMedia. */
  connectTransport: request(z.object({ transportId: ObjectId, dtlsParameters: DtlsParameters }), Nothing),
  /** After a change of network. Errors: transportNotFound. */
  restartIce: request(z.object({ transportId: ObjectId }), z.object({ iceParameters: IceParameters })),
  /**
   * Errors: notAllowed (the rights now in force), sourceInUse, screenTaken (somebody else shares, and the room allows one),
   * transportNotFound, unsupportedMedia.
   */
  produce: request(
    z.object({ source: MediaSource, kind: MediaKind, rtpParameters: RtpParameters, paused: z.boolean() }),
    z.object({ producerId: ObjectId }),
  ),
  /** Errors of the producer requests: producerNotFound. */
  closeProducer: request(z.object({ producerId: ObjectId }), Nothing),
  pauseProducer: request(z.object({ producerId: ObjectId }), Nothing),
  resumeProducer: request(z.object({ producerId: ObjectId }), Nothing),
  /** A consumer that meanwhile closed is passed over: its `consumerClosed` is on the way. */
  resumeConsumers: request(z.object({ consumerIds: z.array(ObjectId).max(1_000) }), Nothing),
  /**
   * Which pictures are to be received from now on, whole: what is not named is paused at the node. It may name what is
   * gone meanwhile, which is passed over, and be said before the receiving transport stands. Nothing at all: sound only.
   */
  setView: request(z.object({ watched: z.array(Watched).max(MOST_WATCHED) }), Nothing),
  /** Tells the other peers something that is not kept. Errors: notAllowed, tooManyRequests. */
  say: request(z.object({ channel: DataChannel, text: z.string().min(1).max(SIGNALLING_LIMITS.sayingLength) }), Nothing),
  /** Leaves at once, without the grace of a cut. The node then closes the connection. */
  leave: request(Nothing, Nothing),
} as const

export type MediaMethod = keyof typeof mediaRequests
export type MediaInput<M extends MediaMethod> = z.infer<(typeof mediaRequests)[M]['input']>
export type MediaOutput<M extends MediaMethod> = z.infer<(typeof mediaRequests)[M]['output']>

const requestMessage = <M extends MediaMethod, D extends z.ZodType>(method: M, { input }: { input: D }) =>
  z.object({ id: z.number().int().nonnegative(), method: z.literal(method), data: input })

export const RequestMessage = z.discriminatedUnion('method', [
  requestMessage('join', mediaRequests.join),
  requestMessage('createTransport', mediaRequests.createTransport),
  requestMessage('connectTransport', mediaRequests.connectTransport),
  requestMessage('restartIce', mediaRequests.restartIce),
  requestMessage('produce', mediaRequests.produce),
  requestMessage('closeProducer', mediaRequests.closeProducer),
  requestMessage('pauseProducer', mediaRequests.pauseProducer),
  requestMessage('resumeProducer', mediaRequests.resumeProducer),
  requestMessage('resumeConsumers', mediaRequests.resumeConsumers),
  requestMessage('setView', mediaRequests.setView),
  requestMessage('say', mediaRequests.say),
  requestMessage('leave', mediaRequests.leave),
])
export type RequestMessage = z.infer<typeof RequestMessage>

/** Why the node ends a peer for good; the browser does not come back by itself, except after `nodeStopping`. */
export const CloseReason = z.enum([
  'removed', // the server took the peer out
  'roomClosed',
  'replaced', // the same peer joined elsewhere
  'nodeStopping',
])
export type CloseReason = z.infer<typeof CloseReason>

const notice = <N extends string, D extends z.ZodType>(name: N, data: D) => z.object({ notice: z.literal(name), data })

export const NoticeMessage = z.discriminatedUnion('notice', [
  notice('welcome', z.object({ nodeId: z.string(), routerRtpCapabilities: RtpCapabilities })),
  notice('heartbeat', Nothing),
  notice('peerJoined', PeerInfo),
  notice('peerLeft', z.object({ peerId: PeerId })),
  /** Of the other peers, as far as one may receive it: begun, ended, muted or unmuted at its source. */
  notice('producerAdded', ProducerInfo),
  notice('producerRemoved', z.object({ producerId: ObjectId })),
  notice('producerPaused', z.object({ producerId: ObjectId })),
  notice('producerResumed', z.object({ producerId: ObjectId })),
  notice('newConsumers', z.object({ consumers: z.array(ConsumerInfo) })),
  notice('consumerClosed', z.object({ consumerId: ObjectId })),
  /** The simulcast layer that now arrives; null: none, for want of bandwidth or because it is paused. */
  notice('consumerLayer', z.object({ consumerId: ObjectId, layer: z.number().nullable() })),
  /** One's own producer was closed: its right was withdrawn, or it was stopped by order of the chair. */
  notice('ownProducerClosed', z.object({ producerId: ObjectId, source: MediaSource, why: z.enum(['rights', 'stopped']) })),
  /** One's own microphone was muted by order of the chair; oneself alone unmutes it. */
  notice('ownProducerMuted', z.object({ producerId: ObjectId, source: MediaSource })),
  notice('rightsChanged', z.object({ rights: MediaRights })),
  notice('said', z.object({ peerId: PeerId, channel: DataChannel, text: z.string() })),
  /** Only changes are told; a peer of which nothing was told is well. */
  notice('quality', z.object({ peerId: PeerId, quality: Quality })),
  /** Who speaks above the others; it stays until somebody else does. */
  notice('activeSpeaker', z.object({ peerId: PeerId })),
  /** Everyone heard in the last interval, loudest first, in dBov (−127 silent … 0); empty when it falls silent. */
  notice('audioLevels', z.object({ levels: z.array(z.object({ peerId: PeerId, level: z.number() })) })),
  /** The worker under the room died and was replaced: transports, producers and consumers are gone; make them anew. */
  notice('mediaReset', Nothing),
  notice('closed', z.object({ reason: CloseReason })),
])
export type NoticeMessage = z.infer<typeof NoticeMessage>
export type MediaNotice = NoticeMessage['notice']
export type NoticeData<N extends MediaNotice> = Extract<NoticeMessage, { notice: N }>['data']

export const MediaErrorCode = z.enum([
  'badRequest', // details in the message; the connection goes on
  'tooManyRequests',
  'notJoined',
  'alreadyJoined',
  'grantInvalid', // not signed by us, for another node, or without what it needs
  'grantExpired',
  'grantUsed',
  'grantRevoked', // the peer or its room was closed after the grant was signed
  'tooManyDevices', // PEERS_OF_A_LABEL others of this label are in the room
  'notAllowed',
  'sourceInUse',
  'screenTaken',
  'transportNotFound',
  'producerNotFound',
  'unsupportedMedia', // codecs or parameters that mediasoup refuses
  'mediaUnavailable', // no media worker lives at the moment; try again
  'internal',
])
export type MediaErrorCode = z.infer<typeof MediaErrorCode>

/** The answer to the request with the same `id`; `id` is null where the message was too broken to have one. */
export const AnswerMessage = z.discriminatedUnion('ok', [
  z.object({ id: z.number(), ok: z.literal(true), data: z.unknown() }),
  z.object({ id: z.number().nullable(), ok: z.literal(false), error: z.object({ code: MediaErrorCode, message: z.string() }) }),
])
export type AnswerMessage = z.infer<typeof AnswerMessage>
