import type { Knex } from 'knex'
import type { AgendaItemDraft } from '../../protocol/agenda.ts'
import type { KeptDocument } from '../documents/documents.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Meeting } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { may, requireAct, type ProposalAccessStore, type ProposalAccessTo } from './access.ts'

/** What an item on a matter begins with. */
export interface AgendaSeed {
  matterId: string
  bodyId: string
  title: string
  purpose: AgendaItemDraft['purpose']
  presenterId: string | null
  documents: KeptDocument[]
}

export interface PlanningStore {
  /** What was accepted; undefined where there is no such proposal, it is not accepted, or it is dealt with without a meeting, unless `settled`. */
  seed(db: Knex, proposalId: string, settled?: 'settledToo'): Promise<AgendaSeed | undefined>
  /** Whether an agenda of its body has the matter, planned or dealt with, other than by this item. */
  onOtherAgenda(db: Knex, proposalId: string, itemId: string | null): Promise<boolean>
}

export interface PlanningDeps {
  db: Knex
  access: ProposalAccessTo
  store: PlanningStore & Pick<ProposalAccessStore, 'lock'>
  addItem(
    meetingId: string, caller: Caller, item: AgendaItemDraft & { key: string },
    also: (tx: JournalTx, added: { itemId: string, meeting: Meeting }) => Promise<void>,
  ): Promise<{ itemId: string }>
  attachKept(tx: JournalTx, meeting: Meeting, itemId: string, documents: readonly KeptDocument[]): Promise<void>
}

/** From the pool to an agenda. That a matter is accepted does not say that a meeting deals with it. */
export function createPlanning({ db, access, store, addItem, attachKept }: PlanningDeps) {
  /** Throws `proposalStage` for one that is not accepted. */
  async function agendaSeed(proposalId: string, source: Knex = db): Promise<AgendaSeed> {
    const seed = await store.seed(source, proposalId)
    if (!seed) throw new AppError('proposalStage')
    return seed
  }

  return {
    agendaSeed,

    /** Whether an item of the body may be added on the matter: its proposal was accepted for that body and is on no agenda. */
    async proposedTo(trx: Knex.Transaction, bodyId: string, matterId: string): Promise<boolean> {
      const seed = await store.seed(trx, matterId)
      return seed?.bodyId === bodyId && !await store.onOtherAgenda(trx, matterId, null)
    },

    /**
     * Adds an item with the proposal's documents. A presenter who does not take part in the meeting is left out, to be invited.
     * Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`, and what adding an item and `also` do, which follows in the
     * same transaction under the lock of the proposal.
     */
    async plan(
      proposalId: string, caller: Caller, { meetingId, minutes, key }: { meetingId: string, minutes: number, key: string },
      also?: (tx: JournalTx, meeting: Meeting) => Promise<void>,
    ): Promise<{ itemId: string }> {
      // Planned already: the answer to this very act may have been lost.
      requireAct(await access.accessTo(proposalId, caller), { ...may.plan, stages: [...may.plan.stages, 'planned'] })
      const { matterId, title, purpose, presenterId } = await agendaSeed(proposalId)
      const add = (presenter: string | null, once: string) => addItem(
        meetingId, caller, { matterId, title, purpose, minutes, presenterId: presenter, key: once },
        async (tx, { itemId, meeting }) => {
          requireBefore(meeting, 'live')
          await store.lock(tx.trx, proposalId)
          const { bodyId, documents } = await agendaSeed(proposalId, tx.trx)
          // Another clerk may have put it on another agenda meanwhile; this waits for them.
          if (meeting.bodyId !== bodyId || await store.onOtherAgenda(tx.trx, proposalId, itemId)) throw new AppError('proposalStage', { stage: 'planned' })
          await attachKept(tx, meeting, itemId, documents)
          await also?.(tx, meeting)
        },
      )
      try {
        return await add(presenterId, key)
      } catch (error) {
        const code = error instanceof AppError ? error.code : undefined
        if (code === 'matterNotFound') throw new AppError('proposalStage', { stage: 'planned' })
        if (code === 'consentNeeded') throw new AppError('meetingAlreadyLive')
        if (code === 'presenterNotParticipant') return await add(null, `${key} 0`)
        throw error
      }
    },
  }
}

export type Planning = ReturnType<typeof createPlanning>
