import type { Day } from '../../protocol/calendar.ts'
import { FOUND_SECRET } from '../proposals/found-secret.ts'
import type { KnownYearStore, YearMatter, YearSitting } from './known-year.ts'

type MatterRow = YearMatter['said'] & Omit<YearMatter, 'said' | 'outcome'> & { way: string | null, kind: 'decided' | 'rebound' | 'stopped' | null }
interface MemberRow {
  day: Day, bodyId: string | null, unitId: string | null, unitName: string | null, people: number
  low: number | null, likely: number | null, high: number | null
}

/** When the way of an accepted matter was to be found: as it was decided first, else as it came to whoever holds it. */
const FOUND_AT = 'coalesce(first.at, p.since)'
const ACCEPTED_WITH = (joins: string) => `
  FROM proposal p LEFT JOIN triage_decision first ON first.matter_id = p.id AND first.nth = 1 ${joins}
  WHERE p.status = 'accepted' AND p.body_id = ANY (CAST(:bodyIds AS uuid[]))`

export const knownYearStore: KnownYearStore = {
  async years(db, bodyIds) {
    const { rows } = await db.raw<{ rows: { year: number }[] }>(`
      SELECT DISTINCT extract(year FROM ${FOUND_AT} AT TIME ZONE 'Asia/Ho_Chi_Minh')::int AS year ${ACCEPTED_WITH('')} ORDER BY year DESC`, { bodyIds: [...bodyIds] })
    return rows.map(({ year }) => year)
  },

  async matters(db, bodyIds, { start, end }) {
    const { rows } = await db.raw<{ rows: MatterRow[] }>(`
      SELECT matter.*, outcome.kind FROM (
        SELECT p.id, p.body_id AS "bodyId", ${FOUND_AT} AS at, p.asks, p.urgency, coalesce(note.disagreement, p.disagreement) AS disagreement,
          p.wants_meeting AS "wantsMeeting", p.proposed_on::text AS "proposedOn", coalesce(note.legal, 'none') AS legal, coalesce(note.cautions, '{}') AS cautions,
          coalesce(note.secret, false) OR ${FOUND_SECRET} AS secret, coalesce(note.minutes, item.minutes, 20) AS minutes, first.facts, first.way
        ${ACCEPTED_WITH('LEFT JOIN triage_note note ON note.matter_id = p.id LEFT JOIN LATERAL (SELECT minutes FROM agenda_item WHERE matter_id = p.id ORDER BY id LIMIT 1) item ON true')}
          AND ${FOUND_AT} >= :start AND ${FOUND_AT} < :end
      ) matter LEFT JOIN triage_outcome outcome ON outcome.matter_id = matter.id AND outcome.nth = 1
      ORDER BY matter.at, matter.id`, { bodyIds: [...bodyIds], start, end })
    return rows.map(({ bodyId, at, facts, proposedOn, way, kind, asks, urgency, disagreement, wantsMeeting, legal, cautions, secret, minutes }) => ({
      bodyId, at, facts, proposedOn, said: { asks, urgency, disagreement, wantsMeeting, legal, cautions, secret, minutes },
      outcome: way && kind && kind !== 'stopped' ? { way, kind } : null,
    }))
  },

  async sittings(db, bodyIds, { start, end, now }) {
    const { rows } = await db.raw<{ rows: YearSitting[] }>(`
      SELECT m.body_id AS "bodyId", m.starts_at AS "startsAt", m.planned_minutes AS minutes, m.mode
      FROM meeting m JOIN meeting_kind kind ON kind.id = m.kind_id AND kind.regular
      WHERE m.body_id = ANY (CAST(:bodyIds AS uuid[])) AND (m.opened_at IS NOT NULL OR (m.status = 'published' AND m.starts_at > :now))
        AND m.starts_at >= :start AND m.starts_at < :end ORDER BY m.starts_at`,
    { bodyIds: [...bodyIds], start, end, now })
    return rows
  },

  async members(db, bodyIds, { first, last }) {
    const { rows } = await db.raw<{ rows: MemberRow[] }>(`
      WITH member AS (SELECT * FROM membership WHERE body_id = ANY (CAST(:bodyIds AS uuid[])) AND voting), change AS (
        SELECT CAST(:first AS date) AS day UNION SELECT since FROM member UNION SELECT until + 1 FROM member
        UNION SELECT since FROM unit_membership WHERE person_id IN (SELECT person_id FROM member)
        UNION SELECT until + 1 FROM unit_membership WHERE person_id IN (SELECT person_id FROM member)
      )
      SELECT change.day::text AS day, m.body_id AS "bodyId", unit.id AS "unitId", unit.name AS "unitName", count(m.person_id)::int AS people,
        CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.low END AS low, CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.likely END AS likely,
        CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.high END AS high
      FROM change LEFT JOIN member m ON change.day BETWEEN m.since AND coalesce(m.until, 'infinity') LEFT JOIN body ON body.id = m.body_id
      LEFT JOIN unit_membership work ON work.person_id = m.person_id AND change.day BETWEEN work.since AND coalesce(work.until, 'infinity')
      LEFT JOIN unit ON unit.id = work.unit_id
      LEFT JOIN unit_distance way ON way.unit_a = least(unit.id, body.superior_unit_id) AND way.unit_b = greatest(unit.id, body.superior_unit_id)
        AND unit.id IS NOT NULL AND body.superior_unit_id IS NOT NULL
      WHERE change.day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
      GROUP BY change.day, m.body_id, unit.id, body.superior_unit_id, way.low, way.likely, way.high ORDER BY change.day, unit.name, unit.id`,
    { bodyIds: [...bodyIds], first, last })
    const days = [...new Set(rows.map(({ day }) => day))]
    return days.map((day) => ({
      day,
      members: rows.flatMap((row) => row.day !== day || row.bodyId === null ? [] : [{
        bodyId: row.bodyId, unit: { id: row.unitId, name: row.unitName ?? '' }, inPerson: row.people, online: 0,
        kilometres: row.low === null || row.likely === null || row.high === null ? null : { low: row.low, likely: row.likely, high: row.high },
      }]),
    }))
  },

  async quotaPercent(db, on) {
    const { rows: [target] } = await db.raw<{ rows: { percent: number }[] }>(
      "SELECT percent FROM result_target WHERE code = 'fewerByRule' AND withdrawn_at IS NULL AND since <= CAST(? AS date) ORDER BY since DESC LIMIT 1", [on])
    return 100 - (target?.percent ?? 0)
  },
}
