import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { TaskEventKind } from '../../protocol/tasks.ts'
import type { NewNotice } from '../notices/notices.ts'
import type { NewEvent, Task } from './access.ts'

/** A side of a task that is told: its lead, the units that take part, the clerks of its body, or chair and clerks. */
export type Told = 'lead' | 'partners' | 'clerks' | 'office'

export interface TellingStore {
  /** The lead, or who works in the unit that is, on that day. */
  leadsOn(db: Knex, taskId: string, on: Day): Promise<string[]>
  /** Who works in the units that take part, on that day. */
  partnersOn(db: Knex, taskId: string, on: Day): Promise<string[]>
  /** Chair and clerks of the body on that day; of clerks alone the chair where there is none. */
  officeOn(db: Knex, bodyId: string, on: Day, whom: 'clerks' | 'office'): Promise<string[]>
}

export interface TaskTellingDeps { store: TellingStore, send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<unknown> }

type Say = [vi: string, en: string]
export type TaskNotice = Extract<TaskEventKind,
  'assigned' | 'changed' | 'handedBack' | 'extensionAsked' | 'extensionApproved' | 'extensionDeclined' | 'reported' | 'returned' | 'closed' | 'cancelled' | 'overdue'> | 'dueSoon' | 'partner' | 'passedOn'

const words: Record<TaskNotice, { to: Told, subject: Say }> = {
  assigned: { to: 'lead', subject: ['Nhiệm vụ mới được giao', 'A new task was assigned'] },
  changed: { to: 'lead', subject: ['Nhiệm vụ được giao có thay đổi', 'An assigned task was changed'] },
  handedBack: { to: 'clerks', subject: ['Nhiệm vụ bị trả lại', 'A task was handed back'] },
  extensionAsked: { to: 'clerks', subject: ['Đề nghị gia hạn nhiệm vụ', 'A task’s extension is asked for'] },
  extensionApproved: { to: 'lead', subject: ['Đề nghị gia hạn được chấp thuận', 'An extension was approved'] },
  extensionDeclined: { to: 'lead', subject: ['Đề nghị gia hạn không được chấp thuận', 'An extension was declined'] },
  reported: { to: 'clerks', subject: ['Nhiệm vụ được báo cáo hoàn thành, chờ xác nhận', 'A task was reported done and waits to be verified'] },
  returned: { to: 'lead', subject: ['Kết quả nhiệm vụ chưa được xác nhận', 'A task’s product was returned'] },
  closed: { to: 'lead', subject: ['Nhiệm vụ đã được xác nhận hoàn thành', 'A task was verified and closed'] },
  cancelled: { to: 'lead', subject: ['Nhiệm vụ được thu hồi', 'A task was taken back'] },
  overdue: { to: 'office', subject: ['Nhiệm vụ quá hạn', 'A task is overdue'] },
  partner: { to: 'partners', subject: ['Đơn vị đồng chí được giao phối hợp thực hiện nhiệm vụ', 'Your unit takes part in a task'] },
  passedOn: { to: 'lead', subject: ['Nhiệm vụ được giao cho đầu mối khác', 'A task was given to somebody else'] },
  dueSoon: { to: 'lead', subject: ['Nhiệm vụ sắp đến hạn', 'A task comes due'] },
}

const dayOf = (day: Day) => day.split('-').toReversed().join('/')

/** Tells the side that has to know what happened to a task, in the transaction of that; who did it is told nothing. */
export function createTaskTelling({ store, send }: TaskTellingDeps) {
  async function tell(
    trx: Knex.Transaction, { id, bodyId, facts: { what } }: Pick<Task, 'id' | 'bodyId' | 'facts'>, kind: TaskNotice,
    { key, at, dueOn, note = '', actorId, to = words[kind].to }: { key: string, at: Date, dueOn: Day, note?: string, actorId: string | null, to?: Told },
  ): Promise<void> {
    const on = localDay(at)
    const people = to === 'lead' ? await store.leadsOn(trx, id, on) : to === 'partners' ? await store.partnersOn(trx, id, on) : await store.officeOn(trx, bodyId, on, to)
    const [vi, en] = words[kind].subject
    const say = (subject: string, until: string) => ({ subject, paragraphs: [`${what} (${until} ${dayOf(dueOn)})`, ...note ? [note] : []] })
    await send(trx, people.filter((personId) => personId !== actorId).map((personId): NewNotice => ({
      personId, dedupeKey: `task ${id} ${kind} ${key}`, topic: `task:${id}`, kind: `tasks.${kind}`, // Who does not lead it any more may not see it.
      link: kind === 'passedOn' ? '/tasks' : `/tasks/${id}`,
      words: { vi: say(vi, 'hạn'), en: say(en, 'due') },
    })))
  }

  return {
    tell,

    /** What an act made of the task, which is as it was before but for its facts. */
    async happened(trx: Knex.Transaction, task: Task, { kind, note, at, actorId, dueOn }: NewEvent, version: number): Promise<void> {
      if (!(kind in words)) return
      const said = { at, dueOn: dueOn ?? task.facts.dueOn, actorId }
      await tell(trx, task, kind as TaskNotice, { ...said, key: String(version), note })
      // Each of them once, also where the task names their unit later.
      if (kind === 'assigned' || kind === 'changed') await tell(trx, task, 'partner', { ...said, key: 'once' })
    },

    /** To be called before another lead is written. */
    passingOn: (trx: Knex.Transaction, task: Task, { at, actorId }: Pick<NewEvent, 'at' | 'actorId'>): Promise<void> =>
      tell(trx, task, 'passedOn', { key: String(task.version), at, dueOn: task.facts.dueOn, actorId }),
  }
}

export type TaskTelling = ReturnType<typeof createTaskTelling>
