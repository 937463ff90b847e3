import type { Knex } from 'knex'
import { addWorkingDays, localDay } from '../../protocol/calendar.ts'
import type { ProposalCheck } from '../../protocol/proposals.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { may, type Proposal, type ProposalAccessTo } from './access.ts'
import type { Kinds } from './kinds.ts'
import type { CalendarAhead, NewStep, ProposalsStore } from './proposals.ts'

export interface NewCheck { itemId: string, state: ProposalCheck['state'], note: string, actorId: string, at: Date }

/** Changes are made under the lock of the proposal. */
export interface CheckingStore {
  /** How the points of one submission were found. */
  checks(db: Knex, proposalId: string, round: number): Promise<ProposalCheck[]>
  /** Gives the point as it is now; undefined, and nothing changed, where its revision is another. */
  putCheck(trx: Knex.Transaction, proposalId: string, round: number, revision: number, check: NewCheck): Promise<ProposalCheck | undefined>
  /** Who began to check; no change of what was proposed, so its version stays. */
  setChecker(trx: Knex.Transaction, proposalId: string, personId: string): Promise<void>
}

export interface CheckingDeps {
  access: ProposalAccessTo
  store: CheckingStore & Pick<ProposalsStore, 'update' | 'insertStep'>
  kinds: Kinds
  calendarAhead: CalendarAhead
  /** Told in the transaction of a return or an acceptance. */
  told?: (trx: Knex.Transaction, proposal: Proposal, step: NewStep) => Promise<void>
}

/** What the office of the body does with what was submitted to it: tick each point, return it with reasons, or accept it. */
export function createChecking({ access, store, kinds, calendarAhead, told }: CheckingDeps) {
  const kindOf = ({ content, kindVersion }: Proposal, trx: Knex) => kinds.kind(content.kindId, kindVersion, trx)

  return {
    /** Throws what `access.change` does; `proposalSecret`; `proposalChanged` where somebody else ticked the point meanwhile (details `check`). */
    check: (
      proposalId: string, caller: Caller, itemId: string,
      { revision, state, note }: Pick<ProposalCheck, 'revision' | 'state' | 'note'>,
    ) => access.change(proposalId, caller, may.check, null, async (trx, { proposal }, at): Promise<ProposalCheck> => {
      requireUnstamped(note)
      const { checklist } = await kindOf(proposal, trx)
      if (!checklist.some(({ id }) => id === itemId)) {
        throw new AppError('badRequest', { issues: [{ path: 'params.itemId', message: 'is no point of the checklist' }] })
      }
      if (proposal.checkerId === null) {
        await store.setChecker(trx, proposalId, caller.personId)
        await store.insertStep(trx, proposalId, {
          kind: 'checking', actorId: caller.personId, at, reason: '', holder: 'office', dueOn: proposal.dueOn,
        })
      }
      const check = await store.putCheck(trx, proposalId, proposal.round, revision, { itemId, state, note, actorId: caller.personId, at })
      if (check) return check
      const present = (await store.checks(trx, proposalId, proposal.round)).find((one) => one.itemId === itemId)
      throw new AppError('proposalChanged', { check: present ?? null })
    }),

    /** Throws what `access.change` does, `proposalSecret`. */
    async return(proposalId: string, caller: Caller, { version, reason }: { version: number, reason: string }) {
      const calendar = await calendarAhead()
      return await access.change(proposalId, caller, may.check, version, async (trx, { proposal }, at) => {
        requireUnstamped(reason)
        const { reviseDays } = await kindOf(proposal, trx)
        const dueOn = addWorkingDays(localDay(at), reviseDays, calendar)
        const saved = await store.update(trx, proposalId, { status: 'returned', since: at, dueOn })
        const step = { kind: 'returned', actorId: caller.personId, at, reason, holder: 'unit', dueOn } as const
        await store.insertStep(trx, proposalId, step)
        await told?.(trx, proposal, step)
        return saved
      })
    },

    /** Takes it into the pool. Throws what `access.change` does, and `proposalUnchecked` (details `items`). */
    accept: (proposalId: string, caller: Caller, version: number) =>
      access.change(proposalId, caller, may.check, version, async (trx, { proposal }, at) => {
        const { checklist } = await kindOf(proposal, trx)
        const inOrder = new Set((await store.checks(trx, proposalId, proposal.round)).filter(({ state }) => state === 'ok').map(({ itemId }) => itemId))
        const items = checklist.map(({ id }) => id).filter((id) => !inOrder.has(id))
        if (items.length) throw new AppError('proposalUnchecked', { items })
        // The pool's term is the unit's wish: late is what was not dealt with by that day.
        const dueOn = proposal.content.proposedOn
        const saved = await store.update(trx, proposalId, { status: 'accepted', since: at, dueOn })
        const step = { kind: 'accepted', actorId: caller.personId, at, reason: '', holder: 'office', dueOn } as const
        await store.insertStep(trx, proposalId, step)
        await told?.(trx, proposal, step)
        return saved
      }),
  }
}

export type Checking = ReturnType<typeof createChecking>
