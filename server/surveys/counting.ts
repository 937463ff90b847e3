import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Keyring } from '../secret-ballots/keyring.ts'
import { stageOf, type Round } from './access.ts'
import type { Sealed } from './answering.ts'
import { unsealAnswer, type AnswerContent } from './sealing.ts'

export interface CountingStore {
  /** The round, held alone. */
  holdForCounting(trx: Knex.Transaction, roundId: string): Promise<Round | undefined>
  takeSealed(trx: Knex.Transaction, roundId: string): Promise<Sealed[]>
  /** Writes answers by these names, in their order, and marks the round as counted. */
  publish(trx: Knex.Transaction, roundId: string, answers: readonly (AnswerContent & { id: string })[], unreadable: number): Promise<void>
  /** Anonymous rounds that have closed and were not counted. */
  uncounted(db: Knex, at: Date): Promise<string[]>
}

/**
 * Opens the answers of an anonymous round that has closed, all at once, and writes them by random names in the order of
 * those; then the round's key is destroyed, and with it what a copy of the database from before could be made to say.
 */
export function createCounting({ db, store, keyring, log, now }: {
  db: Knex, store: CountingStore, keyring: Pick<Keyring, 'require' | 'destroySoon'>, log: Pick<Logger, 'warn'>, now: () => Date
}) {
  /** Does nothing where it is not time for it, or it was done. Throws `ballotBoxLost` where the key is gone and there are answers. */
  async function count(roundId: string): Promise<void> {
    await db.transaction(async (trx) => {
      const round = await store.holdForCounting(trx, roundId)
      if (!round?.anonymous || round.counted || stageOf(round, now()) !== 'closed') return
      const taken = await store.takeSealed(trx, roundId)
      const keys = taken.length ? await keyring.require(roundId) : undefined
      const opened = taken.flatMap(({ slot, sealed }) => (keys && unsealAnswer(keys, slot, sealed)) ?? [])
      const shuffled = opened.map((content) => ({ ...content, id: randomUUID() })).sort((a, b) => a.id < b.id ? -1 : 1)
      await store.publish(trx, roundId, shuffled, taken.length - opened.length)
      keyring.destroySoon(roundId)
    })
  }

  return {
    count,
    /** Counts every round whose time has come. */
    async run(): Promise<void> {
      for (const roundId of await store.uncounted(db, now())) {
        await count(roundId).catch((err: unknown) => { log.warn({ roundId, err }, 'a round of a survey could not be counted; it is tried again') })
      }
    },
  }
}

export type Counting = ReturnType<typeof createCounting>
