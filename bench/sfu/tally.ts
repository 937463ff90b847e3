import { percentile, sorted } from '../statistics.ts'
import { machineNow, readTrailer } from './traffic.ts'

/** What comes later than this (ms) a receiver's jitter buffer has given up: it counts as lost. */
const LATE_MS = 500

export interface Counts {
  /** In time. */
  received: number
  late: number
  /** Of all that arrived: from the call that sent it to the callback that received it, in ms. */
  p50: number
  p99: number
}

/** Counts packets of one phase, those that all receivers of this process got. */
export interface Tally {
  add(packet: Buffer): void
  /** Counts packets of this phase from now on, from nothing. Phase 0 is not counted. */
  begin(phase: number): void
  counts(): Counts
}

export function createTally(): Tally {
  let phase = 0
  let late = 0
  let delays: number[] = []
  return {
    add(packet) {
      const { phase: sentIn, sentAt } = readTrailer(packet)
      if (phase === 0 || sentIn !== phase) return
      const delay = machineNow() - sentAt
      delays.push(delay)
      if (delay > LATE_MS) late += 1
    },
    begin(next) {
      phase = next
      late = 0
      delays = []
    },
    counts() {
      const ordered = sorted(delays)
      return { received: ordered.length - late, late, p50: percentile(ordered, 0.5), p99: percentile(ordered, 0.99) }
    },
  }
}
