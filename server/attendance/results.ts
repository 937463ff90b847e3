import type { Knex } from 'knex'
import type { AttendedAs, OwnAttendance } from '../../protocol/attendance-record.ts'
import { startOfDay } from '../../protocol/calendar.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import { attendanceStatus } from '../../protocol/roll.ts'
import { presentMs } from '../../protocol/stays.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'

export interface Result { personId: string, state: AttendedAs, presentMs: number }

/** Instants, the first included and the last not. */
export interface Period { from: Date, to: Date }

/** A row of somebody's record; `title` is null where it was erased. */
export type OwnRow = Omit<OwnAttendance, 'title' | 'openedAt' | 'closedAt'> & { title: string | null, openedAt: Date, closedAt: Date }

export interface ResultsStore {
  /** Inserts or replaces. */
  put(db: Knex, meetingId: string, results: readonly Result[]): Promise<void>
  /** Inserts what is missing, and leaves what a correction may have put meanwhile. */
  fill(db: Knex, meetingId: string, results: readonly Result[]): Promise<void>
  /** Closed meetings of the person, opened in that time, for which nothing was put: they were closed before there were results. */
  missing(db: Knex, personId: string, period: Period): Promise<string[]>
  /** Latest opening first, then by id; all where there is no limit. */
  own(db: Knex, personId: string, period: Period, page?: { before: { openedAt: Date, id: string | null } | undefined, limit: number }): Promise<OwnRow[]>
  /** How many meetings of each state, and the sum of the time. */
  sums(db: Knex, personId: string, period: Period): Promise<{ state: AttendedAs, meetings: number, presentMs: number }[]>
}

export interface ResultsDeps { db: Knex, journal: Pick<Journal, 'state'>, store: ResultsStore }

/** A year by the calendar of Asia/Ho_Chi_Minh. */
export const yearOf = (year: number): Period => ({ from: startOfDay(`${year}-01-01`), to: startOfDay(`${year + 1}-01-01`) })

/** What meetings come to for each person, and a person's own record of a year. */
export function createResults({ db, journal, store }: ResultsDeps) {
  /** Of meetings that were closed by a version before this one. Once each. */
  async function complete(personId: string, period: Period): Promise<void> {
    for (const meetingId of await store.missing(db, personId, period)) {
      await store.fill(db, meetingId, resultsOf(await journal.state(meetingId, meetingReducer)))
    }
  }

  return {
    /** A step after the closing, and after each correction of a closed meeting. */
    async keep(tx: JournalTx): Promise<void> {
      await store.put(tx.trx, tx.meetingId, resultsOf(await tx.state(meetingReducer)))
    },

    /** A page of the caller's year with its sums: three queries, however long it is. */
    async own({ personId }: Caller, { year, before, limit }: { year: number, before?: string | undefined, limit: number }) {
      const period = yearOf(year)
      await complete(personId, period)
      const [at, id = null] = before?.split('~') ?? []
      const page = { before: at === undefined ? undefined : { openedAt: new Date(at), id }, limit: limit + 1 }
      const [rows, sums] = await Promise.all([store.own(db, personId, period, page), store.sums(db, personId, period)])
      const shown = rows.slice(0, limit)
      const last = rows.length > limit ? shown.at(-1) : undefined
      return {
        meetings: shown.map(({ title, openedAt, closedAt, ...row }) => (
          { ...row, title: title ?? '', openedAt: openedAt.toISOString(), closedAt: closedAt.toISOString() }
        )),
        next: last ? `${last.openedAt.toISOString()}~${last.meetingId}` : null,
        year: {
          meetings: sums.reduce((sum, one) => sum + one.meetings, 0), presentMs: sums.reduce((sum, one) => sum + one.presentMs, 0),
          states: Object.fromEntries(sums.map(({ state, meetings }) => [state, meetings])),
        },
      }
    },

    /** The whole year, latest first. */
    async ownYear({ personId }: Caller, year: number): Promise<OwnRow[]> {
      await complete(personId, yearOf(year))
      return await store.own(db, personId, yearOf(year))
    },
  }
}

export type Results = ReturnType<typeof createResults>

/** What a closed meeting came to for each participant. */
export function resultsOf(state: MeetingState): Result[] {
  const { openedAt, closedAt, attendance, participants } = state
  if (!openedAt || !closedAt) throw new Error('a meeting comes to something once it is closed')
  return participants.map(({ personId }) => {
    const status = attendanceStatus(state, personId)
    // A closed meeting has neither.
    if (status === 'left' || status === 'notChecked') throw new Error(`${status} after the closing`)
    return { personId, state: status, presentMs: presentMs(attendance.stays[personId] ?? [], openedAt, closedAt) }
  })
}
