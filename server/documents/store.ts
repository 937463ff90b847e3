import type { VersionState } from '../../protocol/document-entries.ts'
import type { Part } from '../../protocol/journal.ts'
import type { MediaType } from '../../protocol/media-type.ts'
import type { DocumentsStore, NewVersion } from './documents.ts'
import { READABLE_VERSIONS } from './readable.ts'

interface ReadableRow {
  item_id: string, name: string | null, number: number, state: VersionState, sha256: Buffer, media_type: MediaType, bytes: string, parts: Part[]
  download: boolean, office: boolean
}

const buffer = (sha256: string) => Buffer.from(sha256, 'hex')

const versionRow = (documentId: string, number: number, { state, sha256, mediaType, bytes, addedBy, at }: NewVersion) => ({
  document_id: documentId, number, state, sha256: buffer(sha256), media_type: mediaType, bytes, added_by: addedBy, added_at: at,
})

/** Documents in PostgreSQL; their files are elsewhere. */
export const documentsStore: DocumentsStore = {
  async insert(trx, meetingId, { itemId, nameText, circulation: { parts, download, expiresHours }, version }) {
    const [row] = await trx('document')
      .insert({ meeting_id: meetingId, item_id: itemId, name_text: nameText, parts, download, expires_hours: expiresHours })
      .returning<{ id: string }[]>('id')
    if (!row) throw new Error('no document was inserted')
    await trx('document_version').insert(versionRow(row.id, 1, version))
    return row.id
  },

  async insertVersion(trx, documentId, number, version) {
    await trx('document_version').insert(versionRow(documentId, number, version))
  },

  async setState(trx, documentId, number, state) {
    await trx('document_version').where({ document_id: documentId, number }).update({ state })
  },

  async readable(db, { meetingId, documentId, number }, personId, now) {
    const { rows: [row] } = await db.raw<{ rows: ReadableRow[] }>(`
      SELECT readable.*, name.body AS name FROM (${READABLE_VERSIONS}) AS readable JOIN journal_text AS name ON name.id = readable.name_text
      WHERE readable.meeting_id = :meetingId AND readable.id = :documentId AND (:number::int IS NULL OR number = :number)
      ORDER BY readable.state = 'draft', readable.number DESC LIMIT 1`, { meetingId, documentId, number: number as never, personId, now })
    return row && {
      itemId: row.item_id, name: row.name, number: row.number, state: row.state, sha256: row.sha256.toString('hex'), mediaType: row.media_type,
      bytes: Number(row.bytes), parts: row.parts, download: row.download, office: row.office,
    }
  },

  async knownFiles(db, sha256s) {
    const rows: { sha256: Buffer }[] = await db('document_version').distinct('sha256').whereIn('sha256', sha256s.map(buffer))
    return new Set(rows.map(({ sha256 }) => sha256.toString('hex')))
  },

  async count(db, meetingId) {
    const [row] = await db('document').where({ meeting_id: meetingId, removed_at: null }).count<{ count: string }[]>('*')
    return Number(row?.count ?? 0)
  },

  async remove(trx, meetingId, documentId, at) {
    await trx('document').where({ meeting_id: meetingId, id: documentId, removed_at: null }).update({ removed_at: at })
  },

  async removeOfItem(trx, meetingId, itemId, at) {
    await trx('document').where({ meeting_id: meetingId, item_id: itemId, removed_at: null }).update({ removed_at: at })
  },
}
