/**
 * How many pages of documents were laid before each person who attended the meetings `m` that `wanted` names (an expression of SQL with
 * its bindings): of each document the last version that is no draft, where its reading list names the person's part in the meeting; a
 * guest of single items has those of their items. Rows `meeting_id`, `person_id`, `in_hall`, `pages` (0: none).
 */
export const pagesRead = (wanted: string) => `
  SELECT m.id AS meeting_id, a.person_id, a.state = 'inPerson' AS in_hall, coalesce(sum(laid.pages), 0)::int AS pages
  FROM meeting m JOIN attendance_result a ON a.meeting_id = m.id AND a.state IN ('inPerson', 'online')
  JOIN person ON person.id = a.person_id AND person.kind = 'person'
  LEFT JOIN meeting_participant part ON part.meeting_id = m.id AND part.person_id = a.person_id
  LEFT JOIN (
    SELECT d.meeting_id, d.item_id, d.parts, r.pages FROM meeting m JOIN document d ON d.meeting_id = m.id
    JOIN LATERAL (SELECT v.sha256 FROM document_version v WHERE v.document_id = d.id AND v.state <> 'draft' AND v.sha256 IS NOT NULL ORDER BY v.number DESC LIMIT 1) v ON true
    JOIN rendition r ON r.sha256 = v.sha256
    WHERE ${wanted} AND d.removed_at IS NULL AND d.withdrawn_at IS NULL AND d.quarantined_at IS NULL
  ) laid ON laid.meeting_id = m.id
    AND (part.items_only IS NOT TRUE OR EXISTS (SELECT FROM agenda_item_guest g WHERE g.meeting_id = m.id AND g.item_id = laid.item_id AND g.person_id = a.person_id))
    AND (part.role IN ('chair', 'clerk') IS TRUE OR CASE WHEN part.items_only THEN 'guests' WHEN part.substitute_for IS NOT NULL THEN 'substitutes' ELSE 'members' END = ANY (laid.parts))
  WHERE ${wanted} GROUP BY m.id, a.person_id, a.state`
