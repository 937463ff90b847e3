/** When a meeting ended, from which documents expire; one that was cancelled, when it was to end. Null: not yet. */
export const ENDED_AT = `coalesce(meeting.closed_at,
  CASE WHEN meeting.status = 'cancelled' THEN meeting.starts_at + meeting.planned_minutes * interval '1 minute' END)`

/**
 * The one law of reading, as SQL: which versions of which documents a person may read at a moment. Beside chair, clerk and who
 * presides these are the parts that the document names, once the meeting is published, until it expires, and without drafts.
 * Nobody reads what was withdrawn, removed with its item, or quarantined. Bindings `:personId` and `:now`.
 */
export const READABLE_VERSIONS = `
  SELECT document.id, document.meeting_id, document.item_id, meeting.body_id, meeting.starts_at, document.name_text, document.parts, document.download,
    version.number, version.state, version.sha256, version.media_type, version.bytes, reader.office
  FROM meeting_participant AS part
  JOIN meeting ON meeting.id = part.meeting_id
  CROSS JOIN LATERAL (
    SELECT part.role IN ('chair', 'clerk') OR (meeting.published_at IS NOT NULL AND meeting.presiding_id IS NOT DISTINCT FROM part.person_id) AS office
  ) AS reader
  JOIN document ON document.meeting_id = meeting.id
  JOIN document_version AS version ON version.document_id = document.id
  WHERE part.person_id = :personId
    AND document.removed_at IS NULL AND document.withdrawn_at IS NULL AND document.quarantined_at IS NULL AND version.sha256 IS NOT NULL
    AND (NOT part.items_only OR EXISTS (
      SELECT FROM agenda_item_guest AS guest
      WHERE guest.meeting_id = meeting.id AND guest.item_id = document.item_id AND guest.person_id = part.person_id))
    AND (reader.office OR (
      meeting.published_at IS NOT NULL AND version.state <> 'draft' AND document.expired_at IS NULL
      AND (document.expires_hours IS NULL OR coalesce(${ENDED_AT} + document.expires_hours * interval '1 hour' > :now, true))
      AND CASE WHEN part.items_only THEN 'guests' WHEN part.substitute_for IS NOT NULL THEN 'substitutes' ELSE 'members' END = ANY(document.parts)))`

/**
 * Of each document that the person may read the newest such version. Said of each row alone, so that a query that begins at
 * words or files need not read all documents first. Bindings `:personId` and `:now`.
 */
export const READABLE_DOCUMENTS = `
  SELECT readable.* FROM (${READABLE_VERSIONS}) AS readable WHERE NOT EXISTS (
    SELECT FROM document_version AS newer
    WHERE newer.document_id = readable.id AND newer.number > readable.number AND newer.sha256 IS NOT NULL
      AND (readable.office OR newer.state <> 'draft'))`
