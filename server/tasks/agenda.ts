import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { AgendaItemDraft } from '../../protocol/agenda.ts'
import type { TaskSummary } from '../../protocol/tasks.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireOffice, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { TaskAccessStore } from './access.ts'
import type { Reader } from './reading.ts'

export interface AgendaStore {
  /** Overdue tasks of the body that stand on no agenda of a meeting to come, longest overdue first. One query. */
  forAgenda(db: Knex, reader: Reader, bodyId: string, limit: number): Promise<TaskSummary[]>
  /** The matter that a task's item belongs to, and whether the task is one of these; undefined: not a task of the body. */
  placeable(db: Knex, taskId: string, bodyId: string, on: Day): Promise<{ matterId: string | null, leadPersonId: string | null, offered: boolean } | undefined>
  place(trx: Knex.Transaction, taskId: string, itemId: string): Promise<void>
}

export interface TaskAgendaDeps {
  db: Knex
  meetings: Pick<MeetingAccess, 'accessTo'>
  store: AgendaStore & Pick<TaskAccessStore, 'lock' | 'insertEvent'>
  addItem(
    meetingId: string, caller: Caller, item: AgendaItemDraft & { key: string },
    also: (tx: JournalTx, added: { itemId: string, meeting: Meeting }) => Promise<void>,
  ): Promise<{ itemId: string }>
  now: () => Date
}

const LISTED = 100

/** What is overdue comes back before the body: onto an agenda, on the matter that it came from. */
export function createTaskAgenda({ db, meetings, store, addItem, now }: TaskAgendaDeps) {
  const today = () => localDay(now())

  return {
    /** Throws `meetingNotFound`, `forbiddenInMeeting`. */
    async overdue(meetingId: string, caller: Caller): Promise<{ tasks: TaskSummary[] }> {
      const found = await meetings.accessTo(meetingId, caller)
      requireOffice(found)
      return { tasks: await store.forAgenda(db, { personId: caller.personId, on: today() }, found.meeting.bodyId, LISTED) }
    },

    /**
     * A lead who does not take part in the meeting is left out as the presenter, to be invited. Throws `meetingNotFound`,
     * `forbiddenInMeeting`, `taskNotFound`, `taskStage` for one that is not overdue or stands on an agenda, and what adding an item does.
     */
    async put(
      meetingId: string, caller: Caller, { taskId, title, minutes, key }: { taskId: string, title: string, minutes: number, key: string },
    ): Promise<{ itemId: string }> {
      const found = await meetings.accessTo(meetingId, caller)
      requireOffice(found)
      const task = await store.placeable(db, taskId, found.meeting.bodyId, today())
      if (!task) throw new AppError('taskNotFound')
      const { matterId, leadPersonId } = task
      const add = (presenterId: string | null, once: string) => addItem(
        meetingId, caller, { title, purpose: 'report', minutes, presenterId, key: once, ...matterId ? { matterId } : {} },
        async (tx, { itemId, meeting }) => {
          requireBefore(meeting, 'live')
          await store.lock(tx.trx, taskId)
          // Another clerk may have put it on another agenda meanwhile; this waits for them.
          const present = await store.placeable(tx.trx, taskId, meeting.bodyId, today())
          if (!present?.offered) throw new AppError('taskStage')
          await store.place(tx.trx, taskId, itemId)
          await store.insertEvent(tx.trx, taskId, { kind: 'onAgenda', actorId: caller.personId, at: tx.at, note: '' })
        },
      )
      try {
        return await add(leadPersonId, key)
      } catch (error) {
        const code = error instanceof AppError ? error.code : undefined
        if (code === 'consentNeeded') throw new AppError('meetingAlreadyLive')
        if (code === 'presenterNotParticipant') return await add(null, `${key} 0`)
        throw error
      }
    },
  }
}

export type TaskAgenda = ReturnType<typeof createTaskAgenda>
