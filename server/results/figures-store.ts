import type { Knex } from 'knex'
import { SHOWN_PAGES } from '../costs/pages.ts'
import type { FiguresStore } from './results.ts'

/** The day, and the month, of an instant in Vietnam. */
export const dayOf = (instant: string) => `(${instant} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date`
const monthOf = (instant: string) => `to_char(${instant} AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')`

/** Meetings `m` that were held: opened in the period. Bindings `:bodyIds`, `:start`, `:end`. */
export const HELD = 'm.body_id = ANY (CAST(:bodyIds AS uuid[])) AND m.opened_at >= :start AND m.opened_at < :end'

/** People who attended a meeting `m`; places that were connected as such are none. */
export const ATTENDED = `(SELECT count(*) FROM attendance_result a JOIN person ON person.id = a.person_id AND person.kind = 'person'
  WHERE a.meeting_id = m.id AND a.state IN ('inPerson', 'online'))`

/** Proposals with their first submission and their decision: by a closed meeting of the body, or another way. Bindings as of HELD. */
export const DECIDED = `
  SELECT p.id, p.body_id, p.title, ${dayOf('d.at')} AS day, ${dayOf('d.at')} - ${dayOf('s.at')} AS days
  FROM proposal p JOIN proposal_submission s ON s.proposal_id = p.id AND s.round = 1
  JOIN LATERAL (SELECT min(at) AS at FROM (
    SELECT m.closed_at AS at FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id
    WHERE i.matter_id = p.id AND i.removed_at IS NULL AND i.status = 'done' AND m.body_id = p.body_id AND m.status = 'closed'
    UNION ALL SELECT o.at FROM triage_outcome o WHERE o.matter_id = p.id AND o.kind = 'decided') x) d ON d.at >= :start AND d.at < :end
  WHERE p.body_id = ANY (CAST(:bodyIds AS uuid[]))`

/** Notices of conclusions whose day lies in the period and has come, or that were issued. Bindings `:bodyIds`, `:firstDay`, `:lastDay`, `:today`. */
export const NOTICES = `
  SELECT n.meeting_id AS id, n.body_id, n.due_on AS day, n.number, n.paper_id, n.issued_at IS NOT NULL AND ${dayOf('n.issued_at')} <= n.due_on AS on_time
  FROM conclusion_notice n
  WHERE n.body_id = ANY (CAST(:bodyIds AS uuid[])) AND n.due_on BETWEEN CAST(:firstDay AS date) AND CAST(:lastDay AS date)
    AND n.status <> 'waived' AND (n.issued_at IS NOT NULL OR n.due_on < CAST(:today AS date))`

/** Tasks whose day lies in the period and has come, or that were reported done (and not returned). */
export const TASKS = `
  SELECT t.id, t.body_id, t.due_on AS day, t.what, t.stage IN ('reported', 'closed') AND ${dayOf('done.at')} <= t.due_on AS on_time
  FROM task t LEFT JOIN LATERAL (
    SELECT coalesce(max(e.at) FILTER (WHERE e.kind = 'reported'), max(e.at) FILTER (WHERE e.kind = 'closed')) AS at FROM task_event e WHERE e.task_id = t.id) done ON true
  WHERE t.body_id = ANY (CAST(:bodyIds AS uuid[])) AND t.due_on BETWEEN CAST(:firstDay AS date) AND CAST(:lastDay AS date)
    AND t.stage <> 'cancelled' AND (t.stage IN ('reported', 'closed') OR t.due_on < CAST(:today AS date))`

/** Lines of the ledger in the period. A line counts while a cause stands and the body did not meet on that day after all. */
export const LINES = `
  SELECT l.id, l.body_id, l.day, CASE WHEN NOT EXISTS (SELECT FROM ledger_cause c WHERE c.line_id = l.id AND c.reversed_at IS NULL) THEN 'reversed'
    WHEN EXISTS (SELECT FROM meeting m WHERE m.body_id = l.body_id AND m.opened_at >= l.day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
      AND m.opened_at < (l.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') THEN 'metAnyway' ELSE 'counts' END AS state
  FROM ledger_line l WHERE l.body_id = ANY (CAST(:bodyIds AS uuid[])) AND l.day BETWEEN CAST(:firstDay AS date) AND CAST(:lastDay AS date)`

/** What was saved of meetings that sat: by those that were held in the period. */
export const SAVED_MINUTES = `
  SELECT s.id, m.body_id, ${dayOf('m.opened_at')} AS day, s.minutes, s.people, s.meeting_id
  FROM ledger_minutes s JOIN meeting m ON m.id = s.meeting_id WHERE s.reversed_at IS NULL AND ${HELD}`

async function one<T>(db: Knex, sql: string, bindings: Knex.RawBinding): Promise<T> {
  const { rows: [row] } = await db.raw<{ rows: T[] }>(sql, bindings)
  if (row === undefined) throw new Error('a count gave no row')
  return row
}

export const figuresStore: FiguresStore = {
  async held(db, asked) {
    const { rows } = await db.raw<{ rows: { bodyId: string, month: string, held: number, online: number }[] }>(`
      SELECT m.body_id AS "bodyId", ${monthOf('m.opened_at')} AS month, count(*)::int AS held, (count(*) FILTER (WHERE m.mode <> 'inPerson'))::int AS online
      FROM meeting m WHERE ${HELD} GROUP BY 1, 2`, { ...asked })
    return rows
  },

  async quotas(db, { bodyIds, day, start, end }) {
    const { rows } = await db.raw<{ rows: { code: string, name: { vi: string, en: string }, perYear: number, scope: 'province' | 'body', bodyId: string | null, bodyName: string | null, held: number, basis: string }[] }>(`
      WITH kind AS (
        SELECT DISTINCT ON (code) * FROM meeting_kind WHERE since <= CAST(:day AS date) AND CAST(:day AS date) <= coalesce(until, 'infinity') ORDER BY code, since DESC
      ), held AS (
        SELECT k.code, m.body_id, count(*)::int AS count FROM meeting m JOIN meeting_kind k ON k.id = m.kind_id
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
    return (await one<{ pages: number }>(db, `SELECT coalesce(sum(${SHOWN_PAGES} * ${ATTENDED}), 0)::int AS pages FROM meeting m WHERE ${HELD}`, { ...asked })).pages
  },

  async decisions(db, asked) {
    const { median, ...row } = await one<{ count: number, median: string | null, longestDays: number | null }>(db, `
      SELECT count(*)::int AS count, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median, max(days)::int AS "longestDays" FROM (${DECIDED}) decided`, { ...asked })
    return { ...row, medianDays: median === null ? null : Number(median) }
  },

  notices: (db, asked) => one(db, `SELECT count(*)::int AS due, (count(*) FILTER (WHERE on_time))::int AS "onTime" FROM (${NOTICES}) notice`, { ...asked }),
  tasks: (db, asked) => one(db, `SELECT count(*)::int AS due, (count(*) FILTER (WHERE on_time))::int AS "onTime" FROM (${TASKS}) task`, { ...asked }),

  hours: (db, asked) => one(db, `
    SELECT count(DISTINCT a.person_id)::int AS people, coalesce(sum(a.present_ms / 60000), 0)::int AS minutes
    FROM meeting m JOIN attendance_result a ON a.meeting_id = m.id JOIN person ON person.id = a.person_id AND person.kind = 'person'
    WHERE ${HELD} AND a.present_ms > 0`, { ...asked }),

  ledger: (db, asked) => one(db, `
    SELECT * FROM (SELECT (count(*) FILTER (WHERE state = 'counts'))::int AS lines, (count(*) FILTER (WHERE state = 'metAnyway'))::int AS "metAnyway",
      (count(*) FILTER (WHERE state = 'reversed'))::int AS reversed FROM (${LINES}) line) lines,
    (SELECT coalesce(sum(minutes), 0)::int AS "minutesSaved", coalesce(sum(minutes * people), 0)::int AS "personMinutesSaved" FROM (${SAVED_MINUTES}) saved) saved`, { ...asked }),

  async targets(db, day) {
    const { rows } = await db.raw<{ rows: { code: 'fewerMeetings', percent: number, basis: string }[] }>(
      'SELECT DISTINCT ON (code) code, percent, basis FROM result_target WHERE since <= CAST(:day AS date) ORDER BY code, since DESC', { day })
    return rows
  },
}
