import type { Knex } from 'knex'
import type { OutcomeKind, Way } from '../../protocol/triage-rules.ts'
import type { Placement, ProposalContent, ProposalHolder, ProposalStage, ProposalStep, ProposalSummary } from '../../protocol/proposals.ts'
import type { Reader, ReadingStore } from './reading.ts'
import { OF_OFFICE, OF_UNIT, PLACE, PLACES, STAGE } from './store-rows.ts'
import { documentRows, IN_ORDER, toDocument } from './store.ts'

interface PlaceRow {
  item_id: string | null
  outcome: Placement['outcome']
  placed_at: Date
  ended_at: Date | null
  meeting_id: string
  starts_at: Date
  is_draft: boolean
  known: boolean
}
interface SummaryRow extends PlaceRow {
  id: string
  title: string
  unit_id: string
  unit_name: string
  body_id: string
  body_name: string
  asks: ProposalSummary['asks']
  proposed_on: string | null
  stage: ProposalStage
  held_since: Date
  term: string | null
  late: boolean
  checker_name: string | null
}

const holders: Record<ProposalStage, ProposalHolder> = {
  draft: 'unit', returned: 'unit', received: 'office', checking: 'office', pool: 'office', planned: 'office', outside: 'office', deferred: 'office',
  decided: 'none', withdrawn: 'none',
}

/**
 * Proposals as lists show them. `submitted`: a returned one has the title that was submitted, not the one that its unit is
 * writing. A term runs for who holds it, but not once a meeting has it. Bindings `:personId`, `:on`.
 */
const summaries = (submitted: boolean) => `
  SELECT shown.*, term < CAST(:on AS text) AS late FROM (
    SELECT p.id, ${submitted ? `coalesce(handed_in.content ->> 'title', p.title)` : 'p.title'} AS title,
      ${submitted ? 'coalesce(handed_in.title_folded, p.title_folded)' : 'p.title_folded'} AS title_folded, p.unit_id, unit.name AS unit_name,
      p.body_id, body.name AS body_name, p.asks, p.proposed_on::text AS proposed_on, ${STAGE} AS stage,
      CASE WHEN place.outcome IS NULL OR (p.settled IS NOT NULL AND place.outcome <> 'planned') THEN p.since WHEN place.outcome = 'planned' THEN place.placed_at
        ELSE coalesce(place.ended_at, place.placed_at) END AS held_since,
      CASE WHEN place.outcome IS NULL OR (p.settled IS NOT NULL AND place.outcome <> 'planned') THEN p.due_on::text END AS term, checker.full_name AS checker_name, place.*
    FROM proposal p JOIN unit ON unit.id = p.unit_id JOIN body ON body.id = p.body_id LEFT JOIN person checker ON checker.id = p.checker_id
    ${submitted ? `LEFT JOIN proposal_submission handed_in ON handed_in.proposal_id = p.id AND handed_in.round = p.round AND p.status = 'returned'` : ''}
    ${PLACE}
    WHERE `

function toPlacement(row: PlaceRow): Placement {
  return {
    at: row.placed_at.toISOString(), endedAt: row.ended_at?.toISOString() ?? null, outcome: row.outcome,
    meetingId: row.known ? row.meeting_id : null, startsAt: row.known || !row.is_draft ? row.starts_at.toISOString() : null,
  }
}

function toSummary(row: SummaryRow): ProposalSummary {
  return {
    id: row.id, title: row.title, unit: { id: row.unit_id, name: row.unit_name }, body: { id: row.body_id, name: row.body_name },
    asks: row.asks, proposedOn: row.proposed_on, stage: row.stage, holder: holders[row.stage], since: row.held_since.toISOString(),
    dueOn: row.term, late: row.late === true, checkerName: row.stage === 'checking' ? row.checker_name : null,
    placement: row.item_id === null ? null : toPlacement(row),
  }
}

/** Proposals as they are read, in PostgreSQL. */
export const readingStore: ReadingStore = {
  async list(db, reader, { side, stage, words, before, limit }) {
    const filters = [
      ...(stage ? ['stage = :stage'] : []),
      ...(before ? ['(held_since, id) < (:at, :id)'] : []),
      ...words.map((_, index) => `position(:word${index} in title_folded) > 0`),
    ]
    const { rows } = await db.raw<{ rows: SummaryRow[] }>(`
      ${summaries(side === 'office')} ${side === 'unit' ? OF_UNIT : OF_OFFICE}) shown
      ${filters.length ? `WHERE ${filters.join(' AND ')}` : ''} ORDER BY held_since DESC, id DESC LIMIT :limit`, {
      ...reader, limit, ...(stage ? { stage } : {}), ...before, ...Object.fromEntries(words.map((word, index) => [`word${index}`, word])),
    })
    return rows.map((row) => ({ summary: toSummary(row), listedAt: row.held_since }))
  },

  async board(db, reader, limit) {
    const { rows } = await db.raw<{ rows: (SummaryRow & { column_stage: 'pool', count: string, late_count: string })[] }>(`
      SELECT * FROM (
        SELECT *, count(*) OVER whole AS count, count(*) FILTER (WHERE late) OVER whole AS late_count,
          row_number() OVER (PARTITION BY column_stage
            ORDER BY late DESC NULLS LAST, CASE WHEN stage = 'decided' THEN -extract(epoch FROM held_since) ELSE extract(epoch FROM held_since) END, id) AS nth
        FROM (SELECT *, CASE stage WHEN 'deferred' THEN 'pool' ELSE stage END AS column_stage FROM (${summaries(true)} ${OF_OFFICE}) shown) listed) staged
        WHERE stage <> 'withdrawn' WINDOW whole AS (PARTITION BY column_stage)
      ) ranked WHERE nth <= :limit ORDER BY column_stage, nth`, { ...reader, limit })
    return rows.map((row) => ({ stage: row.column_stage, count: Number(row.count), late: Number(row.late_count), summary: toSummary(row) }))
  },

  async summary(db, reader, proposalId, side) {
    const { rows: [row] } = await db.raw<{ rows: SummaryRow[] }>(
      `${summaries(side === 'office')} p.id = :proposalId) shown`, { ...reader, proposalId })
    return row && toSummary(row)
  },

  async steps(db, proposalId) {
    const rows: { at: Date, actor_id: string, kind: ProposalStep['kind'], reason: string, holder: ProposalHolder, due_on: string | null }[] =
      await db('proposal_step').where({ proposal_id: proposalId }).orderBy('seq')
        .select('at', 'actor_id', 'kind', 'reason', 'holder', db.raw('due_on::text AS due_on'))
    return rows.map(({ at, actor_id: actorId, kind, reason, holder, due_on: dueOn }) => ({ at: at.toISOString(), actorId, kind, reason, holder, dueOn }))
  },

  async documents(db, proposalId) {
    return (await documentRows(db).where('paper.proposal_id', proposalId).orderByRaw(IN_ORDER)).map(toDocument)
  },

  async submissions(db, proposalId) {
    const rows: { round: number, at: Date, content: ProposalContent, documents: string[] }[] = await db('proposal_submission')
      .where({ proposal_id: proposalId }).orderBy('round').select('round', 'at', 'content', 'documents')
    return rows.map(({ documents, at, ...row }) => ({ ...row, at: at.toISOString(), documentIds: documents }))
  },

  async placements(db, { personId }, proposalId) {
    const { rows } = await db.raw<{ rows: PlaceRow[] }>(`
      SELECT place.* FROM proposal p CROSS JOIN LATERAL (${PLACES}) place WHERE p.id = :proposalId ORDER BY place.item_id`, { proposalId, personId })
    return rows.map(toPlacement)
  },

  async dealings(db, proposalId) {
    const { rows } = await db.raw<{ rows: { at: Date, actor_id: string, way: Way, due_on: string | null, kind: OutcomeKind | null, ended_at: Date | null, ender_id: string | null }[] }>(`
      SELECT decision.at, decision.decider_id AS actor_id, decision.way, decision.due_on::text AS due_on, outcome.kind, outcome.at AS ended_at, outcome.actor_id AS ender_id
      FROM triage_decision decision LEFT JOIN triage_outcome outcome ON outcome.matter_id = decision.matter_id AND outcome.nth = decision.nth
      WHERE decision.matter_id = ? ORDER BY decision.nth`, [proposalId])
    return rows.map((row) => ({
      at: row.at.toISOString(), actorId: row.actor_id, way: row.way, dueOn: row.due_on,
      ended: row.kind && row.ended_at ? { kind: row.kind, at: row.ended_at.toISOString(), actorId: row.ender_id } : null,
    }))
  },

  async bodies(db, on) {
    const { rows } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT id, name FROM body WHERE CAST(:on AS date) <= coalesce(until, 'infinity') ORDER BY name`, { on })
    return rows
  },

  async offices(db: Knex, { personId, on }: Reader) {
    const { rows } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT body.id, body.name FROM membership m JOIN body ON body.id = m.body_id
      WHERE m.person_id = :personId AND m.role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      ORDER BY body.name`, { personId, on })
    return rows
  },
}
