import type { Knex } from 'knex'
import type { Person } from '../protocol/identity.ts'
import { localDay } from '../protocol/calendar.ts'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import type { NewNotice } from './notices/notices.ts'
import type { MountRoute } from './platform/contract.ts'
import { createProposalAccess } from './proposals/access.ts'
import type { Planning } from './proposals/planning.ts'
import { readingStore } from './proposals/reading-store.ts'
import { proposalsStore } from './proposals/store.ts'
import { decidingStore } from './triage/deciding-store.ts'
import { createDeciding, type DecidingDeps } from './triage/deciding.ts'
import { createEnding, type EndingDeps } from './triage/ending.ts'
import { factsStore } from './triage/facts-store.ts'
import { createFacts } from './triage/facts.ts'
import { judgingStore } from './triage/judging-store.ts'
import { createJudging } from './triage/judging.ts'
import { triageReadingStore } from './triage/reading-store.ts'
import { createTriageReading } from './triage/reading.ts'
import { mountTriage, type TriageDomain } from './triage/routes.ts'
import { rulesStore } from './triage/rules-store.ts'
import { createRuleBook } from './triage/rules.ts'
import { createTriageTelling } from './triage/telling.ts'

export interface TriagingDeps extends Pick<DecidingDeps, 'beginOpinion' | 'ledger'>, Pick<EndingDeps, 'stopOpinion'> {
  db: Knex
  planning: Pick<Planning, 'plan'>
  people(ids: readonly string[]): Promise<Person[]>
  /** Known once everything is wired. */
  sendNotices(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown>
  now?: (() => Date) | undefined
}

/** How accepted matters are dealt with: the rules that propose, who decides, and what came of it. */
export function createTriaging({ db, planning, people, sendNotices, beginOpinion, stopOpinion, ledger, now = () => new Date() }: TriagingDeps) {
  const calendar = (from: string, to: string, source: Knex) => createCalendar({ store: createCalendarStore(source) }).load(from, to)

  /** As of a clock, for what is told of the past; `plan` and `begin` by the same clock. */
  const at = (clock: () => Date, plan: Pick<Planning, 'plan'>, begin = beginOpinion): TriageDomain => {
    const access = createProposalAccess({ db, store: proposalsStore, now: clock })
    const facts = createFacts({ store: factsStore, calendar, now: clock })
    const told = createTriageTelling({ workers: (trx, matterId, since) => proposalsStore.workersOn(trx, matterId, localDay(since)), send: sendNotices })
    const offices = (personId: string, on: string) => readingStore.offices(db, { personId, on })
    const reading = createTriageReading({
      db, access, facts, calendar, people, offices, now: clock, writing: beginOpinion !== undefined,
      store: { ...triageReadingStore, matters: factsStore.matters, incumbents: decidingStore.incumbents },
    })
    return {
      reading,
      deciding: createDeciding({ db, access, store: decidingStore, facts, planning: plan, ledger, beginOpinion: begin, calendar, told }),
      ending: createEnding({ db, access, store: { ...decidingStore, lock: proposalsStore.lock }, ledger, stopOpinion, told, now: clock }),
      book: createRuleBook({ db, store: { ...rulesStore, matters: factsStore.matters }, facts, undecided: triageReadingStore.undecided, now: clock }),
      judging: createJudging({ db, store: judgingStore, offices, calendar, now: clock }),
    }
  }
  const triage = at(now, planning)
  return {
    ...triage, at,
    /** How a decision ended that another domain carried out; see triage/ending.ts. */
    outcome: triage.ending.outcome,
    mountRoutes(route: MountRoute): void { mountTriage(route, triage) },
  }
}

export type Triaging = ReturnType<typeof createTriaging>
