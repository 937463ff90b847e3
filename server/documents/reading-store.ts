import type { PageReading, Reading, ReadingStore } from './reading.ts'

/** Who has read what, in PostgreSQL. */
export const readingStore: ReadingStore = {
  async add(db, { documentId, number, personId, at }, pages) {
    await db('document_reading')
      .insert(pages.map(({ page, seconds }) => ({
        document_id: documentId, number, person_id: personId, page, seconds, first_at: at, last_at: at,
      })))
      .onConflict(['document_id', 'number', 'person_id', 'page'])
      .merge({ seconds: db.raw('document_reading.seconds + excluded.seconds'), last_at: at })
  },

  async ofMeeting(db, meetingId) {
    const { rows } = await db.raw<{ rows: (Omit<Reading, 'seconds'> & { seconds: string })[] }>(`
      SELECT reading.document_id AS "documentId", reading.number, reading.person_id AS "personId",
        count(*)::int AS pages, sum(reading.seconds) AS seconds, max(reading.last_at) AS "lastAt"
      FROM document_reading AS reading JOIN document ON document.id = reading.document_id
      WHERE document.meeting_id = ? AND document.removed_at IS NULL
      GROUP BY reading.document_id, reading.number, reading.person_id`, [meetingId])
    return rows.map(({ seconds, ...one }) => ({ ...one, seconds: Number(seconds) }))
  },

  async ofPerson(db, meetingId, personId) {
    const { rows } = await db.raw<{ rows: PageReading[] }>(`
      SELECT reading.document_id AS "documentId", reading.number, reading.page, reading.seconds
      FROM document_reading AS reading JOIN document ON document.id = reading.document_id
      WHERE document.meeting_id = ? AND document.removed_at IS NULL AND reading.person_id = ?
      ORDER BY reading.document_id, reading.page`, [meetingId, personId])
    return rows
  },
}
