import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Logger } from 'pino'
import { createClosers, type Closers } from './closers.ts'
import { createDomains } from './domains.ts'
import { createJournal } from './journal/journal.ts'
import { createSigner } from './journal/head.ts'
import type { Config } from './platform/config.ts'
import { checkDatabase, migrateToLatest, openDatabase } from './platform/database.ts'
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts'
import { mountHealth } from './platform/health.ts'
import { createApp } from './platform/http.ts'
import { loadKeys } from './platform/keys.ts'
import { assertPortFree, listen } from './platform/listen.ts'
import { createLog } from './platform/log.ts'
import { createSessions } from './platform/session.ts'
import { createCommands, createSocketServer, type SocketServer } from './platform/socket.ts'
import { tlsFor, type Tls } from './platform/tls.ts'

export interface StartOptions {
  log?: Logger
  /** Without, there is no video room and `room:enter` answers `mediaUnavailable`. */
  media?: boolean
}

const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }

/** How long requests that are under way may still take when the server stops. */
const LAST_REQUESTS_MS = 5000

/**
 * Starts everything and resolves once the port is open; `stop` ends everything that was started, losing nothing that was
 * acknowledged. A start that fails has stopped what it had started. Throws `StartError` for what a person can mend.
 */
export async function startServer(config: Config, { log = createLog(config.logLevel), media = true }: StartOptions = {}) {
  const closers = createClosers(log)
  try {
    await assertPortFree(config)
    return await start(config, log, media, closers)
  } catch (error) {
    await closers.closeAll()
    throw error
  }
}

async function start(config: Config, log: Logger, media: boolean, closers: Closers) {
  const keys = await loadKeys(config)
  const tls = await tlsFor(config)
  const databaseUrl = await prepareDatabase(config, log, closers)
  const db = openDatabase(databaseUrl)
  closers.add('database', () => db.destroy())
  await checkDatabase(db, databaseUrl)

  const sessions = createSessions({ databaseUrl, secret: keys.sessionSecret, log })
  closers.add('sessions', sessions.close)
  const server = createWebServer(tls, (req, res) => { app(req, res) })
  const journal = createJournal({ db, signer: createSigner(keys.journal.privateKey), log })
  const domains = createDomains({ db, journal, log })

  const io = createSocketServer({
    server, allowedOrigins: config.allowedOrigins, session: sessions.middleware, authenticate: domains.authenticate, log,
  })
  closers.add('web server', () => closeWebServer(server, io))
  domains.mountCommands(createCommands(io, { log }))
  const app = createApp(config, {
    session: sessions.middleware, authenticate: domains.authenticate, log,
    mount(route) {
      mountHealth(route, { db, version, mediaNodes: () => [] })
      domains.mountRoutes(route, io)
    },
  })
  closers.add('journal', () => journal.close())

  await listen(server, config)
  closers.add('port', () => { server.close() })
  return { origin: config.origin, db, domains, stop: closers.closeAll }
}

export type RunningServer = Awaited<ReturnType<typeof startServer>>

function createWebServer(tls: Tls | undefined, handle: RequestListener): Server {
  return tls ? createHttpsServer(tls, handle) : createHttpServer(handle)
}

/** Tells sockets to come back elsewhere, lets requests under way finish, and cuts those that do not. */
async function closeWebServer(server: Server, io: SocketServer): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS)
  await io.close()
  clearTimeout(cut)
}

/** The address of a database that is there and up to date. */
async function prepareDatabase({ database, dataDir }: Config, log: Logger, closers: Closers): Promise<string> {
  if (database.kind === 'external') {
    await migrateToLatest(database.ownerUrl, database.url)
    return database.url
  }
  const postgres = await startEmbeddedPostgres({ dataDir, log })
  closers.add('PostgreSQL', postgres.stop)
  await migrateToLatest(postgres.ownerUrl, postgres.url)
  return postgres.url
}
