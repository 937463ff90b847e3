import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { RateItem } from '../../protocol/costs.ts'
import type { CostRate, UnitDistance } from '../../protocol/costs-rates.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

export interface NewRate { item: RateItem, low: number, likely: number, high: number, basis: string, since: Day, until: Day | null }
export interface NewDistance { fromId: string, toId: string, low: number, likely: number, high: number, basis: string, version: number | null }
export interface DistancePage { unitId?: string | undefined, after?: string | undefined, limit: number }

export interface RatesStore {
  /** By item, the latest first day first. */
  rates(db: Knex): Promise<CostRate[]>
  lock(trx: Knex.Transaction, rateId: string): Promise<CostRate | undefined>
  /** Undefined, with nothing written, where another rate of the item is in force on one of these days. */
  insert(trx: Knex.Transaction, rate: NewRate & { byId: string }): Promise<CostRate | undefined>
  end(trx: Knex.Transaction, rateId: string, until: Day | null): Promise<CostRate | undefined>
  withdraw(trx: Knex.Transaction, rateId: string, reason: string): Promise<CostRate>
  /** A rate of the item that is in force on one of these days, but for `exceptId`. */
  overlapping(db: Knex, rate: Pick<NewRate, 'item' | 'since' | 'until'>, exceptId: string | null): Promise<CostRate | undefined>
  distances(db: Knex, page: DistancePage): Promise<UnitDistance[]>
  distance(db: Knex, fromId: string, toId: string): Promise<UnitDistance | undefined>
  /** Undefined, with nothing written, where it is no longer of this version (null: not there). */
  putDistance(trx: Knex.Transaction, distance: NewDistance): Promise<boolean>
  unitsExist(db: Knex, ids: readonly string[]): Promise<boolean>
}

/** Norms, prices and distances. Amounts never change: a new norm is a new rate, and of one item there is one at a time. */
export function createRates({ db, store }: { db: Knex, store: RatesStore }) {
  /** Throws `rateNotFound`, `rateChanged`. */
  async function changing<T>(rateId: string, version: number, work: (trx: Knex.Transaction, rate: CostRate) => Promise<T>): Promise<T> {
    return await db.transaction(async (trx) => {
      const rate = await store.lock(trx, rateId)
      if (!rate) throw new AppError('rateNotFound')
      if (rate.version !== version || rate.withdrawn !== null) throw new AppError('rateChanged', { rate })
      return await work(trx, rate)
    })
  }
  const audit = (trx: Knex.Transaction, { personId }: Caller, action: string, data: object) =>
    writeAudit(trx, { actorId: personId, subjectId: personId, action, data })

  return {
    rates: async () => ({ rates: await store.rates(db) }),

    /** Throws `rateOverlaps` with the rate that is in force. */
    async add(caller: Caller, wanted: NewRate): Promise<{ rate: CostRate }> {
      const rate = await db.transaction(async (trx) => {
        const made = await store.insert(trx, { ...wanted, byId: caller.personId })
        if (made) await audit(trx, caller, 'costRate.added', { ...wanted, rateId: made.id })
        return made
      })
      if (!rate) throw new AppError('rateOverlaps', { rate: await store.overlapping(db, wanted, null) })
      return { rate }
    },

    /** Throws what `changing` does, `dateOutOfRange` before the first day, `rateOverlaps`. */
    async end(rateId: string, caller: Caller, { until, version }: { until: Day | null, version: number }): Promise<{ rate: CostRate }> {
      return await changing(rateId, version, async (trx, rate) => {
        if (until !== null && until < rate.since) throw new AppError('dateOutOfRange', { earliest: rate.since, latest: null })
        const ended = await store.end(trx, rateId, until)
        if (!ended) throw new AppError('rateOverlaps', { rate: await store.overlapping(db, { ...rate, until }, rateId) })
        await audit(trx, caller, 'costRate.ended', { rateId, until })
        return { rate: ended }
      })
    },

    /** Throws what `changing` does. */
    withdraw: (rateId: string, caller: Caller, { reason, version }: { reason: string, version: number }) =>
      changing(rateId, version, async (trx) => {
        const rate = await store.withdraw(trx, rateId, reason)
        await audit(trx, caller, 'costRate.withdrawn', { rateId, reason })
        return { rate }
      }),

    async distances(page: DistancePage): Promise<{ distances: UnitDistance[], next: string | null }> {
      const rows = await store.distances(db, { ...page, limit: page.limit + 1 })
      const last = rows[page.limit - 1]
      return { distances: rows.slice(0, page.limit), next: rows.length > page.limit && last ? `${last.from.id}~${last.to.id}` : null }
    },

    /** Throws `unitNotFound`, `distanceChanged`. */
    async setDistance(caller: Caller, wanted: NewDistance): Promise<{ distance: UnitDistance }> {
      const { fromId, toId } = wanted
      if (!await store.unitsExist(db, [fromId, toId])) throw new AppError('unitNotFound')
      const written = await db.transaction(async (trx) => {
        const done = await store.putDistance(trx, wanted)
        if (done) await audit(trx, caller, 'unitDistance.set', wanted)
        return done
      })
      const distance = await store.distance(db, fromId, toId)
      if (!written || !distance) throw new AppError('distanceChanged', { distance: distance ?? null })
      return { distance }
    },
  }
}

export type Rates = ReturnType<typeof createRates>
