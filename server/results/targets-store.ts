import type { EnteredTarget } from '../../protocol/result-targets.ts'
import type { TargetsStore } from './targets.ts'

const COLUMNS = 'id, code, percent, reach, basis, since::text AS since, version, withdrawn_reason AS withdrawn'

export const targetsStore: TargetsStore = {
  async list(db) {
    return (await db.raw<{ rows: EnteredTarget[] }>(`SELECT ${COLUMNS} FROM result_target ORDER BY code, result_target.since DESC, id`)).rows
  },

  async lock(trx, id) {
    return (await trx.raw<{ rows: EnteredTarget[] }>(`SELECT ${COLUMNS} FROM result_target WHERE id = ? FOR UPDATE`, [id])).rows[0]
  },

  async insert(trx, { code, percent, reach, basis, since, byId }) {
    return (await trx.raw<{ rows: EnteredTarget[] }>(`
      INSERT INTO result_target (code, percent, reach, basis, since, entered_by) VALUES (:code, :percent, :reach, :basis, :since, :byId)
      ON CONFLICT (code, since) WHERE withdrawn_at IS NULL DO NOTHING RETURNING ${COLUMNS}`, { code, percent, reach, basis, since, byId })).rows[0]
  },

  async withdraw(trx, id, reason) {
    const { rows: [row] } = await trx.raw<{ rows: EnteredTarget[] }>(
      `UPDATE result_target SET withdrawn_at = now(), withdrawn_reason = :reason, version = version + 1 WHERE id = :id RETURNING ${COLUMNS}`, { id, reason })
    if (!row) throw new Error('a target was not written')
    return row
  },
}
