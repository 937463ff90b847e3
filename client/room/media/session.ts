import { Device } from 'mediasoup-client'
import { EnhancedEventEmitter } from 'mediasoup-client/enhancedEvents'
import type { MediaRights, MediaSource } from '../../../protocol/media-grant.ts'
import type { CloseReason, MediaOutput, NoticeMessage, Watched } from '../../../protocol/media.ts'
import { capture, type CaptureResult } from './capture.ts'
import { createConnecting, type Access } from './connecting.ts'
import type { MediaSession, MediaSessionOptions, SessionEvents, SessionState, StartOptions } from './contract.ts'
import { createPublishing } from './publishing.ts'
import { createReceiving } from './receiving.ts'
import { createRoster } from './roster.ts'
import { MediaRequestError, type Signalling } from './signalling.ts'
import { steady } from './steadying.ts'
import { createTransports } from './transports.ts'
import { onWaking } from './waking.ts'

const MEDIA_RETRY_MS = 1_000
/** Longer than the next session takes to come in, by which the node closes this one; without any it counts as cut off then. */
const HAND_OVER_MS = 10_000

/** Joins at once and stays joined over cuts until it is left. */
export function createMediaSession({ requestGrant, origin = location.origin, ways = {} }: MediaSessionOptions): MediaSession {
  const events = new EnhancedEventEmitter<SessionEvents>()
  let state: SessionState = 'connecting'
  let device: Device | undefined
  let signalling: Signalling | undefined
  let held: { nodeId: string; resumeKey: string } | undefined
  let iceServers: Access['iceServers'] = []
  let rights: MediaRights | undefined
  let ownPeerId: string | undefined
  let view: Watched[] = []
  let handedOver = false

  const roster = createRoster({
    joined: (peer) => events.safeEmit('peerJoined', peer),
    left: (peerId) => events.safeEmit('peerLeft', peerId),
    quality: (peerId, quality) => events.safeEmit('quality', peerId, quality),
  })
  const receiving = createReceiving({
    added: (media) => events.safeEmit('remoteAdded', media),
    changed: (media) => events.safeEmit('remoteChanged', media),
    removed: (media) => events.safeEmit('remoteRemoved', media),
  })
  const publishing = createPublishing({
    added: (track) => events.safeEmit('localAdded', track),
    changed: (track) => events.safeEmit('localChanged', track),
    mutedByOrder: (track) => events.safeEmit('mutedByOrder', track),
    removed(track, why) {
      events.safeEmit('localRemoved', track, why)
      if (track.source === 'screen') publishing.remove('screenAudio', why)
    },
  })
  const transports = createTransports({
    device: () => there(device), signalling: () => there(signalling), iceServers: () => iceServers, ways,
    broken: () => void remakeMedia(),
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

  async function join(opened: Signalling, access: Access): Promise<void> {
    const { nodeId, routerRtpCapabilities } = opened.welcome
    const resumable = held?.nodeId === nodeId ? held : undefined
    if (!device || !resumable) {
      device = await Device.factory()
      await device.load({ routerRtpCapabilities: routerRtpCapabilities as Parameters<Device['load']>[0]['routerRtpCapabilities'] })
    }
    if (isClosed()) return opened.close()
    const answer = await opened.request('join', {
      grant: access.grant,
      rtpCapabilities: device.recvRtpCapabilities as typeof routerRtpCapabilities,
      ...(resumable ? { resumeKey: resumable.resumeKey } : {}),
    })
    if (isClosed()) return part(opened)
    signalling = opened
    iceServers = access.iceServers
    ownPeerId = answer.peerId
    held = { nodeId, resumeKey: answer.resumeKey }
    roster.meet(answer.peers)
    allow(answer.rights)
    if (answer.resumed) transports.keepOnly(answer.transportIds)
    else resetMedia()
    receiving.sent(answer.producers)
    setState('connected')
    void makeMedia(answer)
  }

  /** Brings view, transports, sending and receiving to where they should be. What the node held is in `answer`. */
  async function makeMedia(answer: Pick<MediaOutput<'join'>, 'producerIds' | 'consumers'>): Promise<void> {
    const at = signalling
    if (!at) return
    tellView()
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
    if (isClosed()) return
    switch (message.notice) {
      case 'newConsumers': {
        const transport = transports.existing('receive')
        if (transport && signalling) receiving.add(message.data.consumers, transport, signalling).catch(() => undefined)
        return
      }
      case 'consumerClosed': return receiving.consumerClosed(message.data.consumerId)
      case 'consumerLayer': return receiving.layer(message.data.consumerId, message.data.layer)
      case 'producerAdded': return receiving.producerAdded(message.data)
      case 'producerRemoved': return receiving.producerRemoved(message.data.producerId)
      case 'producerPaused': return receiving.producerPaused(message.data.producerId, true)
      case 'producerResumed': return receiving.producerPaused(message.data.producerId, false)
      case 'ownProducerClosed': return publishing.producerClosed(message.data.producerId, message.data.why)
      case 'ownProducerMuted': return publishing.producerMuted(message.data.producerId)
      case 'rightsChanged': return allow(message.data.rights)
      case 'said': return void events.safeEmit('said', message.data.peerId, message.data.channel, message.data.text)
      case 'quality': return roster.setQuality(message.data.peerId, message.data.quality)
      case 'peerJoined': return roster.joined(message.data)
      case 'peerLeft': return roster.left(message.data.peerId)
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

  function allow(given: MediaRights): void {
    rights = given
    publishing.allow(given.publish)
    events.safeEmit('rights', given)
  }

  const mayNot = (source: MediaSource) => rights !== undefined && !rights.publish.includes(source)
  const isClosed = () => state === 'closed'
  const tellView = () => void signalling?.request('setView', { watched: view }).catch(() => undefined)

  async function start(source: 'microphone' | 'camera' | 'screen', options: StartOptions = {}): Promise<CaptureResult> {
    const { muted, signal, ...how } = options
    if (mayNot(source)) return { ok: false, problem: 'notAllowed' }
    const captured = await capture(source, how)
    if (!captured.ok) return captured
    for (const [of, track] of captured.tracks) {
      if (isClosed() || mayNot(of) || signal?.aborted) track.release()
      else publishing.set(of, track, muted ?? publishing.track(of)?.muted ?? false)
    }
    return mayNot(source) ? { ok: false, problem: 'notAllowed' } : { ok: true }
  }

  function end(reason: SessionEvents['closed'][0]): void {
    if (isClosed()) return
    connecting.stop()
    stopWaking()
    stopSteadying()
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
    if (!handedOver) from.request('leave', {}).catch(() => undefined)
    from.close()
  }

  const stopWaking = onWaking(() => {
    connecting.hurry()
    signalling?.prove()
    transports.renew()
  })
  const stopSteadying = steady(() => transports.existing('receive'), receiving.wait)
  connecting.start()

  return {
    events,
    state: () => state,
    ownPeerId: () => ownPeerId,
    peers: roster.peers,
    quality: roster.quality,
    remoteMedia: receiving.media,
    localTracks: publishing.tracks,
    rights: () => rights,
    start,
    startScreen: (signal) => start('screen', { signal }),
    publish: (source, track, muted = false) => publishing.set(source, { track, release: () => track.stop() }, muted),
    mute: (source) => publishing.mute(source, true),
    unmute: (source) => publishing.mute(source, false),
    stop: (source) => publishing.remove(source, 'stopped'),
    setView(watched) {
      view = watched
      receiving.watch(watched)
      tellView()
    },
    say: (channel, text) => void signalling?.request('say', { channel, text }).catch(() => undefined),
    handOver() {
      handedOver = true
      const from = signalling
      signalling = undefined
      end('left')
      if (from) setTimeout(() => from.close(), HAND_OVER_MS)
    },
    leave() {
      if (signalling) part(signalling)
      end('left')
    },
  }
}
