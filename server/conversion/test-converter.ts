import pino from 'pino'
import { createConverting } from '../converting.ts'
import { openDatabase } from '../platform/database.ts'
import { openFiles } from '../platform/files.ts'
import { openWorkFolders } from './work-folders.ts'

/** A process of its own that makes readable what waits, for tests that kill it. */
const [databaseUrl = '', dataDir = ''] = process.argv.slice(2)
const db = openDatabase(databaseUrl)
const { job } = createConverting({
  db, files: await openFiles(dataDir), folders: await openWorkFolders(dataDir), jobs: { wake: async () => {} }, log: pino({ level: 'silent' }),
})
await job.look()
await job.idle()
await db.destroy()
