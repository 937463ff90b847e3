import type { LedgerLine } from '../../protocol/ledger.ts'
import type { ResultEntry } from '../../protocol/results.ts'
import { pagesRead } from '../costs/pages.ts'
import { READABLE_MEETINGS } from '../meetings/readable.ts'
import type { EntriesStore } from './entries.ts'
import { dayOf, DECIDED, HELD, LINES, NOTICES, SAVED_MINUTES, TASKS } from './figures-store.ts'

/** Of whose papers, tasks and proposals the caller may know more than that they are there. */
const OWN = 'e.body_id = ANY (CAST(:ownIds AS uuid[]))'

/** A held meeting with a value; its title for those who may see it. */
const meetings = (value: string, condition = '', joined = '') => `
  SELECT m.id, ${dayOf('m.opened_at')} AS day, m.body_id, known.body AS title, kind.name AS kind, ${value} AS value, m.mode AS state,
    CASE WHEN readable.id IS NOT NULL THEN 'meeting' END AS opens_kind, m.id AS opens_id
  FROM meeting m LEFT JOIN meeting_kind kind ON kind.id = m.kind_id LEFT JOIN (${READABLE_MEETINGS}) readable ON readable.id = m.id
  LEFT JOIN journal_text known ON known.id = readable.title_text ${joined} WHERE ${HELD} ${condition}`

const PAPER_NUMBER = `lpad(p.number::text, greatest(2, length(p.number::text)), '0') || CASE p.style WHEN 'party' THEN '-' ELSE '/' END || p.symbol`
const papers = (value: string, condition = '') => `
  SELECT e.*, CASE WHEN ${OWN} THEN 'paper' END AS opens_kind, e.id AS opens_id FROM (
    SELECT p.id, ${dayOf('p.issued_at')} AS day, p.body_id, ${PAPER_NUMBER} AS title, NULL::jsonb AS kind, ${value} AS value, p.channel AS state
    FROM issued_paper p WHERE p.status = 'issued' AND p.body_id = ANY (CAST(:bodyIds AS uuid[])) AND p.issued_at >= :start AND p.issued_at < :end ${condition}) e`

const stateOf = (excused: string) => `CASE WHEN e.on_time THEN 'onTime' WHEN e.excused THEN '${excused}' ELSE 'late' END`
const sources = {
  held: meetings('1'),
  compared: meetings('1'),
  quota: meetings('1', 'AND kind.code = :kind'),
  pages: meetings('read.pages', '', `JOIN (SELECT meeting_id, sum(pages)::int AS pages FROM (${pagesRead(HELD)}) each GROUP BY meeting_id HAVING sum(pages) > 0) read ON read.meeting_id = m.id`),
  costs: meetings('0', "AND m.status = 'closed'"),
  issuing: papers('1'),
  copies: papers('(SELECT count(*) FROM paper_recipient r WHERE r.paper_id = p.id)', "AND p.channel = 'electronic' AND EXISTS (SELECT FROM paper_recipient r WHERE r.paper_id = p.id)"),
  decisions: `SELECT e.id, e.day, e.body_id, CASE WHEN ${OWN} THEN e.title END AS title, NULL::jsonb AS kind, e.days AS value, NULL::text AS state,
    CASE WHEN ${OWN} THEN 'proposal' END AS opens_kind, e.id AS opens_id FROM (${DECIDED}) e`,
  notices: `SELECT e.id, e.day, e.body_id, e.number AS title, NULL::jsonb AS kind, 1 AS value, ${stateOf('waived')} AS state,
    CASE WHEN ${OWN} AND e.paper_id IS NOT NULL THEN 'paper' END AS opens_kind, e.paper_id AS opens_id FROM (${NOTICES}) e`,
  tasks: `SELECT e.id, e.day, e.body_id, CASE WHEN ${OWN} THEN e.what END AS title, NULL::jsonb AS kind, 1 AS value, ${stateOf('extended')} AS state,
    CASE WHEN ${OWN} THEN 'task' END AS opens_kind, e.id AS opens_id FROM (${TASKS}) e`,
  hours: `SELECT a.person_id AS id, max(${dayOf('m.opened_at')}) AS day, CASE WHEN count(DISTINCT m.body_id) = 1 THEN (array_agg(m.body_id))[1] END AS body_id,
    min(person.full_name) AS title, NULL::jsonb AS kind, sum(a.present_ms / 60000) AS value, NULL::text AS state, NULL::text AS opens_kind, NULL::uuid AS opens_id
    FROM meeting m JOIN attendance_result a ON a.meeting_id = m.id JOIN person ON person.id = a.person_id AND person.kind = 'person'
    WHERE ${HELD} AND a.present_ms > 0 GROUP BY a.person_id`,
  hoursOf: meetings('spent.present_ms / 60000', 'AND spent.present_ms > 0', 'JOIN attendance_result spent ON spent.meeting_id = m.id AND spent.person_id = CAST(:ofId AS uuid)'),
  minutesSaved: `SELECT e.id, e.day, e.body_id, CASE WHEN ${OWN} THEN e.title END AS title, NULL::jsonb AS kind, e.minutes AS value, NULL::text AS state,
    CASE WHEN ${OWN} THEN 'proposal' END AS opens_kind, e.matter_id AS opens_id FROM (${SAVED_MINUTES}) e`,
}

interface EntryRow { id: string, day: string, body_id: string | null, body_name: string | null, title: string | null, kind: { vi: string, en: string } | null, value: string, state: string | null, opens_kind: 'meeting' | 'paper' | 'proposal' | 'task' | null, opens_id: string | null }

function toEntry(row: EntryRow): ResultEntry {
  return {
    id: row.id, day: row.day, body: row.body_id && row.body_name ? { id: row.body_id, name: row.body_name } : null, title: row.title,
    kind: row.kind, value: Number(row.value), state: row.state, opens: row.opens_kind && row.opens_id ? { kind: row.opens_kind, id: row.opens_id } : null,
  }
}

const instant = (at: string) => new Date(at).toISOString()
/** The database writes instants in its own way. */
function toCause({ reversed, ...cause }: LedgerLine['causes'][number]): LedgerLine['causes'][number] {
  return { ...cause, at: instant(cause.at), reversed: reversed && { ...reversed, at: instant(reversed.at) } }
}

/** What lies behind a page's last entry; everything for the first page. */
const AFTER = '(CAST(:afterDay AS date) IS NULL OR (listed.day, listed.id) < (CAST(:afterDay AS date), CAST(:afterId AS uuid)))'

export const entriesStore: EntriesStore = {
  async entries(db, figure, asked, opening, { after, limit }) {
    const { rows } = await db.raw<{ rows: EntryRow[] }>(`
      SELECT listed.id, listed.day::text AS day, listed.body_id, body.name AS body_name, listed.title, listed.kind, listed.value::text AS value, listed.state, listed.opens_kind, listed.opens_id
      FROM (${sources[figure === 'hours' && asked.ofId !== null ? 'hoursOf' : figure]}) listed LEFT JOIN body ON body.id = listed.body_id
      WHERE ${AFTER} ORDER BY listed.day DESC, listed.id DESC LIMIT :limit`,
    { ...asked, ...opening, afterDay: after?.day ?? null, afterId: after?.id ?? null, limit })
    return rows.map(toEntry)
  },

  async lines(db, asked, opening, { after, limit }) {
    const { rows } = await db.raw<{ rows: { id: string, day: string, body_id: string, body_name: string, state: LedgerLine['state'], people: number, units: LedgerLine['units'] | null, causes: LedgerLine['causes'] }[] }>(`
      SELECT listed.id, listed.day::text AS day, listed.body_id, body.name AS body_name, listed.state,
        (SELECT count(DISTINCT a.person_id) FROM ledger_cause c JOIN ledger_attendee a ON a.cause_id = c.id WHERE c.line_id = listed.id AND c.reversed_at IS NULL)::int AS people,
        (SELECT json_agg(json_build_object('unit', CASE WHEN from_unit.unit_id IS NOT NULL THEN json_build_object('id', from_unit.unit_id, 'name', from_unit.name) END,
          'people', from_unit.people, 'names', CASE WHEN listed.body_id = ANY (CAST(:ownIds AS uuid[])) THEN from_unit.names END) ORDER BY from_unit.unit_id IS NULL, from_unit.people DESC, from_unit.name, from_unit.unit_id)
          FROM (SELECT who.unit_id, unit.name, count(*)::int AS people, json_agg(person.full_name ORDER BY person.full_name, person.id) AS names FROM (
              SELECT DISTINCT ON (a.person_id) a.person_id, a.unit_id FROM ledger_cause c JOIN ledger_attendee a ON a.cause_id = c.id
              WHERE c.line_id = listed.id AND c.reversed_at IS NULL ORDER BY a.person_id, c.at, c.id) who
            JOIN person ON person.id = who.person_id LEFT JOIN unit ON unit.id = who.unit_id GROUP BY who.unit_id, unit.name) from_unit) AS units,
        (SELECT json_agg(json_build_object('kind', CASE WHEN c.matter_id IS NULL THEN 'sittingCancelled' ELSE 'requestedElsewhere' END, 'way', c.way, 'at', c.at, 'reason', CASE WHEN listed.body_id = ANY (CAST(:ownIds AS uuid[])) THEN c.reason ELSE '' END,
          'of', CASE WHEN known.body IS NOT NULL THEN json_build_object('kind', 'meeting', 'id', readable.id, 'title', known.body)
            WHEN p.id IS NOT NULL THEN json_build_object('kind', 'proposal', 'id', p.id, 'title', p.title) END,
          'reversed', CASE WHEN c.reversed_at IS NOT NULL THEN json_build_object('kind', c.reversed_kind, 'at', c.reversed_at, 'reason', CASE WHEN listed.body_id = ANY (CAST(:ownIds AS uuid[])) THEN c.reversed_reason ELSE '' END, 'tally', c.reversed_tally) END) ORDER BY c.at, c.id)
          FROM ledger_cause c LEFT JOIN proposal p ON p.id = c.matter_id AND p.body_id = ANY (CAST(:ownIds AS uuid[]))
          LEFT JOIN (${READABLE_MEETINGS}) readable ON readable.id = c.meeting_id LEFT JOIN journal_text known ON known.id = readable.title_text
          WHERE c.line_id = listed.id) AS causes
      FROM (${LINES}) listed JOIN body ON body.id = listed.body_id
      WHERE ${AFTER} ORDER BY listed.day DESC, listed.id DESC LIMIT :limit`, { ...asked, ...opening, afterDay: after?.day ?? null, afterId: after?.id ?? null, limit })
    return rows.map((row) => ({
      id: row.id, day: row.day, body: { id: row.body_id, name: row.body_name }, state: row.state, people: row.people, units: row.units ?? [],
      causes: row.causes.map(toCause),
    }))
  },
}
