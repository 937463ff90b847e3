import type { Knex } from 'knex'
import type { EnteredTarget, Target } from '../../protocol/result-targets.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Readers } from './readers.ts'

export type NewTarget = Target & { since: string }

export interface TargetsStore {
  /** By code, the latest first day first. */
  list(db: Knex): Promise<EnteredTarget[]>
  lock(trx: Knex.Transaction, id: string): Promise<EnteredTarget | undefined>
  /** Undefined, with nothing written, where one of the code begins on that day. */
  insert(trx: Knex.Transaction, target: NewTarget & { byId: string }): Promise<EnteredTarget | undefined>
  withdraw(trx: Knex.Transaction, id: string, reason: string): Promise<EnteredTarget>
}

/** What results are held against. A target never changes: another one begins in its place, or it is withdrawn as a mistake. */
export function createTargets({ db, store, readers }: { db: Knex, store: TargetsStore, readers: Pick<Readers, 'reading'> }) {
  const audit = (trx: Knex.Transaction, { personId }: Caller, action: string, data: object) =>
    writeAudit(trx, { actorId: personId, subjectId: personId, action, data })

  return {
    /** Throws `forbiddenForResults`. */
    async list(caller: Caller): Promise<{ targets: EnteredTarget[] }> {
      await readers.reading(caller)
      return { targets: await store.list(db) }
    },

    /** Throws `targetThere` with the one that begins on that day. */
    async add(caller: Caller, wanted: NewTarget): Promise<{ target: EnteredTarget }> {
      return await db.transaction(async (trx) => {
        const target = await store.insert(trx, { ...wanted, byId: caller.personId })
        if (!target) {
          const there = (await store.list(trx)).find(({ code, since, withdrawn }) => code === wanted.code && since === wanted.since && withdrawn === null)
          throw new AppError('targetThere', { target: there ?? null })
        }
        await audit(trx, caller, 'resultTarget.added', { ...wanted, targetId: target.id })
        return { target }
      })
    },

    /** Throws `targetNotFound`, `targetChanged`. */
    async withdraw(targetId: string, caller: Caller, { reason, version }: { reason: string, version: number }): Promise<{ target: EnteredTarget }> {
      return await db.transaction(async (trx) => {
        const target = await store.lock(trx, targetId)
        if (!target) throw new AppError('targetNotFound')
        if (target.version !== version || target.withdrawn !== null) throw new AppError('targetChanged', { target })
        await audit(trx, caller, 'resultTarget.withdrawn', { targetId, reason })
        return { target: await store.withdraw(trx, targetId, reason) }
      })
    },
  }
}

export type Targets = ReturnType<typeof createTargets>
