import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { TriageFacts, TriageResult, Way } from '../../protocol/triage-rules.ts'
import type { OpinionCount, TriageList, TriageOutcome } from '../../protocol/triage.ts'
import { OF_OFFICE, PLACE, STAGE } from '../proposals/store-rows.ts'
import type { KeptDecision, ListedMatter, MatterInShort, TriageReadingStore } from './reading.ts'

interface DecisionRow {
  matter_id: string, nth: number, at: Date, decider_id: string, way: Way, proposed: Way | null, reason: string, delegate_id: string | null, due_on: Day | null
  meeting_id: string | null, opinion_id: string | null, ended: TriageOutcome['kind'] | null, ended_at: Date | null, ender_id: string | null, note: string | null, tally: OpinionCount | null, ended_meeting_id: string | null
  facts: TriageFacts, result: TriageResult
}
interface ListRow {
  id: string, title: string, body_id: string, body_name: string, unit_id: string, unit_name: string, held_since: string, proposed_on: Day | null, late: boolean
  nth: number | null, decider_name: string | null, delegate_name: string | null
}

interface ShortRow extends Omit<MatterInShort, 'body' | 'unit'> { body_id: string, body_name: string, unit_id: string, unit_name: string }

const DECISIONS = `
  SELECT decision.matter_id, decision.nth, decision.at, decision.decider_id, decision.way, decision.proposed, decision.reason, decision.delegate_id,
    decision.due_on::text AS due_on, decision.meeting_id, CASE WHEN decision.way = 'write' THEN (
      SELECT opinion.id FROM opinion WHERE opinion.matter_id = decision.matter_id AND opinion.opened_at >= decision.at ORDER BY opinion.opened_at LIMIT 1) END AS opinion_id,
    decision.facts, decision.result,
    outcome.kind AS ended, outcome.at AS ended_at, outcome.actor_id AS ender_id, outcome.note, outcome.tally, outcome.meeting_id AS ended_meeting_id
  FROM triage_decision decision LEFT JOIN triage_outcome outcome ON outcome.matter_id = decision.matter_id AND outcome.nth = decision.nth`

/** The lists of the office; a decision to meet stands until an agenda that the matter came onto since has put it off. Bindings `:personId`, `:on`. */
const LISTED = `
  SELECT staged.*, CASE
      WHEN stage = 'outside' THEN 'outside'
      WHEN stage = 'decided' AND nth IS NOT NULL THEN 'over'
      WHEN stage IN ('pool', 'deferred') THEN
        CASE WHEN way IN ('meet', 'online') AND meeting_id IS NULL AND (placed_at IS NULL OR placed_at < decided_at) THEN 'convene' ELSE 'undecided' END
    END AS list
  FROM (
    SELECT p.id, p.title, p.body_id, body.name AS body_name, p.unit_id, unit.name AS unit_name, p.proposed_on::text AS proposed_on, ${STAGE} AS stage,
      place.placed_at, decision.nth, decision.way, decision.meeting_id, decision.at AS decided_at,
      CASE WHEN p.settled IS NULL AND place.outcome IN ('decided', 'deferred') THEN coalesce(place.ended_at, place.placed_at) ELSE p.since END AS held_since,
      coalesce(p.due_on < CAST(:on AS date), false) AS late, decider.full_name AS decider_name, delegate.full_name AS delegate_name
    FROM proposal p JOIN body ON body.id = p.body_id JOIN unit ON unit.id = p.unit_id ${PLACE}
    LEFT JOIN LATERAL (SELECT * FROM triage_decision one WHERE one.matter_id = p.id ORDER BY nth DESC LIMIT 1) decision ON true
    LEFT JOIN person decider ON decider.id = decision.decider_id LEFT JOIN person delegate ON delegate.id = decision.delegate_id
    WHERE p.status = 'accepted' AND ${OF_OFFICE}
  ) staged`

function toDecision(row: DecisionRow): KeptDecision {
  const outcome = row.ended && row.ended_at
    ? { kind: row.ended, at: row.ended_at.toISOString(), actorId: row.ender_id, note: row.note ?? '', tally: row.tally, meetingId: row.ended_meeting_id }
    : null
  return {
    matterId: row.matter_id, nth: row.nth, at: row.at.toISOString(), deciderId: row.decider_id, way: row.way, proposed: row.proposed,
    departs: row.way !== row.proposed, reason: row.reason, delegateId: row.delegate_id, dueOn: row.due_on, meetingId: row.meeting_id,
    opinionId: row.opinion_id, outcome, facts: row.facts, result: row.result,
  }
}

/** What was decided on how matters are dealt with, as it is read, in PostgreSQL. */
export const triageReadingStore: TriageReadingStore = {
  async decisions(db, matterIds) {
    const { rows } = await db.raw<{ rows: DecisionRow[] }>(
      `${DECISIONS} WHERE decision.matter_id = ANY (?::uuid[]) ORDER BY decision.matter_id, decision.nth`, [[...matterIds]])
    return rows.map(toDecision)
  },

  async delegatedTo(db, matterId, personId, on) {
    const { rows } = await db.raw<{ rows: unknown[] }>(`
      SELECT FROM triage_decision decision LEFT JOIN triage_outcome outcome ON outcome.matter_id = decision.matter_id AND outcome.nth = decision.nth
      WHERE decision.matter_id = :matterId AND decision.delegate_id = :personId AND CASE
        WHEN outcome.kind IS NOT NULL THEN outcome.kind = 'decided' AND outcome.actor_id = :personId
        ELSE EXISTS (SELECT FROM proposal p WHERE p.id = decision.matter_id AND p.settled = 'outside') AND EXISTS (
          SELECT FROM membership m WHERE m.body_id = decision.body_id AND m.person_id = :personId AND m.voting
            AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')) END
      LIMIT 1`, { matterId, personId, on })
    return rows.length > 0
  },

  async inShort(db, matterId) {
    const { rows: [row] } = await db.raw<{ rows: ShortRow[] }>(`
      SELECT p.title, p.summary, p.legal_basis AS "legalBasis", body.id AS body_id, body.name AS body_name, unit.id AS unit_id, unit.name AS unit_name
      FROM proposal p JOIN body ON body.id = p.body_id JOIN unit ON unit.id = p.unit_id WHERE p.id = ?`, [matterId])
    return row && {
      title: row.title, summary: row.summary, legalBasis: row.legalBasis,
      body: { id: row.body_id, name: row.body_name }, unit: { id: row.unit_id, name: row.unit_name },
    }
  },

  async list(db, reader, { list, bodyId, after, limit }) {
    const order = list === 'over' ? 'DESC' : 'ASC'
    // Looked through once, for the page and the counts.
    const { rows: [found] } = await db.raw<{ rows: { page: ListRow[], counts: Partial<Record<TriageList, number>> }[] }>(`
      WITH listed AS MATERIALIZED (SELECT * FROM (${LISTED}) every WHERE list IS NOT NULL ${bodyId ? 'AND body_id = :bodyId' : ''})
      SELECT (SELECT coalesce(json_agg(one ORDER BY one.held_since ${order}, one.id ${order}), '[]') FROM (
          SELECT id, title, body_id, body_name, unit_id, unit_name, held_since, proposed_on, late, nth, decider_name, delegate_name FROM listed
          WHERE list = :list ${after ? `AND (held_since, id) ${list === 'over' ? '<' : '>'} (:at, CAST(:id AS uuid))` : ''}
          ORDER BY held_since ${order}, id ${order} LIMIT :limit) one) AS page,
        (SELECT coalesce(json_object_agg(list, count), '{}') FROM (SELECT list, count(*) AS count FROM listed GROUP BY list) counted) AS counts`,
    { ...reader, list, limit, ...bodyId ? { bodyId } : {}, ...after })
    return {
      counts: found?.counts ?? {},
      page: (found?.page ?? []).map((row): ListedMatter => ({
        id: row.id, title: row.title, body: { id: row.body_id, name: row.body_name }, unit: { id: row.unit_id, name: row.unit_name },
        since: new Date(row.held_since),
        proposedOn: row.proposed_on, late: list !== 'over' && row.late, nth: row.nth, deciderName: row.decider_name, delegateName: row.delegate_name,
      })),
    }
  },

  async undecided(db: Knex) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(`
      SELECT p.id FROM proposal p ${PLACE}
      WHERE p.status = 'accepted' AND ${STAGE} IN ('pool', 'deferred') ORDER BY p.since LIMIT 2000`, { personId: null })
    return rows.map(({ id }) => id)
  },

  async delegated(db, personId, on) {
    const { rows } = await db.raw<{ rows: { id: string, title: string, body_id: string, body_name: string, due_on: Day, late: boolean }[] }>(`
      SELECT p.id, p.title, body.id AS body_id, body.name AS body_name, decision.due_on::text AS due_on, decision.due_on < CAST(:on AS date) AS late
      FROM triage_decision decision JOIN proposal p ON p.id = decision.matter_id AND p.settled = 'outside' JOIN body ON body.id = p.body_id
      WHERE decision.delegate_id = :personId AND NOT EXISTS (
        SELECT FROM triage_outcome outcome WHERE outcome.matter_id = decision.matter_id AND outcome.nth = decision.nth)
        AND EXISTS (SELECT FROM membership m WHERE m.body_id = decision.body_id AND m.person_id = :personId AND m.voting
          AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity'))
      ORDER BY decision.due_on, p.id LIMIT 100`, { personId, on })
    return rows.map((row) => ({ id: row.id, title: row.title, body: { id: row.body_id, name: row.body_name }, dueOn: row.due_on, late: row.late }))
  },
}

