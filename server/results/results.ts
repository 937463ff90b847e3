import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { sum, type CostItem } from '../../protocol/costs.ts'
import type { Wording } from '../../protocol/meeting-kinds.ts'
import type { Month, Results, ResultStrip } from '../../protocol/results.ts'
import type { MeetingCosts, MeetingSums } from '../costs/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { inSnapshot } from '../platform/snapshot.ts'
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
  /** Every kind that there is or was, by its code, with its latest name. */
  kinds(db: Knex): Promise<{ code: string, name: Wording }[]>
  /** The bodies whose meetings the quota of a kind counts on that day, for who may see results of these; none where it has no quota. */
  quotaBodies(db: Knex, of: { code: string, day: Day, bodyIds: readonly string[] }): Promise<readonly string[]>
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
  baselines: { figuresFor(source: Knex, year: number | undefined, before: number): Promise<BaselineFigures | null> }
  costs: MeetingCosts
  now: () => Date
}

export interface Wanted { from: Month, to: Month, bodyId?: string | undefined, baseline?: number | undefined }

/** The last day of the period that has come: whose rules it is judged by. */
export const ruledBy = (span: Span, today: Day): Day => span.lastDay < today ? span.lastDay : today

/** Figures of a period, all of one moment. */
export function createResults({ db, store, readers, baselines, costs, now }: ResultsDeps) {
  return {
    /** Throws `forbiddenForResults`, `bodyNotFound`. */
    async get(caller: Caller, wanted: Wanted): Promise<Results> {
      const { bodyIds, bodies, body } = await readers.reading(caller, wanted.bodyId)
      const [span, at] = [spanOf(wanted), now()]
      const today = localDay(at)
      const asked: Asked = { ...span, bodyIds, today }
      const year = wanted.to.slice(0, 4)
      const day = ruledBy(span, today)
      const calendarYear = spanOf({ from: `${year}-01`, to: `${year}-12` })
      // One after the other: they share a connection.
      const read = await inSnapshot(db, async (snapshot) => ({
        rows: await store.held(snapshot, asked), kinds: await store.kinds(snapshot),
        known: await baselines.figuresFor(snapshot, wanted.baseline, Number(wanted.from.slice(0, 4))),
        quotas: await store.quotas(snapshot, { bodyIds, day, start: calendarYear.start, end: calendarYear.end }),
        issuing: await store.issuing(snapshot, asked), pages: await store.pages(snapshot, asked),
        figures: {
          decisions: await store.decisions(snapshot, asked), notices: await store.notices(snapshot, asked), tasks: await store.tasks(snapshot, asked),
          hours: await store.hours(snapshot, asked), ledger: await store.ledger(snapshot, asked), targets: await store.targets(snapshot, day),
        },
        material: await costs.material(snapshot, { bodyIds, start: span.start, end: span.end }),
      }))
      const { copies, ...shares } = read.issuing
      return {
        from: wanted.from, to: wanted.to, body, bodies: bodies.map(({ id, name }) => ({ id, name })),
        ...compare({ rows: read.rows, known: read.known, kinds: read.kinds, bodies, wanted, now: at }),
        quotas: read.quotas.map(({ bodyId, bodyName, ...quota }) => ({ ...quota, body: bodyId && bodyName ? { id: bodyId, name: bodyName } : null })),
        issuing: shares, unprinted: { copies, pages: read.pages }, ...read.figures, costs: totalOf(await costs.sums(read.material)),
      }
    },

    /** The headline of the year so far, as `get` has it; null for who neither leads a body nor is its office. */
    async strip(caller: Caller): Promise<ResultStrip | null> {
      const at = now()
      const today = localDay(at)
      const period = { from: `${today.slice(0, 4)}-01`, to: today.slice(0, 7) }
      const all = await readers.bodies(caller)
      if (!all.own) return null
      const bodyIds = all.bodies.map(({ id }) => id)
      const { targets, ...read } = await inSnapshot(db, async (snapshot) => ({
        rows: await store.held(snapshot, { ...spanOf(period), bodyIds, today }),
        known: await baselines.figuresFor(snapshot, undefined, Number(today.slice(0, 4))),
        targets: await store.targets(snapshot, today),
      }))
      const { headline, meetings: { held, online } } = compare({ ...read, kinds: [], bodies: all.bodies, wanted: period, now: at })
      return { ...period, headline, targets, meetings: { held, online } }
    },
  }
}

export type ResultsDomain = ReturnType<typeof createResults>

/** Sums of the sums of meetings: the same whichever way they are added. */
function totalOf(meetings: readonly MeetingSums[]): Results['costs'] {
  const cash = (way: 'inPerson' | 'held' | 'online') => sum(meetings.map((meeting) => meeting.cash[way]))
  const items = [...new Set(meetings.flatMap(({ byItem }) => byItem.map(({ item }) => item)))]
  const ofItem = (item: CostItem, way: 'inPerson' | 'held') =>
    sum(meetings.flatMap(({ byItem }) => byItem.filter((one) => one.item === item).map((one) => one[way])))
  const unknown = new Map<string, Results['costs']['unknown'][number]>()
  for (const { item, rate } of meetings.flatMap((meeting) => meeting.unknown)) {
    const known = unknown.get(`${item} ${rate}`)
    unknown.set(`${item} ${rate}`, { item, rate, meetings: (known?.meetings ?? 0) + 1 })
  }
  return {
    meetings: meetings.length, inPerson: cash('inPerson'), held: cash('held'), online: cash('online'), saved: sum(meetings.map(({ saved }) => saved)),
    salary: sum(meetings.map(({ salary }) => salary)), unknownWays: meetings.reduce((all, meeting) => all + meeting.unknownWays, 0),
    byItem: items.map((item) => ({ item, inPerson: ofItem(item, 'inPerson'), held: ofItem(item, 'held') })),
    unknown: [...unknown.values()],
  }
}
