import type { Knex } from 'knex'
import { localDay } from '../../protocol/calendar.ts'
import type { ResolutionChange, ResolutionRow, ResolutionsStore, Signatory } from './resolutions.ts'
import type { ResolutionTellingDeps } from './telling.ts'

interface Row {
  id: string, body_id: string, body_name: string, meeting_id: string | null, vote_id: string | null, opinion_id: string | null, decided_at: Date
  status: ResolutionRow['status'], version: number, content: ResolutionRow['content'], saved_at: Date, reason: string | null
  approved_by: string | null, approved_at: Date | null, paper_id: string | null
}

const FIND = `
  SELECT resolution.id, resolution.body_id, body.name AS body_name, resolution.meeting_id, resolution.vote_id, resolution.opinion_id,
    resolution.decided_at, resolution.status, resolution.version, resolution.content, resolution.saved_at, coalesce(text.body, resolution.reason) AS reason,
    person.full_name AS approved_by, resolution.approved_at, resolution.paper_id
  FROM resolution JOIN body ON body.id = resolution.body_id LEFT JOIN journal_text text ON text.id = resolution.reason_text
    LEFT JOIN person ON person.id = resolution.approved_by
  WHERE resolution.id = ?`

const toResolution = (row: Row): ResolutionRow => ({
  id: row.id, bodyId: row.body_id, bodyName: row.body_name, meetingId: row.meeting_id, voteId: row.vote_id, opinionId: row.opinion_id,
  decidedAt: row.decided_at, status: row.status, version: row.version, content: row.content, savedAt: row.saved_at, reason: row.reason,
  approvedBy: row.approved_by, approvedAt: row.approved_at, paperId: row.paper_id,
})

function fromChange({ content, ...change }: ResolutionChange): Record<string, unknown> {
  const row = {
    content: content === undefined ? undefined : JSON.stringify(content), status: change.status, saved_at: change.savedAt, reason_text: change.reasonText,
    reason: change.reason, approved_by: change.approvedBy, approved_at: change.approvedAt, paper_id: change.paperId,
  }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

async function rows<R>(db: Knex, sql: string, bindings: Knex.RawBinding[]): Promise<R[]> {
  return (await db.raw<{ rows: R[] }>(sql, bindings)).rows
}

/** In office in a body on a day. */
const IN_OFFICE = `membership WHERE body_id = ? AND CAST(? AS date) BETWEEN since AND coalesce(until, 'infinity')`

/** Resolutions in PostgreSQL. */
export const resolutionsStore: ResolutionsStore & Pick<ResolutionTellingDeps, 'officeOf'> = {
  async find(db, resolutionId) {
    const [row] = await rows<Row>(db, FIND, [resolutionId])
    return row && toResolution(row)
  },

  async lock(trx, resolutionId) {
    const [row] = await rows<Row>(trx, `${FIND} FOR NO KEY UPDATE OF resolution`, [resolutionId])
    return row && toResolution(row)
  },

  async of(db, of) {
    const [column, ids] = 'votes' in of ? ['vote_id', of.votes] as const : ['opinion_id', of.opinions] as const
    const found = await rows<{ decision_id: string, id: string, status: ResolutionRow['status'], paper_id: string | null }>(db, `
      SELECT ${column} AS decision_id, id, status, paper_id FROM resolution WHERE ${column} = ANY(CAST(? AS uuid[])) AND followed_at IS NULL`, [[...ids]])
    return new Map(found.map((row) => [row.decision_id, { id: row.id, status: row.status, paperId: row.paper_id }]))
  },

  async hold(trx, decisionId) {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`resolution of ${decisionId}`])
  },

  async insert(trx, { bodyId, meetingId, voteId, opinionId, decidedAt, content, begunBy, at }) {
    const [row] = await trx('resolution').insert({
      body_id: bodyId, meeting_id: meetingId, vote_id: voteId, opinion_id: opinionId, decided_at: decidedAt, content: JSON.stringify(content),
      begun_by: begunBy, saved_at: at,
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('a resolution was not inserted')
    return row.id
  },

  async update(trx, resolutionId, change) {
    const [row] = await trx('resolution').where({ id: resolutionId }).update({ ...fromChange(change), version: trx.raw('version + 1') })
      .returning<{ version: number }[]>('version')
    if (!row) throw new Error('no resolution was changed')
    return row.version
  },

  async follow(trx, resolutionId, at) {
    await trx('resolution').where({ id: resolutionId }).update({ followed_at: at })
  },

  async officeRole(db, bodyId, personId, on) {
    const [row] = await rows<{ role: 'chair' | 'clerk' }>(db, `SELECT role FROM ${IN_OFFICE} AND person_id = ? AND role IN ('chair', 'clerk')`, [bodyId, localDay(on), personId])
    return row?.role
  },

  async signatory(db, { bodyId, meetingId }, on) {
    const [row] = meetingId === null
      ? await rows<Signatory>(db, `SELECT person_id AS "personId", office FROM ${IN_OFFICE} AND role = 'chair' ORDER BY rank LIMIT 1`, [bodyId, localDay(on)])
      : await rows<Signatory>(db, `
          SELECT part.person_id AS "personId", coalesce(nullif(part.office, ''), person.office) AS office
          FROM meeting JOIN meeting_participant part ON part.meeting_id = meeting.id JOIN person ON person.id = part.person_id
          WHERE meeting.id = ? AND (part.person_id = meeting.presiding_id OR (meeting.presiding_id IS NULL AND part.role = 'chair'))
          ORDER BY part.rank LIMIT 1`, [meetingId])
    return row ?? null
  },

  async meeting(db, meetingId) {
    const [row] = await rows<{ title: string | null, starts_at: Date }>(db, `
      SELECT title.body AS title, coalesce(opened_at, starts_at) AS starts_at FROM meeting JOIN journal_text title ON title.id = title_text WHERE meeting.id = ?`, [meetingId])
    if (!row) throw new Error('a resolution of no meeting')
    return { title: row.title ?? '', startsAt: row.starts_at.toISOString() }
  },

  async officeOf(db, { bodyId, meetingId }, on) {
    const office = `role IN ('chair', 'clerk')`
    return meetingId === null
      ? await rows(db, `SELECT person_id AS "personId", role FROM ${IN_OFFICE} AND ${office}`, [bodyId, localDay(on)])
      : await rows(db, `SELECT person_id AS "personId", role FROM meeting_participant WHERE meeting_id = ? AND ${office}`, [meetingId])
  },
}
