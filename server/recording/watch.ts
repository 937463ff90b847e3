import type { Logger } from 'pino'
import type { Recordings } from './recording.ts'

/** How soon an interrupted recording is known as one, in ms. */
const LOOK_MS = 5_000

/** Looks after the recordings from now on, first at once. Returns the end of that. */
export function watchRecordings(recordings: Pick<Recordings, 'supervise' | 'close'>, log: Pick<Logger, 'warn'>): () => Promise<void> {
  let looking: Promise<void> | undefined
  const look = () => {
    looking ??= recordings.supervise()
      .catch((err: unknown) => { log.warn({ err }, 'recordings were not looked after') })
      .finally(() => { looking = undefined })
  }
  look()
  const timer = setInterval(look, LOOK_MS)
  return async () => {
    clearInterval(timer)
    await looking
    await recordings.close()
  }
}
