import datachannel, { type PeerConnection, type Track } from 'node-datachannel'
import { mediaAddress } from '../address.ts'
import { soleSectionSdp, transportOfSdp, type TransportInfo } from './sdp.ts'

/** A real ICE, DTLS and SRTP endpoint. What it sends and receives is whole RTP and RTCP packets. */
export interface MediaPeer {
  send(packet: Buffer): void
  close(): void
}

const ADDRESS = mediaAddress()
const CONNECT_WITHIN_MS = 15_000

function createConnection(): PeerConnection {
  return new datachannel.PeerConnection('bench', {
    iceServers: [], bindAddress: ADDRESS, disableAutoNegotiation: true, forceMediaTransport: true,
  })
}

/** Resolves when the local candidates are known, to the local transport. */
function described(connection: PeerConnection, type: 'offer' | 'answer'): Promise<TransportInfo> {
  return new Promise((resolve) => {
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') resolve(transportOfSdp(connection.localDescription()?.sdp ?? ''))
    })
    connection.setLocalDescription(type === 'offer' ? 'offer' : 'answer')
  })
}

function connected(connection: PeerConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not connected: ${connection.state()}, ICE ${connection.iceState()}`)), CONNECT_WITHIN_MS)
    connection.onStateChange((state) => {
      if (state === 'connected') {
        clearTimeout(timer)
        resolve()
      } else if (state === 'failed') reject(new Error('connection failed'))
    })
  })
}

function opened(track: Track): Promise<void> {
  return new Promise((resolve) => {
    track.onOpen(resolve)
    if (track.isOpen()) resolve()
  })
}

function asPeer(connection: PeerConnection, track: Track): MediaPeer {
  return {
    // The other side may close at any time.
    send: (packet) => void (track.isOpen() && track.sendMessageBinary(packet)),
    close() {
      track.close()
      connection.close()
    },
  }
}

/**
 * Connects to a side whose transport is known; we are the active side of DTLS. `tell` gives that side our own transport.
 * Without `onPacket` packets are received and decrypted, and go no further.
 */
export async function connectKnown(options: {
  remote: TransportInfo
  direction: 'send' | 'receive'
  tell(local: TransportInfo): Promise<unknown>
  onPacket?: (packet: Buffer) => void
}): Promise<MediaPeer> {
  const connection = createConnection()
  const tracked = new Promise<Track>((resolve) => connection.onTrack(resolve))
  const theirs = options.direction === 'send' ? 'recvonly' : 'sendonly'
  const whenConnected = connected(connection)
  whenConnected.catch(() => undefined)
  connection.setRemoteDescription(soleSectionSdp(options.remote, theirs, 'actpass'), 'offer')
  const local = await described(connection, 'answer')
  const track = await tracked
  if (options.onPacket) track.onMessage(options.onPacket)
  await options.tell(local)
  await Promise.all([whenConnected, opened(track)])
  return asPeer(connection, track)
}

/** Connects to a side that must first be told our transport, and then tells its own. We send, and are the active side of DTLS. */
export async function connectOffering(ask: (local: TransportInfo) => Promise<TransportInfo>): Promise<MediaPeer> {
  const connection = createConnection()
  const media = new datachannel.Video('0', 'SendOnly')
  media.addVP8Codec(96)
  const track = connection.addTrack(media)
  const whenConnected = connected(connection)
  whenConnected.catch(() => undefined)
  const remote = await ask(await described(connection, 'offer'))
  connection.setRemoteDescription(soleSectionSdp(remote, 'recvonly', 'passive'), 'answer')
  await Promise.all([whenConnected, opened(track)])
  return asPeer(connection, track)
}

/** Calls `found` with the SRTP profile of every connection that this process makes from now on. */
export function watchSrtpProfiles(found: (profile: string) => void): void {
  datachannel.initLogger('Debug', (_level, message) => {
    const profile = /SRTP profile is: (\S+)/.exec(message)?.[1]
    if (profile) found(profile)
  })
}
