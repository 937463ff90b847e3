/**
 * What a speaker sends: RTP packets as a browser would make them, of fixed size and rate, so that two servers get the very
 * same work. The last bytes of each payload say when it was sent and in which phase of the measurement.
 */

export const AUDIO_LEVEL = { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 10 } as const
export const OPUS = { payloadType: 111, clockRate: 48_000, channels: 2 } as const
export const VP8 = { payloadType: 96, clockRate: 90_000, rtxPayloadType: 97 } as const

/** One RTP stream of a speaker. */
export interface StreamPlan {
  kind: 'audio' | 'video'
  /** Streams of one source are its simulcast layers, the smallest first. */
  source: 'microphone' | 'camera'
  ssrc: number
  /** Of which each has `bytes` of payload. Packets are spaced evenly, as a browser's pacer does. */
  packetsPerSecond: number
  bytes: number
  /** Video: packets of one frame. */
  framePackets: number
}

/** A microphone: Opus at 20 ms, about 32 kbit/s. */
export const microphone = (ssrc: number): StreamPlan => ({
  kind: 'audio', source: 'microphone', ssrc, packetsPerSecond: 50, bytes: 80, framePackets: 1,
})
/** A camera: 25 frames of four packets a second, about 0.8 Mbit/s. */
export const camera = (ssrc: number): StreamPlan => ({
  kind: 'video', source: 'camera', ssrc, packetsPerSecond: 100, bytes: 1_000, framePackets: 4,
})
/** The same camera in three simulcast layers: about 0.1, 0.3 and 0.8 Mbit/s. */
export const simulcastCamera = (ssrc: number): StreamPlan[] => [
  { kind: 'video', source: 'camera', ssrc, packetsPerSecond: 25, bytes: 500, framePackets: 1 },
  { kind: 'video', source: 'camera', ssrc: ssrc + 2, packetsPerSecond: 50, bytes: 750, framePackets: 2 },
  { kind: 'video', source: 'camera', ssrc: ssrc + 4, packetsPerSecond: 100, bytes: 1_000, framePackets: 4 },
]

/** The same packets, fewer a second: what is a ratio stays, and many senders fit on one machine. */
export const slower = (plan: StreamPlan, share: number): StreamPlan => ({ ...plan, packetsPerSecond: plan.packetsPerSecond * share })
/** An open microphone in a silent room: Opus with discontinuous transmission sends a packet each 400 ms. */
export const silentMicrophone = (ssrc: number): StreamPlan => ({ ...microphone(ssrc), packetsPerSecond: 2.5 })

/** The end of a payload: phase (1 byte), layer (1 byte), time of the send call in ms of the machine's monotonic clock (8 bytes). */
const TRAILER_BYTES = 10
const LOUD_DBOV = 20

/** Milliseconds of the machine's monotonic clock, the same in every process. */
export const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6

interface Trailer { phase: number; layer: number; sentAt: number }

/** `packet`: RTP without padding. */
export function readTrailer(packet: Buffer): Trailer {
  const at = packet.length - TRAILER_BYTES
  return { phase: packet[at] ?? 0, layer: packet[at + 1] ?? 0, sentAt: packet.readDoubleBE(at + 2) }
}

/** Of a packet of the port, on which RTCP has types of 72 … 79 by this reading (RFC 5761). */
export const payloadTypeOf = (packet: Buffer): number => (packet[1] ?? 0) & 0x7f

interface RtpStream {
  plan: StreamPlan
  sent: number
  next(phase: number): Buffer
  /** An RTCP sender report, without which a server cannot change between layers. */
  report(): Buffer
}

/** `silent`: the microphone is open and nobody speaks. */
export function createRtpStream(plan: StreamPlan, { layer = 0, silent = false } = {}): RtpStream {
  const clockRate = plan.kind === 'audio' ? OPUS.clockRate : VP8.clockRate
  const startedAt = machineNow()
  let sequence = Math.floor(Math.random() * 0x4000)
  let timestamp = 0

  const stream: RtpStream = {
    plan,
    sent: 0,
    next(phase) {
      const inFrame = stream.sent % plan.framePackets
      const frame = Math.floor(stream.sent / plan.framePackets)
      timestamp = Math.floor((frame * plan.framePackets / plan.packetsPerSecond) * clockRate)
      const audio = plan.kind === 'audio'
      const header = Buffer.alloc(audio ? 20 : 12)
      header[0] = audio ? 0x90 : 0x80
      const marker = !audio && inFrame === plan.framePackets - 1
      header[1] = (audio ? OPUS.payloadType : VP8.payloadType) | (marker ? 0x80 : 0)
      header.writeUInt16BE(sequence, 2)
      header.writeUInt32BE(timestamp, 4)
      header.writeUInt32BE(plan.ssrc, 8)
      if (audio) writeAudioLevel(header, silent)
      const payload = Buffer.alloc(plan.bytes, 0x55)
      if (!audio) writeVp8(payload, frame, inFrame, isKeyFrame(frame, plan))
      const at = payload.length - TRAILER_BYTES
      payload[at] = phase
      payload[at + 1] = layer
      payload.writeDoubleBE(machineNow(), at + 2)
      sequence = (sequence + 1) & 0xffff
      stream.sent += 1
      return Buffer.concat([header, payload])
    },
    report() {
      const packet = Buffer.alloc(28)
      packet.set([0x80, 200, 0, 6])
      packet.writeUInt32BE(plan.ssrc, 4)
      const ntp = Date.now() / 1_000 + 2_208_988_800
      packet.writeUInt32BE(Math.floor(ntp), 8)
      packet.writeUInt32BE(Math.floor((ntp % 1) * 2 ** 32), 12)
      packet.writeUInt32BE(Math.floor(((machineNow() - startedAt) / 1_000) * clockRate), 16)
      packet.writeUInt32BE(stream.sent, 20)
      packet.writeUInt32BE(stream.sent * plan.bytes, 24)
      return packet
    },
  }
  return stream
}

/** One a second. */
const isKeyFrame = (frame: number, { packetsPerSecond, framePackets }: StreamPlan) =>
  frame % Math.max(1, Math.round(packetsPerSecond / framePackets)) === 0

function writeAudioLevel(header: Buffer, silent: boolean): void {
  header.writeUInt32BE(0xbede_0001, 12)
  header[16] = AUDIO_LEVEL.id << 4
  header[17] = silent ? 127 : 0x80 | LOUD_DBOV
}

/** A payload descriptor as Chromium writes it (RFC 7741), and the first bytes of the frame, which tell a key frame. */
function writeVp8(payload: Buffer, frame: number, inFrame: number, keyFrame: boolean): void {
  payload[0] = inFrame === 0 ? 0x90 : 0x80
  payload[1] = 0xf0
  payload.writeUInt16BE(0x8000 | (frame & 0x7fff), 2)
  payload[4] = frame & 0xff
  payload[5] = 0x20
  if (inFrame > 0) return
  payload[6] = keyFrame ? 0x10 : 0x11
  if (keyFrame) payload.set([0, 0, 0x9d, 0x01, 0x2a, 0xc0, 0x03, 0x1c, 0x02], 7)
}
