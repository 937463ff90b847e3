import type { KnownYearStore, YearMatter } from './known-year.ts'

type MatterRow = YearMatter['said'] & Omit<YearMatter, 'said' | 'outcome'> & { way: string | null, kind: 'decided' | 'rebound' | null }
interface MemberRow {
  bodyId: string, unitId: string | null, unitName: string | null, people: number, low: number | null, likely: number | null, high: number | null
}

/** When the way of an accepted matter was to be found: as it was decided first, else as it came to whoever holds it. */
const FOUND_AT = 'coalesce(first.at, p.since)'
const ACCEPTED = `
  FROM proposal p LEFT JOIN triage_decision first ON first.matter_id = p.id AND first.nth = 1
  WHERE p.status = 'accepted' AND p.body_id = ANY (CAST(:bodyIds AS uuid[]))`

/** Meetings by the calendar, whatever comes up. Others are convened because something did. */
const BY_CALENDAR = "('committeeRegular', 'briefing')"

export const knownYearStore: KnownYearStore = {
  async years(db, bodyIds) {
    const { rows } = await db.raw<{ rows: { year: number }[] }>(`
      SELECT DISTINCT extract(year FROM ${FOUND_AT} AT TIME ZONE 'Asia/Ho_Chi_Minh')::int AS year ${ACCEPTED} ORDER BY year DESC`, { bodyIds: [...bodyIds] })
    return rows.map(({ year }) => year)
  },

  async matters(db, bodyIds, { start, end }) {
    const { rows } = await db.raw<{ rows: MatterRow[] }>(`
      SELECT matter.*, outcome.kind FROM (
        SELECT p.id, p.body_id AS "bodyId", ${FOUND_AT} AS at, p.asks, p.urgency, p.disagreement, p.wants_meeting AS "wantsMeeting",
          p.proposed_on::text AS "proposedOn", first.facts, first.way ${ACCEPTED} AND ${FOUND_AT} >= :start AND ${FOUND_AT} < :end
      ) matter LEFT JOIN triage_outcome outcome ON outcome.matter_id = matter.id AND outcome.nth = 1
      ORDER BY matter.at, matter.id`, { bodyIds: [...bodyIds], start, end })
    return rows.map(({ bodyId, at, facts, proposedOn, way, kind, asks, urgency, disagreement, wantsMeeting }) => ({
      bodyId, at, facts, proposedOn, said: { asks, urgency, disagreement, wantsMeeting }, outcome: way && kind ? { way, kind } : null,
    }))
  },

  async sittings(db, bodyIds, { start, end }) {
    const { rows } = await db.raw<{ rows: { bodyId: string, startsAt: Date, minutes: number, online: boolean }[] }>(`
      SELECT m.body_id AS "bodyId", m.starts_at AS "startsAt", m.planned_minutes AS minutes, m.mode = 'online' AS online
      FROM meeting m JOIN meeting_kind kind ON kind.id = m.kind_id AND kind.code IN ${BY_CALENDAR}
      WHERE m.body_id = ANY (CAST(:bodyIds AS uuid[])) AND m.status <> 'draft' AND m.starts_at >= :start AND m.starts_at < :end ORDER BY m.starts_at`,
    { bodyIds: [...bodyIds], start, end })
    return rows
  },

  async members(db, bodyIds, on) {
    const { rows } = await db.raw<{ rows: MemberRow[] }>(`
      SELECT m.body_id AS "bodyId", unit.id AS "unitId", unit.name AS "unitName", count(*)::int AS people,
        CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.low END AS low, CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.likely END AS likely,
        CASE WHEN unit.id = body.superior_unit_id THEN 0 ELSE way.high END AS high
      FROM membership m JOIN body ON body.id = m.body_id
      LEFT JOIN unit_membership work ON work.person_id = m.person_id AND CAST(:on AS date) BETWEEN work.since AND coalesce(work.until, 'infinity')
      LEFT JOIN unit ON unit.id = work.unit_id
      LEFT JOIN unit_distance way ON way.unit_a = least(unit.id, body.superior_unit_id) AND way.unit_b = greatest(unit.id, body.superior_unit_id)
      WHERE m.body_id = ANY (CAST(:bodyIds AS uuid[])) AND m.voting AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      GROUP BY m.body_id, unit.id, body.superior_unit_id, way.low, way.likely, way.high ORDER BY unit.name, unit.id`, { bodyIds: [...bodyIds], on })
    return rows.map(({ bodyId, unitId, unitName, people, low, likely, high }) => ({
      bodyId, unit: { id: unitId, name: unitName ?? '' }, inPerson: people, online: 0,
      kilometres: low === null || likely === null || high === null ? null : { low, likely, high },
    }))
  },

  async quotaPercent(db, on) {
    const { rows: [target] } = await db.raw<{ rows: { percent: number }[] }>(
      "SELECT percent FROM result_target WHERE code = 'fewerByRule' AND since <= CAST(? AS date) ORDER BY since DESC LIMIT 1", [on])
    return 100 - (target?.percent ?? 0)
  },
}
