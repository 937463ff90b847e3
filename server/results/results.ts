import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { savedBy, sum, type CostItem, type Estimate } from '../../protocol/costs.ts'
import type { Month, Results, ResultStrip } from '../../protocol/results.ts'
import type { MeetingCosts } from '../costs/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import type { BaselineFigures } from './baselines.ts'
import { compare, type HeldRow } from './compared.ts'
import { spanOf, type Span } from './period.ts'
import type { Readers } from './readers.ts'

/** What is asked of the period: the bodies, and the day on which it is asked. */
export interface Asked extends Span { bodyIds: readonly string[], today: Day }
/** The year of a quota, and the day whose rules are asked for. */
export interface QuotaYear { bodyIds: readonly string[], day: Day, start: Date, end: Date }

/** Each is one query, whatever the number of bodies and months. */
export interface FiguresStore {
  held(db: Knex, asked: Asked): Promise<HeldRow[]>
  quotas(db: Knex, year: QuotaYear): Promise<(Omit<Results['quotas'][number], 'body'> & { bodyId: string | null, bodyName: string | null })[]>
  issuing(db: Knex, asked: Asked): Promise<Results['issuing'] & { copies: number }>
  pages(db: Knex, asked: Asked): Promise<number>
  decisions(db: Knex, asked: Asked): Promise<Results['decisions']>
  notices(db: Knex, asked: Asked): Promise<Results['notices']>
  tasks(db: Knex, asked: Asked): Promise<Results['tasks']>
  hours(db: Knex, asked: Asked): Promise<Results['hours']>
  ledger(db: Knex, asked: Asked): Promise<Results['ledger']>
  targets(db: Knex, day: Day): Promise<Results['targets']>
}

export interface ResultsDeps {
  db: Knex
  store: FiguresStore
  readers: Readers
  baselines: { figuresFor(year: number | undefined, before: number): Promise<BaselineFigures | null> }
  costs: MeetingCosts
  now: () => Date
}

export interface Wanted { from: Month, to: Month, bodyId?: string | undefined, baseline?: number | undefined }

/** Figures of a period. */
export function createResults({ db, store, readers, baselines, costs, now }: ResultsDeps) {
  return {
    /** Throws `forbiddenForResults`, `bodyNotFound`. */
    async get(caller: Caller, wanted: Wanted): Promise<Results> {
      const reading = await readers.reading(caller, wanted.bodyId)
      const { bodyIds, bodies, body } = reading
      const span = spanOf(wanted)
      const today = localDay(now())
      const asked: Asked = { ...span, bodyIds, today }
      const year = wanted.to.slice(0, 4)
      const day = span.lastDay < today ? span.lastDay : today
      const calendarYear = spanOf({ from: `${year}-01`, to: `${year}-12` })
      const [rows, known, quotas, issuing, pages, decisions, notices, tasks, hours, ledger, targets, reckoned] = await Promise.all([
        store.held(db, asked), baselines.figuresFor(wanted.baseline, Number(wanted.from.slice(0, 4))),
        store.quotas(db, { bodyIds, day, start: calendarYear.start, end: calendarYear.end }),
        store.issuing(db, asked), store.pages(db, asked), store.decisions(db, asked), store.notices(db, asked), store.tasks(db, asked),
        store.hours(db, asked), store.ledger(db, asked), store.targets(db, day), costs.ofPeriod({ bodyIds, start: span.start, end: span.end }),
      ])
      const { copies, ...shares } = issuing
      return {
        from: wanted.from, to: wanted.to, body, bodies: bodies.map(({ id, name }) => ({ id, name })),
        ...compare({ rows, known, bodies, wanted, now: now() }),
        quotas: quotas.map(({ bodyId, bodyName, ...quota }) => ({ ...quota, body: bodyId && bodyName ? { id: bodyId, name: bodyName } : null })),
        issuing: shares, unprinted: { copies, pages }, decisions, notices, tasks, hours, ledger, targets, costs: totalOf(reckoned),
      }
    },

    /** The headline of the year so far, as `get` has it; null for who neither leads a body nor is its office. */
    async strip(caller: Caller): Promise<ResultStrip | null> {
      const today = localDay(now())
      const period = { from: `${today.slice(0, 4)}-01`, to: today.slice(0, 7) }
      const all = await readers.bodies(caller)
      if (!all.own) return null
      const [rows, known, targets] = await Promise.all([
        store.held(db, { ...spanOf(period), bodyIds: all.bodies.map(({ id }) => id), today }),
        baselines.figuresFor(undefined, Number(today.slice(0, 4))), store.targets(db, today),
      ])
      const { headline, meetings: { held, online } } = compare({ rows, known, bodies: all.bodies, wanted: period, now: now() })
      return { ...period, headline, targets, meetings: { held, online } }
    },
  }
}

export type ResultsDomain = ReturnType<typeof createResults>

/** Sums of entries, by meeting and by item: the same whichever way they are added. */
function totalOf(meetings: Awaited<ReturnType<MeetingCosts['ofPeriod']>>): Results['costs'] {
  const cash = (way: 'inPerson' | 'held' | 'online') => sum(meetings.map((meeting) => meeting[way].cash))
  const items = new Map<CostItem, { inPerson: Estimate[], held: Estimate[] }>()
  for (const meeting of meetings) {
    for (const way of ['inPerson', 'held'] as const) {
      for (const { item, amount } of meeting[way].entries) {
        if (item === 'salary') continue
        const known = items.get(item) ?? { inPerson: [], held: [] }
        items.set(item, known)
        known[way].push(amount)
      }
    }
  }
  const [inPerson, held] = [cash('inPerson'), cash('held')]
  return {
    meetings: meetings.length, inPerson, held, online: cash('online'), saved: sum(meetings.map((meeting) => savedBy(meeting.inPerson, meeting.held))),
     salary: sum(meetings.map((meeting) => meeting.held.salary)),
    unknownWays: meetings.reduce((all, meeting) => all + meeting.inPerson.unknownWays, 0),
    byItem: [...items].map(([item, of]) => ({ item, inPerson: sum(of.inPerson), held: sum(of.held) })),
  }
}
