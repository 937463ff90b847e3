import { availableParallelism } from 'node:os'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { CONVERSION, createConversion } from './conversion/conversion.ts'
import { createPageImages } from './conversion/images.ts'
import { createConversionJob } from './conversion/job.ts'
import type { Bounds } from './conversion/programs.ts'
import { createRendering } from './conversion/rendering.ts'
import { createStamper } from './conversion/stamp.ts'
import { conversionStore } from './conversion/store.ts'
import type { WorkFolders } from './conversion/work-folders.ts'
import type { Files } from './platform/files.ts'
import type { Jobs } from './platform/jobs.ts'

export interface ConvertingDeps {
  db: Knex
  files: Files
  folders: WorkFolders
  jobs: Jobs
  log: Pick<Logger, 'warn' | 'error'>
  /** For tests of what hangs and of who takes over. */
  limits?: { office?: Bounds, leaseMs?: number }
}

/** How files become readable, and the job that does it. */
export function createConverting({ db, files, folders, jobs, log, limits = {} }: ConvertingDeps) {
  const stamper = createStamper()
  const lanes = availableParallelism()
  const conversion = createConversion({ db, store: conversionStore, jobs, images: createPageImages({ files, folders, stamper, lanes }), log })
  const render = createRendering({ files, folders, ...(limits.office ? { officeBounds: limits.office } : {}) })
  const job = createConversionJob({
    db, store: conversionStore, render, tellSettled: () => conversion.tellSettled(), log, lanes,
    ...(limits.leaseMs ? { leaseMs: limits.leaseMs } : {}),
  })
  return {
    conversion, job,
    /** Looked at when woken, and each minute. */
    queue: { name: CONVERSION, cron: '* * * * *', look: job.look },
    async close(): Promise<void> {
      await job.close()
      await stamper.close()
    },
  }
}

export type Converting = ReturnType<typeof createConverting>
