import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { ProposalActs, ProposalContent, ProposalSide, ProposalStage } from '../../protocol/proposals.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

/** What is kept; whether an accepted one is planned, put off or decided is read off the agenda. */
export type ProposalStatus = 'draft' | 'submitted' | 'returned' | 'accepted' | 'withdrawn'

/** A proposal's present row. */
export interface Proposal {
  id: string
  unitId: string
  kindVersion: number | null
  status: ProposalStatus
  version: number
  round: number
  since: Date
  dueOn: Day | null
  checkerId: string | null
  content: ProposalContent
  editedAt: Date
  editedBy: string
}

/** A proposal as somebody has to do with it. `office` only from the first submission on. */
export interface ProposalAccess { proposal: Proposal, stage: ProposalStage, sides: readonly ProposalSide[] }

export interface ProposalAccessStore {
  /** Undefined where there is no such proposal, or the person belongs on that day neither to its unit nor to the office of its body. */
  findAccess(db: Knex, proposalId: string, personId: string, on: Day): Promise<ProposalAccess | undefined>
  /** Holds the proposal until the end of the transaction. */
  lock(trx: Knex.Transaction, proposalId: string): Promise<void>
}

/** An act on a proposal: whose it is, and in which stages. */
export interface Act { side: ProposalSide, stages: readonly ProposalStage[] }

/** Who may do what, and when. */
export const may = {
  edit: { side: 'unit', stages: ['draft', 'returned'] },
  submit: { side: 'unit', stages: ['draft', 'returned'] },
  withdraw: { side: 'unit', stages: ['draft', 'received', 'checking', 'returned', 'pool', 'deferred'] },
  check: { side: 'office', stages: ['received', 'checking'] },
  plan: { side: 'office', stages: ['pool', 'deferred'] },
} satisfies Record<keyof ProposalActs, Act>

/** Throws `forbiddenForProposal` for the other side, `proposalStage` where it is not the time for it. */
export function requireAct({ sides, stage }: ProposalAccess, act: Act): void {
  if (!sides.includes(act.side)) throw new AppError('forbiddenForProposal', { sides })
  if (!act.stages.includes(stage)) throw new AppError('proposalStage', { stage })
}

/** Who comes second learns that they do, also where the first has moved it on. Throws `proposalChanged` and what `requireAct` does. */
function requireVersion(access: ProposalAccess, act: Act, version: number | null): void {
  const { proposal, sides, stage } = access
  if (version !== null && version !== proposal.version && sides.includes(act.side)) {
    throw new AppError('proposalChanged', { version: proposal.version, stage })
  }
  requireAct(access, act)
}

export function actsOf({ sides, stage }: ProposalAccess): ProposalActs {
  const allowed = (act: Act) => sides.includes(act.side) && act.stages.includes(stage)
  return { edit: allowed(may.edit), submit: allowed(may.submit), withdraw: allowed(may.withdraw), check: allowed(may.check), plan: allowed(may.plan) }
}

/**
 * The one way to a proposal: belonging to its unit, or to the office (chair and clerks) of its body, today. Neither an id nor
 * being an administrator is a right to it.
 */
export function createProposalAccess({ db, store, now }: { db: Knex, store: ProposalAccessStore, now: () => Date }) {
  /** Throws `proposalNotFound` alike for one that does not exist and one that is others'. */
  async function accessTo(proposalId: string, caller: Caller, source: Knex = db): Promise<ProposalAccess> {
    const found = await store.findAccess(source, proposalId, caller.personId, localDay(now()))
    if (!found) throw new AppError('proposalNotFound')
    return found
  }

  return {
    accessTo,

    /**
     * Carries out an act in a transaction, on the proposal as it is under its lock. Throws `proposalNotFound`,
     * `forbiddenForProposal`, `proposalStage`, `proposalChanged` where it is no longer the version that the act began from, and
     * what `work` throws.
     */
    async change<T>(
      proposalId: string, caller: Caller, act: Act, version: number | null,
      work: (trx: Knex.Transaction, access: ProposalAccess, at: Date) => Promise<T>,
    ): Promise<T> {
      requireVersion(await accessTo(proposalId, caller), act, version)
      return await db.transaction(async (trx) => {
        await store.lock(trx, proposalId)
        const access = await accessTo(proposalId, caller, trx)
        requireVersion(access, act, version)
        return await work(trx, access, now())
      })
    },
  }
}

export type ProposalAccessTo = ReturnType<typeof createProposalAccess>
