import type { z } from 'zod'
import type {
  acceptTask, askExtension, cancelTask, changeTask, decideExtension, handBackTask, reportDone, reportProgress, verifyTask,
} from '../../protocol/tasks.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { may, requireOthers, type TaskAccessTo } from './access.ts'
import type { Facts } from './facts.ts'
import type { TaskTelling } from './telling.ts'

export interface TasksDeps { access: TaskAccessTo, facts: Facts, telling: Pick<TaskTelling, 'happened' | 'passingOn'> }

type Body<R extends { body?: z.ZodType }> = z.output<NonNullable<R['body']>>

/** The life of a task: accepted or handed back, worked on, extended, reported, verified. Every act is an event of its history. */
export function createTasks({ access, facts, telling }: TasksDeps) {
  const told = telling.happened

  return {
    /**
     * The office changes it, or gives it to somebody else. Throws what `access.change` and `facts.require` do; `forbiddenForTask` for
     * who gives a later day to what is their own.
     */
    change(taskId: string, caller: Caller, { facts: wanted, ...act }: Body<typeof changeTask>) {
      let passedOn = false
      return access.change(taskId, caller, may.change, act, async (trx, found, at) => {
        const { task } = found
        await facts.require(trx, wanted)
        // A later day is an extension, which is others' to approve.
        if (wanted.dueOn > task.facts.dueOn) requireOthers(found, caller.personId)
        passedOn = wanted.lead.id !== task.facts.lead.id
        if (passedOn) await telling.passingOn(trx, task, { at, actorId: caller.personId })
        return {
          change: { facts: wanted, stage: 'assigned', ...task.stage === 'assigned' ? {} : { since: at } },
          event: { kind: 'changed', note: '', dueOn: wanted.dueOn, facts: wanted },
        }
      }, (trx, task, event, version) => told(trx, task, passedOn ? { ...event, kind: 'assigned' } : event, version))
    },

    /** Throws what `access.change` does. */
    accept: (taskId: string, caller: Caller, act: Body<typeof acceptTask>) =>
      access.change(taskId, caller, may.accept, act, async (_, __, at) => (
        { change: { stage: 'accepted', since: at }, event: { kind: 'accepted', note: '' } }
      ), told),

    /** Throws what `access.change` does, `proposalSecret`. */
    handBack: (taskId: string, caller: Caller, { reason, ...act }: Body<typeof handBackTask>) =>
      access.change(taskId, caller, may.handBack, act, async (_, __, at) => {
        requireUnstamped(reason)
        return { change: { stage: 'handedBack', since: at }, event: { kind: 'handedBack', note: reason } }
      }, told),

    /** Throws what `access.change` does, `proposalSecret`. */
    progress: (taskId: string, caller: Caller, { percent, note, ...act }: Body<typeof reportProgress>) =>
      access.change(taskId, caller, may.progress, act, async (_, { task }, at) => {
        requireUnstamped(note)
        return {
          change: { stage: 'inProgress', percent, ...task.stage === 'inProgress' ? {} : { since: at } },
          event: { kind: 'progress', note, percent },
        }
      }, told),

    /** Throws what `access.change` does, `extensionPending`, `dueDateInvalid`, `proposalSecret`. */
    askExtension: (taskId: string, caller: Caller, { dueOn, reason, ...act }: Body<typeof askExtension>) =>
      access.change(taskId, caller, may.askExtension, act, async (trx, { task }, at) => {
        requireUnstamped(reason)
        if (task.asked) throw new AppError('extensionPending')
        await facts.requireDue(dueOn, task.facts.dueOn, trx)
        return { change: { asked: { dueOn, reason, at, by: caller.personId } }, event: { kind: 'extensionAsked', note: reason, dueOn } }
      }, told),

    /**
     * Throws what `access.change` does, `extensionNotAsked`, `proposalSecret`; `badRequest` for a refusal without a word,
     * `dueDateInvalid` for approving a day that has passed meanwhile, or is no longer worked.
     */
    decideExtension: (taskId: string, caller: Caller, { approved, note, ...act }: Body<typeof decideExtension>) =>
      access.change(taskId, caller, may.decideExtension, act, async (trx, { task }) => {
        requireUnstamped(note)
        if (!task.asked) throw new AppError('extensionNotAsked')
        if (!approved) requireWords(note)
        const { dueOn } = task.asked
        if (approved) await facts.requireDue(dueOn, undefined, trx)
        return approved
          ? { change: { asked: null, dueOn }, event: { kind: 'extensionApproved', note, dueOn } }
          : { change: { asked: null }, event: { kind: 'extensionDeclined', note } }
      }, told),

    /** An extension that nobody decided is asked for no more. Throws what `access.change` does, `proposalSecret`. */
    report: (taskId: string, caller: Caller, { note, ...act }: Body<typeof reportDone>) =>
      access.change(taskId, caller, may.report, act, async (_, __, at) => {
        requireUnstamped(note)
        return { change: { stage: 'reported', since: at, percent: 100, asked: null }, event: { kind: 'reported', note, percent: 100 } }
      }, told),

    /**
     * Throws what `access.change` does, `proposalSecret`; `badRequest` for a return without a word; `forbiddenForTask` for who is of
     * the lead too: nobody verifies what is their own.
     */
    verify: (taskId: string, caller: Caller, { done, note, ...act }: Body<typeof verifyTask>) =>
      access.change(taskId, caller, may.verify, act, async (_, __, at) => {
        requireUnstamped(note)
        if (done) return { change: { stage: 'closed', since: at }, event: { kind: 'closed', note } }
        requireWords(note)
        return { change: { stage: 'inProgress', since: at, percent: 99 }, event: { kind: 'returned', note, percent: 99 } }
      }, told),

    /** Throws what `access.change` does, `proposalSecret`. */
    cancel: (taskId: string, caller: Caller, { reason, ...act }: Body<typeof cancelTask>) =>
      access.change(taskId, caller, may.cancel, act, async (_, __, at) => {
        requireUnstamped(reason)
        return { change: { stage: 'cancelled', since: at, asked: null }, event: { kind: 'cancelled', note: reason } }
      }, told),
  }
}

export type Tasks = ReturnType<typeof createTasks>

function requireWords(note: string): void {
  if (note === '') throw new AppError('badRequest', { issues: [{ path: 'body.note', message: 'says why' }] })
}
