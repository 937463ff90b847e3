import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import { localDay } from '../../protocol/calendar.ts'
import type { OpinionCount, TriageNotes, TriageOutcome } from '../../protocol/triage.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { Act, ProposalAccess, ProposalAccessStore, ProposalAccessTo } from '../proposals/access.ts'
import type { Ledger } from '../results/ledger.ts'
import { decideAct, type DecidingStore } from './deciding.ts'
import type { TriageTelling } from './telling.ts'

/** A decision to deal with a matter without a meeting that has not ended. */
export interface Running { matterId: string, nth: number, bodyId: string, way: 'write' | 'delegate', deciderId: string, delegateId: string | null, title: string, proposedOn: Day | null }

export interface EndingStore {
  /** Undefined, and nothing changed, where it is no longer at `version`. Writes its audit entry. */
  putNotes(trx: Knex.Transaction, matterId: string, version: number, notes: TriageNotes, actorId: string, at: Date): Promise<number | undefined>
  notesVersion(db: Knex, matterId: string): Promise<number>
  running(db: Knex, matterId: string): Promise<Running | undefined>
  /** Matters that somebody has alone and that came with one of these files. */
  delegatedWith(db: Knex, sha256s: readonly string[]): Promise<string[]>
  /** Also what the proposal says of itself: over, or back in the pool. Writes its audit entry. */
  insertOutcome(trx: Knex.Transaction, running: Running, outcome: MatterOutcome & { dueOn: Day | null }): Promise<void>
}

/**
 * How a decision ended. `actorId` null: by itself, as an opinion whose term is over. `note`: a person's own words, or empty; what a
 * written opinion came to goes as figures, which each reader is told in their language.
 */
export interface MatterOutcome {
  kind: TriageOutcome['kind'], at: Date, actorId: string | null, note: string, tally?: OpinionCount | undefined, meetingId?: string | undefined
}

/** The office also while it is dealt with without a meeting: a state secret may be found in it at any time. */
export const noteAct: Act = { ...decideAct, stages: [...decideAct.stages, 'outside'] }

export interface EndingDeps {
  db: Knex
  access: ProposalAccessTo
  store: EndingStore & Pick<ProposalAccessStore, 'lock'> & Pick<DecidingStore, 'incumbents'>
  ledger: Pick<Ledger, 'reverse'>
  /** Withdraws the open written opinion on a matter in which a state secret was found; nothing where none is open. Its outcome is told here. */
  stopOpinion?: ((trx: Knex.Transaction, of: { matterId: string, at: Date, actorId: string }) => Promise<unknown>) | undefined
  told: TriageTelling
  now: () => Date
}

/** What the office notes of a matter before it is decided, and how decisions end. */
export function createEnding({ db, access, store, ledger, stopOpinion, told, now }: EndingDeps) {
  async function end(trx: Knex.Transaction, running: Running, outcome: MatterOutcome): Promise<void> {
    // Back in the pool its term is the unit's wish again, as when it was accepted.
    await store.insertOutcome(trx, running, { ...outcome, dueOn: outcome.kind === 'decided' ? null : running.proposedOn })
    if (outcome.kind !== 'decided') await ledger.reverse(trx, { matterId: running.matterId }, { kind: outcome.kind, reason: outcome.note, tally: outcome.tally })
    await told.ended(trx, running, outcome)
  }

  /** Of this transaction's matter, whoever deals with it: nothing of it goes over the network any more. */
  async function stopSecret(trx: Knex.Transaction, matterId: string, actorId: string, at: Date): Promise<void> {
    const running = await store.running(trx, matterId)
    if (running) await end(trx, running, { kind: 'stopped', at, actorId, note: '' })
    await stopOpinion?.(trx, { matterId, at, actorId })
  }

  /** Whether it is delegated to the person, who still decides in the body: who left it has nothing to decide there. */
  async function isDelegate(source: Knex, running: Running | undefined, personId: string): Promise<boolean> {
    return running?.delegateId === personId && (await store.incumbents(source, running.bodyId, localDay(now()))).some((one) => one.personId === personId)
  }

  return {
    /** A state secret that is noted stops what is under way. Throws what `access.change` does, `triageChanged`. */
    note: (matterId: string, caller: Caller, version: number, notes: TriageNotes): Promise<{ version: number }> =>
      access.change(matterId, caller, noteAct, null, async (trx, _, at) => {
        const saved = await store.putNotes(trx, matterId, version, notes, caller.personId, at)
        if (saved === undefined) throw new AppError('triageChanged', { version: await store.notesVersion(trx, matterId) })
        if (notes.secret) await stopSecret(trx, matterId, caller.personId, at)
        return { version: saved }
      }),

    /**
     * What was delegated is decided, or comes back; by who has it, or by the office, which alone takes it back undecided. An opinion
     * ends by itself. Throws `proposalNotFound`, `forbiddenForProposal` for the unit and for a delegate who would stop it,
     * `proposalStage`, `triageChanged` where another decision is under way.
     */
    async finish(matterId: string, caller: Caller, { nth, kind, note }: { nth: number, kind: TriageOutcome['kind'], note: string }): Promise<void> {
      requireUnstamped(note)
      const delegated = await isDelegate(db, await store.running(db, matterId), caller.personId)
      if (!delegated || kind === 'stopped') {
        const sides = await access.accessTo(matterId, caller).then((found) => found.sides, (error: unknown): ProposalAccess['sides'] => {
          if (delegated && error instanceof AppError && error.code === 'proposalNotFound') return []
          throw error
        })
        if (!sides.includes('office')) throw new AppError('forbiddenForProposal', { sides })
      }
      await db.transaction(async (trx) => {
        await store.lock(trx, matterId)
        const running = await store.running(trx, matterId)
        if (running?.way !== 'delegate') throw new AppError('proposalStage')
        if (running.nth !== nth || (delegated && !await isDelegate(trx, running, caller.personId))) throw new AppError('triageChanged', { decisions: running.nth })
        await end(trx, running, { kind, at: now(), actorId: caller.personId, note })
      })
    },

    /** These files proved to hold a state secret: what is delegated with them stops, in the transaction of that. */
    async stopWith(trx: Knex.Transaction, sha256s: readonly string[], at: Date): Promise<void> {
      for (const matterId of await store.delegatedWith(trx, sha256s)) {
        await store.lock(trx, matterId)
        const running = await store.running(trx, matterId)
        if (running?.way === 'delegate') await end(trx, running, { kind: 'stopped', at, actorId: null, note: '' })
      }
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

