import type { Knex } from 'knex'
import type { GivenAnswer, OpinionAnswer, OpinionState } from '../../protocol/opinions.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { isOpen, mayDiscuss, type OpinionAccess, type OpinionAccessTo } from './access.ts'
import type { OpinionTelling } from './telling.ts'

export interface NewAnswer { choice: OpinionAnswer, text: string, key: string, at: Date }

export interface AnsweringStore {
  /** Holds the member's part against their other devices, and gives the last answer; undefined: none yet. */
  holdAnswer(trx: Knex.Transaction, opinionId: string, personId: string): Promise<GivenAnswer | undefined>
  /** The answer that came with this key. */
  findAnswer(db: Knex, opinionId: string, personId: string, key: string): Promise<GivenAnswer | undefined>
  insertAnswer(trx: Knex.Transaction, opinionId: string, personId: string, revision: number, answer: NewAnswer): Promise<GivenAnswer>
  demand(trx: Knex.Transaction, opinionId: string, personId: string, demand: { at: Date, reason: string }): Promise<void>
  /** The post that came with this key. */
  findPost(db: Knex, opinionId: string, personId: string, key: string): Promise<{ id: string, text: string } | undefined>
  /** Undefined where its key made one at the same time. */
  insertPost(trx: Knex.Transaction, opinionId: string, post: { personId: string, at: Date, text: string, key: string }): Promise<string | undefined>
}

export interface AnsweringDeps {
  access: OpinionAccessTo
  store: AnsweringStore
  /** Closes it where a demand says so. */
  settle(opinionId: string): Promise<unknown>
  told: Pick<OpinionTelling, 'demanded'>
}

/** What members say: their answers, the demand of a meeting, the discussion. */
export function createAnswering({ access, store, settle, told }: AnsweringDeps) {
  function requireAsked({ sides }: OpinionAccess): void {
    if (!sides.includes('asked')) throw new AppError('forbiddenForOpinion', { sides })
  }

  /** Under the lock, so that it is before the closing or after it. */
  function requireOpen({ opinion }: OpinionAccess, at: Date): void {
    if (!isOpen(opinion, at)) throw new AppError('opinionClosed', { dueAt: opinion.dueAt.toISOString(), state: opinion.state })
  }

  /** Throws `idempotencyKeyReused` where the key came with another text. */
  function same(post: { id: string, text: string } | undefined, text: string): string {
    if (post?.text !== text) throw new AppError('idempotencyKeyReused')
    return post.id
  }

  return {
    /** Throws as `opinions.answer` of the contract says. */
    answer: (opinionId: string, caller: Caller, { choice, text, seen, key }: { choice: OpinionAnswer, text: string, seen: number, key: string }) =>
      access.locked(opinionId, caller, 'shared', requireAsked, async (trx, found) => {
        requireUnstamped(text)
        const last = await store.holdAnswer(trx, opinionId, caller.personId)
        const known = await store.findAnswer(trx, opinionId, caller.personId, key)
        // The answer to this very act was lost: it is told again, also after the deadline.
        if (known) {
          if (known.choice !== choice || known.text !== text) throw new AppError('idempotencyKeyReused')
          return { answer: known }
        }
        // Who waited for a lock is measured when they got it.
        const at = access.now()
        requireOpen(found, at)
        // Who says what they have said already has seen it, or may as well have.
        if (last?.choice === choice && last.text === text) return { answer: last }
        if ((last?.revision ?? 0) !== seen) throw new AppError('opinionAnswerChanged', { answer: last })
        const answer = await store.insertAnswer(trx, opinionId, caller.personId, seen + 1, { choice, text, key, at })
        // What was answered is nobody's to read before the closing, the reader of the audit included.
        await writeAudit(trx, {
          actorId: caller.personId, subjectId: null, bodyId: found.opinion.bodyId, action: seen === 0 ? 'opinion.answered' : 'opinion.answerChanged',
          data: { opinionId, revision: answer.revision },
        })
        return { answer }
      }),

    /** Throws as `opinions.demand` of the contract says. */
    async demand(opinionId: string, caller: Caller, reason: string): Promise<{ state: OpinionState }> {
      await access.locked(opinionId, caller, 'alone', requireAsked, async (trx, found, at) => {
        requireUnstamped(reason)
        const { opinion, own } = found
        if (opinion.rule.meetingDemandedBy === null) throw new AppError('opinionNoDemand')
        if (own?.demandAt) return
        requireOpen(found, at)
        await store.demand(trx, opinionId, caller.personId, { at, reason })
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: opinion.bodyId, action: 'opinion.meetingDemanded', data: { opinionId } })
        await told.demanded(trx, opinion, caller.personId, at)
      })
      await settle(opinionId)
      return { state: (await access.accessTo(opinionId, caller)).opinion.state }
    },

    /** Gives the post's id. Throws as `opinions.post` of the contract says. */
    post: (opinionId: string, caller: Caller, { text, key }: { text: string, key: string }): Promise<string> =>
      access.locked(opinionId, caller, 'shared', () => {}, async (trx, found, at) => {
        requireUnstamped(text)
        const before = await store.findPost(trx, opinionId, caller.personId, key)
        if (before) return same(before, text)
        if (!found.opinion.rule.discussion) throw new AppError('forbiddenForOpinion', { sides: found.sides })
        if (!mayDiscuss(found, at)) throw new AppError('opinionState', { state: found.opinion.state })
        const id = await store.insertPost(trx, opinionId, { personId: caller.personId, at, text, key })
        if (id === undefined) return same(await store.findPost(trx, opinionId, caller.personId, key), text)
        await writeAudit(trx, { actorId: caller.personId, subjectId: null, bodyId: found.opinion.bodyId, action: 'opinion.discussed', data: { opinionId, postId: id } })
        return id
      }),
  }
}

export type Answering = ReturnType<typeof createAnswering>
