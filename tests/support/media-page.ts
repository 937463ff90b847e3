import { createMediaSession, type MediaSession } from '../../client/room/media/session.ts'
import type { RemoteTrack } from '../../client/room/media/events.ts'

/** What the test's page offers: the product's own media session, and measurements of what arrives. */
declare global {
  interface Window {
    join(room: string, peer: string): void
    session: MediaSession
    told: string[]
    /** Frames presented so far, by `<peer>/<source>`. */
    presented: Record<string, number>
    /** Energy of the sound received so far, by `<peer>/<source>` (getStats). */
    energy(): Promise<Record<string, number>>
    connections: RTCPeerConnection[]
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
const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = (wish) =>
  capture(wish?.video ? { video: { width: 640, height: 360, frameRate: 8 } } : wish)

window.told = []
window.presented = {}
const elements = new Map<MediaStreamTrack, HTMLMediaElement>()
const nameOf = ({ peerId, source }: RemoteTrack) => `${peerId}/${source}`

function show(remote: RemoteTrack): void {
  const element = document.createElement(remote.track.kind === 'video' ? 'video' : 'audio')
  element.autoplay = true
  element.srcObject = new MediaStream([remote.track])
  document.body.append(element)
  elements.set(remote.track, element)
  if (!(element instanceof HTMLVideoElement)) return
  element.muted = true
  const count: VideoFrameRequestCallback = () => {
    window.presented[nameOf(remote)] = (window.presented[nameOf(remote)] ?? 0) + 1
    element.requestVideoFrameCallback(count)
  }
  element.requestVideoFrameCallback(count)
}

window.energy = async () => {
  const byTrack: Record<string, number> = {}
  for (const connection of window.connections) {
    for (const report of (await connection.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'audio') byTrack[report.trackIdentifier] = report.totalAudioEnergy
    }
  }
  return Object.fromEntries(window.session.remoteTracks()
    .filter(({ track }) => track.kind === 'audio')
    .map((remote) => [nameOf(remote), byTrack[remote.track.id] ?? 0]))
}

window.join = (room, peer) => {
  window.session = createMediaSession({
    async requestGrant() {
      const answer = await fetch(`/grant?room=${room}&peer=${peer}`, { method: 'POST' })
      if (answer.status === 403) return null
      if (!answer.ok) throw new Error(`grant: ${answer.status}`)
      return answer.json()
    },
  })
  const { events } = window.session
  events.on('state', (state) => window.told.push(`state ${state}`))
  events.on('closed', (reason) => window.told.push(`closed ${reason}`))
  events.on('peerJoined', ({ peerId, label }) => window.told.push(`joined ${peerId} ${label}`))
  events.on('peerLeft', (peerId) => window.told.push(`left ${peerId}`))
  events.on('localRemoved', ({ source }, why) => window.told.push(`${source} ${why}`))
  events.on('activeSpeaker', (peerId) => window.told.push(`speaks ${peerId}`))
  events.on('trackChanged', (remote) => window.told.push(`${nameOf(remote)} ${remote.paused ? 'paused' : 'resumed'}`))
  events.on('trackAdded', show)
  events.on('trackRemoved', (remote) => {
    elements.get(remote.track)?.remove()
    elements.delete(remote.track)
  })
}
