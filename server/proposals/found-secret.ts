/**
 * Whether a state secret was found in the matter of a proposal `p`: one of its documents was quarantined on any agenda, or an item on
 * it is classified. What its office notes stands beside it (`triage_note.secret`).
 */
export const FOUND_SECRET = `(EXISTS (
  SELECT FROM proposal_document paper JOIN document_version kept ON kept.sha256 = paper.sha256 JOIN document ON document.id = kept.document_id
  WHERE paper.proposal_id = p.id AND document.quarantined_at IS NOT NULL)
  OR EXISTS (SELECT FROM agenda_item item WHERE item.matter_id = p.id AND item.classified))`
