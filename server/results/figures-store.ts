import type { Knex } from 'knex'
import type { Wording } from '../../protocol/meeting-kinds.ts'
import type { Target } from '../../protocol/result-targets.ts'
import { pagesRead } from '../costs/pages.ts'
import { countsOnline } from '../meetings/counted.ts'
import type { HeldRow } from './compared.ts'
import type { FiguresStore } from './results.ts'

/** The day, and the month, of an instant in Vietnam. */
export const dayOf = (instant: string) => `(${instant} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date`
const monthOf = (instant: string) => `to_char(${instant} AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')`

/** Meetings `m` that were held: opened in the period. Bindings `:bodyIds`, `:start`, `:end`. */
export const HELD = 'm.body_id = ANY (CAST(:bodyIds AS uuid[])) AND m.opened_at >= :start AND m.opened_at < :end'

/** Proposals with their first submission and their decision: by a closed meeting of the body, or another way. Bindings as of HELD. */
export const DECIDED = `
  SELECT p.id, p.body_id, p.title, ${dayOf('d.at')} AS day, ${dayOf('d.at')} - ${dayOf('s.at')} AS days
  FROM proposal p JOIN proposal_submission s ON s.proposal_id = p.id AND s.round = 1
  JOIN LATERAL (SELECT min(at) AS at FROM (
    SELECT m.closed_at AS at FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id
    WHERE i.matter_id = p.id AND i.removed_at IS NULL AND i.status = 'done' AND m.body_id = p.body_id AND m.status = 'closed'
    UNION ALL SELECT o.at FROM triage_outcome o WHERE o.matter_id = p.id AND o.kind = 'decided') x) d ON d.at >= :start AND d.at < :end
  WHERE p.body_id = ANY (CAST(:bodyIds AS uuid[])) AND p.id IN (
    SELECT i.matter_id FROM meeting m JOIN agenda_item i ON i.meeting_id = m.id AND i.matter_id IS NOT NULL
    WHERE m.body_id = ANY (CAST(:bodyIds AS uuid[])) AND m.status = 'closed' AND m.closed_at >= :start AND m.closed_at < :end
    UNION ALL SELECT o.matter_id FROM triage_outcome o WHERE o.kind = 'decided' AND o.at >= :start AND o.at < :end)`

/**
 * Notices of conclusions whose day lies in the period and has come, or that were issued. One that was waived once its day was past was
 * late. Bindings `:bodyIds`, `:firstDay`, `:lastDay`, `:today`.
 */
export const NOTICES = `
  SELECT n.meeting_id AS id, n.body_id, n.due_on AS day, n.number, n.paper_id, n.status = 'waived' AS excused,
    n.issued_at IS NOT NULL AND ${dayOf('n.issued_at')} <= n.due_on AS on_time
  FROM conclusion_notice n LEFT JOIN LATERAL (
    SELECT max(e.at) AS at FROM journal_entry e WHERE n.status = 'waived' AND e.meeting_id = n.meeting_id AND e.kind = 'conclusionNotice.waived') waived ON true
  WHERE n.body_id = ANY (CAST(:bodyIds AS uuid[])) AND n.due_on BETWEEN CAST(:firstDay AS date) AND CAST(:lastDay AS date)
    AND CASE WHEN n.status = 'waived' THEN ${dayOf('waived.at')} > n.due_on ELSE n.issued_at IS NOT NULL OR n.due_on < CAST(:today AS date) END`

/**
 * Tasks whose first deadline lies in the period and has come, or that were reported done (and not returned): one that was extended
 * later is judged by the first all the same, and one that was cancelled once it was past was late.
 */
export const TASKS = `
  SELECT t.id, t.body_id, t.first_due AS day, t.what, t.due_on > t.first_due AS excused, t.stage IN ('reported', 'closed') AND ${dayOf('done.at')} <= t.first_due AS on_time
  FROM (
    SELECT task.*, coalesce((SELECT e.due_on FROM task_event e WHERE e.task_id = task.id AND e.kind = 'assigned' ORDER BY e.seq LIMIT 1), task.due_on) AS first_due
    FROM task WHERE task.body_id = ANY (CAST(:bodyIds AS uuid[])) AND task.decided_at < :end) t
  LEFT JOIN LATERAL (
    SELECT coalesce(max(e.at) FILTER (WHERE e.kind = 'reported'), max(e.at) FILTER (WHERE e.kind = 'closed')) AS at, max(e.at) FILTER (WHERE e.kind = 'cancelled') AS cancelled
    FROM task_event e WHERE e.task_id = t.id) done ON true
  WHERE t.first_due BETWEEN CAST(:firstDay AS date) AND CAST(:lastDay AS date)
    AND CASE t.stage WHEN 'cancelled' THEN ${dayOf('done.cancelled')} > t.first_due ELSE t.stage IN ('reported', 'closed') OR t.first_due < CAST(:today AS date) END`

/** A matter's id `wanted.id` that is decided without a meeting, or by one that it was merged into. */
const MATTER_ENDED = `(EXISTS (SELECT FROM proposal p WHERE p.id = wanted.id AND p.settled = 'decided') OR EXISTS (
  SELECT FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id WHERE i.matter_id = wanted.id AND i.removed_at IS NULL AND i.status = 'done' AND m.status = 'closed'))`

/**
 * Lines of the ledger in the period. A line counts once its day is past, while a cause stands whose matters are all decided, and
 * where the body did not meet on that day after all. Bindings `:bodyIds`, `:firstDay`, `:lastDay`, `:today`.
 */
export const LINES = `
  SELECT l.id, l.body_id, l.day, CASE WHEN NOT cause.stands THEN CASE WHEN cause.rebound THEN 'reversed' ELSE 'stopped' END
    WHEN EXISTS (SELECT FROM meeting m WHERE m.body_id = l.body_id AND m.opened_at >= l.day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
      AND m.opened_at < (l.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') THEN 'metAnyway'
    WHEN cause.ended AND l.day < CAST(:today AS date) THEN 'counts' ELSE 'pending' END AS state
  FROM ledger_line l CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(c.reversed_at IS NULL), false) AS stands, coalesce(bool_or(c.reversed_kind = 'rebound'), false) AS rebound,
      coalesce(bool_or(c.reversed_at IS NULL AND NOT EXISTS (SELECT FROM unnest(c.matter_ids) AS wanted (id) WHERE NOT ${MATTER_ENDED})), false) AS ended
    FROM ledger_cause c WHERE c.line_id = l.id
  ) cause
  WHERE l.body_id = ANY (CAST(:bodyIds AS uuid[])) AND l.day BETWEEN CAST(:firstDay AS date) AND CAST(:lastDay AS date)`

/** What was saved of meetings that sat: by those that were held in the period, on matters that are decided without a meeting. */
export const SAVED_MINUTES = `
  SELECT s.id, m.body_id, ${dayOf('m.opened_at')} AS day, s.minutes, s.people, s.matter_id, p.title
  FROM ledger_minutes s JOIN meeting m ON m.id = s.meeting_id JOIN proposal p ON p.id = s.matter_id AND p.settled = 'decided'
  WHERE s.reversed_at IS NULL AND ${HELD}`

async function one<T>(db: Knex, sql: string, bindings: Knex.RawBinding): Promise<T> {
  const { rows: [row] } = await db.raw<{ rows: T[] }>(sql, bindings)
  if (row === undefined) throw new Error('a count gave no row')
  return row
}

export const figuresStore: FiguresStore = {
  async held(db, asked) {
    const { rows } = await db.raw<{ rows: HeldRow[] }>(`
      SELECT m.body_id AS "bodyId", ${monthOf('m.opened_at')} AS month, coalesce(kind.code, 'none') AS kind, count(*)::int AS held,
        (count(*) FILTER (WHERE ${countsOnline('m')}))::int AS online
      FROM meeting m LEFT JOIN meeting_kind kind ON kind.id = m.kind_id WHERE ${HELD} GROUP BY 1, 2, 3`, { ...asked })
    return rows
  },

  async kinds(db) {
    const { rows } = await db.raw<{ rows: { code: string, name: Wording }[] }>('SELECT DISTINCT ON (code) code, name FROM meeting_kind ORDER BY code, since DESC')
    return rows
  },

  async quotaBodies(db, { bodyIds, code, day }) {
    const { rows: [row] } = await db.raw<{ rows: { whole: boolean, all: string[] }[] }>(`
      SELECT kind.quota_scope = 'province' AS whole, (SELECT array_agg(id) FROM body) AS all FROM meeting_kind kind
      WHERE kind.code = :code AND kind.quota_per_year IS NOT NULL AND CAST(:day AS date) BETWEEN kind.since AND coalesce(kind.until, 'infinity') ORDER BY kind.since DESC LIMIT 1`, { code, day })
    return row ? (row.whole ? row.all : bodyIds) : []
  },

  async quotas(db, { bodyIds, day, start, end }) {
    const { rows } = await db.raw<{ rows: { code: string, name: { vi: string, en: string }, perYear: number, scope: 'province' | 'body', bodyId: string | null, bodyName: string | null, held: number, basis: string }[] }>(`
      WITH kind AS (
        SELECT DISTINCT ON (code) * FROM meeting_kind WHERE since <= CAST(:day AS date) AND CAST(:day AS date) <= coalesce(until, 'infinity') ORDER BY code, since DESC
      ), held AS (
        SELECT k.code, m.body_id, count(*)::int AS count FROM meeting m JOIN meeting_kind k ON k.id = m.kind_id
        JOIN kind ON kind.code = k.code AND kind.quota_per_year IS NOT NULL AND (kind.quota_scope = 'province' OR m.body_id = ANY (CAST(:bodyIds AS uuid[])))
        WHERE m.opened_at >= :start AND m.opened_at < :end GROUP BY 1, 2
      )
      SELECT kind.code, kind.name, kind.quota_per_year AS "perYear", kind.quota_scope AS scope, body.id AS "bodyId", body.name AS "bodyName",
        kind.basis_document || ': ' || kind.basis_clause AS basis,
        CASE kind.quota_scope WHEN 'province' THEN coalesce((SELECT sum(count) FROM held WHERE held.code = kind.code), 0) ELSE coalesce(own.count, 0) END::int AS held
      FROM kind LEFT JOIN held own ON kind.quota_scope = 'body' AND own.code = kind.code AND own.body_id = ANY (CAST(:bodyIds AS uuid[]))
      LEFT JOIN body ON body.id = own.body_id
      WHERE kind.quota_per_year IS NOT NULL ORDER BY kind.code, body.name`, { bodyIds, day, start, end })
    return rows
  },

  issuing: (db, asked) => one(db, `
    SELECT (count(*) FILTER (WHERE p.channel = 'electronic'))::int AS electronic, (count(*) FILTER (WHERE p.channel = 'paper'))::int AS "onPaper",
      coalesce(sum((SELECT count(*) FROM paper_recipient r WHERE r.paper_id = p.id)) FILTER (WHERE p.channel = 'electronic'), 0)::int AS copies
    FROM issued_paper p WHERE p.status = 'issued' AND p.body_id = ANY (CAST(:bodyIds AS uuid[])) AND p.issued_at >= :start AND p.issued_at < :end`, { ...asked }),

  async pages(db, asked) {
    return (await one<{ pages: number }>(db, `SELECT coalesce(sum(pages), 0)::int AS pages FROM (${pagesRead(HELD)}) read`, { ...asked })).pages
  },

  async decisions(db, asked) {
    const { median, ...row } = await one<{ count: number, median: string | null, longestDays: number | null }>(db, `
      SELECT count(*)::int AS count, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median, max(days)::int AS "longestDays" FROM (${DECIDED}) decided`, { ...asked })
    return { ...row, medianDays: median === null ? null : Number(median) }
  },

  notices: (db, asked) => one(db, `SELECT count(*)::int AS due, (count(*) FILTER (WHERE on_time))::int AS "onTime", (count(*) FILTER (WHERE on_time IS NOT TRUE AND excused))::int AS excused FROM (${NOTICES}) notice`, { ...asked }),
  tasks: (db, asked) => one(db, `SELECT count(*)::int AS due, (count(*) FILTER (WHERE on_time))::int AS "onTime", (count(*) FILTER (WHERE on_time IS NOT TRUE AND excused))::int AS excused FROM (${TASKS}) task`, { ...asked }),

  hours: (db, asked) => one(db, `
    SELECT count(DISTINCT a.person_id)::int AS people, coalesce(sum(a.present_ms / 60000), 0)::int AS minutes
    FROM meeting m JOIN attendance_result a ON a.meeting_id = m.id JOIN person ON person.id = a.person_id AND person.kind = 'person'
    WHERE ${HELD} AND a.present_ms > 0`, { ...asked }),

  ledger: (db, asked) => one(db, `
    SELECT * FROM (SELECT (count(*) FILTER (WHERE state = 'counts'))::int AS lines, (count(*) FILTER (WHERE state = 'pending'))::int AS pending,
      (count(*) FILTER (WHERE state = 'metAnyway'))::int AS "metAnyway",
      (count(*) FILTER (WHERE state = 'reversed'))::int AS reversed FROM (${LINES}) line) lines,
    (SELECT coalesce(sum(minutes), 0)::int AS "minutesSaved", coalesce(sum(minutes * people), 0)::int AS "personMinutesSaved" FROM (${SAVED_MINUTES}) saved) saved`, { ...asked }),

  async targets(db, day) {
    const { rows } = await db.raw<{ rows: Target[] }>(`
      SELECT DISTINCT ON (code) code, percent, reach, basis FROM result_target
      WHERE withdrawn_at IS NULL AND since <= CAST(:day AS date) ORDER BY code, since DESC`, { day })
    return rows
  },
}
