/**
 * The clock of the journal of a demo: it is turned back while the demo's past is written, before the port opens, and runs on from
 * there, so that what was held days ago stands in the journal as of then.
 */
export function createPast() {
  let behindMs = 0
  let written: Promise<unknown> = Promise.resolve()
  return {
    now: () => new Date(Date.now() - behindMs),
    /** While `work` writes the past. */
    writing<T>(work: () => Promise<T>): Promise<T> {
      const done = work()
      written = done.catch(() => undefined)
      return done
    },
    /** What looks at each minute whether the time of something has come waits meanwhile: it would end what the past has only begun. */
    after: (look: () => Promise<void>) => async (): Promise<void> => {
      await written
      await look()
    },
    /** Carries `work` out as of that moment and on. */
    async during<T>(moment: Date, work: () => Promise<T>): Promise<T> {
      const before = behindMs
      behindMs = Date.now() - moment.getTime()
      try {
        return await work()
      } finally {
        behindMs = before
      }
    },
  }
}

export type Past = ReturnType<typeof createPast>
