import type { Knex } from 'knex'
import { addDays, localDay, startOfDay, workingDaysBetween, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { TriageReport } from '../../protocol/triage-book.ts'
import type { TriageOutcome } from '../../protocol/triage.ts'
import { stanceOf, WAYS, type TriageResult, type Way } from '../../protocol/triage-rules.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** A decision and its end: by its outcome, or by the meeting that dealt with the matter. */
export interface JudgedDecision { way: Way, proposed: Way | null, reasons: TriageResult['reasons'], at: Date, ended: TriageOutcome['kind'] | null, endedAt: Date | null }

export interface JudgingStore {
  /** Decisions of these bodies, or of all where that is null, made in a span; oldest first. One query. */
  judged(db: Knex, bodyIds: readonly string[] | null, from: Date, to: Date): Promise<JudgedDecision[]>
  /** Matters of these bodies that came onto an agenda in the span and were never decided upon. One query. */
  unasked(db: Knex, bodyIds: readonly string[] | null, from: Date, to: Date): Promise<number>
}

export interface JudgingDeps {
  db: Knex
  store: JudgingStore
  offices(personId: string, on: Day): Promise<{ id: string }[]>
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  now: () => Date
}

/** How the rules did. */
export function createJudging({ db, store, offices, calendar, now }: JudgingDeps) {
  return {
    /** Throws `bodyNotFound` for a body whose office the caller is not; administrators see the figures of all. */
    async report(caller: Caller, { from, to, bodyId }: { from: Day, to: Day, bodyId?: string | undefined }): Promise<TriageReport> {
      const today = localDay(now())
      const own = caller.administrator ? null : (await offices(caller.personId, today)).map(({ id }) => id)
      if (bodyId !== undefined && own !== null && !own.includes(bodyId)) throw new AppError('bodyNotFound')
      const bodyIds = bodyId === undefined ? own : [bodyId]
      const span = [startOfDay(from), startOfDay(addDays(to, 1))] as const
      const [decisions, unasked, days] = await Promise.all([
        store.judged(db, bodyIds, ...span), store.unasked(db, bodyIds, ...span), calendar(from, addDays(today, 1), db),
      ])
      return { from, to, unasked, ...judge(decisions, days) }
    },
  }
}

export type Judging = ReturnType<typeof createJudging>

/** What decisions come to, by way and by each version of a rule that spoke for the way that was proposed. */
export function judge(decisions: readonly JudgedDecision[], days: WorkingCalendar): Omit<TriageReport, 'from' | 'to' | 'unasked'> {
  const rules = new Map<string, { rule: TriageResult['reasons'][number], spoke: JudgedDecision[] }>()
  for (const decision of decisions) {
    for (const rule of decision.reasons) {
      if (decision.proposed === null || stanceOf(rule, decision.proposed) !== 'for') continue
      const key = `${rule.code} ${rule.version}`
      const known = rules.get(key) ?? { rule, spoke: [] }
      known.spoke.push(decision)
      rules.set(key, known)
    }
  }
  const followed = (some: readonly JudgedDecision[]) => some.filter(({ way, proposed }) => way === proposed)
  const proposed = decisions.filter((decision) => decision.proposed !== null)
  return {
    decisions: decisions.length, proposed: proposed.length, followed: followed(proposed).length,
    ways: WAYS.map((way) => ({
      way, proposed: decisions.filter((decision) => decision.proposed === way).length,
      followed: decisions.filter((decision) => decision.proposed === way && decision.way === way).length,
      ...figures(decisions.filter((decision) => decision.way === way), days),
    })),
    // What came of a rule is what came of the decisions that followed it.
    rules: [...rules.values()].map(({ rule, spoke }) => ({
      code: rule.code, version: rule.version, name: rule.name, spoke: spoke.length, followed: followed(spoke).length, ...figures(followed(spoke), days),
    })).sort((a, b) => b.spoke - a.spoke || (a.code < b.code ? -1 : 1)),
  }
}

function figures(decisions: readonly JudgedDecision[], days: WorkingCalendar) {
  // One that was stopped says nothing of the way.
  const ended = decisions.filter((decision) => decision.endedAt !== null && decision.ended !== 'stopped')
  const took = ended.map(({ at, endedAt }) => workingDaysBetween(localDay(at), localDay(endedAt ?? at), days)).sort((a, b) => a - b)
  return {
    decided: decisions.length, ended: ended.length, rebounds: ended.filter((decision) => decision.ended === 'rebound').length,
    medianDays: quantile(took, 0.5), p90Days: quantile(took, 0.9),
  }
}

/** Of sorted numbers, the least that is no smaller than this share of them; null of none. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}
