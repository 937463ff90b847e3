import { describe, expect, it } from 'vitest'
import { camera, createRtpStream, machineNow, microphone, OPUS, payloadTypeOf, readTrailer, simulcastCamera, VP8 } from './traffic.ts'

describe('RTP of a speaker', () => {
  it('numbers packets, marks the last of a frame, and keeps one time for a frame', () => {
    const stream = createRtpStream(camera(0x1234))
    const packets = Array.from({ length: 8 }, () => stream.next(1))
    const sequence = packets.map((packet) => packet.readUInt16BE(2))
    expect(sequence.map((one) => (one - (sequence[0] ?? 0)) & 0xffff)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(packets.map((packet) => (packet[1] ?? 0) >> 7)).toEqual([0, 0, 0, 1, 0, 0, 0, 1])
    expect(new Set(packets.map((packet) => packet.readUInt32BE(4)))).toEqual(new Set([0, 3_600]))
    expect(packets.every((packet) => packet.readUInt32BE(8) === 0x1234 && packet.length === 12 + 1_000)).toBe(true)
    expect(payloadTypeOf(packets[3] ?? Buffer.alloc(0))).toBe(VP8.payloadType)
  })

  it('begins each second with a key frame', () => {
    const stream = createRtpStream(simulcastCamera(1)[1] ?? camera(1))
    const frames = Array.from({ length: 52 }, () => stream.next(1)).filter((packet) => packet[12] === 0x90)
    // The lowest bit of a VP8 frame is 0 in a key frame.
    expect(frames.flatMap((packet, n) => (((packet[18] ?? 1) & 1) === 0 ? [n] : []))).toEqual([0, 25])
  })

  it('says the level of the sound', () => {
    const loud = createRtpStream(microphone(1)).next(0)
    const silent = createRtpStream(microphone(1), { silent: true }).next(0)
    expect(payloadTypeOf(loud)).toBe(OPUS.payloadType)
    expect([(loud[17] ?? 0) & 0x7f, (silent[17] ?? 0) & 0x7f]).toEqual([20, 127])
  })

  it('carries phase, layer and the time of sending', () => {
    const before = machineNow()
    const trailer = readTrailer(createRtpStream(camera(1), { layer: 2 }).next(7))
    expect(trailer).toMatchObject({ phase: 7, layer: 2 })
    expect(trailer.sentAt).toBeGreaterThanOrEqual(before)
    expect(trailer.sentAt).toBeLessThanOrEqual(machineNow())
  })

  it('reports what it sent, as a sender report of its SSRC', () => {
    const stream = createRtpStream(camera(99))
    stream.next(1)
    const report = stream.report()
    expect([report[1], report.readUInt32BE(4), report.readUInt32BE(20)]).toEqual([200, 99, 1])
  })
})
