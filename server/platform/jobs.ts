import type { Knex } from 'knex'
import { fromKnex, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'

/** What is done beside the requests. A queue holds no more than the wish that its work be looked at: what there is to do stands in tables. */
export interface Jobs {
  /** Within the transaction of a change: the queue's work is looked at once that is committed, and not at all where it is not. */
  wake(trx: Knex.Transaction, queue: string): Promise<void>
}

/** The schema of pg-boss, made by the migrations. */
const SCHEMA = 'jobs'
/** Between a commit and the look at what it left to do, in seconds. */
const POLL_S = 1
/** One look does what all of these asked for. */
const WAKES_A_LOOK = 200
/** Longer than any look takes; after it another process takes over. */
const EXPIRE_S = 600

/**
 * The jobs of this installation, in PostgreSQL (pg-boss): a wake-up is part of the change that asks for it, and survives
 * restarts. Works as the server's role; the schema belongs to the owner.
 */
export function createJobs({ db, log }: { db: Knex, log: Pick<Logger, 'warn'> }) {
  const boss = new PgBoss({
    db: fromKnex(db), schema: SCHEMA, migrate: false, createSchema: false,
    // The role owns no index to rebuild, and other processes are seen by the database's administrator.
    reindex: false, registerInstance: false, monitorVacuum: false,
  })
  boss.on('error', (err) => { log.warn({ err }, 'jobs: the queue could not be read or written; it is tried again') })

  return {
    async wake(trx: Knex.Transaction, queue: string): Promise<void> {
      await boss.send(queue, {}, { db: fromKnex(trx) })
    },

    /**
     * Starts: each queue is looked at when woken, and at least as often as `cron` says (minutes by the clock of Asia/Ho_Chi_Minh).
     * What a look throws is logged, and looked at again.
     */
    async start(queues: readonly { name: string, cron: string, look: () => Promise<void> }[]): Promise<void> {
      await boss.start()
      for (const { name, cron, look } of queues) {
        await boss.createQueue(name, { retryLimit: 5, retryDelay: 5, retryBackoff: true, retryDelayMax: 300, expireInSeconds: EXPIRE_S })
        await boss.schedule(name, cron, {}, { tz: 'Asia/Ho_Chi_Minh' })
        await boss.work(name, { batchSize: WAKES_A_LOOK, pollingIntervalSeconds: POLL_S }, async () => {
          try {
            await look()
          } catch (err) {
            log.warn({ err, queue: name }, 'a job failed; it is tried again')
            throw err
          }
        })
      }
    },

    /** Waits for what is under way, at most some seconds. */
    stop: () => boss.stop({ graceful: true, timeout: 5000, close: false }),
  }
}

export type RunningJobs = ReturnType<typeof createJobs>
