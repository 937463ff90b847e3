import type { Knex } from 'knex'
import type { z } from 'zod'
import type { assignTask, TaskFacts } from '../../protocol/tasks.ts'
import type { ConclusionRow } from '../conclusions/conclusions.ts'
import { requireOffice, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { NewEvent, Task } from './access.ts'
import type { Facts } from './facts.ts'
import type { TaskTelling } from './telling.ts'

export interface NewTask extends Pick<Task, 'bodyId' | 'meetingId' | 'itemId' | 'opinionId' | 'conclusionVersion' | 'decidedAt'> {
  facts: TaskFacts
  creatorId: string
  key: string
  at: Date
}

export interface AssigningStore {
  insert(trx: Knex.Transaction, task: NewTask): Promise<Task>
  insertEvent(trx: Knex.Transaction, taskId: string, event: NewEvent): Promise<void>
  /** The task that this person's key made. */
  findCreation(trx: Knex.Transaction, creatorId: string, key: string): Promise<{ taskId: string, version: number } | undefined>
}

export interface AssigningDeps {
  access: Pick<MeetingAccess, 'change'>
  store: AssigningStore
  facts: Facts
  conclusions: {
    item(db: Knex, meetingId: string, itemId: string): Promise<{ classified: boolean } | undefined>
    find(db: Knex, itemId: string): Promise<ConclusionRow | undefined>
  }
  told: TaskTelling['happened']
}

/** From a conclusion that the chair stands by to a task of one lead. The meeting's journal tells of it. */
export function createAssigning({ access, store, facts, conclusions, told }: AssigningDeps) {
  return {
    /**
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `agendaItemNotFound`, `classifiedItem`, `conclusionNotFound`,
     * `conclusionUnsettled`, `conclusionChanged`, what `facts.require` does, `idempotencyKeyReused`.
     */
    assign(meetingId: string, itemId: string, caller: Caller, { key, conclusionVersion, facts: wanted }: z.output<NonNullable<typeof assignTask.body>>) {
      const options = { key, fingerprint: ['tasks.assign', itemId, conclusionVersion, wanted] }
      return access.change(meetingId, caller, requireOffice, options, async (tx, { meeting }): Promise<{ taskId: string, version: number }> => {
        const item = await conclusions.item(tx.trx, meetingId, itemId)
        if (!item) throw new AppError('agendaItemNotFound')
        if (item.classified) throw new AppError('classifiedItem')
        const conclusion = await conclusions.find(tx.trx, itemId)
        if (!conclusion) throw new AppError('conclusionNotFound')
        if (!conclusion.settledAt) throw new AppError('conclusionUnsettled')
        if (conclusion.version !== conclusionVersion) throw new AppError('conclusionChanged', { version: conclusion.version })
        await facts.require(tx.trx, wanted)
        const task = await store.insert(tx.trx, {
          bodyId: meeting.bodyId, meetingId, itemId, opinionId: null, conclusionVersion, decidedAt: conclusion.settledAt, facts: wanted,
          creatorId: caller.personId, key, at: tx.at,
        })
        const event: NewEvent = { kind: 'assigned', actorId: caller.personId, at: tx.at, note: '', dueOn: wanted.dueOn, facts: wanted, key }
        await store.insertEvent(tx.trx, task.id, event)
        const { lead, dueOn } = wanted
        tx.append({
          kind: 'task.assigned',
          data: {
            taskId: task.id, itemId, conclusionVersion, leadUnitId: lead.kind === 'unit' ? lead.id : null,
            leadPersonId: lead.kind === 'person' ? lead.id : null, dueOn,
          },
          audience: { scope: 'item', itemId, parts: ['members'] },
        })
        await told(tx.trx, task, event, task.version)
        return { taskId: task.id, version: task.version }
      })
    },
  }
}

export type Assigning = ReturnType<typeof createAssigning>
