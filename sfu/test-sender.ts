import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { types } from 'mediasoup'

/** Someone who sends real sound or pictures, made by ffmpeg in real time; of the pictures every tenth stands for itself. */
export interface TestSender {
  producer: types.Producer
  stop(): void
}

let lastSsrc = 5_000

export async function startSender(router: types.Router, kind: 'audio' | 'video'): Promise<TestSender> {
  const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' }, rtcpMux: true, comedia: true })
  const ssrc = lastSsrc += 1
  const codec = kind === 'audio'
    ? { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2 }
    : { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }
  const producer = await transport.produce({ kind, rtpParameters: { codecs: [codec], encodings: [{ ssrc }] } })
  const input = kind === 'audio' ? 'sine=frequency=440:sample_rate=48000' : 'testsrc=size=320x180:rate=15'
  const coding = kind === 'audio' ? ['-c:a', 'libopus', '-ac', '2'] : ['-c:v', 'libvpx', '-deadline', 'realtime', '-g', '10']
  const program = spawn('ffmpeg', [
    '-nostdin', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', input, '-t', '60', ...coding,
    '-ssrc', String(ssrc), '-payload_type', String(codec.payloadType), '-f', 'rtp',
    `rtp://127.0.0.1:${transport.tuple.localPort}?pkt_size=1200`,
  ], { stdio: 'ignore' })
  // The address of whoever sends first is taken: it counts as connected from then on.
  while (!transport.tuple.remotePort && program.exitCode === null) await wait(20)
  return { producer, stop: () => void program.kill('SIGKILL') }
}
