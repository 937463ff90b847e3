import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { Agenda } from '../agenda/agenda.ts'
import { AppError } from '../platform/error.ts'
import type { TaskAccessStore } from './access.ts'
import type { AgendaStore } from './agenda.ts'

/** An overdue task, and the next meeting of its body whose agenda is still being made. */
export interface ToPlace {
  taskId: string, what: string, dueOn: Day, bodyId: string, meetingId: string, matterId: string | null, leadPersonId: string | null
  /** How long the report may take, by the body's rule. */
  minutes: number
}

export interface PlacingStore {
  /** Overdue tasks on no agenda of a meeting to come, and on none by rule since their day was set, longest overdue first. One query. */
  toPlace(db: Knex, at: Date, on: Day, limit: number): Promise<ToPlace[]>
  /** It was put onto an agenda after this due day, or found no room there. */
  markPlaced(trx: Knex.Transaction, taskId: string, dueOn: Day): Promise<void>
}

export interface PlacingDeps {
  db: Knex
  store: PlacingStore & Pick<AgendaStore, 'placeable' | 'place'> & Pick<TaskAccessStore, 'lock' | 'insertEvent'>
  addByRule: Agenda['addByRule']
  log: Pick<Logger, 'warn'>
  now: () => Date
}

const A_LOOK = 20
/** An agenda takes titles no longer. */
const TITLE_LENGTH = 500

/**
 * What is overdue comes before the body by itself: as an item on the matter that it came from, on the agenda of the body's next
 * meeting that is being prepared, once for each day that was set. Chair and clerk may take it off again; then it is offered to them.
 */
export function createPlacing({ db, store, addByRule, log, now }: PlacingDeps) {
  async function place({ taskId, what, dueOn, bodyId, meetingId, matterId, leadPersonId, minutes }: ToPlace, at: Date): Promise<void> {
    const title = `Tình hình thực hiện nhiệm vụ quá hạn: ${what}`.slice(0, TITLE_LENGTH)
    const item = { title, minutes, purpose: 'report' as const, presenterId: leadPersonId, classified: false as const, ...matterId ? { matterId } : {} }
    await addByRule(meetingId, at, item, async (tx, { itemId }) => {
      await store.lock(tx.trx, taskId)
      // Somebody may have put it on an agenda meanwhile, or another process; this waits for them.
      if (!(await store.placeable(tx.trx, taskId, bodyId, localDay(at)))?.offered) throw new AppError('taskStage')
      await store.place(tx.trx, taskId, itemId)
      await store.markPlaced(tx.trx, taskId, dueOn)
      await store.insertEvent(tx.trx, taskId, { kind: 'onAgenda', actorId: null, at, note: '' })
    })
  }

  return {
    async run(): Promise<void> {
      const at = now()
      for (const task of await store.toPlace(db, at, localDay(at), A_LOOK)) {
        try {
          await place(task, at)
        } catch (err) {
          // Of a full agenda the office is told by its list; it is not tried again each minute.
          if (err instanceof AppError && err.code === 'agendaFull') await db.transaction((trx) => store.markPlaced(trx, task.taskId, task.dueOn))
          else if (!(err instanceof AppError)) log.warn({ taskId: task.taskId, err }, 'an overdue task could not be put onto an agenda; tried again')
        }
      }
    },
  }
}

export type TaskPlacing = ReturnType<typeof createPlacing>
