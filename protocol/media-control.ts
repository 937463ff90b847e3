import { z } from 'zod'
import { LinkAddress, LinkedSaying, LinkId, LinkState } from './media-link.ts'
import { MediaRights, MediaSource, PeerId, PeerLabel, RoomId } from './media-grant.ts'

/**
 * Control of a media node by the server: JSON lines over a unix socket in DATA_DIR.
 * The server sends requests, the node answers each by its `id`, and reports events. A node of another machine connects to
 * the server instead (`/media-nodes`, a WebSocket) and speaks the same.
 */

/** Raised with every change that an older side would not understand: a node of another version is replaced, not adopted. */
export const CONTROL_VERSION = 3

const At = z.number().describe('ms since 1970')
const peer = { room: RoomId, peer: PeerId }
/**
 * When the server gave an order, by its own clock, which also dates the grants: an order holds against those of before it,
 * however the node's clock runs.
 */
const ordered = { at: At }

/**
 * Presence in the node's rooms. `peerCut`: the signalling is gone since `at`, media and presence go on;
 * then either `peerResumed`, or after the grace `peerLeft` with `at` = time of the cut.
 */
export const ControlEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('peerJoined'), ...peer, label: PeerLabel, at: At }),
  z.object({ event: z.literal('peerCut'), ...peer, at: At }),
  z.object({ event: z.literal('peerResumed'), ...peer, at: At }),
  z.object({ event: z.literal('peerLeft'), ...peer, at: At, reason: z.enum(['left', 'timedOut', 'removed', 'roomClosed']) }),
])
export type ControlEvent = z.infer<typeof ControlEvent>

export const PresentPeer = z.object({ ...peer, label: PeerLabel, joinedAt: At, cutAt: At.nullable() })
export type PresentPeer = z.infer<typeof PresentPeer>

/** Why nothing can be recorded on this machine; the server answers an error of its own for each. */
export const RecordingRefusal = z.enum(['ffmpegMissing', 'storageFull'])
export type RecordingRefusal = z.infer<typeof RecordingRefusal>

/** `missed`: how often something sent was not recorded, for want of a free program or because it failed. */
export const RunningRecording = z.object({ recordingId: z.string(), room: RoomId, missed: z.number() })
export type RunningRecording = z.infer<typeof RunningRecording>
const RecordingFolder = z.string().min(1).max(4_000).describe('absolute path on the machine that both are on')
const Refusal = z.object({ refused: RecordingRefusal.nullable() })

const Nothing = z.object({})
const request = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output })

export const controlRequests = {
  /** Who the node is. `settings` names what it was started with. */
  hello: request(Nothing, z.object({
    version: z.number(), nodeId: z.string(), pid: z.number(), settings: z.string(), startedAt: At,
  })),
  /**
   * Makes this connection the one that gets events, beginning with those that no server has confirmed.
   * `overflowed`: some were dropped since; compare with `listPeers`.
   */
  subscribe: request(Nothing, z.object({ overflowed: z.boolean() })),
  /** Every event up to `seq` is stored by the server and need not be told again. */
  confirm: request(z.object({ seq: z.number() }), Nothing),
  /**
   * Replaces what the peers of a label may do; what they may no longer do ends at once. Grants signed before give no more
   * than this either.
   */
  setRights: request(z.object({ room: RoomId, label: PeerLabel, rights: MediaRights, ...ordered }), Nothing),
  /** Mutes the microphones of a label's peers, or everybody's but `except`; each unmutes by themselves alone. */
  mute: request(z.object({ room: RoomId, label: PeerLabel.exactOptional(), except: PeerLabel.exactOptional() }), Nothing),
  /** Closes what the peers of a label send of these sources; the right to send it again stays. */
  closeProducers: request(z.object({ room: RoomId, label: PeerLabel, sources: z.array(MediaSource) }), Nothing),
  /** How many peers may share a screen at once, from now on; it holds for a room to come too. Without: one. */
  setScreenLimit: request(z.object({ room: RoomId, screens: z.number().int().min(1).max(100) }), Nothing),
  /** Takes a peer out, and tells it why; grants signed before are void. `replaced`: its person goes on elsewhere. */
  closePeer: request(z.object({ ...peer, ...ordered, reason: z.enum(['removed', 'replaced']).exactOptional() }), Nothing),
  /** Takes all peers of a label out; grants signed before are void. */
  closeLabel: request(z.object({ room: RoomId, label: PeerLabel, ...ordered }), Nothing),
  closeRoom: request(z.object({ room: RoomId, ...ordered }), Nothing),
  /** Grants of the room signed before are void; who has joined stays. */
  voidGrants: request(z.object({ room: RoomId, ...ordered }), Nothing),
  /** Opens this node's end of a link for a room that has peers here; an end of that name is closed first. */
  openLink: request(z.object({ room: RoomId, link: LinkId }), LinkAddress),
  /** Tells it where the other end is. From then on the node reports its side with every change. */
  connectLink: request(z.object({ room: RoomId, link: LinkId, remote: LinkAddress }), Nothing),
  closeLink: request(z.object({ room: RoomId, link: LinkId }), Nothing),
  /** What the other side shows now. */
  showLinked: request(LinkState, Nothing),
  /** What a peer of the other side said. */
  passSaying: request(LinkedSaying, Nothing),
  /** The links that stand; their state is reported again. */
  listLinks: request(Nothing, z.object({ links: z.array(z.object({ room: RoomId, link: LinkId })) })),
  /** Whether something can be recorded into this folder, which is made. */
  checkRecording: request(z.object({ folder: RecordingFolder }), Refusal),
  /** Whatever is sent in the room goes to files in the folder from now on; one that runs already is left alone. */
  startRecording: request(z.object({ room: RoomId, recordingId: z.string(), folder: RecordingFolder }), Refusal),
  /** Answers when every file is complete, within about three seconds; at once for one that does not run. */
  stopRecording: request(z.object({ recordingId: z.string() }), Nothing),
  /** Those that run: one that is missing has ended, with the node that it ran on or for want of space. */
  listRecordings: request(Nothing, z.object({ recordings: z.array(RunningRecording) })),
  listPeers: request(z.object({ room: RoomId.optional() }), z.object({ peers: z.array(PresentPeer) })),
  /** The workers and what they carry, for health and operations. */
  state: request(Nothing, z.object({
    rooms: z.number(),
    peers: z.number(),
    workers: z.array(z.object({ pid: z.number(), port: z.number(), rooms: z.number() })),
  })),
  /** Ends the node: peers are told, then the process exits. */
  stop: request(Nothing, Nothing),
} as const

export type ControlMethod = keyof typeof controlRequests
export type ControlInput<M extends ControlMethod> = z.infer<(typeof controlRequests)[M]['input']>
export type ControlOutput<M extends ControlMethod> = z.infer<(typeof controlRequests)[M]['output']>

const methods = Object.keys(controlRequests) as ControlMethod[]
export const ControlRequest = z.object({ id: z.number(), method: z.enum(methods), data: z.unknown() })

/** What the node writes: an answer, or an event with its number. */
export const ControlLine = z.union([
  z.object({ id: z.number(), ok: z.literal(true), data: z.unknown() }),
  z.object({ id: z.number(), ok: z.literal(false), message: z.string() }),
  z.object({ seq: z.number(), report: ControlEvent }),
  z.object({ linked: LinkState }),
  z.object({ saying: LinkedSaying }),
  /** A link broke on this side: it is to be made anew. */
  z.object({ unlinked: z.object({ room: RoomId, link: LinkId }) }),
  /** This node takes nobody new: it is to be emptied. */
  z.object({ draining: z.literal(true) }),
])
export type ControlLine = z.infer<typeof ControlLine>

/** The claims with which a node of another machine registers: a JWT of the grants' secret, audience REGISTRATION_AUDIENCE. */
export const Registration = z.object({
  jti: z.string().min(16).max(64),
  nodeId: z.string().regex(/^[\w-]{8,64}$/),
  version: z.number(),
  workers: z.int().min(1).max(64),
  /** Where the server reaches its signalling. */
  host: z.string().max(255),
  port: z.int().min(1).max(65_535),
})
export type Registration = z.infer<typeof Registration>
export const REGISTRATION_AUDIENCE = 'media-nodes'

/** What a starting node tells the process that started it, over Node's own IPC channel. */
export const StartReport = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), nodeId: z.string() }),
  z.object({
    state: z.literal('failed'),
    reason: z.enum(['portTaken', 'addressUnusable', 'workerUnusable', 'other']),
    message: z.string(),
    port: z.number().optional(),
  }),
])
export type StartReport = z.infer<typeof StartReport>

/**
 * Kept in `DATA_DIR/media/node.json`, also after the node’s end; its time of change, renewed every NODE_FILE_FRESH_MS and
 * at an orderly end, tells when the node last lived.
 */
export const NodeFile = z.object({ pid: z.number(), nodeId: z.string(), controlSocket: z.string(), signallingSocket: z.string() })
export type NodeFile = z.infer<typeof NodeFile>
export const NODE_FILE_FRESH_MS = 5_000
