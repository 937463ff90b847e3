import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import { openStages, type TaskActs, type TaskEventKind, type TaskFacts, type TaskSide, type TaskStage } from '../../protocol/tasks.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** A task's present row. */
export interface Task {
  id: string
  bodyId: string
  /** Where it was decided; null of one that follows from a written opinion. */
  meetingId: string | null
  itemId: string | null
  opinionId: string | null
  conclusionVersion: number
  decidedAt: Date
  facts: TaskFacts
  stage: TaskStage
  since: Date
  version: number
  percent: number
  /** The later day that the lead asks for. */
  asked: { dueOn: Day, reason: string, at: Date, by: string } | null
  /** Who reported it done last. */
  reportedBy: string | null
}

/** A task as somebody has to do with it. */
export interface TaskAccess { task: Task, sides: readonly TaskSide[] }

export interface NewEvent {
  kind: TaskEventKind
  actorId: string | null
  at: Date
  note: string
  key?: string | undefined
  dueOn?: Day | undefined
  percent?: number | undefined
  facts?: TaskFacts | undefined
}

export interface TaskAccessStore {
  /** Undefined where there is no such task, or the person has nothing to do with it on that day. */
  findAccess(db: Knex, taskId: string, personId: string, on: Day): Promise<TaskAccess | undefined>
  /** Holds the task until the end of the transaction. */
  lock(trx: Knex.Transaction, taskId: string): Promise<void>
  /** The event that this person's key made. */
  findEvent(db: Knex, taskId: string, actorId: string, key: string): Promise<{ kind: TaskEventKind, version: number } | undefined>
  /** Counts the version up, and gives it. `asked` null: nothing is asked for any more. */
  update(trx: Knex.Transaction, taskId: string, change: TaskChange): Promise<number>
  /** After the update whose version it keeps. */
  insertEvent(trx: Knex.Transaction, taskId: string, event: NewEvent): Promise<void>
}

export type TaskChange = Partial<Pick<Task, 'stage' | 'since' | 'percent' | 'facts' | 'asked'>> & { dueOn?: Day }

/** An act on a task: whose it is, in which stages, as which events the history has it, and whether it is for others than whose task it is. */
export interface Act { sides: readonly TaskSide[], stages: readonly TaskStage[], events: readonly TaskEventKind[], others?: true }

const underWay = ['accepted', 'inProgress'] as const

/** Who may do what, and when. */
export const may = {
  accept: { sides: ['lead'], stages: ['assigned'], events: ['accepted'] },
  handBack: { sides: ['lead'], stages: ['assigned'], events: ['handedBack'] },
  progress: { sides: ['lead'], stages: underWay, events: ['progress'] },
  askExtension: { sides: ['lead'], stages: underWay, events: ['extensionAsked'] },
  report: { sides: ['lead'], stages: underWay, events: ['reported'] },
  evidence: { sides: ['lead', 'co'], stages: underWay, events: ['evidenceAdded', 'evidenceRemoved'] },
  change: { sides: ['office'], stages: ['assigned', 'handedBack'], events: ['changed'] },
  decideExtension: { sides: ['office'], stages: underWay, events: ['extensionApproved', 'extensionDeclined'], others: true },
  verify: { sides: ['office'], stages: ['reported'], events: ['closed', 'returned'], others: true },
  cancel: { sides: ['office'], stages: openStages, events: ['cancelled'], others: true },
} satisfies Record<keyof TaskActs, Act>

const isOf = (sides: readonly TaskSide[], act: Act) => act.sides.some((side) => sides.includes(side))

/** Throws `forbiddenForTask` for the other side, `taskStage` where it is not the time for it. */
export function requireAct({ task, sides }: TaskAccess, act: Act): void {
  if (!isOf(sides, act)) throw new AppError('forbiddenForTask', { sides })
  if (!act.stages.includes(task.stage)) throw new AppError('taskStage', { stage: task.stage })
}

/**
 * Four eyes: nobody of the lead, and nobody who reported it, decides for the office on what is their own. Throws `forbiddenForTask`
 * (details `why`: `ownTask`).
 */
export function requireOthers(access: TaskAccess, personId: string): void {
  if (isOwn(access, personId)) throw new AppError('forbiddenForTask', { sides: access.sides, why: 'ownTask' })
}

const isOwn = ({ task, sides }: TaskAccess, personId: string) => sides.includes('lead') || task.reportedBy === personId

export function actsOf(access: TaskAccess, personId: string): TaskActs {
  const { task, sides } = access
  const others = !isOwn(access, personId)
  const allowed = (act: Act) => isOf(sides, act) && act.stages.includes(task.stage) && (!act.others || others)
  const asked = task.asked !== null
  return {
    accept: allowed(may.accept), handBack: allowed(may.handBack), progress: allowed(may.progress), report: allowed(may.report),
    askExtension: allowed(may.askExtension) && !asked, evidence: allowed(may.evidence), change: allowed(may.change),
    decideExtension: allowed(may.decideExtension) && asked, verify: allowed(may.verify), cancel: allowed(may.cancel),
  }
}

/**
 * The one way to a task: being, or working in the unit that is, its lead; working in a unit that takes part; being of the office
 * or a member of the body that gave it; today. Neither an id nor being an administrator is a right to it.
 */
export function createTaskAccess({ db, store, now }: { db: Knex, store: TaskAccessStore, now: () => Date }) {
  /** Throws `taskNotFound` alike for one that does not exist and one that is others'. */
  async function accessTo(taskId: string, caller: Caller, source: Knex = db): Promise<TaskAccess> {
    const found = await store.findAccess(source, taskId, caller.personId, localDay(now()))
    if (!found) throw new AppError('taskNotFound')
    return found
  }

  return {
    accessTo,

    /**
     * Carries out an act on the task as it is under its lock, and keeps it as an event of its history, in one transaction. The same
     * key gives what it made. Throws `taskNotFound`, `forbiddenForTask`, `taskStage`, `taskChanged` where it is no longer the
     * version that the act began from, `idempotencyKeyReused`, and what `work` throws.
     */
    async change(
      taskId: string, caller: Caller, act: Act, { key, version }: { key: string, version: number },
      work: (trx: Knex.Transaction, access: TaskAccess, at: Date) => Promise<{ change: TaskChange, event: Pick<NewEvent, 'kind' | 'note' | 'dueOn' | 'percent' | 'facts'> }>,
      told: (trx: Knex.Transaction, task: Task, event: NewEvent, version: number) => Promise<void>,
    ): Promise<{ taskId: string, version: number }> {
      await accessTo(taskId, caller)
      return await db.transaction(async (trx) => {
        await store.lock(trx, taskId)
        const access = await accessTo(taskId, caller, trx)
        const before = await store.findEvent(trx, taskId, caller.personId, key)
        if (before && !act.events.includes(before.kind)) throw new AppError('idempotencyKeyReused')
        if (before) return { taskId, version: before.version }
        // Who comes second learns that they do, also where the first has moved it on.
        if (isOf(access.sides, act) && access.task.version !== version) {
          throw new AppError('taskChanged', { version: access.task.version, stage: access.task.stage })
        }
        requireAct(access, act)
        if (act.others) requireOthers(access, caller.personId)
        const at = now()
        const { change, event } = await work(trx, access, at)
        const saved = await store.update(trx, taskId, change)
        const kept: NewEvent = { ...event, actorId: caller.personId, at, key }
        await store.insertEvent(trx, taskId, kept)
        await told(trx, { ...access.task, ...change.facts ? { facts: change.facts } : {} }, kept, saved)
        return { taskId, version: saved }
      })
    },

    /** Holds a task for something beside its stages, such as a file. Throws as `change` but for what is of versions and keys. */
    async beside<T>(taskId: string, caller: Caller, act: Act, work: (trx: Knex.Transaction, access: TaskAccess, at: Date) => Promise<T>): Promise<T> {
      requireAct(await accessTo(taskId, caller), act)
      return await db.transaction(async (trx) => {
        await store.lock(trx, taskId)
        const access = await accessTo(taskId, caller, trx)
        requireAct(access, act)
        return await work(trx, access, now())
      })
    },
  }
}

export type TaskAccessTo = ReturnType<typeof createTaskAccess>
