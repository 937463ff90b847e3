import { watch } from 'vue'
import { blurBackground } from '../../client/room/media/blur.ts'
import type { MediaSession, RemoteMedia } from '../../client/room/media/contract.ts'
import type { CaptureResult } from '../../client/room/media/capture.ts'
import type { Access } from '../../client/room/media/connecting.ts'
import { watchMutedSpeech } from '../../client/room/media/muted-speech.ts'
import { createConnectionCheck, type ConnectionReport } from '../../client/room/media/probe-check.ts'
import { createMediaSession } from '../../client/room/media/session.ts'
import type { Ways } from '../../client/room/media/transports.ts'
import { createViewing } from '../../client/room/media/viewing.ts'

/** What the test's page offers: the product's own media session, and measurements of what arrives. */
declare global {
  interface Window {
    join(room: string, peer: string, ways?: Ways): void
    session: MediaSession
    told: string[]
    /** How the fake camera is captured. */
    camera: MediaTrackConstraints
    /** How wide pictures are seen, by `<peer>/<source>`; 0 is not at all. Default 960. */
    see(widths: Record<string, number>): void
    /** Frames presented so far, by `<peer>/<source>`. */
    presented: Record<string, number>
    /** Width of the frame presented last. */
    width: Record<string, number>
    /** Energy of the sound (or its bytes, or those of a picture) received so far, by `<peer>/<source>` (getStats). */
    energy(): Promise<Record<string, number>>
    bytes(): Promise<Record<string, number>>
    connections: RTCPeerConnection[]
    /** Starts the camera with a blurred background. */
    startBlurred(): Promise<CaptureResult>
    /** Whether somebody is heard to speak into our muted microphone, from now on. */
    speaksMuted(): Promise<boolean>
    /** Checks the connection in a room of its own. */
    check(room: string): Promise<ConnectionReport>
  }
}

window.connections = []
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    window.connections.push(this)
  }
}
// Small and slow pictures, so that several browsers fit on one machine.
window.camera = { width: 640, height: 360, frameRate: 8 }
if (isSecureContext) {
  const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = (wish) => capture(wish?.video ? { video: window.camera } : wish)
}

window.told = []
window.presented = {}
window.width = {}
let widths: Record<string, number> = {}
const elements = new Map<MediaStreamTrack, HTMLMediaElement>()
const nameOf = ({ peerId, source }: RemoteMedia) => `${peerId}/${source}`

function show(remote: RemoteMedia, track: MediaStreamTrack): void {
  const element = document.createElement(track.kind === 'video' ? 'video' : 'audio')
  element.autoplay = true
  element.srcObject = new MediaStream([track])
  document.body.append(element)
  elements.set(track, element)
  track.addEventListener('ended', () => hide(track))
  if (!(element instanceof HTMLVideoElement)) return
  element.muted = true
  const count: VideoFrameRequestCallback = (_now, frame) => {
    window.presented[nameOf(remote)] = (window.presented[nameOf(remote)] ?? 0) + 1
    window.width[nameOf(remote)] = frame.width
    element.requestVideoFrameCallback(count)
  }
  element.requestVideoFrameCallback(count)
}

function hide(track: MediaStreamTrack): void {
  elements.get(track)?.remove()
  elements.delete(track)
}

/** A statistic of what is received, by what it belongs to. */
async function received(field: 'totalAudioEnergy' | 'bytesReceived'): Promise<Record<string, number>> {
  const byTrack: Record<string, number> = {}
  for (const connection of window.connections) {
    for (const report of (await connection.getStats()).values()) {
      if (report.type === 'inbound-rtp') byTrack[report.trackIdentifier] = report[field]
    }
  }
  return Object.fromEntries(window.session.remoteMedia()
    .flatMap((remote) => (remote.track ? [[nameOf(remote), byTrack[remote.track.id] ?? 0]] : [])))
}
window.energy = () => received('totalAudioEnergy')
window.bytes = () => received('bytesReceived')

window.startBlurred = () => window.session.start('camera', { filter: blurBackground })

window.speaksMuted = () => new Promise((resolve) => {
  const microphone = window.session.localTracks().find(({ source, muted }) => source === 'microphone' && muted)
  if (!microphone) return resolve(false)
  setTimeout(() => resolve(false), 5_000)
  watchMutedSpeech(microphone.track, resolve)
})

const askForWay = async (room: string, peer: string) => {
  const answer = await fetch(`/grant?room=${room}&peer=${peer}`, { method: 'POST' })
  return await answer.json() as Access
}

window.check = (room) => new Promise((resolve) => {
  const { report } = createConnectionCheck(() => Promise.all([askForWay(room, 'sender'), askForWay(room, 'receiver')]))
  watch(report, (now) => { if (!now.running) resolve(now) })
})

window.join = (room, peer, ways = {}) => {
  window.session = createMediaSession({
    ways,
    async requestGrant() {
      const answer = await fetch(`/grant?room=${room}&peer=${peer}`, { method: 'POST' })
      if (answer.status === 403) return null
      if (!answer.ok) throw new Error(`grant: ${answer.status}`)
      return answer.json()
    },
  })
  const { events } = window.session
  const viewing = createViewing({
    seen: () => window.session.remoteMedia()
      .filter(({ source }) => source === 'camera' || source === 'screen')
      .map((remote) => ({ producerId: remote.producerId, width: widths[nameOf(remote)] ?? 960 }))
      .filter(({ width }) => width > 0),
    tell: window.session.setView,
  })
  window.see = (given) => {
    widths = given
    viewing.changed()
  }
  events.on('state', (state) => window.told.push(`state ${state}`))
  events.on('closed', (reason) => window.told.push(`closed ${reason}`))
  events.on('peerJoined', ({ peerId, label }) => window.told.push(`joined ${peerId} ${label}`))
  events.on('peerLeft', (peerId) => window.told.push(`left ${peerId}`))
  events.on('localRemoved', ({ source }, why) => window.told.push(`${source} ${why}`))
  events.on('mutedByOrder', ({ source }) => window.told.push(`${source} mutedByOrder`))
  events.on('activeSpeaker', (peerId) => window.told.push(`speaks ${peerId}`))
  events.on('said', (peerId, channel, text) => window.told.push(`${channel} of ${peerId}: ${text}`))
  const paused = new Map<RemoteMedia, boolean>()
  events.on('remoteAdded', (remote) => {
    paused.set(remote, remote.paused)
    viewing.changed()
  })
  events.on('remoteChanged', (remote) => {
    if (paused.get(remote) !== remote.paused) window.told.push(`${nameOf(remote)} ${remote.paused ? 'paused' : 'resumed'}`)
    paused.set(remote, remote.paused)
    for (const track of elements.keys()) if (track.readyState === 'ended') hide(track)
    if (remote.track && !elements.has(remote.track)) show(remote, remote.track)
  })
  events.on('remoteRemoved', (remote) => {
    viewing.changed()
    if (remote.track) hide(remote.track)
    for (const track of elements.keys()) if (track.readyState === 'ended') hide(track)
  })
}
