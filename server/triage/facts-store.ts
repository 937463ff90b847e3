import { startOfDay, type Day } from '../../protocol/calendar.ts'
import { TriageRule, type CautionCode, type Disagreement, type LegalDemand } from '../../protocol/triage-rules.ts'
import { FOUND_SECRET } from '../proposals/found-secret.ts'
import { countsOnline } from '../meetings/counted.ts'
import type { BodyFacts, BodySlot, FactsStore, Matter } from './facts.ts'

interface MatterRow {
  id: string, body_id: string, title: string, asks: Matter['asks'], urgency: Matter['urgency'], disagreement: Disagreement, wants_meeting: boolean
  proposed_on: Day | null, found_secret: boolean, decisions: number
  notes_version: number | null, noted: Disagreement | null, legal: LegalDemand, cautions: CautionCode[], secret: boolean, minutes: number
}
export interface RuleRow {
  id: string, code: string, body_id: string | null, version: number, since: Day, until: Day | null
  name: unknown, conditions: unknown, effect: unknown, basis_document: string, basis_clause: string
}

export const RULE_COLUMNS = `rule.id, rule.code, rule.body_id, rule.version, rule.since::text AS since, rule.until::text AS until, rule.name, rule.conditions,
  rule.effect, rule.basis_document, rule.basis_clause`

export function toRule(row: RuleRow): TriageRule {
  return TriageRule.parse({
    id: row.id, code: row.code, bodyId: row.body_id, version: row.version, since: row.since, until: row.until,
    name: row.name, when: row.conditions, effect: row.effect, basis: { document: row.basis_document, clause: row.basis_clause },
  })
}

/** Matters `p` as the rules see them. */
const MATTERS = `
  SELECT p.id, p.body_id, p.title, p.asks, p.urgency, p.disagreement, p.wants_meeting, p.proposed_on::text AS proposed_on,
    ${FOUND_SECRET} AS found_secret,
    (SELECT count(*)::integer FROM triage_decision decision WHERE decision.matter_id = p.id) AS decisions,
    note.version AS notes_version, note.disagreement AS noted, note.legal, note.cautions, note.secret, note.minutes
  FROM proposal p LEFT JOIN triage_note note ON note.matter_id = p.id`

function toMatter(row: MatterRow): Matter {
  return {
    id: row.id, bodyId: row.body_id, title: row.title, asks: row.asks, urgency: row.urgency, disagreement: row.disagreement, wantsMeeting: row.wants_meeting,
    proposedOn: row.proposed_on, foundSecret: row.found_secret, decisions: row.decisions, notesVersion: row.notes_version ?? 0,
    notes: row.notes_version === null ? null
      : { disagreement: row.noted, legal: row.legal, cautions: row.cautions, secret: row.secret, minutes: row.minutes },
  }
}

/** What triage knows of matters, bodies and planned meetings, in PostgreSQL. */
export const factsStore: FactsStore = {
  async matters(db, ids) {
    const { rows } = await db.raw<{ rows: MatterRow[] }>(`${MATTERS} WHERE p.id = ANY (?::uuid[]) AND p.status = 'accepted'`, [[...ids]])
    return rows.map(toMatter)
  },

  async slots(db, bodyIds, from, readerId) {
    const { rows } = await db.raw<{ rows: (Omit<BodySlot, 'startsAt'> & { startsAt: Date })[] }>(`
      SELECT meeting.id AS "meetingId", meeting.body_id AS "bodyId", coalesce(title.body, '–') AS title, meeting.starts_at AS "startsAt", meeting.mode,
        meeting.planned_minutes - coalesce((
          SELECT sum(minutes) FROM agenda_item item WHERE item.meeting_id = meeting.id AND item.removed_at IS NULL), 0)::integer AS "freeMinutes",
        part.role IN ('chair', 'clerk') IS TRUE AS known
      FROM meeting JOIN journal_text title ON title.id = meeting.title_text
      LEFT JOIN meeting_participant part ON part.meeting_id = meeting.id AND part.person_id = :readerId
      WHERE meeting.body_id = ANY (:bodyIds) AND meeting.status IN ('draft', 'published') AND meeting.starts_at > :from
      ORDER BY meeting.starts_at, meeting.id`, { bodyIds: [...bodyIds], from, readerId: readerId as string })
    return rows.map((row) => ({ ...row, startsAt: row.startsAt.toISOString() }))
  },

  async bodies(db, bodyIds, on) {
    const year = Number(on.slice(0, 4))
    const { rows } = await db.raw<{ rows: BodyFacts[] }>(`
      WITH held AS (
        -- As the results count them: what was opened, whatever was planned.
        SELECT meeting.body_id, kind.code, ${countsOnline('meeting')} AS online, meeting.opened_at >= :from AS this_year
        FROM meeting LEFT JOIN meeting_kind kind ON kind.id = meeting.kind_id
        WHERE meeting.opened_at >= :before AND meeting.opened_at < :to
      ), threshold AS (
        SELECT likely FROM cost_rate
        WHERE item = 'threshold' AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity') AND withdrawn_at IS NULL ORDER BY since DESC LIMIT 1
      )
      SELECT body.id AS "bodyId", greatest(kinds.percent, whole.percent)::float8 AS "quotaPercent",
        (100.0 * modes.other / nullif(modes.all, 0))::float8 AS "onlinePercent", travel.travellers
      FROM body
      LEFT JOIN LATERAL (
        SELECT count(*) AS all, count(*) FILTER (WHERE online) AS other FROM held WHERE held.body_id = body.id AND this_year
      ) modes ON true
      LEFT JOIN LATERAL (
        -- Quotas of the kinds that this body meets in.
        SELECT max(100.0 * (
          SELECT count(*) FROM held WHERE this_year AND held.code = kind.code AND (kind.quota_scope = 'province' OR held.body_id = body.id)) / kind.quota_per_year) AS percent
        FROM meeting_kind kind
        WHERE kind.quota_per_year IS NOT NULL AND CAST(:on AS date) BETWEEN kind.since AND coalesce(kind.until, 'infinity')
          AND EXISTS (SELECT FROM held WHERE held.body_id = body.id AND held.code = kind.code)
      ) kinds ON true
      LEFT JOIN LATERAL (
        -- The year before as it was frozen, less what the rule takes off it.
        SELECT 100.0 * modes.all / nullif(sum(counted.meetings) * (100 - (
          SELECT percent FROM result_target WHERE code = 'fewerByRule' AND withdrawn_at IS NULL AND since <= CAST(:on AS date) ORDER BY since DESC LIMIT 1)) / 100.0, 0) AS percent
        FROM baseline_count counted WHERE counted.body_id = body.id AND counted.baseline_id = (
          SELECT id FROM baseline WHERE baseline.year = :year - 1 AND frozen_at IS NOT NULL ORDER BY version DESC LIMIT 1)
      ) whole ON true
      LEFT JOIN LATERAL (
        SELECT CASE WHEN count(distance.likely) > 0 THEN (count(*) FILTER (WHERE distance.likely >= (SELECT likely FROM threshold)))::integer END AS travellers
        FROM membership m JOIN unit_membership work ON work.person_id = m.person_id AND CAST(:on AS date) BETWEEN work.since AND coalesce(work.until, 'infinity')
        LEFT JOIN unit_distance distance ON distance.unit_a = least(work.unit_id, body.superior_unit_id) AND distance.unit_b = greatest(work.unit_id, body.superior_unit_id)
        WHERE m.body_id = body.id AND m.voting AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      ) travel ON true
      WHERE body.id = ANY (:bodyIds)`,
    { bodyIds: [...bodyIds], on, year, from: startOfDay(`${year}-01-01`), before: startOfDay(`${year - 1}-01-01`), to: startOfDay(`${year + 1}-01-01`) })
    return rows
  },

  async rules(db, bodyIds, on, last = on) {
    const { rows } = await db.raw<{ rows: RuleRow[] }>(`
      SELECT ${RULE_COLUMNS} FROM triage_rule rule
      WHERE rule.withdrawn_at IS NULL AND rule.since <= CAST(:last AS date) AND coalesce(rule.until, 'infinity') >= CAST(:on AS date)
        AND (rule.body_id IS NULL OR rule.body_id = ANY (:bodyIds))`,
    { on, last, bodyIds: [...bodyIds] })
    return rows.map(toRule)
  },
}
