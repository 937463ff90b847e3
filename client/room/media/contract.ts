import type { EnhancedEventEmitter } from 'mediasoup-client/enhancedEvents'
import type { DataChannel, MediaRights, MediaSource } from '../../../protocol/media-grant.ts'
import type { CloseReason, PeerInfo, Quality, Watched } from '../../../protocol/media.ts'
import type { CaptureOptions, CaptureResult } from './capture.ts'
import type { Access } from './connecting.ts'
import type { Ways } from './transports.ts'

/** `reconnecting`: the signalling is lost and being made again; media goes on meanwhile. */
export type SessionState = 'connecting' | 'connected' | 'reconnecting' | 'closed'

/** Something that another peer sends, whether or not it is received. */
export interface RemoteMedia {
  producerId: string
  peerId: string
  source: MediaSource
  /** Muted at its source. */
  paused: boolean
  /** Null until it is received. A picture that is watched no longer keeps its track, which then stands still. */
  track: MediaStreamTrack | null
  /** The simulcast layer that arrives; null: none at the moment; undefined: not told (since it is watched). */
  layer: number | null | undefined
  /** Named by the latest `setView`. Sound is received by itself. */
  watched: boolean
}

/** Something that we send, or would send as soon as we are connected. */
export interface LocalTrack {
  source: MediaSource
  track: MediaStreamTrack
  muted: boolean
}

/**
 * Why something that we sent has ended. `ended`: by the device or the browser's own button. `revoked`: the right was
 * withdrawn. `notAllowed`: it was wished before joining, and the grant does not give it. `stoppedByOrder`: the chair stopped
 * it. `screenTaken`: somebody else shares a screen.
 */
export type LocalEnd = 'stopped' | 'ended' | 'revoked' | 'notAllowed' | 'stoppedByOrder' | 'screenTaken'

/** What a session tells; the arguments of each event. */
export type SessionEvents = {
  state: [SessionState]
  /** Ended for good; nothing follows. `refused`: no grant was given. */
  closed: [CloseReason | 'left' | 'refused']
  /** Somebody came, or has another label. */
  peerJoined: [PeerInfo]
  peerLeft: [peerId: string]
  /** What a peer sends reaches the node better or worse than before. */
  quality: [peerId: string, quality: Quality]
  remoteAdded: [RemoteMedia]
  /** Any field of it. */
  remoteChanged: [RemoteMedia]
  remoteRemoved: [RemoteMedia]
  localAdded: [LocalTrack]
  localChanged: [LocalTrack]
  /** Our microphone was muted by order of the chair (`localChanged` was told before). */
  mutedByOrder: [LocalTrack]
  localRemoved: [LocalTrack, LocalEnd]
  rights: [MediaRights]
  /** Who speaks above the others; stays until somebody else does. */
  activeSpeaker: [peerId: string]
  /** Who is heard now, loudest first, in dBov. */
  levels: [{ peerId: string; level: number }[]]
  said: [peerId: string, channel: DataChannel, text: string]
}

export interface MediaSessionOptions {
  /**
   * Asks the server for a grant: at the start and after each loss of the signalling. Null ends the session (`refused`);
   * a rejection is tried again with growing pauses.
   */
  requestGrant(): Promise<Access | null>
  /** Where `path` lies; default: this page's origin. */
  origin?: string
  ways?: Ways
}

export interface StartOptions extends CaptureOptions {
  /** Default: as the device is that it replaces; else not. */
  muted?: boolean | undefined
  /** What is aborted before the device is open is not sent. */
  signal?: AbortSignal | undefined
}

/** Being in a room: what one sends, what one receives, and who else is there. Ends with `leave`, or the event `closed`. */
export interface MediaSession {
  events: EnhancedEventEmitter<SessionEvents>
  state(): SessionState
  /** As what the node knows us; undefined before the first connection. */
  ownPeerId(): string | undefined
  /** The others. */
  peers(): PeerInfo[]
  quality(peerId: string): Quality
  remoteMedia(): RemoteMedia[]
  localTracks(): LocalTrack[]
  /** Undefined before the first connection. */
  rights(): MediaRights | undefined
  /** Captures and sends, or replaces the device in use. Works before the connection stands: it is sent as soon as it does. */
  start(source: 'microphone' | 'camera', options?: StartOptions): Promise<CaptureResult>
  /** Shares a screen, with its sound if the browser gives it and the grant allows it. */
  startScreen(signal?: AbortSignal): Promise<CaptureResult>
  /** Sends a track that was captured elsewhere. The session stops it when it ends. */
  publish(source: MediaSource, track: MediaStreamTrack, muted?: boolean): void
  /** Takes effect at once, before the node answers. The device stays open. */
  mute(source: MediaSource): void
  unmute(source: MediaSource): void
  /** Ends sending and lets go of the device. */
  stop(source: MediaSource): void
  /** Which pictures to receive, whole; at first none. Kept over cuts. */
  setView(watched: Watched[]): void
  /** Passed on to the others if there is a connection and the right; else nothing happens. */
  say(channel: DataChannel, text: string): void
  /**
   * Ends here without a farewell, for another session of the same peer that joins next and takes its place: to everybody
   * else one has never been away.
   */
  handOver(): void
  leave(): void
}
