import type { Knex } from 'knex'
import { addDays, localDay } from '../protocol/calendar.ts'
import type { Calendar } from './bodies/calendar.ts'
import type { NewNotice } from './notices/notices.ts'
import type { Files } from './platform/files.ts'
import { createProposalAccess } from './proposals/access.ts'
import { createChecking } from './proposals/checking.ts'
import { kindsStore } from './proposals/kinds-store.ts'
import { createKinds } from './proposals/kinds.ts'
import { createPapers, type PapersDeps } from './proposals/papers.ts'
import { createPlanning, type PlanningDeps } from './proposals/planning.ts'
import { createProposals } from './proposals/proposals.ts'
import { readingStore } from './proposals/reading-store.ts'
import { createReading, type ReadingDeps } from './proposals/reading.ts'
import type { ProposalDomain } from './proposals/domain.ts'
import { proposalsStore } from './proposals/store.ts'
import { createTelling } from './proposals/telling.ts'

export interface ProposingDeps extends Pick<PlanningDeps, 'addItem' | 'attachKept'>, Pick<ReadingDeps, 'people'> {
  db: Knex
  files: Files
  conversion: PapersDeps['conversion']
  takeUpload: PapersDeps['takeUpload']
  calendar: Pick<Calendar, 'load'>
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  now: () => Date
}

/** Days of the working calendar that a term of a proposal may run over. */
const TERM_DAYS = 400

/** Proposals of units, and their way through the office of a body onto an agenda. */
export function createProposing(deps: ProposingDeps): ProposalDomain {
  const { db, files, conversion, takeUpload, people, calendar, addItem, attachKept, sendNotices, now } = deps
  const calendarAhead = () => calendar.load(localDay(now()), addDays(localDay(now()), TERM_DAYS))
  const store = proposalsStore
  const access = createProposalAccess({ db, store, now })
  const kinds = createKinds({ db, store: kindsStore, now })
  const told = createTelling({ store, send: sendNotices })
  return {
    kinds,
    proposals: createProposals({ db, access, store, kinds, calendarAhead, now }),
    checking: createChecking({ access, store, kinds, calendarAhead, told }),
    papers: createPapers({ db, access, store, files, conversion, takeUpload }),
    planning: createPlanning({ db, access, store, addItem, attachKept }),
    reading: createReading({ db, access, store: { ...proposalsStore, ...readingStore }, kinds, people, now }),
  }
}
