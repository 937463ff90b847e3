import type { Knex } from 'knex'
import { circulationStore } from './documents/circulation-store.ts'
import { createCirculation, type CirculationDeps } from './documents/circulation.ts'
import { createDocuments } from './documents/documents.ts'
import { readingStore } from './documents/reading-store.ts'
import { createReading, type ReadingDeps } from './documents/reading.ts'
import { mountDocuments } from './documents/routes.ts'
import { createServing } from './documents/serving.ts'
import { documentsStore } from './documents/store.ts'
import type { Conversion } from './conversion/conversion.ts'
import type { Journal } from './journal/journal.ts'
import type { MeetingAccess } from './meetings/access.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Files } from './platform/files.ts'
import type { Uploads } from './uploads/uploads.ts'

interface CirculatingDeps extends Pick<ReadingDeps, 'sendNotices'> {
  db: Knex
  journal: Pick<Journal, 'state' | 'run'>
  access: MeetingAccess
  files: Files
  conversion: Conversion
  takeUpload: Uploads['take']
  /** Which of these files belong to something else than a meeting's documents. */
  knownElsewhere: CirculationDeps['knownElsewhere']
  stopElsewhere: CirculationDeps['stopElsewhere']
  log: CirculationDeps['log']
  now?: (() => Date) | undefined
}

/** The queue that tells what has expired. */
const EXPIRY = 'documents.expiry'

/** Documents of meetings: their versions, who reads them and how long, and who has read. */
export function createCirculating(deps: CirculatingDeps) {
  const { db, journal, access, files, conversion, takeUpload, sendNotices, knownElsewhere, stopElsewhere, log, now } = deps
  const documents = createDocuments({ db, journal, access, store: documentsStore, conversion, files, now })
  const circulation = createCirculation({ db, journal, access, store: circulationStore, conversion, knownElsewhere, stopElsewhere, files, log, now })
  const serving = createServing({ db, requireReading: documents.require, files, conversion })
  const reading = createReading({
    db, journal, access, store: readingStore, requireReading: documents.require, sendNotices, now,
    pagesOf: async (sha256) => (await conversion.statesOf(db, [sha256])).get(sha256)?.pages ?? null,
  })
  conversion.onSettled(circulation.tellRendered)
  return {
    documents, circulation, reading,
    /** Looks each minute; the law of reading is exact without it. */
    queue: { name: EXPIRY, cron: '* * * * *', look: async () => { await circulation.expireDue() } },
    mountRoutes(route: MountRoute): void { mountDocuments(route, { documents, circulation, serving, reading, takeUpload }) },
  }
}
