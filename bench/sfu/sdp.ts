import type { DtlsParameters, IceCandidate, IceParameters } from '../../protocol/rtp.ts'
import { AUDIO_LEVEL, OPUS, VP8, type StreamPlan } from './traffic.ts'

/** One side's ICE and DTLS: all that two peers need of each other's SDP to be connected. */
export interface TransportInfo {
  usernameFragment: string
  password: string
  iceLite: boolean
  fingerprint: DtlsParameters['fingerprints'][number]
  /** Values of `a=candidate` lines: UDP over IPv4 alone. */
  candidates: string[]
}

export function transportOfParameters(given: {
  iceParameters: IceParameters
  iceCandidates: IceCandidate[]
  dtlsParameters: DtlsParameters
}): TransportInfo {
  const { iceParameters, iceCandidates, dtlsParameters } = given
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === 'sha-256')
  if (!fingerprint) throw new Error('no sha-256 fingerprint')
  return {
    usernameFragment: iceParameters.usernameFragment,
    password: iceParameters.password,
    iceLite: iceParameters.iceLite ?? false,
    fingerprint,
    candidates: iceCandidates.filter(({ protocol }) => protocol === 'udp').map((one) =>
      `${one.foundation} 1 udp ${one.priority} ${one.address} ${one.port} typ ${one.type}`),
  }
}

/** Reads the transport of a bundled SDP, whose sections all say the same. */
export function transportOfSdp(sdp: string): TransportInfo {
  const value = (pattern: RegExp): string => {
    const found = pattern.exec(sdp)?.[1]
    if (found === undefined) throw new Error(`SDP without ${pattern}`)
    return found.trim()
  }
  return {
    usernameFragment: value(/^a=ice-ufrag:(.+)$/m),
    password: value(/^a=ice-pwd:(.+)$/m),
    iceLite: /^a=ice-lite/m.test(sdp),
    fingerprint: { algorithm: 'sha-256', value: value(/^a=fingerprint:sha-256 (.+)$/mi) },
    candidates: [...new Set([...sdp.matchAll(/^a=candidate:(.+?)\r?$/gm)].map((match) => match[1] ?? ''))]
      .filter((candidate) => / udp \d+ [\d.]+ /i.test(candidate)),
  }
}

type Setup = 'active' | 'passive' | 'actpass'

function session(transport: TransportInfo, mids: string[]): string[] {
  return [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${mids.join(' ')}`, 'a=msid-semantic: WMS *',
    ...(transport.iceLite ? ['a=ice-lite'] : []),
  ]
}

function connection(transport: TransportInfo, setup: Setup): string[] {
  return [
    `a=ice-ufrag:${transport.usernameFragment}`, `a=ice-pwd:${transport.password}`,
    `a=fingerprint:${transport.fingerprint.algorithm} ${transport.fingerprint.value}`, `a=setup:${setup}`,
    ...transport.candidates.map((candidate) => `a=candidate:${candidate}`), 'a=end-of-candidates', 'a=rtcp-mux',
  ]
}

const lines = (all: string[]) => `${all.join('\r\n')}\r\n`

/**
 * What the local peer is told of the other side: one section that stands for all, since a peer with a single track hands
 * every packet of the transport to it, whatever its kind.
 */
export function soleSectionSdp(transport: TransportInfo, direction: 'sendonly' | 'recvonly', setup: Setup): string {
  return lines([
    ...session(transport, ['0']),
    `m=video 9 UDP/TLS/RTP/SAVPF ${VP8.payloadType}`, 'c=IN IP4 0.0.0.0', 'a=mid:0', `a=${direction}`,
    `a=rtpmap:${VP8.payloadType} VP8/${VP8.clockRate}`, ...connection(transport, setup),
  ])
}

const opusLines = [
  `a=rtpmap:${OPUS.payloadType} opus/${OPUS.clockRate}/${OPUS.channels}`, `a=extmap:${AUDIO_LEVEL.id} ${AUDIO_LEVEL.uri}`,
]
const vp8Lines = [
  `a=rtpmap:${VP8.payloadType} VP8/${VP8.clockRate}`, `a=rtcp-fb:${VP8.payloadType} nack`,
  `a=rtcp-fb:${VP8.payloadType} nack pli`, `a=rtcp-fb:${VP8.payloadType} ccm fir`,
]

/** An offer to send these streams, one section each. */
export function sendingOffer(transport: TransportInfo, streams: StreamPlan[]): string {
  return lines([
    ...session(transport, streams.map((_, n) => String(n))),
    ...streams.flatMap(({ kind, ssrc }, n) => [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF ${kind === 'audio' ? OPUS.payloadType : VP8.payloadType}`, 'c=IN IP4 0.0.0.0',
      `a=mid:${n}`, 'a=sendonly', ...(kind === 'audio' ? opusLines : vp8Lines),
      `a=ssrc:${ssrc} cname:bench`, ...connection(transport, 'active'),
    ]),
  ])
}

/** The answer that takes every section of an offer as it is offered. */
export function receivingAnswer(offer: string, transport: TransportInfo): string {
  const [, ...sections] = offer.split(/\r?\n(?=m=)/)
  const mids = sections.map((section) => /^a=mid:(.+?)\r?$/m.exec(section)?.[1] ?? '')
  return lines([
    ...session(transport, mids),
    ...sections.flatMap((section) => {
      const [media = '', ...attributes] = section.split(/\r?\n/)
      const kept = attributes.filter((line) => /^a=(mid|rtpmap|fmtp|rtcp-fb|extmap):/.test(line))
      return [media, 'c=IN IP4 0.0.0.0', ...kept, 'a=recvonly', ...connection(transport, 'active')]
    }),
  ])
}
