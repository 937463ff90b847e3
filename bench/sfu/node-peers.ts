import type { ConsumerInfo, ProducerInfo, Watched } from '../../protocol/media.ts'
import type { RtpParameters } from '../../protocol/rtp.ts'
import type { NodeApi } from './node-api.ts'
import { connectKnown, type MediaPeer } from './peer.ts'
import { transportOfParameters } from './sdp.ts'
import { AUDIO_LEVEL, OPUS, payloadTypeOf, VP8, type StreamPlan } from './traffic.ts'

async function connect(api: NodeApi, direction: 'send' | 'receive', onPacket?: (packet: Buffer) => void): Promise<MediaPeer> {
  const transport = await api.request('createTransport', { direction })
  return await connectKnown({
    remote: transportOfParameters(transport),
    direction,
    tell: ({ fingerprint }) => api.request('connectTransport', {
      transportId: transport.transportId, dtlsParameters: { role: 'client', fingerprints: [fingerprint] },
    }),
    ...(onPacket ? { onPacket } : {}),
  })
}

/** Publishes these streams in the room. */
export async function sendToNode(api: NodeApi, streams: StreamPlan[]): Promise<MediaPeer> {
  const peer = await connect(api, 'send')
  for (const [source, layers] of Map.groupBy(streams, (stream) => stream.source)) {
    const kind = source === 'microphone' ? 'audio' : 'video'
    await api.request('produce', { source, kind, paused: false, rtpParameters: parametersOf(kind, layers) })
  }
  return peer
}

function parametersOf(kind: 'audio' | 'video', layers: StreamPlan[]): RtpParameters {
  const codecs: RtpParameters['codecs'] = kind === 'audio'
    ? [{ mimeType: 'audio/opus', payloadType: OPUS.payloadType, clockRate: OPUS.clockRate, channels: OPUS.channels }]
    : [{
        mimeType: 'video/VP8', payloadType: VP8.payloadType, clockRate: VP8.clockRate,
        rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
      }]
  return {
    codecs,
    headerExtensions: kind === 'audio' ? [{ ...AUDIO_LEVEL }] : [],
    encodings: layers.map(({ ssrc }) => ({ ssrc })),
    rtcp: { cname: 'bench' },
  }
}

/** Says which of the cameras of the room a viewer sees. */
export type Chooser = (cameras: ProducerInfo[]) => Watched[]

/** All of them, in the largest layer. */
export const everything: Chooser = (cameras) => cameras.map(({ producerId }) => ({ producerId, layer: 2 }))

export interface NodeViewer {
  peer: MediaPeer
  /** What it receives, by SSRC: sound by itself, pictures by its view. */
  streams: ReadonlyMap<number, ConsumerInfo>
  /** Sees these from now on, of the cameras that are there now. */
  view(choose: Chooser): Promise<void>
}

/** Receives the sound of the room; `view` adds pictures. `onMedia` gets media packets alone: no RTCP, no retransmission. */
export async function receiveFromNode(api: NodeApi, onMedia?: (packet: Buffer) => void): Promise<NodeViewer> {
  const streams = new Map<number, ConsumerInfo>()
  const payloadTypes = new Set<number>()
  const cameras = new Map(api.joined.producers.map((one) => [one.producerId, one]))
  api.on('producerAdded', (one) => void cameras.set(one.producerId, one))
  api.on('producerRemoved', ({ producerId }) => void cameras.delete(producerId))
  api.on('newConsumers', ({ consumers }) => {
    for (const one of consumers) {
      const { codecs: [codec], encodings: [encoding] = [] } = one.rtpParameters
      if (codec) payloadTypes.add(codec.payloadType)
      if (encoding?.ssrc !== undefined) streams.set(encoding.ssrc, one)
    }
    api.request('resumeConsumers', { consumerIds: consumers.map(({ consumerId }) => consumerId) }).catch(() => undefined)
  })
  const peer = await connect(api, 'receive', onMedia && ((packet) => {
    if (payloadTypes.has(payloadTypeOf(packet))) onMedia(packet)
  }))
  return {
    peer,
    streams,
    async view(choose) {
      await api.request('setView', { watched: choose([...cameras.values()].filter(({ source }) => source === 'camera')) })
    },
  }
}
