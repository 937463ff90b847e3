import type { RecordingsStore, RecordingRow } from './recording.ts'

interface Row { id: string, meeting_id: string, status: RecordingRow['status'] }

const columns = ['id', 'meeting_id', 'status'] as const
const toRecording = ({ id, meeting_id: meetingId, status }: Row): RecordingRow => ({ id, meetingId, status })

/** Recordings in PostgreSQL; their files are elsewhere. */
export const recordingsStore: RecordingsStore = {
  async insert(trx, meetingId, retentionDays) {
    const [row] = await trx('recording').insert({ meeting_id: meetingId, retention_days: retentionDays }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no recording was inserted')
    return row.id
  },

  async advance(trx, recordingId, { from, to, stoppedAt }) {
    const changed = await trx('recording').where({ id: recordingId }).whereIn('status', from)
      .update({ status: to, ...(stoppedAt ? { stopped_at: stoppedAt } : {}) })
    return changed === 1
  },

  async find(db, recordingId) {
    const row = await db('recording').where({ id: recordingId }).first<Row | undefined>(...columns)
    return row && toRecording(row)
  },

  async unfinished(db) {
    const rows: Row[] = await db('recording').select(...columns).whereIn('status', ['recording', 'composing']).orderBy('id')
    return rows.map(toRecording)
  },

  async expired(db, now) {
    const rows: Row[] = await db('recording').select(...columns).whereIn('status', ['ready', 'failed'])
      .whereRaw('stopped_at + make_interval(days => retention_days) <= ?', [now])
    return rows.map(toRecording)
  },

  async kept(db, recordingIds) {
    const rows: Row[] = await db('recording').select(...columns).whereIn('id', [...recordingIds]).whereNot({ status: 'deleted' })
    return new Map(rows.map(({ id, status }) => [id, status]))
  },
}
