import { Device } from 'mediasoup-client'
import { EnhancedEventEmitter } from 'mediasoup-client/enhancedEvents'
import type { MediaSource } from '../../../protocol/media-grant.ts'
import type { CloseReason, MediaOutput, NoticeMessage, PeerInfo } from '../../../protocol/media.ts'
import { createConnecting, type Access } from './connecting.ts'
import { capture, type CaptureResult } from './devices.ts'
import type { LocalTrack, RemoteTrack, SessionEvents, SessionState } from './events.ts'
import { createPublishing } from './publishing.ts'
import { createReceiving } from './receiving.ts'
import { MediaRequestError, type Signalling } from './signalling.ts'
import { createTransports } from './transports.ts'

export interface MediaSessionOptions {
  /**
   * Asks the server for a grant: at the start and after each loss of the signalling. Null ends the session (`refused`);
   * a rejection is tried again with growing pauses.
   */
  requestGrant(): Promise<Access | null>
  /** Where `path` lies; default: this page's origin. */
  origin?: string
}

/** Being in a room: what one sends, what one receives, and who else is there. Ends with `leave`, or the event `closed`. */
export interface MediaSession {
  events: EnhancedEventEmitter<SessionEvents>
  state(): SessionState
  /** As what the node knows us; undefined before the first connection. */
  ownPeerId(): string | undefined
  /** The others. */
  peers(): PeerInfo[]
  remoteTracks(): RemoteTrack[]
  localTracks(): LocalTrack[]
  /** What may be sent; undefined before the first connection. */
  rights(): MediaSource[] | undefined
  /** Captures and sends, or replaces the device in use. Works before the connection stands: it is sent as soon as it does. */
  start(source: 'microphone' | 'camera', options?: { deviceId?: string; muted?: boolean }): Promise<CaptureResult>
  /** Shares a screen, with its sound if the browser gives it and the grant allows it. */
  startScreen(): Promise<CaptureResult>
  /** Sends a track that was captured elsewhere, such as the preview's. The session stops it when it ends. */
  publish(source: MediaSource, track: MediaStreamTrack, muted?: boolean): void
  /** Takes effect at once, before the node answers. The device stays open. */
  mute(source: MediaSource): void
  unmute(source: MediaSource): void
  /** Ends sending and lets go of the device. */
  stop(source: MediaSource): void
  leave(): void
}

const MEDIA_RETRY_MS = 1_000

type OwnDevice = 'microphone' | 'camera' | 'screen'

/** Joins at once and stays joined over cuts until it is left. */
export function createMediaSession({ requestGrant, origin = location.origin }: MediaSessionOptions): MediaSession {
  const events = new EnhancedEventEmitter<SessionEvents>()
  const peers = new Map<string, PeerInfo>()
  let state: SessionState = 'connecting'
  let device: Device | undefined
  let signalling: Signalling | undefined
  let held: { nodeId: string; resumeKey: string } | undefined
  let rights: MediaSource[] | undefined
  let ownPeerId: string | undefined

  const receiving = createReceiving({
    added: (track) => events.safeEmit('trackAdded', track),
    changed: (track) => events.safeEmit('trackChanged', track),
    removed: (track) => events.safeEmit('trackRemoved', track),
  })
  const publishing = createPublishing({
    added: (track) => events.safeEmit('localAdded', track),
    changed: (track) => events.safeEmit('localChanged', track),
    removed(track, why) {
      events.safeEmit('localRemoved', track, why)
      if (track.source === 'screen') publishing.remove('screenAudio', why)
    },
  })
  const transports = createTransports({
    device: () => there(device), signalling: () => there(signalling), broken: () => void remakeMedia(),
  })
  const connecting = createConnecting({ origin, requestGrant, join, notice: receive, lost, refused: () => end('refused') })

  function there<T>(what: T | undefined): T {
    if (!what) throw new MediaRequestError('signallingLost')
    return what
  }

  function setState(next: SessionState): void {
    if (state === next || state === 'closed') return
    state = next
    events.safeEmit('state', next)
  }

  async function join(opened: Signalling, grant: string): Promise<void> {
    const { nodeId, routerRtpCapabilities } = opened.welcome
    const resumable = held?.nodeId === nodeId ? held : undefined
    if (!device || !resumable) {
      device = await Device.factory()
      await device.load({ routerRtpCapabilities: routerRtpCapabilities as Parameters<Device['load']>[0]['routerRtpCapabilities'] })
    }
    if (isClosed()) return opened.close()
    const answer = await opened.request('join', {
      grant,
      rtpCapabilities: device.recvRtpCapabilities as typeof routerRtpCapabilities,
      ...(resumable ? { resumeKey: resumable.resumeKey } : {}),
    })
    if (isClosed()) return part(opened)
    signalling = opened
    ownPeerId = answer.peerId
    held = { nodeId, resumeKey: answer.resumeKey }
    meet(answer.peers)
    allow(answer.publish)
    if (answer.resumed) transports.keepOnly(answer.transportIds)
    else resetMedia()
    setState('connected')
    void makeMedia(answer)
  }

  /** Brings transports, sending and receiving to where they should be. What the node held is in `answer`. */
  async function makeMedia(answer: Pick<MediaOutput<'join'>, 'producerIds' | 'consumers'>): Promise<void> {
    const at = signalling
    if (!at) return
    if (!transports.existing('send')) publishing.reset()
    const kept = transports.existing('send') ? answer.producerIds : []
    publishing.connected({ signalling: at, transport: () => transports.get('send') }, kept)
    try {
      const there = transports.existing('receive')
      if (there) return await receiving.replaceAll(answer.consumers, there, at)
      receiving.clear()
      await transports.get('receive')
    } catch (error) {
      if (at !== signalling || (error instanceof MediaRequestError && error.code === 'signallingLost')) return
      // A worker that is being replaced; the node also says `mediaReset` when it is.
      setTimeout(() => { if (at === signalling && !transports.existing('receive')) void remakeMedia() }, MEDIA_RETRY_MS)
    }
  }

  function resetMedia(): void {
    receiving.clear()
    publishing.reset()
    transports.reset()
  }

  async function remakeMedia(): Promise<void> {
    resetMedia()
    await makeMedia({ producerIds: [], consumers: [] })
  }

  function lost(which: Signalling): void {
    if (which !== signalling || isClosed()) return
    signalling = undefined
    publishing.disconnected()
    setState('reconnecting')
    connecting.start()
  }

  function receive(message: NoticeMessage): void {
    switch (message.notice) {
      case 'newConsumers': {
        const transport = transports.existing('receive')
        if (transport && signalling) receiving.add(message.data.consumers, transport, signalling).catch(() => undefined)
        return
      }
      case 'consumerClosed': return receiving.closed(message.data.consumerId)
      case 'consumerPaused': return receiving.paused(message.data.consumerId, true)
      case 'consumerResumed': return receiving.paused(message.data.consumerId, false)
      case 'producerClosed': return publishing.producerClosed(message.data.producerId)
      case 'grantChanged': return allow(message.data.publish)
      case 'peerJoined': return greet(message.data)
      case 'peerLeft': return parted(message.data.peerId)
      case 'activeSpeaker': return void events.safeEmit('activeSpeaker', message.data.peerId)
      case 'audioLevels': return void events.safeEmit('levels', message.data.levels)
      case 'mediaReset': return void remakeMedia()
      case 'closed': return dismissed(message.data.reason)
      case 'welcome':
      case 'heartbeat': return
    }
  }

  function dismissed(reason: CloseReason): void {
    if (reason !== 'nodeStopping') return end(reason)
    const at = signalling
    at?.close()
    if (at) lost(at)
  }

  function greet(peer: PeerInfo): void {
    if (peers.get(peer.peerId)?.label === peer.label) return
    peers.set(peer.peerId, peer)
    events.safeEmit('peerJoined', peer)
  }

  function parted(peerId: string): void {
    if (peers.delete(peerId)) events.safeEmit('peerLeft', peerId)
  }

  function meet(present: PeerInfo[]): void {
    const ids = new Set(present.map((peer) => peer.peerId))
    for (const peerId of [...peers.keys()]) if (!ids.has(peerId)) parted(peerId)
    for (const peer of present) greet(peer)
  }

  function allow(sources: MediaSource[]): void {
    rights = sources
    publishing.allow(sources)
    events.safeEmit('rights', sources)
  }

  const mayNot = (source: MediaSource) => rights !== undefined && !rights.includes(source)
  const isClosed = () => state === 'closed'

  async function start(source: OwnDevice, deviceId: string | undefined, muted: boolean): Promise<CaptureResult> {
    if (mayNot(source)) return { ok: false, problem: 'notAllowed' }
    const captured = await capture(source, deviceId)
    if (!captured.ok) return captured
    for (const [of, track] of captured.tracks) {
      if (isClosed() || mayNot(of)) track.stop()
      else publishing.set(of, track, muted)
    }
    return mayNot(source) ? { ok: false, problem: 'notAllowed' } : { ok: true }
  }

  function end(reason: SessionEvents['closed'][0]): void {
    if (isClosed()) return
    connecting.stop()
    removeEventListener('online', connecting.hurry)
    publishing.close()
    receiving.clear()
    transports.reset()
    signalling?.close()
    signalling = undefined
    setState('closed')
    events.safeEmit('closed', reason)
  }

  /** The farewell is on its way before the connection closes; whoever cannot say it is gone after the grace. */
  function part(from: Signalling): void {
    from.request('leave', {}).catch(() => undefined)
    from.close()
  }

  addEventListener('online', connecting.hurry)
  connecting.start()

  return {
    events,
    state: () => state,
    ownPeerId: () => ownPeerId,
    peers: () => [...peers.values()],
    remoteTracks: receiving.tracks,
    localTracks: publishing.tracks,
    rights: () => rights,
    start: (source, { deviceId, muted = false } = {}) => start(source, deviceId, muted),
    startScreen: () => start('screen', undefined, false),
    publish: (source, track, muted = false) => publishing.set(source, track, muted),
    mute: (source) => publishing.mute(source, true),
    unmute: (source) => publishing.mute(source, false),
    stop: (source) => publishing.remove(source, 'stopped'),
    leave() {
      if (signalling) part(signalling)
      end('left')
    },
  }
}
