import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { savedBy, sum, type CostItem, type Estimate } from '../../protocol/costs.ts'
import { monthsOf, type Month, type Results } from '../../protocol/results.ts'
import type { MeetingCosts } from '../costs/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import type { BaselineFigures } from './baselines.ts'
import { lastEnded, spanOf, type Span } from './period.ts'
import type { Readers } from './readers.ts'

/** What is asked of the period: the bodies, and the day on which it is asked. */
export interface Asked extends Span { bodyIds: readonly string[], today: Day }
/** The year of a quota, and the day whose rules are asked for. */
export interface QuotaYear { bodyIds: readonly string[], day: Day, start: Date, end: Date }

/** Each is one query, whatever the number of bodies and months. */
export interface FiguresStore {
  held(db: Knex, asked: Asked): Promise<{ bodyId: string, month: Month, held: number, online: number }[]>
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

type HeldRow = { bodyId: string, month: Month, held: number, online: number }
const held = (rows: readonly HeldRow[]) => rows.reduce((all, row) => all + row.held, 0)
const online = (rows: readonly HeldRow[]) => rows.reduce((all, row) => all + row.online, 0)

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
      const compared = new Set(bodyIds.filter((id) => known?.counts.some(({ bodyId }) => bodyId === id)))
      /** Of the baseline's same months. */
      const baselineOf = (months: readonly Month[], of: (bodyId: string) => boolean) => (known?.counts ?? [])
        .filter(({ bodyId, month }) => compared.has(bodyId) && of(bodyId) && months.some((each) => Number(each.slice(5)) === month))
        .reduce((all, { meetings }) => all + meetings, 0)
      const months = monthsOf(wanted)
      const until = lastEnded(wanted, now())
      const ended = until === undefined ? [] : monthsOf({ from: wanted.from, to: until })
      const inEnded = rows.filter(({ month }) => ended.includes(month))
      const ofCompared = (some: readonly HeldRow[]) => some.filter(({ bodyId }) => compared.has(bodyId))
      const [was, is] = [baselineOf(ended, () => true), held(ofCompared(inEnded))]
      const { copies, ...shares } = issuing
      return {
        from: wanted.from, to: wanted.to, body, bodies: bodies.map(({ id, name }) => ({ id, name })),
        meetings: {
          held: held(rows), online: online(rows),
          byMonth: months.map((month) => {
            const own = rows.filter((row) => row.month === month)
            const baseline = compared.size ? baselineOf([month], () => true) : null
            return { month, held: held(own), online: online(own), compared: held(ofCompared(own)), baseline }
          }),
          byBody: bodies.flatMap(({ id, name }) => {
            const own = rows.filter(({ bodyId }) => bodyId === id)
            if (own.length === 0 && !compared.has(id)) return []
            const baseline = compared.has(id) ? baselineOf(ended, (bodyId) => bodyId === id) : null
            const comparable = held(ofCompared(inEnded.filter(({ bodyId }) => bodyId === id)))
            return [{ body: { id, name }, held: held(own), online: online(own), compared: comparable, baseline }]
          }),
        },
        headline: known && until !== undefined && compared.size
          ? {
              baselineId: known.id, year: known.year, version: known.version, sha256: known.sha256, until,
              baseline: was, held: is, fewer: was - is, notCompared: held(inEnded) - is,
            }
          : null,
        quotas: quotas.map(({ bodyId, bodyName, ...quota }) => ({ ...quota, body: bodyId && bodyName ? { id: bodyId, name: bodyName } : null })),
        issuing: shares, unprinted: { copies, pages }, decisions, notices, tasks, hours, ledger, targets, costs: totalOf(reckoned),
      }
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
