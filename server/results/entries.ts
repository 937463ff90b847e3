import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { savedBy, type Estimate } from '../../protocol/costs.ts'
import type { LedgerLine } from '../../protocol/ledger.ts'
import type { Figure, Month, ResultEntry } from '../../protocol/results.ts'
import type { MeetingCosts, ReckonedMeeting } from '../costs/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { spanOf } from './period.ts'
import type { Readers } from './readers.ts'
import type { Asked } from './results.ts'

/** Who asks: what of a meeting they may know, and of which bodies they may open papers, tasks and proposals. */
export interface Opening { personId: string, ownIds: readonly string[] }
export interface Page { after: { day: Day, id: string } | null, limit: number }

export interface EntriesStore {
  /** By day, the latest first; one query. */
  entries(db: Knex, figure: Figure, asked: Asked, opening: Opening, page: Page): Promise<ResultEntry[]>
  lines(db: Knex, asked: Asked, opening: Opening, page: Page): Promise<LedgerLine[]>
}

export interface EntriesQuery { from: Month, to: Month, bodyId?: string | undefined, after?: string | undefined, limit: number }

function pageOf({ after, limit }: EntriesQuery): Page {
  const [day, id] = after?.split('~') ?? []
  return { after: day && id ? { day, id } : null, limit: limit + 1 }
}
const nextOf = (rows: readonly { day: Day, id: string }[], limit: number): string | null => {
  const last = rows[limit - 1]
  return rows.length > limit && last ? `${last.day}~${last.id}` : null
}

/** What stands behind the figures. */
export function createEntries({ db, store, readers, costs, now }: { db: Knex, store: EntriesStore, readers: Readers, costs: MeetingCosts, now: () => Date }) {
  async function asking(caller: Caller, query: EntriesQuery) {
    const { bodyIds, ownIds, personId } = await readers.reading(caller, query.bodyId)
    return { asked: { ...spanOf(query), bodyIds, today: localDay(now()) }, opening: { personId, ownIds } }
  }

  return {
    /** Throws `forbiddenForResults`, `bodyNotFound`. */
    async list(caller: Caller, { figure, ...query }: EntriesQuery & { figure: Figure }): Promise<{ entries: ResultEntry[], next: string | null }> {
      const { asked, opening } = await asking(caller, query)
      const rows = await store.entries(db, figure, asked, opening, pageOf(query))
      const entries = rows.slice(0, query.limit)
      if (figure !== 'costs') return { entries, next: nextOf(rows, query.limit) }
      const reckoned = new Map((await costs.ofMeetings(entries.map(({ id }) => id))).map((meeting) => [meeting.meetingId, meeting]))
      return {
        next: nextOf(rows, query.limit),
        entries: entries.map((entry) => {
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
