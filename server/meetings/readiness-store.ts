import type { ReadinessStore } from './readiness.ts'

interface ClashRow { title: string | null, starts_at: Date, planned_minutes: number, room: boolean, person_ids: string[] }

/** No meeting is planned for longer (MeetingDraft), so none that began earlier can still go on. */
const LONGEST = '2 days'
/** So many are told at most. */
const CLASHES = 20

/** What readiness looks at, in PostgreSQL. */
export const readinessStore: ReadinessStore = {
  async clashes(db, { meetingId, from, to, roomId, personIds, readerId }) {
    const { rows } = await db.raw<{ rows: ClashRow[] }>(`
      WITH asked AS (
        SELECT ?::uuid AS meeting_id, ?::timestamptz AS begins, ?::timestamptz AS ends, ?::uuid AS room_id, ?::uuid[] AS person_ids, ?::uuid AS reader_id
      )
      SELECT CASE WHEN reader.person_id IS NULL THEN NULL ELSE title.body END AS title, meeting.starts_at, meeting.planned_minutes,
        coalesce(meeting.room_id = asked.room_id, false) AS room, coalesce(busy.person_ids, '{}') AS person_ids
      FROM asked JOIN meeting ON meeting.id <> asked.meeting_id AND meeting.status IN ('published', 'live')
        AND meeting.starts_at < asked.ends AND meeting.starts_at > asked.begins - interval '${LONGEST}'
        AND meeting.starts_at + meeting.planned_minutes * interval '1 minute' > asked.begins
      JOIN journal_text AS title ON title.id = meeting.title_text
      LEFT JOIN meeting_participant AS reader ON reader.meeting_id = meeting.id AND reader.person_id = asked.reader_id
      LEFT JOIN LATERAL (
        SELECT array_agg(person_id ORDER BY rank, person_id) AS person_ids FROM meeting_participant
        WHERE meeting_participant.meeting_id = meeting.id AND person_id = ANY(asked.person_ids)
      ) AS busy ON true
      WHERE meeting.room_id = asked.room_id OR busy.person_ids IS NOT NULL
      ORDER BY meeting.starts_at, meeting.id LIMIT ${CLASHES}`,
    [meetingId, from, to, roomId as string, [...personIds], readerId])
    return rows.map((row) => ({
      title: row.title, startsAt: row.starts_at.toISOString(), plannedMinutes: row.planned_minutes, room: row.room, personIds: row.person_ids,
    }))
  },

  async countYear(db, { meetingId, from, to, kindCode, bodyId }) {
    const { rows } = await db.raw<{ rows: { sameKind: number, all: number, notInPerson: number }[] }>(`
      SELECT count(*) FILTER (WHERE kind.code = ?)::integer AS "sameKind", count(*)::integer AS all,
        count(*) FILTER (WHERE meeting.mode <> 'inPerson')::integer AS "notInPerson"
      FROM meeting LEFT JOIN meeting_kind AS kind ON kind.id = meeting.kind_id
      WHERE meeting.id <> ? AND meeting.status IN ('published', 'live', 'closed')
        AND meeting.starts_at >= ? AND meeting.starts_at < ? AND meeting.body_id = coalesce(?::uuid, meeting.body_id)`,
    [kindCode, meetingId, from, to, bodyId as string])
    return rows[0] ?? { sameKind: 0, all: 0, notInPerson: 0 }
  },

  async papersAt(db, meetingId) {
    // The id of a document is a UUID of version 7, which tells when it was made.
    const { rows } = await db.raw<{ rows: { itemId: string, at: Date }[] }>(`
      SELECT item_id AS "itemId", uuid_extract_timestamp(id) AS at FROM document WHERE meeting_id = ? AND removed_at IS NULL AND withdrawn_at IS NULL AND quarantined_at IS NULL`, [meetingId])
    return rows
  },
}
