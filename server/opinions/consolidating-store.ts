import type { PersonKind } from '../../protocol/identity.ts'
import type { OpinionPoint } from '../../protocol/opinions.ts'
import type { ConsolidatingStore } from './consolidating.ts'
import type { FollowingStore } from './following.ts'
import { rowsOf } from './store-rows.ts'

interface PointRow {
  id: string, version: number, summary: string, person_ids: string[], written_at: Date, accepted: boolean | null, why: string, replied_at: Date | null
  replied_by: string | null, kind: PersonKind | null, full_name: string | null, office: string | null
}

/** The consolidation in PostgreSQL, and what came of an opinion. */
export const consolidatingStore: ConsolidatingStore & FollowingStore = {
  async points(db, opinionId) {
    const rows = await rowsOf<PointRow>(db, `
      SELECT p.id, p.version, p.summary, p.person_ids, p.written_at, p.accepted, p.why, p.replied_at, p.replied_by, person.kind, person.full_name, person.office
      FROM opinion_point p LEFT JOIN person ON person.id = p.replied_by WHERE p.opinion_id = :opinionId ORDER BY p.id`, { opinionId })
    return rows.map((row): OpinionPoint => ({
      id: row.id, version: row.version, summary: row.summary, personIds: row.person_ids, writtenAt: row.written_at.toISOString(),
      reply: row.accepted !== null && row.replied_at && row.replied_by
        ? { accepted: row.accepted, why: row.why, by: { id: row.replied_by, kind: row.kind ?? 'person', fullName: row.full_name ?? '', office: row.office ?? '' }, at: row.replied_at.toISOString() } : null,
    }))
  },

  async findPoint(db, opinionId, key, actorId) {
    return (await db('opinion_point').where({ opinion_id: opinionId, key, written_by: actorId }).first<{ id: string } | undefined>('id'))?.id
  },

  async insertPoint(trx, opinionId, { summary, personIds, actorId, at, key }) {
    const [row] = await trx('opinion_point').insert({ opinion_id: opinionId, summary, person_ids: [...personIds], written_by: actorId, written_at: at, key }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no point was inserted')
    return row.id
  },

  async updatePoint(trx, pointId, { summary, personIds, at }) {
    await trx('opinion_point').where({ id: pointId }).update({
      summary, person_ids: [...personIds], written_at: at, accepted: null, why: '', replied_by: null, replied_at: null, version: trx.raw('version + 1'),
    })
  },

  async removePoint(trx, pointId) {
    await trx('opinion_point').where({ id: pointId }).delete()
  },

  async replyPoint(trx, pointId, { accepted, why, actorId, at }) {
    await trx('opinion_point').where({ id: pointId }).update({ accepted, why, replied_by: actorId, replied_at: at, version: trx.raw('version + 1') })
  },

  async haveAnswered(db, opinionId, personIds) {
    const [row] = await rowsOf<{ count: string }>(db, `
      SELECT count(*) FROM opinion_asked WHERE opinion_id = :opinionId AND revision > 0 AND person_id = ANY (CAST(:personIds AS uuid[]))`, { opinionId, personIds })
    return Number(row?.count) === personIds.length
  },

  async left(db, opinionId) {
    const [row] = await rowsOf<{ answers: string, points: string }>(db, `
      SELECT (SELECT count(*) FROM opinion_asked a JOIN opinion_answer answer USING (opinion_id, person_id) JOIN opinion o ON o.id = a.opinion_id
          WHERE a.opinion_id = :opinionId AND answer.revision = a.revision AND answer.text <> '' AND (NOT a.departed OR o.rule ->> 'departed' = 'stays')
            AND NOT EXISTS (SELECT FROM opinion_point p WHERE p.opinion_id = a.opinion_id AND a.person_id = ANY (p.person_ids))) AS answers,
        (SELECT count(*) FROM opinion_point p WHERE p.opinion_id = :opinionId AND p.accepted IS NULL) AS points`, { opinionId })
    return { answers: Number(row?.answers), points: Number(row?.points) }
  },

  async setPaper(trx, opinionId, paperId) {
    await trx('opinion').where({ id: opinionId }).update({ paper_id: paperId, version: trx.raw('version + 1') })
  },

  async chairOf(db, bodyId, on) {
    const [row] = await rowsOf<{ person_id: string, office: string }>(db, `
      SELECT person_id, office FROM membership WHERE body_id = :bodyId AND role = 'chair'
        AND CAST(CAST(:on AS timestamptz) AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date) BETWEEN since AND coalesce(until, 'infinity') ORDER BY rank LIMIT 1`, { bodyId, on })
    return row && { personId: row.person_id, office: row.office }
  },
}
