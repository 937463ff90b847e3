import type { Knex } from 'knex'
import type { Config } from './config.ts'
import { migrateToLatest, ownerKnex } from './database.ts'
import { visitEmbeddedPostgres } from './embedded-postgres.ts'

/** Lets a command of the operator work on the installation's database, brought up to date, as its owner, whether the server runs or not. */
export async function visitDatabase<T>(config: Config, work: (db: Knex) => Promise<T>): Promise<T> {
  const log = { info: () => {}, warn: (message: string) => { process.stderr.write(`${message}\n`) } }
  const { url, ownerUrl, stop } = config.database.kind === 'external'
    ? { ...config.database, stop: async () => {} }
    : await visitEmbeddedPostgres({ dataDir: config.dataDir, log })
  try {
    await migrateToLatest(ownerUrl, url)
    const db = ownerKnex(ownerUrl)
    try {
      return await work(db)
    } finally {
      await db.destroy()
    }
  } finally {
    await stop()
  }
}
