import { AsyncLocalStorage } from 'node:async_hooks'
import type { Knex } from 'knex'

const counted = new AsyncLocalStorage<true>()

/**
 * The statements that `work` causes over a pool, other than those that begin and end transactions. What a server does beside it,
 * its jobs of the minute for one, is asked for in another context and not among them.
 */
export async function statementsOf(db: Knex, work: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = []
  const note = ({ sql }: { sql: string }) => { if (counted.getStore() && !/^(BEGIN|COMMIT|SAVEPOINT|RELEASE)/i.test(sql)) seen.push(sql) }
  db.on('query', note)
  await counted.run(true, work).finally(() => db.removeListener('query', note))
  return seen
}
