import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Logger } from 'pino'
import { DRAFT_PATH } from '../protocol/drafting.ts'
import { MINUTES_TEXT_PATH } from '../protocol/minutes-text.ts'
import { createClosers, type Closers } from './closers.ts'
import { createPast } from './demo/past.ts'
import { seedDemo } from './demo/seed.ts'
import { loadPushKeys } from './notices/push.ts'
import { openWorkFolders } from './conversion/work-folders.ts'
import { createDomains } from './domains.ts'
import type { Outside } from './inviting.ts'
import { createJournal } from './journal/journal.ts'
import { createSigner } from './journal/head.ts'
import type { Config } from './platform/config.ts'
import { checkDatabase, migrateToLatest, openDatabase } from './platform/database.ts'
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts'
import { openFiles } from './platform/files.ts'
import { mountHealth } from './platform/health.ts'
import { createApp } from './platform/http.ts'
import { createJobs, type Jobs } from './platform/jobs.ts'
import { loadKeys } from './platform/keys.ts'
import { assertPortFree } from './platform/listen.ts'
import { createLog } from './platform/log.ts'
import { startMediaNode, type MediaNode } from './platform/media-node.ts'
import { openS3Files } from './platform/s3-files.ts'
import { createSessions } from './platform/session.ts'
import { createCommands, createSocketServer, watchSessions } from './platform/socket.ts'
import { tlsFor } from './platform/tls.ts'
import { createIceServers } from './platform/turn.ts'
import { serveUpgrades } from './platform/upgrade.ts'
import { createWebServer } from './platform/web-server.ts'
import { openRecordingFolders } from './recording/folders.ts'
import { watchRecordings } from './recording/watch.ts'
import { openVoteSecrets } from './secret-ballots/vote-secrets.ts'
import { createScanner } from './uploads/scanner.ts'
import { createTus } from './uploads/tus.ts'

export interface StartOptions {
  log?: Logger
  /** Without, there is no video room and `room:enter` answers `mediaUnavailable`. */
  media?: boolean
}

const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }

/** How long the answer to a command is kept for its repeats. */
const KEYS_KEPT_MS = 7 * 24 * 3600_000

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
  const web = createWebServer(tls, (req, res) => { app(req, res) })
  closers.add('last requests', web.ended)
  const signer = createSigner(keys.journal.privateKey)
  const past = createPast()
  const journal = createJournal({ db, signer, log, now: past.now })
  const mediaNode = media ? await openMediaNode(config, log, closers) : undefined
  const jobs = createJobs({ db, log })
  const files = config.bucket ? await openS3Files(config.dataDir, config.bucket) : await openFiles(config.dataDir)
  const domains = createDomains({
    db, journal, media: mediaNode, iceServers: createIceServers(config.turn), files,
    workFolders: await openWorkFolders(config.dataDir),
    recording: { folders: await openRecordingFolders(config.dataDir), media: mediaNode }, uploadLimitBytes: config.uploadLimitBytes,
    uploadWays: { folder: path.join(config.dataDir, 'uploads'), scanner: config.virusScanner ? createScanner(config.virusScanner) : undefined },
    secretVotes: { secrets: await openVoteSecrets(path.join(config.dataDir, 'keys', 'secret-votes'), signer.secret('secret votes')), signReceipt: signer.signText },
    signingKeysFile: config.signingKeysFile,
    secret: signer.secret, outside: await openOutside(config, jobs), origins: [config.origin, ...config.allowedOrigins], log,
  })

  closers.add('keys of votes', domains.keyring.close)
  closers.add('secret ballots', domains.casting.close)
  closers.add('answers to surveys', domains.surveying.close)
  closers.add('press', () => domains.press.close())
  closers.add('mail', () => domains.inviting.close())
  closers.add('mail of papers', () => domains.publishing.close())
  const edge = { allowedOrigins: config.allowedOrigins, session: sessions.middleware, authenticate: domains.authenticate, log }
  const io = createSocketServer({ server: web.server, ...edge })
  // It would wait for the last connection, and those of the room end with the media node.
  closers.add('sockets', () => { void io.close() })
  closers.add('journal', () => journal.close())
  const followers = domains.followers(io)
  closers.add('followers', () => followers.close())
  const command = createCommands(io, { log })
  domains.mountCommands(command, followers)
  domains.reviewing.mountCommands(command, io)
  domains.inviting.connect(io)
  const texts = new Map([[DRAFT_PATH, domains.writing.texts], [MINUTES_TEXT_PATH, domains.minuting.texts]])
  const open = { io, media: serveUpgrades(web.server, { media: mediaNode, texts, ...edge }) }
  const app = createApp(config, {
    ...edge,
    uploads: await createTus({ uploads: domains.uploads, authenticate: domains.authenticate, log }),
    mountNameless: domains.mountNameless,
    mount(route) {
      mountHealth(route, { db, version, mediaNodes: () => mediaNode?.state() ?? [] })
      domains.mountRoutes(route, open)
    },
  })
  closers.add('session watch', watchSessions(open, sessions, log))
  const { meetings, documents, circulating, proposals, recordings, converting, uploads, concluding } = domains
  const keepers = [documents, proposals.papers, converting.conversion, uploads, concluding.tasks.evidence, domains.publishing.signing]
  const known = async (sha256s: readonly string[]) => new Set((await Promise.all(keepers.map((one) => one.knownFiles(sha256s)))).flatMap((some) => [...some]))
  closers.add('clearing away', clearAway([
    journal.forgetKeys, meetings.forgetKeys, () => files.sweep(known), () => recordings.deleteExpired(new Date()),
    domains.inviting.notices.forgetOld, uploads.sweep,
    () => domains.keyring.sweep(new Date(Date.now() - 3600_000)),
  ], log))
  await mediaNode?.follow(domains.presence)
  closers.add('recordings', watchRecordings(recordings, log))
  await domains.entrance.endOldKnocks()
  closers.add('floor', domains.floor.stop)
  await domains.floor.resume()
  closers.add('conversions', converting.close)
  closers.add('drafts', domains.writing.texts.close)
  closers.add('minutes', domains.minuting.texts.close)
  closers.add('jobs', jobs.stop)
  const { inviting, publishing, surveying, opining, proceeding } = domains
  const ofTime = [...inviting.queues, circulating.queue, concluding.queue, publishing.queue, surveying.queue, opining.queue, proceeding.queue]
  await jobs.start([converting.queue, ...ofTime.map((queue) => ({ ...queue, look: past.after(queue.look) }))])

  const demo = config.database.kind === 'embedded' ? await seedDemo({ domains, past, db, dataDir: config.dataDir, log }) : undefined
  await web.open(config)
  closers.add('port', web.stopAccepting)
  return { origin: config.origin, db, domains, journal, past, io, open, sessions, demo, stop: closers.closeAll }
}

export type RunningServer = Awaited<ReturnType<typeof startServer>>

/** Forgets what is no longer asked for, at once and then once an hour. Returns the end of that. */
function clearAway(forget: readonly ((before: Date) => Promise<number>)[], log: Logger): () => void {
  const clear = () => {
    for (const one of forget) {
      one(new Date(Date.now() - KEYS_KEPT_MS)).catch((err: unknown) => log.warn({ err }, 'old keys or files were not cleared away'))
    }
  }
  clear()
  const timer = setInterval(clear, 3600_000)
  timer.unref()
  return () => clearInterval(timer)
}

async function openMediaNode({ dataDir, media }: Config, log: Logger, closers: Closers): Promise<MediaNode> {
  const { address: announcedAddress, listenAddress, port: basePort, workers, workerBin } = media
  const node = await startMediaNode({
    dataDir, announcedAddress, listenAddress, basePort, workers, workerBin, log,
    grantSecretFile: path.join(dataDir, 'keys', 'media-grant-secret'),
  })
  closers.add('media node', node.stop)
  return node
}

/** The ways out of the product, as far as they are configured. */
async function openOutside({ dataDir, mail, pushServices, linkOrigin }: Config, jobs: Jobs): Promise<Outside> {
  const contact = mail ? `mailto:${mail.from.address}` : linkOrigin.replace(/^http:/, 'https:')
  return { mail, linkOrigin, jobs, push: { keys: await loadPushKeys(path.join(dataDir, 'keys', 'push.json')), contact, services: pushServices } }
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
