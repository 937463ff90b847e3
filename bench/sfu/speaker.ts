import type { MediaPeer } from './peer.ts'
import { createRtpStream, machineNow, type StreamPlan } from './traffic.ts'

export interface SentStream { ssrc: number; layer: number; sent: number }

/** One who sends streams at their rates until stopped. */
export interface Speaker {
  start(): void
  stop(): void
  /** Packets from now on carry this phase. */
  begin(phase: number): void
  /** What was sent since the phase began. */
  sent(): SentStream[]
}

export function createSpeaker(peer: MediaPeer, plans: StreamPlan[], options: { silent?: boolean } = {}): Speaker {
  const layers = new Map<string, number>()
  const streams = plans.map((plan) => {
    const layer = layers.get(plan.source) ?? 0
    layers.set(plan.source, layer + 1)
    return { layer, stream: createRtpStream(plan, { layer, silent: options.silent ?? false }), sentBefore: 0, sentAtStart: 0 }
  })
  let phase = 0
  let timer: NodeJS.Timeout | undefined
  let startedAt = 0
  let reportDue = 0

  /** Sends what is due, and comes back when the next packet is. */
  function turn(): void {
    const elapsed = (machineNow() - startedAt) / 1_000
    if (elapsed >= reportDue) {
      reportDue += 1
      for (const { stream } of streams) peer.send(stream.report())
    }
    let nextDue = Number.POSITIVE_INFINITY
    for (const { stream, sentAtStart } of streams) {
      const due = () => (stream.sent - sentAtStart) / stream.plan.packetsPerSecond
      while (due() <= elapsed) peer.send(stream.next(phase))
      nextDue = Math.min(nextDue, due())
    }
    timer = setTimeout(turn, Math.max(1, (nextDue - elapsed) * 1_000))
  }

  return {
    start() {
      if (timer) return
      startedAt = machineNow()
      reportDue = 0
      for (const one of streams) one.sentAtStart = one.stream.sent
      turn()
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
    },
    begin(next) {
      phase = next
      for (const one of streams) one.sentBefore = one.stream.sent
    },
    sent: () => streams.map(({ layer, stream, sentBefore }) => ({ ssrc: stream.plan.ssrc, layer, sent: stream.sent - sentBefore })),
  }
}
