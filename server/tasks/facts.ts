import type { Knex } from 'knex'
import { addDays, addWorkingDays, isWorkingDay, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { TaskFacts } from '../../protocol/tasks.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'

export interface FactsStore {
  /** What of these there is not, on that day. */
  unknown(db: Knex, facts: Pick<TaskFacts, 'lead' | 'coUnitIds'>, on: Day): Promise<'unitNotFound' | 'personNotFound' | null>
}

export interface FactsDeps {
  db: Knex
  store: FactsStore
  calendar(from: Day, to: Day, source: Knex): Promise<WorkingCalendar>
  now: () => Date
}

/** After a day off, the next working day is looked for so many days on. */
const HOLIDAYS_DAYS = 40
/** Tasks run no longer, in days: what lies farther ahead is a plan. */
const LONGEST_DAYS = 3660

/** What a task may say: a day that is worked and has not passed, leads and units that there are, nothing that bears a stamp of secrecy. */
export function createFacts({ db, store, calendar, now }: FactsDeps) {
  /**
   * `after`: the day must be later than that one. Throws `dueDateInvalid` (details `why`: `past`, `dayOff`, `notLater`, `tooFar`;
   * `next`: the first working day that would do).
   */
  async function requireDue(source: Knex, dueOn: Day, after?: Day): Promise<void> {
    const today = localDay(now())
    const earliest = after !== undefined && after >= today ? addDays(after, 1) : today
    const tooFar = dueOn > addDays(today, LONGEST_DAYS)
    const from = dueOn < earliest || tooFar ? earliest : dueOn
    const days = await calendar(from, addDays(from, HOLIDAYS_DAYS), source)
    const why = tooFar ? 'tooFar' : dueOn < today ? 'past' : dueOn < earliest ? 'notLater' : isWorkingDay(dueOn, days) ? null : 'dayOff'
    if (why) throw new AppError('dueDateInvalid', { why, next: addWorkingDays(from, 0, days) })
  }

  return {
    requireDue: (dueOn: Day, after?: Day, source: Knex = db) => requireDue(source, dueOn, after),

    /** Throws `proposalSecret`, `dueDateInvalid`, `unitNotFound`, `personNotFound`; `badRequest` for a lead that takes part in its own task. */
    async require(source: Knex, { lead, coUnitIds, what, product, responsibility, authority, dueOn }: TaskFacts): Promise<void> {
      requireUnstamped(what, product, responsibility, authority)
      if (lead.kind === 'unit' && coUnitIds.includes(lead.id)) {
        throw new AppError('badRequest', { issues: [{ path: 'body.facts.coUnitIds', message: 'names the lead' }] })
      }
      const unknown = await store.unknown(source, { lead, coUnitIds }, localDay(now()))
      if (unknown) throw new AppError(unknown)
      await requireDue(source, dueOn)
    },
  }
}

export type Facts = ReturnType<typeof createFacts>
