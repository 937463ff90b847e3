import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { savedBy, type Estimate } from '../../protocol/costs.ts'
import type { LedgerLine } from '../../protocol/ledger.ts'
import type { Figure, Month, ResultEntry } from '../../protocol/results.ts'
import type { MeetingCosts, ReckonedMeeting } from '../costs/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { inSnapshot } from '../platform/snapshot.ts'
import { scopeOf } from './compared.ts'
import { spanOf } from './period.ts'
import type { Readers } from './readers.ts'
import { ruledBy, type Asked, type FiguresStore, type ResultsDeps } from './results.ts'

/** Who asks: what of a meeting they may know, and of which bodies they may open papers, tasks and proposals. */
export interface Opening { personId: string, ownIds: readonly string[] }
export interface Page { after: { day: Day, id: string } | null, limit: number }

export interface EntriesStore {
  /** By day, the latest first; one query. */
  entries(db: Knex, figure: Figure, asked: Asked & { kind: string | null, ofId: string | null }, opening: Opening, page: Page): Promise<ResultEntry[]>
  lines(db: Knex, asked: Asked, opening: Opening, page: Page): Promise<LedgerLine[]>
}

export interface FigureQuery { figure: Figure, baseline?: number | undefined, kind?: string | undefined, personId?: string | undefined }
export interface EntriesQuery { from: Month, to: Month, bodyId?: string | undefined, after?: string | undefined, limit: number }

function pageOf({ after, limit }: EntriesQuery): Page {
  const [day, id] = after?.split('~') ?? []
  return { after: day && id ? { day, id } : null, limit: limit + 1 }
}
const nextOf = (rows: readonly { day: Day, id: string }[], limit: number): string | null => {
  const last = rows[limit - 1]
  return rows.length > limit && last ? `${last.day}~${last.id}` : null
}

/** A page of what a figure counts, in these months. */
export interface FigureEntries { entries: ResultEntry[], next: string | null, from: Month, to: Month }

export interface EntriesDeps {
  db: Knex, store: EntriesStore, quotaBodies: FiguresStore['quotaBodies'], readers: Readers, baselines: ResultsDeps['baselines'], costs: MeetingCosts, now: () => Date
}

/** What stands behind the figures. */
export function createEntries({ db, store, quotaBodies, readers, baselines, costs, now }: EntriesDeps) {
  async function asking(caller: Caller, query: EntriesQuery) {
    const { bodyIds, ownIds, personId } = await readers.reading(caller, query.bodyId)
    return { asked: { ...spanOf(query), bodyIds, today: localDay(now()) }, opening: { personId, ownIds } }
  }

  /** The months and bodies that the figure counts, of those that were asked for. */
  async function scoped(snapshot: Knex, bodies: readonly { id: string, name: string }[], query: EntriesQuery & FigureQuery, at: Date) {
    const { figure, baseline, kind, from, to } = query
    const bodyIds: readonly string[] = bodies.map(({ id }) => id)
    if (figure === 'compared') {
      const known = await baselines.figuresFor(snapshot, baseline, Number(from.slice(0, 4)))
      const scope = scopeOf({ known, bodies, wanted: { from, to }, now: at })
      return { from, to: scope?.until ?? to, bodyIds: [...scope?.bodyIds ?? []] }
    }
    if (figure !== 'quota' || kind === undefined) return { from, to, bodyIds }
    const day = ruledBy(spanOf({ from, to }), localDay(at))
    return { from: `${to.slice(0, 4)}-01`, to: `${to.slice(0, 4)}-12`, bodyIds: await quotaBodies(snapshot, { code: kind, day, bodyIds }) }
  }

  return {
    /** Throws `forbiddenForResults`, `bodyNotFound`. */
    async list(caller: Caller, { figure, ...query }: EntriesQuery & FigureQuery): Promise<FigureEntries> {
      const { bodies, ownIds, personId } = await readers.reading(caller, query.bodyId)
      const at = now()
      const { from, to, rows } = await inSnapshot(db, async (snapshot) => {
        const { bodyIds, ...months } = await scoped(snapshot, bodies, { figure, ...query }, at)
        const asked = { ...spanOf(months), bodyIds, today: localDay(at), kind: query.kind ?? null, ofId: query.personId ?? null }
        return { ...months, rows: await store.entries(snapshot, figure, asked, { personId, ownIds }, pageOf(query)) }
      })
      const entries = rows.slice(0, query.limit)
      const next = nextOf(rows, query.limit)
      if (figure !== 'costs') return { entries, next, from, to }
      const reckoned = new Map((await costs.ofMeetings(entries.map(({ id }) => id))).map((meeting) => [meeting.meetingId, meeting]))
      return {
        next, from, to, entries: entries.map((entry) => {
          const known = reckoned.get(entry.id)
          return known ? { ...entry, value: savedBy(known.inPerson, known.held).likely } : entry
        }),
      }
    },

    /** Throws `forbiddenForResults`, `bodyNotFound`. */
    async ledger(caller: Caller, query: EntriesQuery): Promise<{ lines: LedgerLine[], next: string | null }> {
      const { asked, opening } = await asking(caller, query)
      const rows = await store.lines(db, asked, opening, pageOf(query))
      return { lines: rows.slice(0, query.limit), next: nextOf(rows, query.limit) }
    },

    /** Throws `meetingNotFound` alike for one that is not there, not closed, or of a body whose results the caller may not see. */
    async meetingCosts(meetingId: string, caller: Caller): Promise<ReckonedMeeting & { saved: Estimate }> {
      const [found] = await costs.ofMeetings([meetingId])
      const mayRead = (await readers.bodies(caller)).bodies.some(({ id }) => id === found?.body.id)
      if (!found || !mayRead) throw new AppError('meetingNotFound')
      return { ...found, saved: savedBy(found.inPerson, found.held) }
    },
  }
}

export type Entries = ReturnType<typeof createEntries>
