import type { Knex } from 'knex'
import { addDays, addWorkingDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { NoticeTelling, OfficePerson } from './notice-telling.ts'

export interface RemindingStore {
  /** Takes the notices still to be issued that come due until `soonBy`, or are overdue `today`, and were not told of as such. One statement. */
  takeDue(trx: Knex.Transaction, days: { soonBy: Day, today: Day }): Promise<{ meetingId: string, dueOn: Day, late: boolean }[]>
  officeOf(db: Knex, meetingId: string): Promise<OfficePerson[]>
}

export interface RemindingDeps {
  db: Knex
  store: RemindingStore
  telling: Pick<NoticeTelling, 'due'>
  calendar(from: Day, to: Day): Promise<WorkingCalendar>
  /** Whether offices have opened on a working day. */
  haveOpened(at: Date): Promise<boolean>
  now?: () => Date
}

/** Longer than the longest holidays, in days. */
const AHEAD_DAYS = 30

/** Reminds office and chair of notices of conclusions: the working day before their last, and once that has passed. Each once. */
export function createReminding({ db, store, telling, calendar, haveOpened, now = () => new Date() }: RemindingDeps) {
  return {
    async run(): Promise<void> {
      const at = now()
      if (!await haveOpened(at)) return
      const today = localDay(at)
      const soonBy = addWorkingDays(today, 1, await calendar(today, addDays(today, AHEAD_DAYS)))
      await db.transaction(async (trx) => {
        for (const due of await store.takeDue(trx, { soonBy, today })) await telling.due(trx, due)
      })
    },
  }
}

export type Reminding = ReturnType<typeof createReminding>
