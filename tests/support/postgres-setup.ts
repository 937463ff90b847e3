import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrateToLatest } from '../../server/platform/database.ts'
import { createDatabase, databaseAddress, dropDatabase, startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** `demos`: a folder for what demos of this run keep. */
    postgres: { ownerUrl: string; appUrl: string; template: string; demos: string }
  }
  export interface TaskMeta {
    /** What a machine must have to run it; named by `npm test` where it is skipped. */
    needs?: string
  }
}

const quiet = { info: () => {}, warn: () => {} }
/** Tests kill processes, never the machine's power: the kernel keeps what was written, and each commit is cheaper. */
const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=300']

async function cluster(): Promise<{ ownerUrl: string; appUrl: string; stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return { ownerUrl: given, appUrl: given, stop: async () => {} }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-tests-'))
  await chmod(folder, 0o755)
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log: quiet, settings })
  return {
    ownerUrl: postgres.ownerUrl,
    appUrl: postgres.url,
    stop: async () => {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One PostgreSQL for the whole run, with the migrated schema in a template database that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { ownerUrl, appUrl, stop } = await cluster()
  const template = `nghisu_template_${process.pid}`
  await dropDatabase(ownerUrl, template)
  const templateUrl = await createDatabase(ownerUrl, template)
  await migrateToLatest(templateUrl, databaseAddress(appUrl, template))
  const demos = await mkdtemp(path.join(os.tmpdir(), 'nghi-su-demos-'))
  project.provide('postgres', { ownerUrl, appUrl, template, demos })
  return async () => {
    for (const demo of await readdir(demos)) await dropDatabase(ownerUrl, demo)
    await dropDatabase(ownerUrl, template)
    await stop()
    await rm(demos, { recursive: true, force: true })
  }
}
