import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '../../server/app.ts'
import { loadConfig, type Config } from '../../server/platform/config.ts'
import { createLog } from '../../server/platform/log.ts'
import { copyDemoFolder, demoHouse } from './demo-house.ts'
import { freePort } from './ports.ts'
import { freshDatabase } from './postgres.ts'

export interface TestServerOptions {
  /** With the video room; without by default, since most tests need none. */
  media?: boolean
  /** With the demo's people, bodies and two published meetings; `demo` then has their password. */
  demo?: boolean
  /** More environment variables. */
  env?: NodeJS.ProcessEnv
  /** Another address of the test's database, as of a relay that a test can cut. */
  databaseUrl?(url: string): string
  /** Gets every line of the log, as JSON. */
  onLog?(line: string): void
}

/** The whole server on a free port, with a database and a DATA_DIR of its own. */
export async function startTestServer(options: TestServerOptions = {}) {
  const house = options.demo ? await demoHouse(configOf) : undefined
  const database = await freshDatabase(house?.template)
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-server-'))
  if (house) await copyDemoFolder(house, dataDir)
  const config = await configOf({
    DATA_DIR: dataDir, DATABASE_URL: options.databaseUrl?.(database.appUrl) ?? database.appUrl, DATABASE_OWNER_URL: database.ownerUrl, ...options.env,
  })
  const log = createLog(config.logLevel, { write: (line: string) => options.onLog?.(line) })
  const server = await startServer(config, { media: options.media ?? false, log })
  return {
    ...server, demo: house?.demo, config, log, ownerUrl: database.ownerUrl,
    async stop(): Promise<void> {
      await server.stop()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function configOf(env: NodeJS.ProcessEnv): Promise<Config> {
  return loadConfig({
    PORT: String(await freePort()), SESSION_SECRET: 'only-tests-use-this-session-secret',
    MEDIA_PORT: String(await freePort()), MEDIA_WORKERS: '1', LOG_LEVEL: 'debug', MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'],
    ...env,
  })
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>
