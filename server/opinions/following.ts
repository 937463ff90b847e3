import type { Knex } from 'knex'
import type { RecipientChoice } from '../../protocol/issuing.ts'
import type { TaskFacts } from '../../protocol/tasks.ts'
import type { Issuing } from '../issuing/issuing.ts'
import type { OwnBlock } from '../issuing/paper.ts'
import { ofBody } from '../issuing/paper-tx.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { PassedOpinion } from '../resolutions/opinions.ts'
import type { Task } from '../tasks/access.ts'
import type { NewTask } from '../tasks/assigning.ts'
import type { Facts } from '../tasks/facts.ts'
import type { NewEvent } from '../tasks/access.ts'
import type { TaskTelling } from '../tasks/telling.ts'
import { may, type Opinion, type OpinionAccessTo } from './access.ts'
import type { Consolidating } from './consolidating.ts'

export interface FollowingStore {
  setPaper(trx: Knex.Transaction, opinionId: string, paperId: string): Promise<void>
  /** The chair of the body on that day: who signs; with the office that stands above the name. */
  chairOf(db: Knex, bodyId: string, on: Date): Promise<{ personId: string, office: string } | undefined>
}

export interface FollowingDeps {
  access: OpinionAccessTo
  store: FollowingStore
  consolidating: Pick<Consolidating, 'requireComplete'>
  issue: Issuing['issue']
  /** Resolutions of what passed in writing. */
  resolutions: {
    beginFromOpinion(trx: Knex.Transaction, opinion: PassedOpinion, caller: Pick<Caller, 'personId'>): Promise<{ resolutionId: string }>
    ofOpinions(db: Knex, opinionIds: readonly string[]): Promise<Map<string, unknown>>
  }
  tasks: {
    facts: Facts
    insert(trx: Knex.Transaction, task: NewTask): Promise<Task>
    insertEvent(trx: Knex.Transaction, taskId: string, event: NewEvent): Promise<void>
    /** The task that this person's key made. */
    findCreation(trx: Knex.Transaction, creatorId: string, key: string): Promise<{ taskId: string, version: number } | undefined>
    told: TaskTelling['happened']
  }
}

/** What follows from an opinion that passed, as from any vote: a resolution or a notice, and tasks. */
export function createFollowing({ access, store, consolidating, issue, resolutions, tasks }: FollowingDeps) {
  function resultOf({ id, bodyId, title, dueAt, closedAt, result }: Opinion): PassedOpinion {
    if (!result) throw new Error('an opinion that passed without a result')
    return { opinionId: id, bodyId, title, decidedAt: closedAt ?? dueAt, approve: result.inFavour, silent: result.inFavour - result.agree, base: result.base }
  }

  return {
    /** Throws as `opinions.beginResolution` of the contract says. */
    beginResolution: (opinionId: string, caller: Caller) => access.change(opinionId, caller, may.issue, async (trx, { opinion }) => {
      if (opinion.paperId !== null) throw new AppError('opinionIssued')
      await consolidating.requireComplete(trx, opinionId)
      return await resolutions.beginFromOpinion(trx, resultOf(opinion), caller)
    }),

    /** Throws as `opinions.issueNotice` of the contract says. */
    issueNotice: (
      opinionId: string, caller: Caller,
      { abstract, blocks, recipients }: { abstract: string, blocks: readonly OwnBlock[], recipients?: readonly RecipientChoice[] | undefined },
    ) => access.change(opinionId, caller, may.issue, async (trx, { opinion }, at) => {
      if (opinion.paperId !== null || (await resolutions.ofOpinions(trx, [opinionId])).size) throw new AppError('opinionIssued')
      await consolidating.requireComplete(trx, opinionId)
      const chair = await store.chairOf(trx, opinion.bodyId, at)
      const { paperId, written } = await ofBody(trx, { bodyId: opinion.bodyId, actorId: caller.personId, at }, (tx) => issue(tx, {
        bodyId: opinion.bodyId, kind: 'conclusionNotice', abstract, ...recipients ? { recipients } : {},
        content: { blocks, chairId: chair?.personId ?? null, clerkId: null, chairOffice: chair?.office ?? '' },
      }))
      await store.setPaper(trx, opinionId, paperId)
      await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.noticeIssued', data: { opinionId, paperId, written } })
      return { paperId, written }
    }),

    /** Throws as `opinions.assign` of the contract says. */
    assign: (opinionId: string, caller: Caller, { key, facts }: { key: string, facts: TaskFacts }) =>
      access.change(opinionId, caller, may.assign, async (trx, { opinion }, at) => {
        const known = await tasks.findCreation(trx, caller.personId, key)
        if (known) return known
        await tasks.facts.require(trx, facts)
        const task = await tasks.insert(trx, {
          bodyId: opinion.bodyId, meetingId: null, itemId: null, opinionId, conclusionVersion: 0, decidedAt: opinion.closedAt ?? at, facts,
          creatorId: caller.personId, key, at,
        })
        const event: NewEvent = { kind: 'assigned', actorId: caller.personId, at, note: '', dueOn: facts.dueOn, facts, key }
        await tasks.insertEvent(trx, task.id, event)
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.taskAssigned', data: { opinionId, taskId: task.id } })
        await tasks.told(trx, task, event, task.version)
        return { taskId: task.id, version: task.version }
      }),
  }
}

export type Following = ReturnType<typeof createFollowing>
