import type { Knex } from 'knex'
import { isWorkingDay, localDay, startOfDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { OfficeHours, OfficeHoursDraft } from '../../protocol/calendar-days.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface OfficeHoursTx {
  /** The latest, begun or still to begin, locked with all others until the end of the transaction. */
  latest(): Promise<OfficeHours>
  /** Writes its audit entry. */
  put(hours: OfficeHoursDraft, actorId: string): Promise<OfficeHours>
}

export interface OfficeHoursStore {
  /** What holds on a day. */
  on(db: Knex, day: Day): Promise<OfficeHours>
  latest(db: Knex): Promise<OfficeHours>
  change<T>(work: (tx: OfficeHoursTx) => Promise<T>): Promise<T>
}

export interface OfficeHoursDeps { db: Knex, store: OfficeHoursStore, calendar(from: Day, to: Day): Promise<WorkingCalendar> }

/** When the offices of the organisation open: what comes of time is told from then on, on working days, and nobody is woken by it. */
export function createOfficeHours({ db, store, calendar }: OfficeHoursDeps) {
  return {
    latest: (): Promise<OfficeHours> => store.latest(db),

    /** Whether it is a working day, and its offices have opened. */
    async haveOpened(at: Date): Promise<boolean> {
      const today = localDay(at)
      const [hours = 0, minutes = 0] = (await store.on(db, today)).opens.split(':').map(Number)
      return at.getTime() >= startOfDay(today).getTime() + (hours * 60 + minutes) * 60_000 && isWorkingDay(today, await calendar(today, today))
    },

    /**
     * From a day on, not before the one that the latest rule began. `version` is that rule's, as the caller saw it. Throws
     * `calendarChanged` (details `hours`), `dateOutOfRange` (details `earliest`).
     */
    async put({ personId }: Caller, { seen, ...hours }: OfficeHoursDraft & { seen: { since: Day, version: number } }): Promise<OfficeHours> {
      return await store.change(async (tx) => {
        const known = await tx.latest()
        if (known.since !== seen.since || known.version !== seen.version) throw new AppError('calendarChanged', { hours: known })
        if (hours.since < known.since) throw new AppError('dateOutOfRange', { earliest: known.since, latest: null })
        return await tx.put(hours, personId)
      })
    },
  }
}

export type OfficeHoursBook = ReturnType<typeof createOfficeHours>
