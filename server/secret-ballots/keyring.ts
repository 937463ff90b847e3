import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { AppError } from '../platform/error.ts'
import type { VoteKeys, VoteSecrets } from './vote-secrets.ts'

/** After what pauses it is asked whether a closing was committed, in ms; a closing that is not by then is left to `sweep`. */
const PAUSES_MS = [20, 200, 1000, 5000, 30_000]

/** The keys of the votes that are open, read once a process, and destroyed when their boxes are. */
export function createKeyring(deps: {
  db: Knex
  secrets: VoteSecrets
  /** Which of these are votes whose box is neither opened nor discarded. */
  unopened(db: Knex, voteIds: readonly string[]): Promise<string[]>
  log: Pick<Logger, 'warn'>
}) {
  const { db, secrets, unopened, log } = deps
  const known = new Map<string, VoteKeys>()
  /** So that nobody keeps one that was being read while it was destroyed. */
  const destroyed = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()

  /** Undefined where the vote's secret is not, or no longer. */
  async function find(voteId: string): Promise<VoteKeys | undefined> {
    const keys = known.get(voteId) ?? await secrets.find(voteId)
    if (!keys || destroyed.has(voteId)) return undefined
    known.set(voteId, keys)
    return keys
  }

  async function destroy(voteId: string): Promise<void> {
    destroyed.add(voteId)
    known.delete(voteId)
    await secrets.destroy(voteId)
  }

  async function destroyIfOpened(voteId: string): Promise<boolean> {
    if ((await unopened(db, [voteId])).length) return false
    await destroy(voteId)
    return true
  }

  function later(voteId: string, [pause, ...rest]: readonly number[]): void {
    if (pause === undefined) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      destroyIfOpened(voteId).then(
        (done) => { if (!done) later(voteId, rest) },
        (err: unknown) => {
          log.warn({ err, voteId }, 'the secret of a vote was not destroyed yet')
          later(voteId, rest)
        })
    }, pause)
    timer.unref()
    timers.add(timer)
  }

  return {
    /** Makes the secret of a vote that is being opened. */
    make: (voteId: string): Promise<VoteKeys> => secrets.make(voteId),

    find,

    /** Throws `ballotBoxLost` where the vote's secret is not. */
    async require(voteId: string): Promise<VoteKeys> {
      const keys = await find(voteId)
      if (!keys) throw new AppError('ballotBoxLost')
      return keys
    },

    /** Destroys the vote's secret once the opening or discarding of its box, which is under way, is committed. */
    destroySoon: (voteId: string): void => later(voteId, PAUSES_MS),

    /**
     * Destroys what a killed process, or an opening that was rolled back, left: secrets of opened boxes, and those made before
     * `before` whose vote never came to be. Forgets what another process destroyed. Returns how many it destroyed.
     */
    async sweep(before: Date): Promise<number> {
      const kept = await secrets.kept()
      const open = new Set(await unopened(db, [...new Set([...kept.map(({ voteId }) => voteId), ...known.keys()])]))
      const gone = kept.filter(({ voteId, since }) => !open.has(voteId) && since < before)
      for (const { voteId } of gone) await destroy(voteId)
      for (const voteId of known.keys()) if (!open.has(voteId)) known.delete(voteId)
      return gone.length
    },

    close(): void {
      for (const timer of timers) clearTimeout(timer)
      known.clear()
    },
  }
}

export type Keyring = ReturnType<typeof createKeyring>
