import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createDatabase, databaseAddress, dropDatabase } from '../../server/platform/embedded-postgres.ts'

export interface FreshDatabase {
  /** For migrations and for what an owner of the database could do. */
  ownerUrl: string
  /** For `openDatabase`. */
  appUrl: string
  drop(): Promise<void>
}

/** A database of its own, with every migration applied and nothing in it (about 50 ms), or a copy of this one. */
export async function freshDatabase(template?: string): Promise<FreshDatabase> {
  return database(template ?? inject('postgres').template)
}

/** A database of its own with nothing in it at all, for tests of the migrations. */
export async function emptyDatabase(): Promise<FreshDatabase> {
  return database(undefined)
}

async function database(template: string | undefined): Promise<FreshDatabase> {
  const { ownerUrl, appUrl } = inject('postgres')
  const name = `nghisu_test_${randomBytes(6).toString('hex')}`
  return {
    ownerUrl: await createDatabase(ownerUrl, name, template),
    appUrl: databaseAddress(appUrl, name),
    drop: () => dropDatabase(ownerUrl, name),
  }
}
