import type { BaselineNamesStore } from './baseline-file.ts'
import type { ReadersStore } from './readers.ts'

export const readersStore: ReadersStore = {
  async bodies(db, { personId, administrator, on }) {
    const { rows } = await db.raw<{ rows: { id: string, name: string, own: boolean }[] }>(`
      SELECT body.id, body.name, own.body_id IS NOT NULL AS own FROM body LEFT JOIN (
        SELECT DISTINCT body_id FROM membership
        WHERE person_id = :personId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')) own ON own.body_id = body.id
      WHERE CAST(:administrator AS boolean) OR own.body_id IS NOT NULL ORDER BY body.name, body.id`, { personId, administrator, on })
    return rows
  },
}

export const baselineNamesStore: BaselineNamesStore = {
  async names(db) {
    const bodies = await db('body').select<{ id: string, name: string }[]>('id', 'name')
    const { rows: kinds } = await db.raw<{ rows: { code: string, names: string[] }[] }>(
      `SELECT code, array_agg(DISTINCT name ->> 'vi') || array_agg(DISTINCT name ->> 'en') AS names FROM meeting_kind GROUP BY code`)
    return { bodies, kinds }
  },
}
