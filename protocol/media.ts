import { z } from 'zod'
import { MediaSource, PeerId, PeerLabel, PublishRight } from './media-grant.ts'
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

/** A stream to receive. Its consumer is paused at the node until `resumeConsumers`; `producerPaused`: muted at its source. */
export const ConsumerInfo = z.object({
  consumerId: ObjectId,
  producerId: ObjectId,
  peerId: PeerId,
  kind: MediaKind,
  source: MediaSource,
  rtpParameters: RtpParameters,
  producerPaused: z.boolean(),
})
export type ConsumerInfo = z.infer<typeof ConsumerInfo>

const Layer = z.number().int().min(0).max(7)
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
      publish: PublishRight,
      peers: z.array(PeerInfo),
      /** What the node holds of this peer: everything else that the browser thinks it has is gone. */
      transportIds: z.array(ObjectId),
      producerIds: z.array(ObjectId),
      consumers: z.array(ConsumerInfo),
    }),
  ),
  /** One transport a direction: a second one takes the place of the first. Once `receive` stands, `newConsumers` begins. */
  createTransport: request(z.object({ direction: z.enum(['send', 'receive']) }), Transport),
  /** Errors: transportNotFound, unsupportedMedia. */
  connectTransport: request(z.object({ transportId: ObjectId, dtlsParameters: DtlsParameters }), Nothing),
  /** After a change of network. Errors: transportNotFound. */
  restartIce: request(z.object({ transportId: ObjectId }), z.object({ iceParameters: IceParameters })),
  /** Errors: notAllowed (the grant now in force), sourceInUse, transportNotFound, unsupportedMedia. */
  produce: request(
    z.object({ source: MediaSource, kind: MediaKind, rtpParameters: RtpParameters, paused: z.boolean() }),
    z.object({ producerId: ObjectId }),
  ),
  /** Errors of the producer requests: producerNotFound. */
  closeProducer: request(z.object({ producerId: ObjectId }), Nothing),
  pauseProducer: request(z.object({ producerId: ObjectId }), Nothing),
  resumeProducer: request(z.object({ producerId: ObjectId }), Nothing),
  /** A consumer that meanwhile closed is passed over: its `consumerClosed` is on the way. */
  pauseConsumers: request(z.object({ consumerIds: z.array(ObjectId).max(1_000) }), Nothing),
  resumeConsumers: request(z.object({ consumerIds: z.array(ObjectId).max(1_000) }), Nothing),
  /** The largest simulcast layer wanted (0 is the smallest). Errors: consumerNotFound. */
  setPreferredLayers: request(
    z.object({ consumerId: ObjectId, spatialLayer: Layer, temporalLayer: Layer.exactOptional() }),
    Nothing,
  ),
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
  requestMessage('pauseConsumers', mediaRequests.pauseConsumers),
  requestMessage('resumeConsumers', mediaRequests.resumeConsumers),
  requestMessage('setPreferredLayers', mediaRequests.setPreferredLayers),
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
  notice('newConsumers', z.object({ consumers: z.array(ConsumerInfo) })),
  notice('consumerClosed', z.object({ consumerId: ObjectId })),
  notice('consumerPaused', z.object({ consumerId: ObjectId })),
  notice('consumerResumed', z.object({ consumerId: ObjectId })),
  /** The right to send it was withdrawn. */
  notice('producerClosed', z.object({ producerId: ObjectId, source: MediaSource })),
  notice('grantChanged', z.object({ publish: PublishRight })),
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
  'transportNotFound',
  'producerNotFound',
  'consumerNotFound',
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
