import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { claimDataDir, prepareDataDir } from './data-dir.ts'
import { readOrMakeSecret } from './keys.ts'
import { checkCluster, clusterPlace, makeCluster, runningPostmaster, startFailure } from './postgres-cluster.ts'
import type { Log, Postmaster } from './postgres-cluster.ts'
import { postgresPrograms, run, type Outcome, type PostgresPrograms } from './postgres-programs.ts'
import { StartError } from './start-error.ts'

export interface EmbeddedPostgres {
  /** Address for the server's work (login nghisu_login). */
  url: string
  /** Address for migrations (login nghisu_owner, which owns the database). */
  ownerUrl: string
  /** Whether it was found running, left by a start that was killed. */
  takenOver: boolean
  /** Stops PostgreSQL in order (checkpoint, then exit) and gives DATA_DIR up. May be called twice. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  dataDir: string
  log: Log
  /** `name=value` for this start alone (tests). */
  settings?: string[]
}

interface Passwords {
  superuser: string
  owner: string
  login: string
}

const DATABASE = 'nghisu'
const LOG_LIMIT_BYTES = 10_000_000

const password = () => randomBytes(24).toString('hex')
const makePasswords = () => JSON.stringify({ superuser: password(), owner: password(), login: password() } satisfies Passwords)

function address(user: string, secret: string, port: number, database: string): string {
  return `postgres://${user}:${secret}@127.0.0.1:${port}/${database}`
}

/** A port that nothing listens at: the wanted one when it is free, else any. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', () => (wanted === 0 ? reject(new Error('no free port on 127.0.0.1')) : resolve(freePort(0))))
    probe.listen(wanted, '127.0.0.1', () => {
      const place = probe.address()
      probe.close(() => resolve(typeof place === 'object' && place ? place.port : wanted))
    })
  })
}

async function logTail(cluster: string, from: number): Promise<string> {
  const text = await readFile(path.join(cluster, 'server.log'), 'utf8').catch(() => '')
  return text.slice(from)
}

/** Starts and stops the postmaster of a cluster and says how that went. */
function control(programs: PostgresPrograms, cluster: string, verb: 'start' | 'stop', args: string[]): Promise<Outcome> {
  return run(path.join(programs.bin, 'pg_ctl'), [verb, '-D', cluster, '-w', ...args], programs.runAs)
}

async function startPostmaster(
  dataDir: string,
  cluster: string,
  programs: PostgresPrograms,
  settings: string[],
): Promise<Postmaster> {
  const logFile = path.join(cluster, 'server.log')
  const logged = await stat(logFile).then((one) => one.size, () => 0)
  if (logged > LOG_LIMIT_BYTES) await truncate(logFile)
  // Nothing that answers to the pid file lives; a number reused by another program would make PostgreSQL refuse to start.
  await rm(path.join(cluster, 'postmaster.pid'), { force: true })

  const portFile = path.join(dataDir, 'postgres-port')
  let output = ''
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const remembered = Number(await readFile(portFile, 'utf8').catch(() => '0')) || 0
    const port = await freePort(remembered)
    const before = (await logTail(cluster, 0)).length
    const options = [`-p ${port}`, ...settings.map((one) => `-c ${one}`)].join(' ')
    const started = await control(programs, cluster, 'start', ['-l', logFile, '-t', '300', '-o', options])
    const postmaster = runningPostmaster(cluster)
    if (started.status === 0 && postmaster) {
      if (port !== remembered) await writeFile(portFile, String(port))
      return postmaster
    }
    output = `${started.output}\n${await logTail(cluster, before)}`
    // The children of a postmaster that was killed hold its shared memory for a moment; a port may be lost in a race.
    if (!/shared memory block|Address already in use/i.test(output)) break
    await sleep(1000)
  }
  throw startFailure(cluster, 'start', output)
}

/** A postmaster left by a killed start, once it answers; one that never gets ready is stopped, and undefined returned. */
async function takeOver(cluster: string, programs: PostgresPrograms): Promise<Postmaster | undefined> {
  for (let waited = 0; waited < 60; waited += 1) {
    const found = runningPostmaster(cluster)
    if (!found || found.ready) return found
    await sleep(500)
  }
  await control(programs, cluster, 'stop', ['-m', 'immediate'])
  return undefined
}

/** Runs `work` on one connection and closes it. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  // A connection cut while idle is reported by the next query; without a listener the event would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function ensureLoginsAndDatabase(port: number, secrets: Passwords, dataDir: string): Promise<void> {
  try {
    await withClient(address('postgres', secrets.superuser, port, 'postgres'), async (client) => {
      const logins = [['nghisu_owner', secrets.owner, 'CREATEDB CREATEROLE'], ['nghisu_login', secrets.login, '']] as const
      for (const [role, secret, rights] of logins) {
        const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
        if (known.rowCount === 0) {
          await client.query(`CREATE ROLE ${role} LOGIN ${rights} PASSWORD ${client.escapeLiteral(secret)}`)
        }
      }
      const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
      if (known.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER nghisu_owner`)
    })
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') {
      throw new StartError(
        'databaseKeysLost',
        `The passwords in ${path.join(dataDir, 'keys', 'postgres.json')} are not those of the database in ${dataDir}.`,
        'Put keys/postgres.json back from the backup, or set DATA_DIR to another folder to begin anew. Nothing was changed.',
        { cause: error },
      )
    }
    throw error
  }
}

/**
 * Starts the PostgreSQL of `DATA_DIR/postgres`, made at the first start; one that a killed start left running is taken
 * over. It listens on 127.0.0.1 only, at a port remembered in `DATA_DIR/postgres-port`, with passwords kept in
 * `DATA_DIR/keys/postgres.json`. It outlives this process unless `stop` is called, so that a crash loses no commit.
 * Errors: dataDirNotWritable, dataDirInUse, diskFull, databaseProgramsUnusable, databaseOtherVersion, databaseNotOurs,
 * databaseMissing, databaseKeysLost, databaseStartFailed.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log } = options
  const dataDir = path.resolve(options.dataDir)
  await prepareDataDir(dataDir)
  const giveUp = await claimDataDir(dataDir)
  let undo = async () => giveUp()
  try {
    const programs = await postgresPrograms()
    const place = await clusterPlace(dataDir, programs, log)
    const cluster = place.folder
    const secrets: Passwords = JSON.parse(await readOrMakeSecret(path.join(dataDir, 'keys', 'postgres.json'), makePasswords))
    if (!existsSync(cluster)) {
      log.info('making the embedded PostgreSQL database')
      await makeCluster(place, secrets.superuser, programs)
    }
    await checkCluster(cluster, programs)
    const found = await takeOver(cluster, programs)
    const { port } = found ?? (await startPostmaster(dataDir, cluster, programs, options.settings ?? []))
    const stop = async () => {
      const stopped = await control(programs, cluster, 'stop', ['-m', 'fast', '-t', '60'])
      if (stopped.status !== 0 && runningPostmaster(cluster)) throw startFailure(cluster, 'stop', stopped.output)
      giveUp()
    }
    undo = stop
    if (found) log.info(`took over PostgreSQL (process ${found.pid}), left running by an earlier start`)
    await ensureLoginsAndDatabase(port, secrets, dataDir)
    let stopping: Promise<void> | undefined
    return {
      url: address('nghisu_login', secrets.login, port, DATABASE),
      ownerUrl: address('nghisu_owner', secrets.owner, port, DATABASE),
      takenOver: found !== undefined,
      stop: () => (stopping ??= stop()),
    }
  } catch (error) {
    await undo()
    throw error
  }
}

/**
 * The embedded PostgreSQL for a short errand: the one that a server of this DATA_DIR runs on, which `stop` then leaves
 * alone, else one started for the errand. Errors: those of `startEmbeddedPostgres`.
 */
export async function visitEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres(options)
  } catch (error) {
    const postmaster = runningPostmaster(path.join(options.dataDir, 'postgres'))
    if (!(error instanceof StartError && error.code === 'dataDirInUse' && postmaster?.ready)) throw error
    const secrets: Passwords = JSON.parse(await readFile(path.join(options.dataDir, 'keys', 'postgres.json'), 'utf8'))
    return {
      url: address('nghisu_login', secrets.login, postmaster.port, DATABASE),
      ownerUrl: address('nghisu_owner', secrets.owner, postmaster.port, DATABASE),
      takenOver: false,
      stop: async () => {},
    }
  }
}

/** Makes a database owned by the login of `ownerUrl`, as a copy of `template` when given, and returns its address. */
export async function createDatabase(ownerUrl: string, name: string, template?: string): Promise<string> {
  await withClient(ownerUrl, async (client) => {
    const from = template ? ` TEMPLATE ${client.escapeIdentifier(template)}` : ''
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}${from}`)
  })
  return databaseAddress(ownerUrl, name)
}

/** How often, and after how many ms each time, a database is tried again that PostgreSQL itself is at work in. */
const DROP_TRIES = 40
const DROP_PAUSE_MS = 250

/** Deletes a database, cutting whoever is still connected. */
export async function dropDatabase(ownerUrl: string, name: string): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    for (let tried = 1; ; tried += 1) {
      try {
        await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`)
        return
      } catch (error) {
        // The autovacuum of the moment belongs to the superuser, and ends by itself.
        if (!(error instanceof pg.DatabaseError && error.code === '42501') || tried === DROP_TRIES) throw error
        await sleep(DROP_PAUSE_MS)
      }
    }
  })
}

/** The same server and login, another database. */
export function databaseAddress(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(name)}`
  return other.href
}
