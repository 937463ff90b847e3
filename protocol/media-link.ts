import { z } from 'zod'
import { DataChannel, MediaSource, PeerId, PeerLabel, RoomId } from './media-grant.ts'
import { MediaKind, RtpParameters } from './rtp.ts'

/**
 * A room whose people are on several media nodes: each two of them are linked by a pipe, over which every node shows the
 * other its own peers and what they send. The server introduces them and carries the words; the media goes straight.
 */

export const LinkId = z.string().min(8).max(130)

/** Where one end of a pipe receives, and the key that it decrypts with. */
export const LinkAddress = z.object({
  ip: z.string(), port: z.int().min(1).max(65_535),
  srtpParameters: z.object({ cryptoSuite: z.string(), keyBase64: z.string() }),
})
export type LinkAddress = z.infer<typeof LinkAddress>

export const LinkedProducer = z.object({
  producerId: z.string(), peerId: PeerId, source: MediaSource, kind: MediaKind, rtpParameters: RtpParameters, paused: z.boolean(),
})
export type LinkedProducer = z.infer<typeof LinkedProducer>

/** Everything that one side has to show at the moment; the other side brings itself to it. Told again whole at each change. */
export const LinkState = z.object({
  room: RoomId, link: LinkId,
  peers: z.array(z.object({ peerId: PeerId, label: PeerLabel })),
  producers: z.array(LinkedProducer),
})
export type LinkState = z.infer<typeof LinkState>

/** Something said by a peer of this side, to be passed on at once and kept nowhere. */
export const LinkedSaying = z.object({ room: RoomId, link: LinkId, peerId: PeerId, channel: DataChannel, text: z.string() })
export type LinkedSaying = z.infer<typeof LinkedSaying>
