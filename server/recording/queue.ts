import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'

export interface Queue {
  /** Once more than once, it is done once. */
  add(id: string): void
  /** Interrupts what is under way; it is not given up by that. Resolves when nothing runs any more. */
  close(): Promise<void>
}

const ATTEMPTS = 3

/**
 * Does one thing after the other, each at most three times. What is to be done is kept by whoever adds it, and added again
 * after a restart.
 */
export function createQueue(deps: {
  work(id: string, signal: AbortSignal): Promise<void>
  /** It failed for the last time. */
  giveUp(id: string): Promise<void>
  pauseMs?: number
  log: Pick<Logger, 'error'>
}): Queue {
  const { work, giveUp, pauseMs = 5_000, log } = deps
  const ids = new Set<string>()
  const closing = new AbortController()
  let running: Promise<void> | undefined

  async function runAll(): Promise<void> {
    for (let [id] = ids; id !== undefined && !closing.signal.aborted; [id] = ids) {
      await attempt(id)
      ids.delete(id)
    }
    running = undefined
  }

  async function attempt(id: string): Promise<void> {
    for (let failures = 0; failures < ATTEMPTS && !closing.signal.aborted;) {
      try {
        return await work(id, closing.signal)
      } catch (err) {
        if (closing.signal.aborted) return
        failures += 1
        log.error({ id, failures, err }, 'recording not composed')
        await wait(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
      }
    }
    if (!closing.signal.aborted) await giveUp(id).catch((err: unknown) => { log.error({ id, err }, 'recording not given up') })
  }

  return {
    add(id) {
      if (closing.signal.aborted) return
      ids.add(id)
      running ??= runAll()
    },
    async close() {
      closing.abort()
      await running
    },
  }
}
