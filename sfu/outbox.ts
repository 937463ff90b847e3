import type { ControlEvent } from '../protocol/media-control.ts'

export interface Report {
  seq: number
  report: ControlEvent
}

/** Presence that no server has confirmed yet: kept while none is there, told again to the next one. */
export interface Outbox {
  add(event: ControlEvent): void
  confirm(seq: number): void
  /** From now on `deliver` gets every report, beginning with the unconfirmed ones; it replaces an earlier one. */
  subscribe(deliver: (report: Report) => void): { overflowed: boolean }
  unsubscribe(deliver: (report: Report) => void): void
}

/** @param capacity more unconfirmed reports than this, and the oldest are dropped (`overflowed`) */
export function createOutbox(capacity = 50_000): Outbox {
  let waiting: Report[] = []
  let seq = 0
  let overflowed = false
  let receiver: ((report: Report) => void) | undefined

  return {
    add(event) {
      seq += 1
      const report = { seq, report: event }
      waiting.push(report)
      if (waiting.length > capacity) {
        waiting = waiting.slice(Math.ceil(capacity / 10))
        overflowed = true
      }
      receiver?.(report)
    },
    confirm(upTo) {
      waiting = waiting.filter((one) => one.seq > upTo)
    },
    subscribe(deliver) {
      receiver = deliver
      const lost = overflowed
      overflowed = false
      for (const report of waiting) deliver(report)
      return { overflowed: lost }
    },
    unsubscribe(deliver) {
      if (receiver === deliver) receiver = undefined
    },
  }
}
