import { z } from 'zod'
import type { MediaKind } from './rtp.ts'

/** What a person may send. One producer of each at a time. */
export const MediaSource = z.enum(['microphone', 'camera', 'screen', 'screenAudio'])
export type MediaSource = z.infer<typeof MediaSource>

export const kindOfSource: Record<MediaSource, MediaKind> = {
  microphone: 'audio', camera: 'video', screen: 'video', screenAudio: 'audio',
}

/** Opaque to the media node, as are room and peer ids. */
export const RoomId = z.string().min(1).max(200)
export const PeerId = z.string().min(1).max(200)
/** How many peers with the same label may be in a room, so that nobody fills it alone. */
export const PEERS_OF_A_LABEL = 4
/** What the server wants the other peers to be told of this one: whose it is. */
export const PeerLabel = z.string().max(2_000)
const Sources = z.array(MediaSource).max(MediaSource.options.length)

/** Small messages between the peers of a room, passed on by the node and kept nowhere. */
export const DataChannel = z.enum(['reaction'])
export type DataChannel = z.infer<typeof DataChannel>

/** What a peer may send, receive and say. The node checks it at every request, and ends at once what is withdrawn. */
export const MediaRights = z.object({
  publish: Sources,
  receive: Sources,
  say: z.array(DataChannel).max(DataChannel.options.length),
})
export type MediaRights = z.infer<typeof MediaRights>

/** The one algorithm that a grant may be signed with. */
export const GRANT_ALGORITHM = 'HS256'
/** How long a grant may be used to join, in seconds; the peer that joined with it stays longer. */
export const GRANT_LIFETIME_S = 60

/**
 * The claims of a grant: a JWT, HS256, audience the media node's id, good for one join.
 * `issuedAt` (ms since 1970) orders it against changes that the node was told of later: a right withdrawn after a grant
 * was signed is not won back by using that grant.
 */
export const GrantClaims = z.object({
  aud: z.string(),
  jti: z.string().min(16).max(64),
  exp: z.number(),
  issuedAt: z.number(),
  room: RoomId,
  peer: PeerId,
  label: PeerLabel,
  rights: MediaRights,
  /**
   * A companion device in a hall that has sound of its own: whatever the rights of its label, now or later, it neither
   * sends nor receives sound.
   */
  silent: z.boolean(),
  /** How long the peer may stay at most, in ms from when it joined; without: as long as it wants. */
  stayMs: z.int().min(1).exactOptional(),
})
export type GrantClaims = z.infer<typeof GrantClaims>
