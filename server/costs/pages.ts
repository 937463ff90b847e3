/** Pages of the documents of a meeting `m` that were laid before its people, each by the last version that was: an expression of SQL. */
export const SHOWN_PAGES = `coalesce((
  SELECT sum(r.pages) FROM document d
  JOIN LATERAL (SELECT v.sha256 FROM document_version v WHERE v.document_id = d.id AND v.state <> 'draft' AND v.sha256 IS NOT NULL ORDER BY v.number DESC LIMIT 1) v ON true
  JOIN rendition r ON r.sha256 = v.sha256
  WHERE d.meeting_id = m.id AND d.removed_at IS NULL AND d.withdrawn_at IS NULL AND d.quarantined_at IS NULL), 0)`
