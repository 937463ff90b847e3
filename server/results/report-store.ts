import { localDay } from '../../protocol/calendar.ts'
import type { ReportsStore } from './report.ts'

export const reportsStore: ReportsStore = {
  async signer(db, bodyId, on) {
    const { rows: [row] } = await db.raw<{ rows: { personId: string, name: string, office: string }[] }>(`
      SELECT m.person_id AS "personId", person.full_name AS name, m.office FROM membership m JOIN person ON person.id = m.person_id
      WHERE m.body_id = :bodyId AND m.role = 'chair' AND CAST(:day AS date) BETWEEN m.since AND coalesce(m.until, 'infinity') ORDER BY m.rank LIMIT 1`, { bodyId, day: localDay(on) })
    return row
  },

  async byKey(trx, byId, key) {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`results.report ${byId} ${key}`])
    return await trx('result_report').where({ by_id: byId, key }).first<{ paperId: string, sha256: string } | undefined>({ paperId: 'paper_id', sha256: 'sha256' })
  },

  async insert(trx, { paperId, bodyId, from, to, figures, sha256, byId, key, at }) {
    await trx('result_report').insert({ paper_id: paperId, body_id: bodyId, from_month: from, to_month: to, figures: JSON.stringify(figures), sha256, by_id: byId, key, at })
  },

  async over(db, bodyId, { from, to }) {
    return await db('result_report').where({ body_id: bodyId }).where('from_month', '<=', to).where('to_month', '>=', from).orderBy('at', 'desc').limit(10)
      .select<{ paperId: string, from: string, to: string }[]>({ paperId: 'paper_id', from: 'from_month', to: 'to_month' })
  },
}
