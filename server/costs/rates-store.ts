import type { Knex } from 'knex'
import type { CostRate, UnitDistance } from '../../protocol/costs-rates.ts'
import type { RatesStore } from './rates.ts'

interface RateRow { id: string, item: CostRate['item'], low: string, likely: string, high: string, basis: string, since: string, until: string | null, version: number, withdrawn_reason: string | null }
const COLUMNS = 'id, item, low, likely, high, basis, since::text AS since, until::text AS until, version, withdrawn_reason'

// Amounts are bigint, which the driver reads as text; the contract holds them below 10^9.
const toRate = ({ low, likely, high, withdrawn_reason: withdrawn, ...row }: RateRow): CostRate => ({
  id: row.id, item: row.item, low: Number(low), likely: Number(likely), high: Number(high), basis: row.basis,
  since: row.since, until: row.until, version: row.version, withdrawn,
})

interface DistanceRow { a: string, a_name: string, b: string, b_name: string, low: number, likely: number, high: number, basis: string, version: number }
const DISTANCES = 'SELECT d.unit_a AS a, a.name AS a_name, d.unit_b AS b, b.name AS b_name, d.low, d.likely, d.high, d.basis, d.version FROM unit_distance d JOIN unit a ON a.id = d.unit_a JOIN unit b ON b.id = d.unit_b'
const toDistance = ({ a, a_name: aName, b, b_name: bName, ...row }: DistanceRow): UnitDistance => ({
  from: { id: a, name: aName }, to: { id: b, name: bName }, low: row.low, likely: row.likely, high: row.high, basis: row.basis, version: row.version,
})

/** One row, or undefined where the exclusion constraint refused it; the transaction goes on. */
async function unlessOverlapping(trx: Knex.Transaction, sql: string, bindings: Knex.RawBinding): Promise<CostRate | undefined> {
  try {
    return await trx.transaction(async (nested) => {
      const { rows: [row] } = await nested.raw<{ rows: RateRow[] }>(sql, bindings)
      if (!row) throw new Error('a rate was not written')
      return toRate(row)
    })
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && error.constraint === 'cost_rate_overlap') return undefined
    throw error
  }
}

export const ratesStore: RatesStore = {
  async rates(db) {
    const { rows } = await db.raw<{ rows: RateRow[] }>(`SELECT ${COLUMNS} FROM cost_rate ORDER BY item, cost_rate.since DESC, id`)
    return rows.map(toRate)
  },

  async lock(trx, rateId) {
    const { rows: [row] } = await trx.raw<{ rows: RateRow[] }>(`SELECT ${COLUMNS} FROM cost_rate WHERE id = ? FOR UPDATE`, [rateId])
    return row && toRate(row)
  },

  insert: (trx, { item, low, likely, high, basis, since, until, byId }) => unlessOverlapping(trx, `
    INSERT INTO cost_rate (item, low, likely, high, basis, since, until, entered_by)
    VALUES (:item, :low, :likely, :high, :basis, :since, :until, :byId) RETURNING ${COLUMNS}`, { item, low, likely, high, basis, since, until, byId }),

  end: (trx, rateId, until) =>
    unlessOverlapping(trx, `UPDATE cost_rate SET until = :until, version = version + 1 WHERE id = :rateId RETURNING ${COLUMNS}`, { rateId, until }),

  async withdraw(trx, rateId, reason) {
    const { rows: [row] } = await trx.raw<{ rows: RateRow[] }>(
      `UPDATE cost_rate SET withdrawn_at = now(), withdrawn_reason = :reason, version = version + 1 WHERE id = :rateId RETURNING ${COLUMNS}`, { rateId, reason })
    if (!row) throw new Error('a rate was not written')
    return toRate(row)
  },

  async overlapping(db, { item, since, until }, exceptId) {
    const { rows: [row] } = await db.raw<{ rows: RateRow[] }>(`
      SELECT ${COLUMNS} FROM cost_rate WHERE item = :item AND withdrawn_at IS NULL AND id IS DISTINCT FROM CAST(:exceptId AS uuid)
        AND daterange(cost_rate.since, cost_rate.until, '[]') && daterange(CAST(:since AS date), CAST(:until AS date), '[]') ORDER BY cost_rate.since LIMIT 1`,
    { item, since, until, exceptId })
    return row && toRate(row)
  },

  async distances(db, { unitId, after, limit }) {
    const [afterA, afterB] = after?.split('~') ?? []
    const { rows } = await db.raw<{ rows: DistanceRow[] }>(`
      ${DISTANCES} WHERE (CAST(:unitId AS uuid) IS NULL OR d.unit_a = :unitId OR d.unit_b = :unitId)
        AND (CAST(:afterA AS uuid) IS NULL OR (d.unit_a, d.unit_b) > (CAST(:afterA AS uuid), CAST(:afterB AS uuid)))
      ORDER BY d.unit_a, d.unit_b LIMIT :limit`, { unitId: unitId ?? null, afterA: afterA ?? null, afterB: afterB ?? null, limit })
    return rows.map(toDistance)
  },

  async distance(db, fromId, toId) {
    const { rows: [row] } = await db.raw<{ rows: DistanceRow[] }>(
      `${DISTANCES} WHERE d.unit_a = least(CAST(:fromId AS uuid), CAST(:toId AS uuid)) AND d.unit_b = greatest(CAST(:fromId AS uuid), CAST(:toId AS uuid))`, { fromId, toId })
    return row && toDistance(row)
  },

  async putDistance(trx, { fromId, toId, low, likely, high, basis, version }) {
    const bindings = { fromId, toId, low, likely, high, basis, version }
    const { rows } = await trx.raw<{ rows: unknown[] }>(version === null ? `
      INSERT INTO unit_distance (unit_a, unit_b, low, likely, high, basis)
      VALUES (least(CAST(:fromId AS uuid), CAST(:toId AS uuid)), greatest(CAST(:fromId AS uuid), CAST(:toId AS uuid)), :low, :likely, :high, :basis)
      ON CONFLICT DO NOTHING RETURNING version` : `
      UPDATE unit_distance SET low = :low, likely = :likely, high = :high, basis = :basis, version = version + 1
      WHERE unit_a = least(CAST(:fromId AS uuid), CAST(:toId AS uuid)) AND unit_b = greatest(CAST(:fromId AS uuid), CAST(:toId AS uuid)) AND version = :version
      RETURNING version`, bindings)
    return rows.length === 1
  },

  async unitsExist(db, ids) {
    return (await db('unit').whereRaw('id = ANY (?::uuid[])', [[...ids]]).select('id')).length === new Set(ids).size
  },
}
