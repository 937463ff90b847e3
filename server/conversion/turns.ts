import { AppError } from '../platform/error.ts'

const RETRY_S = 2

/** Lets so many works run at once, and so many wait for that in turn; a further one is refused with `tooManyRequests`. */
export function createTurns(lanes: number, waitingAtMost: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= lanes) {
      if (waiting.length >= waitingAtMost) throw new AppError('tooManyRequests', { retryAfterSeconds: RETRY_S })
      // Whoever ends hands its place on, so that nobody comes in between.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
