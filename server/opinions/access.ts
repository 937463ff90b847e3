import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { OpinionRule } from '../../protocol/opinion-rule.ts'
import type { OpinionActs, OpinionResult, OpinionSide, OpinionState } from '../../protocol/opinions.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** A written opinion's present row. */
export interface Opinion {
  id: string
  matterId: string
  bodyId: string
  title: string
  question: string
  documents: string[]
  rule: OpinionRule
  openedAt: Date
  openedBy: string
  dueOn: Day
  dueAt: Date
  workingDays: number
  movedFrom: Day | null
  state: OpinionState
  closedAt: Date | null
  reason: string
  result: OpinionResult | null
  meetingId: string | null
  itemId: string | null
  /** The notice of what passed, as it is in force; none once it was recalled. */
  paperId: string | null
  /** A state secret was found in the matter: its papers are served no more. */
  secret: boolean
  version: number
}

/** What the caller themselves said to it. */
export interface OwnPart { revision: number, demandAt: Date | null, demandReason: string | null }

export interface OpinionAccess { opinion: Opinion, sides: readonly OpinionSide[], own: OwnPart | null }

export interface OpinionAccessStore {
  /**
   * Undefined where there is none, or the person has nothing to do with it on that day: was not asked or is no incumbent any more,
   * is not of the office of its body, and does not work in the drafting unit.
   */
  findAccess(db: Knex, opinionId: string, personId: string, on: Day): Promise<OpinionAccess | undefined>
  /** Until the end of the transaction: against every other act, or against its closing alone. */
  lock(trx: Knex.Transaction, opinionId: string, how: 'alone' | 'shared'): Promise<void>
}

/** An act: whose it is, in which states, and whether only until the deadline. */
interface Act { side: OpinionSide, states: readonly OpinionState[], inTime?: true }

const closed = ['passed', 'rebound'] as const
/** Who may do what, and when. */
export const may = {
  remind: { side: 'office', states: ['open'], inTime: true },
  withdraw: { side: 'office', states: ['open'] },
  consolidate: { side: 'office', states: closed },
  reply: { side: 'unit', states: closed },
  issue: { side: 'office', states: ['passed'] },
  assign: { side: 'office', states: ['passed'] },
} satisfies Partial<Record<keyof OpinionActs, Act>>

export const isOpen = ({ state, dueAt, secret }: Pick<Opinion, 'state' | 'dueAt' | 'secret'>, at: Date) => state === 'open' && at < dueAt && !secret

/** In one in whose matter a state secret was found nothing is done any more. */
const isTime = (opinion: Opinion, act: Act, at: Date) => !opinion.secret && act.states.includes(opinion.state) && (!act.inTime || isOpen(opinion, at))

/** Throws `forbiddenForOpinion` for another side, `opinionState` where it is not the time for it. */
export function requireAct({ opinion, sides }: OpinionAccess, act: Act, at: Date): void {
  if (!sides.includes(act.side)) throw new AppError('forbiddenForOpinion', { sides })
  if (!isTime(opinion, act, at)) throw new AppError('opinionState', { state: opinion.state })
}

/** Whether the caller may read what others answered: once it is closed; before, where the body's rule lets who has answered. */
export function readsAnswers({ opinion, sides, own }: OpinionAccess): boolean {
  if (opinion.state === 'passed' || opinion.state === 'rebound') return true
  return opinion.state === 'open' && opinion.rule.others === 'afterOwnAnswer' && sides.includes('asked') && (own?.revision ?? 0) > 0
}

/** Members and office discuss it, and the drafting unit answers their questions. */
export const mayDiscuss = ({ opinion }: Pick<OpinionAccess, 'opinion'>, at: Date) => opinion.rule.discussion && isOpen(opinion, at)

/** `resolved`: there is a resolution of it, after which nothing of the consolidation changes. */
export function actsOf(access: OpinionAccess, at: Date, resolved: boolean): OpinionActs {
  const { opinion, sides, own } = access
  const allowed = (act: Act) => sides.includes(act.side) && isTime(opinion, act, at)
  const settled = resolved || opinion.paperId !== null
  const asked = sides.includes('asked') && isOpen(opinion, at)
  return {
    answer: asked, demand: asked && opinion.rule.meetingDemandedBy !== null && own?.demandAt === null, discuss: mayDiscuss(access, at),
    remind: allowed(may.remind), withdraw: allowed(may.withdraw), consolidate: allowed(may.consolidate) && !settled, reply: allowed(may.reply) && !settled,
    issue: allowed(may.issue) && opinion.paperId === null, assign: allowed(may.assign), readAnswers: readsAnswers(access),
  }
}

/** The one way to a written opinion. Neither an id nor being an administrator is a right to it. */
export function createOpinionAccess({ db, store, now }: { db: Knex, store: OpinionAccessStore, now: () => Date }) {
  /** Throws `opinionNotFound` alike for one that does not exist and one that is others'. */
  async function accessTo(opinionId: string, caller: Pick<Caller, 'personId'>, source: Knex = db): Promise<OpinionAccess> {
    const found = await store.findAccess(source, opinionId, caller.personId, localDay(now()))
    if (!found) throw new AppError('opinionNotFound')
    return found
  }

  /** Carries out an act in a transaction, on the opinion as it is under its lock; `permit` is asked before and under it. */
  async function locked<T>(
    opinionId: string, caller: Caller, how: 'alone' | 'shared', permit: (access: OpinionAccess) => void,
    work: (trx: Knex.Transaction, access: OpinionAccess, at: Date) => Promise<T>,
  ): Promise<T> {
    permit(await accessTo(opinionId, caller))
    return await db.transaction(async (trx) => {
      await store.lock(trx, opinionId, how)
      const access = await accessTo(opinionId, caller, trx)
      permit(access)
      return await work(trx, access, now())
    })
  }

  return {
    accessTo, locked, now, lock: store.lock,

    /** Throws `opinionNotFound`, `forbiddenForOpinion`, `opinionState`, and what `work` throws. */
    change: <T>(opinionId: string, caller: Caller, act: Act, work: (trx: Knex.Transaction, access: OpinionAccess, at: Date) => Promise<T>) =>
      locked(opinionId, caller, 'alone', (access) => requireAct(access, act, now()), work),
  }
}

export type OpinionAccessTo = ReturnType<typeof createOpinionAccess>
