import type { PaperStatus } from '../../protocol/issuing-entries.ts'
import { writtenNumber } from '../../protocol/issuing.ts'
import type { Audience } from '../../protocol/journal.ts'
import type { IssuingStore } from './issuing.ts'
import type { Paper } from './paper.ts'
import type { PaperStyle } from './template.ts'

interface InForceRow {
  body_id: string, meeting_id: string | null, kind: 'minutes', audience: Audience | null, number: number, style: PaperStyle, symbol: string
}

type LatestRow = Pick<InForceRow, 'number' | 'style' | 'symbol'> & { asked: string, id: string, status: PaperStatus, issued_at: Date }

/** The taking of numbers and the keeping of papers in PostgreSQL. */
export const issuingStore: IssuingStore = {
  async takeNumber(trx, bodyId, kind, year) {
    // One lock a body, whatever the kind: commands of one meeting share a transaction, and two of them that took the rows of
    // two kinds in another order would wait for each other.
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`number series of ${bodyId}`])
    const { rows } = await trx.raw<{ rows: { last: number }[] }>(`
      INSERT INTO number_series (body_id, kind, year, last) VALUES (?, ?, ?, 1)
      ON CONFLICT (body_id, kind, year) DO UPDATE SET last = coalesce(number_series.last + 1, number_series.start)
      RETURNING last`, [bodyId, kind, year])
    const [row] = rows
    if (!row) throw new Error('a series gave no number')
    return row.last
  },

  async insertPaper(trx, paper) {
    const [row] = await trx('issued_paper').insert({
      body_id: paper.bodyId, meeting_id: paper.meetingId, kind: paper.kind, year: paper.year, number: paper.number, style: paper.style,
      symbol: paper.symbol, abstract: paper.abstract, channel: 'electronic', issued_at: paper.issuedAt, issued_by: paper.issuedBy,
      audience: JSON.stringify(paper.audience), content: JSON.stringify(paper.content), chair_id: paper.chairId, clerk_id: paper.clerkId,
      replaces_id: paper.replacesId,
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('a paper was not inserted')
    return row.id
  },

  async lockInForce(trx, paperId) {
    const { rows } = await trx.raw<{ rows: InForceRow[] }>(`
      SELECT body_id, meeting_id, kind, audience, number, style, symbol FROM issued_paper WHERE id = ? AND status = 'issued' FOR NO KEY UPDATE`, [paperId])
    const [row] = rows
    return row ? { bodyId: row.body_id, meetingId: row.meeting_id, kind: row.kind, audience: row.audience, written: writtenNumber(row.number, row) } : null
  },

  async lockRecalled(trx, paperId) {
    const { rows } = await trx.raw<{ rows: unknown[] }>("SELECT FROM issued_paper WHERE id = ? AND status = 'recalled' FOR NO KEY UPDATE", [paperId])
    return rows.length > 0
  },

  async content(db, paperId) {
    return (await db('issued_paper').where({ id: paperId }).first<{ content: Paper | null } | undefined>('content'))?.content
  },

  async latest(db, paperIds) {
    if (!paperIds.length) return new Map()
    const { rows } = await db.raw<{ rows: LatestRow[] }>(`
      WITH RECURSIVE line (asked, id) AS (
        SELECT id, id FROM issued_paper WHERE id = ANY(CAST(? AS uuid[]))
        UNION ALL SELECT line.asked, next.id FROM line JOIN issued_paper next ON next.replaces_id = line.id
      )
      SELECT asked, id, number, style, symbol, status, issued_at FROM line JOIN issued_paper USING (id)
      WHERE NOT EXISTS (SELECT FROM issued_paper next WHERE next.replaces_id = line.id)`, [[...paperIds]])
    return new Map(rows.map((row) =>
      [row.asked, { paperId: row.id, written: writtenNumber(row.number, row), status: row.status, at: row.issued_at.toISOString() }]))
  },

  async nextNumber(db, bodyId, kind, year) {
    const row = await db('number_series').where({ body_id: bodyId, kind, year }).first<{ start: number, last: number | null } | undefined>('start', 'last')
    return row ? row.last === null ? row.start : row.last + 1 : 1
  },

  async end(trx, paperId, status, reason, at) {
    await trx('issued_paper').where({ id: paperId }).update({ status, ended_at: at, end_reason: reason })
  },
}
