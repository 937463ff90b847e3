import { z } from 'zod'

/**
 * RTP, ICE and DTLS parameters as mediasoup and mediasoup-client exchange them (names and meaning: mediasoup's
 * "RTP Parameters and Capabilities"). Sizes are bounded here; whether codecs and extensions fit is mediasoup's to judge.
 */

const text = z.string().max(255)
const whole = z.number().int().nonnegative()
const settings = z.record(z.string().max(64), z.union([z.string().max(512), z.number(), z.boolean(), z.null()]))
const feedback = z.array(z.object({ type: text, parameter: text.exactOptional() })).max(16)

export const MediaKind = z.enum(['audio', 'video'])
export type MediaKind = z.infer<typeof MediaKind>

const codec = {
  mimeType: text,
  clockRate: whole,
  channels: whole.exactOptional(),
  parameters: settings.exactOptional(),
  rtcpFeedback: feedback.exactOptional(),
}

export const RtpCapabilities = z.object({
  codecs: z.array(z.object({ kind: MediaKind, preferredPayloadType: whole, ...codec })).max(64).exactOptional(),
  headerExtensions: z.array(z.object({
    kind: MediaKind,
    uri: text,
    preferredId: whole,
    preferredEncrypt: z.boolean().exactOptional(),
    direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).exactOptional(),
  })).max(64).exactOptional(),
})
export type RtpCapabilities = z.infer<typeof RtpCapabilities>

export const RtpParameters = z.object({
  mid: text.exactOptional(),
  msid: text.exactOptional(),
  codecs: z.array(z.object({ payloadType: whole, ...codec })).min(1).max(16),
  headerExtensions: z.array(z.object({
    uri: text,
    id: whole,
    encrypt: z.boolean().exactOptional(),
    parameters: settings.exactOptional(),
  })).max(32).exactOptional(),
  encodings: z.array(z.object({
    ssrc: whole.exactOptional(),
    rid: text.exactOptional(),
    codecPayloadType: whole.exactOptional(),
    rtx: z.object({ ssrc: whole }).exactOptional(),
    dtx: z.boolean().exactOptional(),
    scalabilityMode: text.exactOptional(),
    maxBitrate: whole.exactOptional(),
  })).max(8).exactOptional(),
  rtcp: z.object({ cname: text.exactOptional(), reducedSize: z.boolean().exactOptional() }).exactOptional(),
})
export type RtpParameters = z.infer<typeof RtpParameters>

export const DtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).exactOptional(),
  fingerprints: z.array(z.object({
    algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
    value: text,
  })).min(1).max(8),
})
export type DtlsParameters = z.infer<typeof DtlsParameters>

export const IceParameters = z.object({ usernameFragment: text, password: text, iceLite: z.boolean().exactOptional() })
export type IceParameters = z.infer<typeof IceParameters>

export const IceCandidate = z.object({
  foundation: text,
  priority: whole,
  ip: text,
  address: text,
  protocol: z.enum(['udp', 'tcp']),
  port: whole,
  type: z.literal('host'),
  tcpType: z.literal('passive').exactOptional(),
})
export type IceCandidate = z.infer<typeof IceCandidate>
