import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { emptyDatabase, freshDatabase, type FreshDatabase } from '../../tests/support/postgres.ts'
import { checkDatabase, isDatabaseUnavailable, migrateToLatest, openDatabase } from './database.ts'
import { withClient } from './embedded-postgres.ts'

const MIGRATION = (table: string) => `
export async function up(knex) { await knex.raw('CREATE TABLE ${table} (id int); GRANT SELECT ON ${table} TO nghisu_app') }
export async function down(knex) { await knex.raw('DROP TABLE ${table}') }
`

describe('migrateToLatest', () => {
  let database: FreshDatabase
  let directory: string
  beforeAll(async () => {
    database = await emptyDatabase()
    directory = await mkdtemp(path.join(os.tmpdir(), 'migrations-'))
    await writeFile(path.join(directory, 'package.json'), '{"type":"module"}')
    await writeFile(path.join(directory, '202601010000_one.ts'), MIGRATION('one'))
    await writeFile(path.join(directory, '202601020000_two.ts'), MIGRATION('two'))
  })
  afterAll(async () => {
    await database.drop()
    await rm(directory, { recursive: true })
  })

  it('lets several servers that start together migrate once', async () => {
    await Promise.all([1, 2, 3].map(() => migrateToLatest(database.ownerUrl, database.appUrl, directory)))
    const names = await withClient(database.ownerUrl, (client) => client.query('SELECT name FROM knex_migrations ORDER BY id'))
    expect(names.rows.map((row) => row.name)).toEqual(['202601010000_one.ts', '202601020000_two.ts'])
  })

  it('gives the server the application role and no more', async () => {
    const db = openDatabase(database.appUrl)
    try {
      const who = await db.raw('SELECT current_user AS who')
      expect(who.rows[0].who).toBe('nghisu_app')
      await expect(db('one').select()).resolves.toEqual([])
      await expect(db('one').insert({ id: 1 })).rejects.toMatchObject({ code: '42501' })
      await expect(db.raw('CREATE TABLE mine (id int)')).rejects.toMatchObject({ code: '42501' })
    } finally {
      await db.destroy()
    }
  })

  it('goes on after a start that was killed in the middle left the lock taken', async () => {
    await withClient(database.ownerUrl, (client) => client.query('UPDATE knex_migrations_lock SET is_locked = 1'))
    await migrateToLatest(database.ownerUrl, database.appUrl, directory)
  })

  it('refuses a database of a newer version, naming the migration that it lacks', async () => {
    await rm(path.join(directory, '202601020000_two.ts'))
    await expect(migrateToLatest(database.ownerUrl, database.appUrl, directory)).rejects.toMatchObject({
      code: 'databaseNewer',
      message: expect.stringContaining('202601020000_two.ts'),
    })
    await writeFile(path.join(directory, '202601020000_two.ts'), MIGRATION('two'))
  })
})

describe('a database that cannot be used', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())

  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.ownerUrl)
    change(url)
    return url.href
  }

  it('says when nothing answers', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => probe.once('listening', resolve))
    const address = probe.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await new Promise((resolve) => probe.close(resolve))
    const url = changed((one) => (one.port = String(port)))
    const message = expect.stringContaining(`:${port}`)
    await expect(migrateToLatest(url)).rejects.toMatchObject({ code: 'databaseUnreachable', message })
    const db = openDatabase(url)
    await expect(checkDatabase(db, url)).rejects.toMatchObject({ code: 'databaseUnreachable' })
    await db.destroy()
  })

  it('says when the password is wrong, without printing it', async () => {
    const url = changed((one) => (one.password = 'not-the-password'))
    const error = await migrateToLatest(url).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'databaseRefused', message: expect.stringContaining('password authentication failed') })
    expect(String(error)).not.toContain('not-the-password')
  })

  it('says when there is no such database', async () => {
    const url = changed((one) => (one.pathname = '/nowhere'))
    const message = expect.stringContaining('"nowhere" does not exist')
    await expect(migrateToLatest(url)).rejects.toMatchObject({ code: 'databaseRefused', message })
  })

  it('waits neither for ever for a lock nor in a transaction that was forgotten', async () => {
    const db = openDatabase(database.appUrl, { max: 2 })
    const short = async (setting: string) => await db.transaction(async (trx) => {
      await trx.raw(`SET LOCAL ${setting} = '50ms'`)
      await trx.raw('SELECT pg_advisory_xact_lock(1)')
      await new Promise((resolve) => { setTimeout(resolve, 150) })
      await trx.raw('SELECT 1')
    }).catch((reason: unknown) => reason)
    try {
      const shown = async (name: string) => (await db.raw<{ rows: Record<string, string>[] }>(`SHOW ${name}`)).rows[0]?.[name]
      expect(await shown('lock_timeout')).toBe('15s')
      expect(await shown('idle_in_transaction_session_timeout')).toBe('30s')
      await db.transaction(async (holder) => {
        await holder.raw('SELECT pg_advisory_xact_lock(1)')
        expect(isDatabaseUnavailable(await short('lock_timeout'))).toBe(true)
      })
      expect(isDatabaseUnavailable(await short('idle_in_transaction_session_timeout'))).toBe(true)
    } finally {
      await db.destroy()
    }
  })

  it('tells a connection cut by the server from a refused statement', async () => {
    const db = openDatabase(database.appUrl)
    try {
      const refused = await db.raw('SELECT * FROM nowhere').catch((reason: unknown) => reason)
      expect(isDatabaseUnavailable(refused)).toBe(false)
      const cut = await db.raw('RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())').catch((reason: unknown) => reason)
      expect(isDatabaseUnavailable(cut)).toBe(true)
      // Until the pool has noticed it may give the dead connection out once more; pg then names no code.
      const after = await db.raw('SELECT 1').catch((reason: unknown) => reason)
      if (after instanceof Error) expect(isDatabaseUnavailable(after)).toBe(true)
      await expect(db.raw('SELECT 1')).resolves.toBeDefined()
    } finally {
      await db.destroy()
    }
  })
})

it('works for an owner who may create no role, where an administrator made them beforehand', async () => {
  const database = await emptyDatabase()
  const login = `plain_owner_${Date.now()}`
  const url = new URL(database.ownerUrl)
  const [name, administrator] = [url.pathname.slice(1), decodeURIComponent(url.username)]
  try {
    await withClient(database.ownerUrl, (client) => client.query(`
      CREATE ROLE ${login} LOGIN PASSWORD 'plain';
      GRANT nghisu_app TO ${login} WITH SET TRUE;
      GRANT ${login} TO ${administrator} WITH SET TRUE;
      ALTER DATABASE ${name} OWNER TO ${login}`))
    url.username = login
    url.password = 'plain'
    await migrateToLatest(url.href, database.appUrl)
    const db = openDatabase(database.appUrl)
    await expect(db('journal_entry').select()).resolves.toEqual([])
    await db.destroy()
  } finally {
    await withClient(database.ownerUrl, (client) => client.query(`ALTER DATABASE ${name} OWNER TO ${administrator}`))
    await database.drop()
    await withClient(inject('postgres').ownerUrl, (client) => client.query(`DROP ROLE ${login}`))
  }
})
