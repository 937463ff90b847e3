import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { TriageNotes } from '../../protocol/triage.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { ProposalAccessStore, ProposalAccessTo } from '../proposals/access.ts'
import { decideAct, type TriageLedger } from './deciding.ts'
import type { TriageTelling } from './telling.ts'

/** A decision to deal with a matter without a meeting that has not ended. */
export interface Running { matterId: string, nth: number, bodyId: string, way: 'write' | 'delegate', deciderId: string, delegateId: string | null, title: string, proposedOn: Day | null }

export interface EndingStore {
  /** Undefined, and nothing changed, where it is no longer at `version`. Writes its audit entry. */
  putNotes(trx: Knex.Transaction, matterId: string, version: number, notes: TriageNotes, actorId: string, at: Date): Promise<number | undefined>
  notesVersion(db: Knex, matterId: string): Promise<number>
  running(db: Knex, matterId: string): Promise<Running | undefined>
  /** Also what the proposal says of itself: over, or back in the pool. Writes its audit entry. */
  insertOutcome(trx: Knex.Transaction, running: Running, outcome: MatterOutcome & { dueOn: Day | null }): Promise<void>
}

/** How a decision ended. `actorId` null: by itself, as an opinion whose term is over. */
export interface MatterOutcome { kind: 'decided' | 'rebound', at: Date, actorId: string | null, note: string, meetingId?: string | undefined }

export interface EndingDeps {
  db: Knex
  access: ProposalAccessTo
  store: EndingStore & Pick<ProposalAccessStore, 'lock'>
  ledger: Pick<TriageLedger, 'reverse'>
  told: TriageTelling
  now: () => Date
}

/** What the office notes of a matter before it is decided, and how decisions end. */
export function createEnding({ db, access, store, ledger, told, now }: EndingDeps) {
  async function end(trx: Knex.Transaction, running: Running, outcome: MatterOutcome): Promise<void> {
    // Back in the pool its term is the unit's wish again, as when it was accepted.
    await store.insertOutcome(trx, running, { ...outcome, dueOn: outcome.kind === 'rebound' ? running.proposedOn : null })
    if (outcome.kind === 'rebound') await ledger.reverse(trx, { matterId: running.matterId }, outcome.note)
    await told.ended(trx, running, outcome)
  }

  return {
    /** Throws what `access.change` does, `triageChanged`. */
    note: (matterId: string, caller: Caller, version: number, notes: TriageNotes): Promise<{ version: number }> =>
      access.change(matterId, caller, decideAct, null, async (trx, _, at) => {
        const saved = await store.putNotes(trx, matterId, version, notes, caller.personId, at)
        if (saved === undefined) throw new AppError('triageChanged', { version: await store.notesVersion(trx, matterId) })
        return { version: saved }
      }),

    /**
     * What was delegated is decided, or comes back; by who has it, or by the office. An opinion ends by itself. Throws
     * `proposalNotFound`, `forbiddenForProposal` for the unit, `proposalStage`, `triageChanged` where another decision is under way.
     */
    async finish(matterId: string, caller: Caller, { nth, kind, note }: { nth: number, kind: 'decided' | 'rebound', note: string }): Promise<void> {
      requireUnstamped(note)
      const delegated = (await store.running(db, matterId))?.delegateId === caller.personId
      if (!delegated) {
        const { sides } = await access.accessTo(matterId, caller)
        if (!sides.includes('office')) throw new AppError('forbiddenForProposal', { sides })
      }
      await db.transaction(async (trx) => {
        await store.lock(trx, matterId)
        const running = await store.running(trx, matterId)
        if (running?.way !== 'delegate') throw new AppError('proposalStage')
        if (running.nth !== nth || (delegated && running.delegateId !== caller.personId)) throw new AppError('triageChanged', { decisions: running.nth })
        await end(trx, running, { kind, at: now(), actorId: caller.personId, note })
      })
    },

    /**
     * For whoever carries a decision out (opinions): how it ended, in the transaction of that. Nothing happens where no decision
     * of this matter is under way, as when it was told before.
     */
    async outcome(trx: Knex.Transaction, matterId: string, outcome: MatterOutcome): Promise<void> {
      await store.lock(trx, matterId)
      const running = await store.running(trx, matterId)
      if (running) await end(trx, running, outcome)
    },
  }
}

export type Ending = ReturnType<typeof createEnding>

