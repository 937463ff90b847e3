import type { SaveState } from '../ui/save-state.ts'
import { toApiError } from './api-error.ts'

export interface Autosave {
  /** Something changed: it is saved once typing has paused. */
  touch(): void
  /** Saves what is waiting now; resolves true when the server has everything. */
  flush(): Promise<boolean>
  /** What was changed was given up: nothing waits any more. */
  drop(): void
  /** Ends saving by itself for good; what was not saved stays with the caller. */
  stop(): void
}

/** What may pass by itself; any other refusal stays the same until something else is sent. */
const passing = new Set(['offline', 'noAnswer', 'databaseUnavailable', 'internal', 'tooManyRequests'])

/**
 * Saves by itself while a person types: one request at a time, the latest text always sent, retried after a failure that
 * may pass. `save` resolves once the server has it durably; `isConflict` tells a refusal after which nothing may be sent.
 */
export function createAutosave(options: {
  /** Whether what is typed can be sent as it is. */
  isValid: () => boolean
  save: () => Promise<void>
  isConflict: (error: unknown) => boolean
  /** `reason`: the error behind `failed`, `refused` and `conflict`. */
  onState: (state: SaveState, reason: unknown) => void
  pauseMs?: number
  retryMs?: number
}): Autosave {
  const { isValid, save, isConflict, onState, pauseMs = 1200, retryMs = 5000 } = options
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<boolean> | null = null
  let dirty = false
  let conflict = false
  let stopped = false

  function schedule(ms: number) {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(() => void run(), ms)
  }

  function fail(error: unknown) {
    const { code, details } = toApiError(error)
    conflict = isConflict(error)
    const again = !conflict && passing.has(code)
    onState(conflict ? 'conflict' : again ? 'failed' : 'refused', error)
    const { retryAfterSeconds } = details
    if (again) schedule(Math.max(retryMs, typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1000 : 0))
  }

  async function attempt(): Promise<boolean> {
    while (dirty) {
      if (!isValid()) {
        onState('invalid', null)
        return false
      }
      dirty = false
      onState('saving', null)
      try {
        await save()
      } catch (error) {
        dirty = true
        fail(error)
        return false
      }
    }
    onState('saved', null)
    return true
  }

  function run(): Promise<boolean> {
    clearTimeout(timer)
    if (conflict) return Promise.resolve(false)
    running ??= attempt().finally(() => { running = null })
    return running
  }

  return {
    touch() {
      dirty = true
      if (conflict || running) return
      onState(isValid() ? 'waiting' : 'invalid', null)
      schedule(pauseMs)
    },
    flush: () => dirty || running ? run() : Promise.resolve(true),
    drop() {
      clearTimeout(timer)
      dirty = false
      if (!running) onState('saved', null)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
