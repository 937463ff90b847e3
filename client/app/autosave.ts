/** `conflict`: somebody else saved meanwhile; nothing more is sent until the editor has been told what to keep. */
export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict'

export interface Autosave {
  /** Something changed: it is saved once typing has paused. */
  touch(): void
  /** Saves what is waiting now; resolves true when the server has everything. */
  flush(): Promise<boolean>
  /** Stops the timer; what was not saved stays with the caller. */
  stop(): void
}

/**
 * Saves by itself while a person types: one request at a time, the latest text always sent, retried after a failure.
 * `save` resolves once the server has it durably; `isConflict` tells a refusal that must not be retried.
 */
export function createAutosave(options: {
  save: () => Promise<void>
  isConflict: (error: unknown) => boolean
  onState: (state: SaveState) => void
  pauseMs?: number
  retryMs?: number
}): Autosave {
  const { save, isConflict, onState, pauseMs = 1200, retryMs = 5000 } = options
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<boolean> | null = null
  let dirty = false
  let conflict = false

  function schedule(ms: number) {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), ms)
  }

  async function attempt(): Promise<boolean> {
    while (dirty) {
      dirty = false
      onState('saving')
      try {
        await save()
      } catch (error) {
        dirty = true
        conflict = isConflict(error)
        onState(conflict ? 'conflict' : 'failed')
        if (!conflict) schedule(retryMs)
        return false
      }
    }
    onState('saved')
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
      onState('waiting')
      schedule(pauseMs)
    },
    flush: () => dirty || running ? run() : Promise.resolve(true),
    stop() { clearTimeout(timer) },
  }
}
