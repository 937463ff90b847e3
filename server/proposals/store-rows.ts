import type { ProposalContent, ProposalSide, ProposalStage } from '../../protocol/proposals.ts'
import type { Proposal, ProposalStatus } from './access.ts'

/** A row of `proposal`; days as texts. */
export interface ProposalRow {
  id: string
  unit_id: string
  body_id: string
  kind_id: string
  kind_version: number | null
  status: ProposalStatus
  version: number
  round: number
  since: Date
  due_on: string | null
  checker_id: string | null
  title: string
  summary: string
  asks: ProposalContent['asks']
  proposed_on: string | null
  legal_basis: string
  presenter_id: string | null
  urgency: NonNullable<ProposalContent['urgency']>
  disagreement: NonNullable<ProposalContent['disagreement']>
  wants_meeting: boolean
  edited_at: Date
  edited_by: string
}

export interface AccessRow extends ProposalRow { stage: ProposalStage, of_unit: boolean, of_office: boolean }

/** The columns of a proposal `p`. The driver would read a date as an instant of its own time zone. */
export const COLUMNS = `p.id, p.unit_id, p.body_id, p.kind_id, p.kind_version, p.status, p.version, p.round, p.since, p.due_on::text AS due_on,
  p.checker_id, p.title, p.summary, p.asks, p.proposed_on::text AS proposed_on, p.legal_basis, p.presenter_id,
  p.urgency, p.disagreement, p.wants_meeting, p.edited_at, p.edited_by`

/**
 * Of the reader's unit, or of one that went into it by a merger or a split: its matters have passed over with its people.
 * Bindings `:personId`, `:on`.
 */
export const OF_UNIT = `p.unit_id IN (
  WITH RECURSIVE own (id) AS (
    SELECT unit_id FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
    UNION SELECT predecessor_id FROM unit_succession JOIN own ON successor_id = own.id WHERE since <= CAST(:on AS date)
  ) SELECT id FROM own)`
export const OF_OFFICE = `(p.round > 0 AND p.body_id IN (
  SELECT body_id FROM membership
  WHERE person_id = :personId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')))`

/** What an item says of its matter: one that a closed meeting left undone is put off like one that it deferred. */
const OUTCOME = `CASE WHEN meeting.status = 'cancelled' THEN 'cancelled' WHEN item.status = 'done' THEN 'decided'
  WHEN item.status = 'deferred' OR meeting.status = 'closed' THEN 'deferred' ELSE 'planned' END`

/**
 * Places of a matter on agendas of the body that it was proposed to; other bodies' agendas say nothing of it. `known`: the
 * reader takes part in the meeting, and prepares it where it is a draft. Binding `:personId`.
 */
export const PLACES = `
  SELECT item.id AS item_id, ${OUTCOME} AS outcome, uuid_extract_timestamp(item.id) AS placed_at,
    CASE WHEN item.status IN ('done', 'deferred') OR meeting.status = 'closed' THEN coalesce(meeting.closed_at, meeting.opened_at) END AS ended_at,
    meeting.id AS meeting_id, meeting.starts_at, meeting.status = 'draft' AS is_draft,
    part.person_id IS NOT NULL AND (meeting.status <> 'draft' OR part.role IN ('chair', 'clerk')) AS known
  FROM agenda_item item JOIN meeting ON meeting.id = item.meeting_id
  LEFT JOIN meeting_participant part ON part.meeting_id = meeting.id AND part.person_id = :personId
  WHERE item.matter_id = p.id AND item.removed_at IS NULL AND meeting.body_id = p.body_id`

/** The latest place of an accepted matter, but for cancelled meetings; and the stage that it makes. */
export const PLACE = `LEFT JOIN LATERAL (${PLACES} AND meeting.status <> 'cancelled' ORDER BY item.id DESC LIMIT 1) place ON p.status = 'accepted'`
export const STAGE = `CASE p.status
  WHEN 'submitted' THEN CASE WHEN p.checker_id IS NULL THEN 'received' ELSE 'checking' END
  WHEN 'accepted' THEN CASE WHEN place.outcome IN ('planned', 'decided') THEN place.outcome ELSE coalesce(p.settled, place.outcome, 'pool') END
  ELSE p.status END`

function toContent(row: ProposalRow): ProposalContent {
  return {
    bodyId: row.body_id, kindId: row.kind_id, title: row.title, summary: row.summary, asks: row.asks, proposedOn: row.proposed_on,
    legalBasis: row.legal_basis, presenterId: row.presenter_id, urgency: row.urgency, disagreement: row.disagreement, wantsMeeting: row.wants_meeting,
  }
}

export function toProposal(row: ProposalRow): Proposal {
  return {
    id: row.id, unitId: row.unit_id, kindVersion: row.kind_version, status: row.status, version: row.version, round: row.round,
    since: row.since, dueOn: row.due_on, checkerId: row.checker_id, content: toContent(row), editedAt: row.edited_at, editedBy: row.edited_by,
  }
}

export function fromContent(content: ProposalContent) {
  return {
    body_id: content.bodyId, kind_id: content.kindId, title: content.title, summary: content.summary, asks: content.asks,
    proposed_on: content.proposedOn, legal_basis: content.legalBasis, presenter_id: content.presenterId,
    urgency: content.urgency ?? 'normal', disagreement: content.disagreement ?? 'unknown', wants_meeting: content.wantsMeeting ?? false,
  }
}

export function fromProposal({ content, ...change }: Partial<Proposal>): Record<string, unknown> {
  const row = {
    ...(content ? fromContent(content) : {}),
    kind_version: change.kindVersion, status: change.status, round: change.round, since: change.since, due_on: change.dueOn,
    checker_id: change.checkerId, edited_at: change.editedAt, edited_by: change.editedBy,
  }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

export function sidesOf({ of_unit: unit, of_office: office }: Pick<AccessRow, 'of_unit' | 'of_office'>): ProposalSide[] {
  return [...(unit ? ['unit' as const] : []), ...(office ? ['office' as const] : [])]
}
