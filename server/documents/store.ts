import type { DocumentsStore } from './documents.ts'

/** Documents in PostgreSQL; their files are elsewhere. */
export const documentsStore: DocumentsStore = {
  async insert(trx, meetingId, { itemId, nameText, sha256, bytes }) {
    const [row] = await trx('document')
      .insert({ meeting_id: meetingId, item_id: itemId, name_text: nameText, sha256: Buffer.from(sha256, 'hex'), bytes })
      .returning<{ id: string }[]>('id')
    if (!row) throw new Error('no document was inserted')
    return row.id
  },

  async find(db, meetingId, documentId) {
    const row = await db('document').join('journal_text as name', 'name.id', 'document.name_text')
      .where({ 'document.meeting_id': meetingId, 'document.id': documentId, 'document.removed_at': null })
      .first<{ item_id: string, sha256: Buffer, name: string | null } | undefined>('document.item_id', 'document.sha256', 'name.body as name')
    return row && { itemId: row.item_id, name: row.name, sha256: row.sha256.toString('hex') }
  },

  async knownFiles(db, sha256s) {
    const rows: { sha256: Buffer }[] = await db('document').distinct('sha256')
      .whereIn('sha256', sha256s.map((sha256) => Buffer.from(sha256, 'hex')))
    return new Set(rows.map(({ sha256 }) => sha256.toString('hex')))
  },

  async count(db, meetingId) {
    const [row] = await db('document').where({ meeting_id: meetingId, removed_at: null }).count<{ count: string }[]>('*')
    return Number(row?.count ?? 0)
  },

  async remove(trx, meetingId, documentId, at) {
    const changed = await trx('document').where({ meeting_id: meetingId, id: documentId, removed_at: null }).update({ removed_at: at })
    return changed === 1
  },

  async removeOfItem(trx, meetingId, itemId, at) {
    await trx('document').where({ meeting_id: meetingId, item_id: itemId, removed_at: null }).update({ removed_at: at })
  },
}
