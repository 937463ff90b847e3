import type { MediaSource } from '../../../protocol/media-grant.ts'
import type { CloseReason, PeerInfo } from '../../../protocol/media.ts'

/** `reconnecting`: the signalling is lost and being made again; media goes on meanwhile. */
export type SessionState = 'connecting' | 'connected' | 'reconnecting' | 'closed'

/** Something that another peer sends. `paused`: muted at its source. */
export interface RemoteTrack {
  peerId: string
  source: MediaSource
  track: MediaStreamTrack
  paused: boolean
}

/** Something that we send, or would send as soon as we are connected. */
export interface LocalTrack {
  source: MediaSource
  track: MediaStreamTrack
  muted: boolean
}

/** Why something that we sent has ended. */
export type LocalEnd = 'stopped' | 'ended' | 'revoked'

/** What a session tells; the arguments of each event. */
export type SessionEvents = {
  state: [SessionState]
  /** Ended for good; nothing follows. `refused`: no grant was given. */
  closed: [CloseReason | 'left' | 'refused']
  /** Somebody came, or has another label. */
  peerJoined: [PeerInfo]
  peerLeft: [peerId: string]
  trackAdded: [RemoteTrack]
  /** It was muted or unmuted at its source. */
  trackChanged: [RemoteTrack]
  trackRemoved: [RemoteTrack]
  localAdded: [LocalTrack]
  localChanged: [LocalTrack]
  /** `ended`: by the device or the browser's own button. `revoked`: the right was withdrawn. */
  localRemoved: [LocalTrack, LocalEnd]
  /** What we may send. */
  rights: [MediaSource[]]
  /** Who speaks above the others; stays until somebody else does. */
  activeSpeaker: [peerId: string]
  /** Who is heard now, loudest first, in dBov. */
  levels: [{ peerId: string; level: number }[]]
}
