import type { CirculationStore } from './circulation.ts'
import { ENDED_AT } from './readable.ts'

const DUE = `document.expires_hours IS NOT NULL AND document.expired_at IS NULL AND ${ENDED_AT} + document.expires_hours * interval '1 hour' <= :now`

const buffer = (sha256: string) => Buffer.from(sha256, 'hex')

/** Who reads documents, and what was stopped, in PostgreSQL. */
export const circulationStore: CirculationStore = {
  async setCirculation(trx, documentId, { parts, download, expiresHours }) {
    await trx('document').where({ id: documentId }).update({ parts, download, expires_hours: expiresHours })
  },

  async setWithdrawn(trx, documentId, at) {
    await trx('document').where({ id: documentId }).update({ withdrawn_at: at })
  },

  async setQuarantined(trx, documentId, at) {
    await trx('document').where({ id: documentId }).update({ quarantined_at: at })
  },

  async setExpired(trx, documentId, at) {
    await trx('document').where({ id: documentId }).update({ expired_at: at })
  },

  async expire(trx, documentId, now) {
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `UPDATE document SET expired_at = :now FROM meeting WHERE meeting.id = document.meeting_id AND document.id = :documentId AND ${DUE}`, { documentId, now })
    return rowCount === 1
  },

  async purge(trx, documentId, at) {
    await trx('document').where({ id: documentId }).update({ purged_at: at })
    await trx('document_version').where({ document_id: documentId }).update({ sha256: null })
    await trx('document_reading').where({ document_id: documentId }).delete()
    await trx('annotation').where({ document_id: documentId }).delete()
    await trx('draft_text').where({ document_id: documentId, closed_at: null }).update({ closed_at: at, state: null })
  },

  async textsAbout(trx, documentId) {
    const { rows } = await trx.raw<{ rows: { id: string }[] }>(`
      SELECT DISTINCT journal_text.id FROM comment_thread AS thread
      LEFT JOIN comment_message AS message ON message.thread_id = thread.id
      JOIN journal_text ON journal_text.id IN (thread.quote_text, thread.replacement_text, thread.reason_text, message.body_text)
      WHERE thread.document_id = ? AND journal_text.body IS NOT NULL`, [documentId])
    return rows.map(({ id }) => id)
  },

  async unused(trx, sha256s) {
    const rows: { sha256: Buffer }[] = await trx('document_version').join('document', 'document.id', 'document_version.document_id')
      .distinct('sha256').whereIn('sha256', sha256s.map(buffer)).where('document.removed_at', null)
    const used = new Set(rows.map(({ sha256 }) => sha256.toString('hex')))
    return sha256s.filter((sha256) => !used.has(sha256))
  },

  async due(db, now, limit) {
    const { rows } = await db.raw<{ rows: { meetingId: string, documentId: string }[] }>(`
      SELECT document.meeting_id AS "meetingId", document.id AS "documentId" FROM document JOIN meeting ON meeting.id = document.meeting_id
      WHERE ${DUE} ORDER BY document.id LIMIT :limit`, { now, limit })
    return rows
  },

  async meetingsOf(db, sha256) {
    return await db('document_version').join('document', 'document.id', 'document_version.document_id')
      .where('document_version.sha256', buffer(sha256)).where('document.removed_at', null)
      .distinct('document.meeting_id').pluck('document.meeting_id')
  },
}
