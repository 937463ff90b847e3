import type { types } from 'mediasoup'
import type { MediaSource } from '../protocol/media-grant.ts'
import type { Room } from './room.ts'
import { createSource, type Source } from './source.ts'
import type { Place } from './workers.ts'

/** Sound put into a room inside the node: real RTP packets with the level in their headers, as browsers send them. */
export interface TestVoice {
  source: Source
  producer: types.Producer
  /** Sends a packet each 20 ms from now on, at this level (dBov, 0 loudest). */
  speak(level: number): void
  /** Likewise, in syllables: whoever makes the same noise all the time is no speaker. */
  talk(): void
  hush(): void
}

const LEVEL = { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 10 } as const
let lastSsrc = 700_000

function packet(ssrc: number, sequence: number, level: number): Buffer {
  const rtp = Buffer.alloc(12 + 8 + 40)
  rtp.set([0x90, 100])
  rtp.writeUInt16BE(sequence & 0xffff, 2)
  rtp.writeUInt32BE((sequence * 960) >>> 0, 4)
  rtp.writeUInt32BE(ssrc, 8)
  // One word of one-byte header extensions: the level, without the flag for voice, and padding.
  rtp.set([0xbe, 0xde, 0, 1, LEVEL.id << 4, -level & 0x7f, 0, 0], 12)
  return rtp
}

export async function addVoice(room: Room, place: Place, peerId: string, source: MediaSource = 'microphone'): Promise<TestVoice> {
  const ssrc = lastSsrc += 1
  const transport = await place.router.createDirectTransport()
  const producer = await transport.produce({ kind: 'audio', rtpParameters: {
    codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 }],
    headerExtensions: [{ uri: LEVEL.uri, id: LEVEL.id }],
    encodings: [{ ssrc }],
  } })
  const made = createSource({ producer, router: place.router, peerId, label: peerId, source })
  room.addSource(made)
  let timer: NodeJS.Timeout | undefined
  let sequence = 0
  const hush = () => clearInterval(timer)
  producer.observer.once('close', hush)
  const sendLevels = (levelOf: (sequence: number) => number) => {
    hush()
    timer = setInterval(() => {
      sequence += 1
      producer.send(packet(ssrc, sequence, levelOf(sequence)))
    }, 20)
  }
  return {
    source: made,
    producer,
    hush,
    speak: (level) => sendLevels(() => level),
    talk: () => sendLevels((n) => (n % 12 < 8 ? -12 : -70)),
  }
}

/** A picture put into a room in the same way; nothing is sent. */
export async function addPicture(room: Room, place: Place, peerId: string): Promise<Source> {
  const transport = await place.router.createDirectTransport()
  const producer = await transport.produce({ kind: 'video', rtpParameters: {
    codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }], encodings: [{ ssrc: lastSsrc += 1 }],
  } })
  const source = createSource({ producer, router: place.router, peerId, label: peerId, source: 'camera' })
  room.addSource(source)
  return source
}

/** Counts what arrives of a source on a router. */
export async function listenTo(source: Source, router: types.Router): Promise<{ packets: () => number }> {
  const { id } = await source.on(router)
  const transport = await router.createDirectTransport()
  const consumer = await transport.consume({ producerId: id, rtpCapabilities: router.rtpCapabilities })
  let packets = 0
  consumer.on('rtp', () => { packets += 1 })
  return { packets: () => packets }
}
