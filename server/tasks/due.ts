import type { Knex } from 'knex'
import { addDays, addWorkingDays, localDay, type Day, type WorkingCalendar } from '../../protocol/calendar.ts'
import type { NewEvent, Task } from './access.ts'
import type { TaskTelling } from './telling.ts'

export interface DueStore {
  /** The bodies that have tasks under way, with how many working days before its day a lead is reminded (0: not at all). One query. */
  reminderDays(db: Knex): Promise<{ bodyId: string, days: number }[]>
  /** Takes tasks of a body that come due until `soonBy` and were not reminded of as such; no overdue ones. One statement. */
  takeSoon(trx: Knex.Transaction, bodyId: string, days: { soonBy: Day, today: Day }): Promise<Task[]>
  /** Takes tasks whose day has passed and that were not told of as such. One statement. */
  takeLate(trx: Knex.Transaction, today: Day, limit: number): Promise<Task[]>
  insertEvent(trx: Knex.Transaction, taskId: string, event: NewEvent): Promise<void>
}

export interface DueDeps {
  db: Knex
  store: DueStore
  tell: TaskTelling['tell']
  calendar(from: Day, to: Day): Promise<WorkingCalendar>
  /** Whether offices have opened on a working day. */
  haveOpened(at: Date): Promise<boolean>
  now: () => Date
}

/** Longer than any reminder reaches ahead, with the longest holidays in it, in days. */
const AHEAD_DAYS = 90
const A_LOOK = 200

/** What comes of time alone: leads are reminded, and what is overdue rises to chair and clerks, as an event of the task too. Each once a day that was set. */
export function createDue({ db, store, tell, calendar, haveOpened, now }: DueDeps) {
  return {
    async run(): Promise<void> {
      const at = now()
      if (!await haveOpened(at)) return
      const today = localDay(at)
      const [bodies, days] = await Promise.all([store.reminderDays(db), calendar(today, addDays(today, AHEAD_DAYS))])
      await db.transaction(async (trx) => {
        for (const task of await store.takeLate(trx, today, A_LOOK)) {
          const { dueOn } = task.facts
          await store.insertEvent(trx, task.id, { kind: 'overdue', actorId: null, at, note: '', dueOn })
          for (const to of ['office', 'lead'] as const) await tell(trx, task, 'overdue', { key: dueOn, at, dueOn, actorId: null, to })
        }
        for (const { bodyId, days: ahead } of bodies) {
          if (ahead === 0) continue
          for (const task of await store.takeSoon(trx, bodyId, { soonBy: addWorkingDays(today, ahead, days), today })) {
            await tell(trx, task, 'dueSoon', { key: task.facts.dueOn, at, dueOn: task.facts.dueOn, actorId: null })
          }
        }
      })
    },
  }
}

export type TasksDue = ReturnType<typeof createDue>
