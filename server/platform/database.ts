import path from 'node:path'
import { existsSync } from 'node:fs'
import knex, { type Knex } from 'knex'
import type pg from 'pg'
import { withClient } from './embedded-postgres.ts'
import { StartError, systemCode } from './start-error.ts'

/** Whether PostgreSQL refused a row because there is one of its kind already (unique_violation). */
export const isTaken = (error: unknown): boolean => systemCode(error) === '23505'

/** The role whose rights the server works with: it owns nothing, and the journal grants it no UPDATE or DELETE. */
export const APP_ROLE = 'nghisu_app'

const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations')
/** Oldest PostgreSQL with uuidv7(), as `server_version_num`. */
const OLDEST = 180_000
/** Held while migrations run, so that several servers of one database start one after the other ("nghi" in ASCII). */
const MIGRATION_LOCK = 0x6e676869

/** The address without its password, for messages. */
function place(url: string): string {
  const { hostname, port, pathname, username } = new URL(url)
  return `${username}@${hostname}:${port || 5432}${pathname}`
}

function databaseProblem(error: unknown, url: string, variable: string): unknown {
  if (error instanceof StartError) return error
  const cause = error instanceof AggregateError ? error.errors[0] : error
  const code = systemCode(cause) ?? systemCode(error)
  if (code === '28P01' || code === '28000' || code === '3D000' || code === '42501') {
    const why = cause instanceof Error ? cause.message : code
    return new StartError('databaseRefused', `The database at ${place(url)} refused: ${why}.`,
      `Correct user, password and database in ${variable}; docs/operations.md lists the rights that are needed.`, { cause })
  }
  if (isDatabaseUnavailable(error) || isDatabaseUnavailable(cause) || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new StartError('databaseUnreachable', `The database at ${place(url)} does not answer (${code ?? 'connection ended'}).`,
      `Start that PostgreSQL and see that this machine may reach it, or correct ${variable}.`, { cause })
  }
  return error
}

/** How long a statement waits for a lock of another transaction: longer than a command of the journal may take. */
const LOCK_WAIT = '15s'
/** A transaction that is forgotten in the middle ends, and gives its locks back. */
const IDLE_IN_TRANSACTION = '30s'

/** What pg says without a code when the connection went away under a query; knex puts the statement in front of it. */
const CUT = /(?:^| - )(Connection terminated|timeout expired|Client has encountered a connection error|read ECONN|write E)/

/**
 * Whether an error means that the database is away (stopped, unreachable, out of connections, or kept by others beyond
 * its time limits) rather than that it refused this statement. What was asked was not committed, or its answer was lost:
 * the same command may be sent again under its idempotency key.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  if (error.name === 'KnexTimeoutError') return true
  if (CUT.test(error.message)) return true
  const code = systemCode(error) ?? ''
  return /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08...|57P0[123]|53300|25P0[34]|55P03)$/.test(code)
}

async function applied(client: pg.Client): Promise<string[]> {
  const known = await client.query<{ present: boolean }>(`SELECT to_regclass('knex_migrations') IS NOT NULL AS present`)
  if (!known.rows[0]?.present) return []
  const rows = await client.query<{ name: string }>('SELECT name FROM knex_migrations ORDER BY id')
  return rows.rows.map((row) => row.name)
}

/** Lets a login take the application role. Idempotent: nothing is granted that is already there. */
async function grantAppRole(client: pg.Client, login: string): Promise<void> {
  const may = await client.query<{ may: boolean }>(`SELECT pg_has_role($1, $2, 'SET') AS may`, [login, APP_ROLE])
  if (!may.rows[0]?.may) await client.query(`GRANT ${APP_ROLE} TO ${client.escapeIdentifier(login)} WITH SET TRUE`)
}

/** knex would print what it also throws. */
const log = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} }

/** The owner's connection, for migrations and the operator's commands alone. */
export function ownerKnex(ownerUrl: string, directory = MIGRATIONS): Knex {
  const migrations = { directory, loadExtensions: ['.ts'] }
  return knex({ client: 'pg', compileSqlOnError: false, connection: ownerUrl, pool: { min: 0, max: 1 }, migrations, log })
}

/**
 * Brings the schema to this program's version, as the owner of the database. Lets the login of `appUrl` (default: the
 * owner itself) take the role nghisu_app. Servers that start together wait for one another.
 * Errors: databaseUnreachable, databaseRefused, databaseTooOld, databaseNewer.
 */
export async function migrateToLatest(ownerUrl: string, appUrl = ownerUrl, directory = MIGRATIONS): Promise<void> {
  try {
    await withClient(ownerUrl, async (client) => {
      const version = await client.query<{ server_version_num: string }>('SHOW server_version_num')
      const running = Number(version.rows[0]?.server_version_num)
      if (running < OLDEST) {
        throw new StartError('databaseTooOld',
          `The database at ${place(ownerUrl)} is PostgreSQL ${Math.floor(running / 10_000)}.`,
          'This program needs PostgreSQL 18 or newer: upgrade the database server, or name another one in DATABASE_URL.')
      }
      await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
      const strangers = (await applied(client)).filter((name) => !existsSync(path.join(directory, name)))
      if (strangers.length > 0) {
        throw new StartError('databaseNewer',
          `The database at ${place(ownerUrl)} belongs to a newer version of this program (${strangers.join(', ')}).`,
          'Start that version or a later one, or restore the backup made before the upgrade. Nothing was changed.')
      }
      const owner = ownerKnex(ownerUrl, directory)
      try {
        // Ours is the only migration that runs (advisory lock): a lock row was left by a start that was killed.
        await owner.migrate.forceFreeMigrationsLock()
        await owner.migrate.latest()
      } finally {
        await owner.destroy()
      }
      for (const login of new Set([ownerUrl, appUrl].map((url) => decodeURIComponent(new URL(url).username)))) {
        if (login) await grantAppRole(client, login)
      }
    })
  } catch (error) {
    throw databaseProblem(error, ownerUrl, 'DATABASE_OWNER_URL or DATABASE_URL')
  }
}

/**
 * The server's pool of connections. Each works as nghisu_app, with UTC as its time zone. Nothing is connected before
 * the first query; `destroy()` it at the end.
 */
export function openDatabase(url: string, options: { max?: number } = {}): Knex {
  return knex({
    client: 'pg',
    // An error's message then has the statement, but not the values: they may be personal data.
    compileSqlOnError: false,
    connection: { connectionString: url, application_name: 'nghi-su', connectionTimeoutMillis: 5_000, keepAlive: true },
    pool: {
      min: 0,
      max: options.max ?? 10,
      afterCreate: (connection: pg.Client, done: (error: Error | null, connection: pg.Client) => void) => {
        const settings = `SET lock_timeout = '${LOCK_WAIT}'; SET idle_in_transaction_session_timeout = '${IDLE_IN_TRANSACTION}'`
        connection.query(`SET ROLE ${APP_ROLE}; SET timezone = 'UTC'; ${settings}`, (error) => done(error, connection))
      },
    },
    acquireConnectionTimeout: 10_000,
    log,
  })
}

/** Proves at the start that the pool can work. Errors: databaseUnreachable, databaseRefused. */
export async function checkDatabase(db: Knex, url: string): Promise<void> {
  try {
    await db.raw('SELECT 1')
  } catch (error) {
    throw databaseProblem(error, url, 'DATABASE_URL')
  }
}
