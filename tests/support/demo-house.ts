import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { localDay } from '../../protocol/calendar.ts'
import { startServer } from '../../server/app.ts'
import { seedDemo, type DemoAccounts } from '../../server/demo/seed.ts'
import type { Config } from '../../server/platform/config.ts'
import { createDatabase, databaseAddress } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'

interface DemoHouse { template: string, dataDir: string, demo: DemoAccounts }

/**
 * The demo, seeded once a run by the first test that asks for it, while others wait: seeding takes many seconds, a copy of its
 * database and folder does not. Its meetings are of its day, so a run past midnight seeds another.
 */
export async function demoHouse(configOf: (env: NodeJS.ProcessEnv) => Promise<Config>): Promise<DemoHouse> {
  const { ownerUrl, appUrl, template: empty, demos } = inject('postgres')
  const template = `${empty}_demo_${localDay(new Date()).replaceAll('-', '')}`
  const dataDir = path.join(demos, template)
  const accounts = path.join(dataDir, 'demo.json')
  const lock = new pg.Client({ connectionString: ownerUrl })
  await lock.connect()
  try {
    await lock.query('SELECT pg_advisory_lock(hashtext($1))', [template])
    if (!existsSync(accounts)) {
      await mkdir(dataDir)
      const owner = await createDatabase(ownerUrl, template, empty)
      const demo = await seed(await configOf({ DATA_DIR: dataDir, DATABASE_URL: databaseAddress(appUrl, template), DATABASE_OWNER_URL: owner }))
      await writeFile(accounts, JSON.stringify(demo))
    }
    return { template, dataDir, demo: JSON.parse(await readFile(accounts, 'utf8')) as DemoAccounts }
  } finally {
    await lock.end()
  }
}

/** What the demo keeps in its folder, keys and files, for a house of one's own. */
export function copyDemoFolder(house: DemoHouse, dataDir: string): Promise<void> {
  return cp(house.dataDir, dataDir, { recursive: true })
}

async function seed(config: Config): Promise<DemoAccounts> {
  const log = createLog('silent')
  const server = await startServer(config, { media: false, log })
  try {
    const demo = await seedDemo({ domains: server.domains, past: server.past, db: server.db, dataDir: config.dataDir, log })
    const unread = () => server.db('rendition').whereIn('status', ['waiting', 'running']).first()
    // Papers are readable from a journey's first step on.
    for (let tried = 0; await unread() && tried < 600; tried += 1) await sleep(100)
    return demo
  } finally {
    await server.stop()
  }
}
