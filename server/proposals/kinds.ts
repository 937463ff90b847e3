import type { Knex } from 'knex'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { ProposalKind, ProposalKindRules } from '../../protocol/proposal-kinds.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface KindsStore {
  /** The version of each kind in force on a day, by the name in Vietnamese. */
  inForce(db: Knex, on: Day): Promise<ProposalKind[]>
  find(db: Knex, kindId: string, version: number): Promise<ProposalKind | undefined>
  /** Every version, newest first. */
  versions(db: Knex): Promise<ProposalKind[]>
  /** The highest version of a kind; undefined where there is no such kind. */
  latest(db: Knex, kindId: string): Promise<number | undefined>
  /** Undefined, and nothing inserted, where there is that version already. `kindId` null: a new kind. */
  insert(db: Knex, kindId: string | null, version: number, rules: ProposalKindRules, actorId: string): Promise<ProposalKind | undefined>
}

/** Kinds of procedure: versions that never change, so that who asks later sees what a proposal was checked by. */
export function createKinds({ db, store, now }: { db: Knex, store: KindsStore, now: () => Date }) {
  return {
    inForce: (source: Knex = db) => store.inForce(source, localDay(now())),
    versions: () => store.versions(db),

    /** A kind in the version asked for, or the one in force today. Throws `proposalKindNotFound`. */
    async kind(kindId: string, version: number | null, source: Knex = db): Promise<ProposalKind> {
      const found = version === null
        ? (await store.inForce(source, localDay(now()))).find((kind) => kind.kindId === kindId)
        : await store.find(source, kindId, version)
      if (!found) throw new AppError('proposalKindNotFound')
      return found
    },

    /**
     * A new kind, or the next version of one. Throws `dateOutOfRange` for a first day that is past, `proposalKindNotFound`, and
     * `proposalKindChanged` where another was saved since the edit began.
     */
    async save(caller: Caller, kind: { kindId: string, version: number } | null, rules: ProposalKindRules): Promise<ProposalKind> {
      const today = localDay(now())
      if (rules.since < today) throw new AppError('dateOutOfRange', { earliest: today, latest: null })
      if (kind) {
        const latest = await store.latest(db, kind.kindId)
        if (latest === undefined) throw new AppError('proposalKindNotFound')
        if (latest !== kind.version) throw new AppError('proposalKindChanged', { version: latest })
      }
      const saved = await store.insert(db, kind?.kindId ?? null, (kind?.version ?? 0) + 1, rules, caller.personId)
      if (!saved) throw new AppError('proposalKindChanged')
      return saved
    },
  }
}

export type Kinds = ReturnType<typeof createKinds>
