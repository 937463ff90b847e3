import type { MediaType } from '../../protocol/media-type.ts'
import { UploadPurpose, type FileProblem, type UploadResult } from '../../protocol/uploads.ts'
import { READABLE_VERSIONS } from '../documents/readable.ts'
import type { ReadyFile, UploadRow, UploadsStore } from './uploads.ts'

const buffer = (sha256: string) => Buffer.from(sha256, 'hex')

interface Row {
  id: string, purpose: unknown, name: string, bytes: string, status: UploadRow['status'], problem: FileProblem | null,
  sha256: Buffer | null, media_type: MediaType | null
}

/** Uploads in PostgreSQL; their bytes are elsewhere. */
export const uploadsStore: UploadsStore = {
  async insert(db, { id, personId, purpose, name, bytes, at, expiresAt }, limits) {
    return await db.transaction(async (trx) => {
      // One at a time for a person, so that two do not both find the last place free.
      await trx.raw("SELECT pg_advisory_xact_lock(hashtextextended('upload ' || ?, 0))", [personId])
      const [waiting] = await trx('upload').where({ person_id: personId }).whereIn('status', ['receiving', 'ready'])
        .where('expires_at', '>', at).select<{ count: string, bytes: string | null }[]>(trx.raw('count(*), sum(bytes) AS bytes'))
      if (Number(waiting?.count ?? 0) >= limits.count || Number(waiting?.bytes ?? 0) + bytes > limits.bytes) return false
      await trx('upload').insert({
        id, person_id: personId, purpose: JSON.stringify(purpose), name, bytes, created_at: at, expires_at: expiresAt,
      })
      return true
    })
  },

  async find(db, uploadId, personId, now) {
    const row = await db('upload').where({ id: uploadId, person_id: personId }).where('expires_at', '>', now)
      .first<Row | undefined>('id', 'purpose', 'name', 'bytes', 'status', 'problem', 'sha256', 'media_type')
    return row && {
      id: row.id, purpose: UploadPurpose.parse(row.purpose), name: row.name, bytes: Number(row.bytes), status: row.status, problem: row.problem,
      file: row.sha256 && row.media_type ? { sha256: row.sha256.toString('hex'), mediaType: row.media_type } : null,
    }
  },

  async settle(db, uploadId, result) {
    await db('upload').where({ id: uploadId, status: 'receiving' }).update('file' in result
      ? { status: 'ready', sha256: buffer(result.file.sha256), media_type: result.file.mediaType }
      : { status: 'refused', problem: result.problem })
  },

  async take(trx, uploadId, personId, purpose, now) {
    const [row] = await trx('upload')
      .where({ id: uploadId, person_id: personId, status: 'ready' }).where('expires_at', '>', now)
      .whereRaw('purpose = ?::jsonb', [JSON.stringify(purpose)])
      .update({ status: 'taken' })
      .returning<{ sha256: Buffer, media_type: MediaType, bytes: string, name: string }[]>(['sha256', 'media_type', 'bytes', 'name'])
    return row && {
      sha256: row.sha256.toString('hex'), mediaType: row.media_type, bytes: Number(row.bytes), name: row.name,
    } satisfies ReadyFile & { name: string }
  },

  async remove(db, uploadId, personId) {
    await db('upload').where({ id: uploadId, person_id: personId }).whereNot('status', 'taken').delete()
  },

  async removeExpired(db, now) {
    const rows = await db('upload').where('expires_at', '<=', now).delete().returning<{ id: string }[]>('id')
    return rows.map(({ id }) => id)
  },

  async knownFiles(db, sha256s) {
    const rows: { sha256: Buffer }[] = await db('upload').distinct('sha256').where({ status: 'ready' }).whereIn('sha256', sha256s.map(buffer))
    return new Set(rows.map(({ sha256 }) => sha256.toString('hex')))
  },

  async duplicates(db, sha256, personId, now) {
    const { rows } = await db.raw<{ rows: UploadResult['duplicates'] }>(`
      SELECT DISTINCT ON (readable.id) readable.meeting_id AS "meetingId", readable.id AS "documentId", name.body AS name
      FROM (${READABLE_VERSIONS}) AS readable JOIN journal_text AS name ON name.id = readable.name_text
      WHERE readable.sha256 = :sha256 ORDER BY readable.id LIMIT 20`, { sha256: buffer(sha256), personId, now })
    return rows
  },
}
