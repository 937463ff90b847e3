import {
  isWeekend, workingCalendar, type CalendarDay, type CalendarDayKind, type Day, type WorkingCalendar,
} from '../../protocol/calendar.ts'
import type { KeptCalendarDay } from '../../protocol/calendar-days.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface CalendarTx {
  /** The day as it is, locked with all others until the end of the transaction. */
  lock(day: Day): Promise<KeptCalendarDay | null>
  /** Writes its audit entry. */
  put(day: CalendarDay, actorId: string): Promise<KeptCalendarDay>
  /** Writes its audit entry. */
  remove(day: CalendarDay, actorId: string): Promise<void>
}

export interface CalendarStore {
  /** By day, both ends included. */
  days(from: Day, to: Day): Promise<KeptCalendarDay[]>
  change<T>(work: (tx: CalendarTx) => Promise<T>): Promise<T>
}

/** Whether such a day says something else than its week does. A holiday on a Sunday counts: it is made up for. */
function differs(day: Day, kind: CalendarDayKind): boolean {
  return kind === 'holiday' || isWeekend(day) === (kind === 'swappedWorking')
}

/** The calendar that deadlines are counted by: holidays and swapped days, as data with what decided them. */
export function createCalendar({ store }: { store: CalendarStore }) {
  function requireSeen(known: KeptCalendarDay | null, version: number): void {
    if ((known?.version ?? 0) !== version) throw new AppError('calendarChanged', { day: known })
  }

  return {
    /** For `addWorkingDays` and its like: from well before the first day that may be asked of to well after the last. */
    async load(from: Day, to: Day): Promise<WorkingCalendar> {
      return workingCalendar(await store.days(from, to))
    },

    days: store.days,

    /** `version` is the one that the caller saw, 0 for an ordinary day. Throws `calendarChanged`, `calendarDayOdd`. */
    async put({ personId }: Caller, day: CalendarDay, version: number): Promise<KeptCalendarDay> {
      if (!differs(day.day, day.kind)) throw new AppError('calendarDayOdd')
      return await store.change(async (tx) => {
        requireSeen(await tx.lock(day.day), version)
        return await tx.put(day, personId)
      })
    },

    /** Throws `calendarChanged`. */
    async remove({ personId }: Caller, day: Day, version: number): Promise<void> {
      await store.change(async (tx) => {
        const known = await tx.lock(day)
        requireSeen(known, version)
        if (known) await tx.remove(known, personId)
      })
    },
  }
}

export type Calendar = ReturnType<typeof createCalendar>
