/**
 * The rules of access.ts as SQL, for queries over many meetings: whoever may not read a row never meets it in one. Binding
 * `:personId`.
 */

/** The meetings that the person may see, with `items_only` of a guest of single items. */
export const READABLE_MEETINGS = `
  SELECT meeting.id, meeting.body_id, meeting.starts_at, meeting.title_text, part.items_only
  FROM meeting_participant part JOIN meeting ON meeting.id = part.meeting_id
  WHERE part.person_id = :personId AND (meeting.published_at IS NOT NULL OR part.role IN ('chair', 'clerk'))
    AND (NOT part.items_only OR EXISTS (
      SELECT FROM agenda_item_guest guest WHERE guest.meeting_id = part.meeting_id AND guest.person_id = part.person_id))`

/** The items of these meetings that the person may see. One with a state secret is not searched (Law 117/2025/QH15). */
export const READABLE_ITEMS = `
  SELECT item.id, item.meeting_id, item.title_text, meeting.body_id, meeting.starts_at
  FROM (${READABLE_MEETINGS}) meeting JOIN agenda_item item ON item.meeting_id = meeting.id
  WHERE item.removed_at IS NULL AND NOT item.classified
    AND (NOT meeting.items_only OR EXISTS (
      SELECT FROM agenda_item_guest guest WHERE guest.meeting_id = item.meeting_id AND guest.person_id = :personId AND guest.item_id = item.id))`
