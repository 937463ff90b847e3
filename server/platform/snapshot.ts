import type { Knex } from 'knex'

/** Everything that is read in it is of one moment, whatever others commit meanwhile; nothing may be written. */
export const inSnapshot = <T>(db: Knex, read: (snapshot: Knex) => Promise<T>): Promise<T> =>
  db.transaction((trx) => read(trx), { isolationLevel: 'repeatable read', readOnly: true })
