import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import { openStages, type TaskEvent, type TaskEventKind, type TaskStage, type TaskSummary } from '../../protocol/tasks.ts'
import type { ListedTask, Named, Reader, ReadingStore, Wanted } from './reading.ts'
import { LATE, OF_BODY, OF_CO, OF_LEAD, OF_OFFICE, SEEN } from './store-rows.ts'

interface SummaryRow {
  id: string, what: string, product: string, body_id: string, body_name: string, item_id: string | null, lead_kind: 'unit' | 'person', lead_id: string, lead_name: string
  due_on: Day, late: boolean, stage: TaskStage, since: Date, percent: number, asked: boolean, co_units: string[]
}

const holders = { assigned: 'lead', handedBack: 'office', accepted: 'lead', inProgress: 'lead', reported: 'office', closed: 'none', cancelled: 'none' } as const

/** A task as it is listed, from `task t`. Bindings `:personId`, `:on`. */
const SUMMARY = `
  SELECT t.id, t.what, t.product, t.body_id, body.name AS body_name, CASE WHEN ${OF_BODY} THEN t.item_id END AS item_id,
    CASE WHEN t.lead_unit_id IS NULL THEN 'person' ELSE 'unit' END AS lead_kind, coalesce(t.lead_unit_id, t.lead_person_id) AS lead_id,
    coalesce(unit.name, person.full_name) AS lead_name, t.due_on::text AS due_on, ${LATE} AS late, t.stage, t.since, t.percent, t.asked_due_on IS NOT NULL AS asked,
    ARRAY(SELECT co.name FROM task_unit JOIN unit co ON co.id = task_unit.unit_id WHERE task_unit.task_id = t.id ORDER BY co.name) AS co_units
  FROM task t JOIN body ON body.id = t.body_id LEFT JOIN unit ON unit.id = t.lead_unit_id LEFT JOIN person ON person.id = t.lead_person_id`

const scopes = { mine: OF_LEAD, co: OF_CO, office: OF_OFFICE, seen: SEEN }

/** What a filter says, as SQL over `task t`, with its bindings. */
function conditionsOf(wanted: Wanted): { sql: string, bindings: Record<string, string> } {
  const { scope, bodyId, unitId, personId, meetingId, stage, only, dueFrom, dueTo, words } = wanted
  const open = openStages.map((one) => `'${one}'`).join(', ')
  type Part = [sql: string, bindings: Record<string, string>]
  const part = (sql: string, name: string, value: string | undefined): Part[] => value === undefined ? [] : [[sql, { [name]: value }]]
  const parts: Part[] = [
    [scopes[scope], {}],
    ...part('t.body_id = :bodyId', 'bodyId', bodyId), ...part('t.lead_unit_id = :unitId', 'unitId', unitId),
    ...part('t.lead_person_id = :ofPerson', 'ofPerson', personId), ...part('t.meeting_id = :meetingId', 'meetingId', meetingId),
    ...part('t.stage = :stage', 'stage', stage),
    ...part('t.due_on >= CAST(:dueFrom AS date)', 'dueFrom', dueFrom), ...part('t.due_on <= CAST(:dueTo AS date)', 'dueTo', dueTo),
    ...words.flatMap((word, index) => part(`position(:word${index} in t.what_folded) > 0`, `word${index}`, word)),
  ]
  if (only) parts.push([only === 'late' ? LATE : `t.stage IN (${open})`, {}])
  // Tasks of a meeting are told apart by their items, which the body's members alone may know.
  if (meetingId) parts.push([OF_BODY, {}])
  return { sql: parts.map(([sql]) => sql).join(' AND '), bindings: Object.assign({}, ...parts.map(([, bound]) => bound)) as Record<string, string> }
}

function toSummary(row: SummaryRow): TaskSummary {
  return {
    id: row.id, what: row.what, body: { id: row.body_id, name: row.body_name }, itemId: row.item_id,
    lead: { kind: row.lead_kind, id: row.lead_id, name: row.lead_name }, dueOn: row.due_on, late: row.late, stage: row.stage, since: row.since.toISOString(),
    holder: row.asked ? 'office' : holders[row.stage], percent: row.percent, extensionAsked: row.asked,
  }
}

async function rowsOf<R>(db: Knex, sql: string, bindings: object): Promise<R[]> {
  return (await db.raw<{ rows: R[] }>(sql, bindings as Knex.ValueDict)).rows
}

const toListed = (row: SummaryRow): ListedTask => ({ ...toSummary(row), product: row.product, coUnits: row.co_units })

/** Overdue tasks of a body on no agenda of a meeting to come. Bindings `:bodyId`, `:personId`, `:on`. */
const FOR_AGENDA = `t.body_id = :bodyId AND ${LATE} AND NOT EXISTS (
  SELECT FROM task_agenda_item placed JOIN agenda_item item ON item.id = placed.item_id JOIN meeting ON meeting.id = item.meeting_id
  WHERE placed.task_id = t.id AND item.removed_at IS NULL AND meeting.status IN ('draft', 'published', 'postponed', 'live'))`

export const countForAgenda = async (db: Knex, bodyId: string, on: Day): Promise<number> => {
  const [row] = await rowsOf<{ count: number }>(db, `SELECT count(*)::integer AS count FROM task t WHERE ${FOR_AGENDA}`, { bodyId, on })
  return row?.count ?? 0
}

/** Tasks as they are read, in PostgreSQL. */
export const readingStore: ReadingStore & { forAgenda(db: Knex, reader: Reader, bodyId: string, limit: number): Promise<TaskSummary[]> } = {
  async list(db, reader, { after, limit, ...filter }) {
    const { sql, bindings } = conditionsOf(filter)
    const rows = await rowsOf<SummaryRow>(db, `
      ${SUMMARY} WHERE ${sql} ${after ? 'AND (t.due_on, t.id) > (CAST(:afterDay AS date), CAST(:afterId AS uuid))' : ''}
      ORDER BY t.due_on, t.id LIMIT :limit`, { ...reader, ...bindings, limit, ...after ? { afterDay: after.dueOn, afterId: after.id } : {} })
    return rows.map(toListed)
  },

  async board(db, reader, filter, limit) {
    const { sql, bindings } = conditionsOf(filter)
    const rows = await rowsOf<SummaryRow & { stage: 'assigned', count: string, late_count: string }>(db, `
      SELECT * FROM (
        SELECT *, count(*) OVER whole AS count, count(*) FILTER (WHERE late) OVER whole AS late_count,
          row_number() OVER (PARTITION BY stage ORDER BY late DESC, CASE WHEN stage = 'closed' THEN -extract(epoch FROM since) END, due_on, id) AS nth
        FROM (${SUMMARY} WHERE ${sql} AND t.stage <> 'cancelled') listed WINDOW whole AS (PARTITION BY stage)
      ) ranked WHERE nth <= :limit ORDER BY stage, nth`, { ...reader, ...bindings, limit })
    return rows.map((row) => ({ stage: row.stage, count: Number(row.count), late: Number(row.late_count), summary: toSummary(row) }))
  },

  async summary(db, reader, taskId) {
    const [row] = await rowsOf<SummaryRow>(db, `${SUMMARY} WHERE t.id = :taskId`, { ...reader, taskId })
    return row && toSummary(row)
  },

  coUnits: (db, taskId) => rowsOf<Named>(db, `
    SELECT unit.id, unit.name FROM task_unit JOIN unit ON unit.id = task_unit.unit_id WHERE task_unit.task_id = :taskId ORDER BY unit.name`, { taskId }),

  async events(db, taskId) {
    const rows: { at: Date, actor_id: string | null, kind: TaskEventKind, note: string, due_on: Day | null, percent: number | null }[] =
      await db('task_event').where({ task_id: taskId }).orderBy('seq').select('at', 'actor_id', 'kind', 'note', db.raw('due_on::text AS due_on'), 'percent')
    return rows.map(({ at, actor_id: actorId, kind, note, due_on: dueOn, percent }): TaskEvent => (
      { at: at.toISOString(), actorId, kind, note, dueOn, percent }
    ))
  },

  async origin(db, { itemId, meetingId, opinionId, conclusionVersion }) {
    if (opinionId !== null || itemId === null || meetingId === null) {
      const opinion = await db('opinion').where({ id: opinionId })
        .first<{ id: string, title: string } | undefined>('id', db.raw(`CASE WHEN secret_found THEN '' ELSE title END AS title`))
      return { meetingTitle: null, itemTitle: null, conclusion: null, revised: false, opinion: opinion ?? null }
    }
    const [row] = await rowsOf<{ meeting_title: string | null, item_title: string | null, conclusion: string | null, revised: boolean }>(db, `
      SELECT (SELECT body FROM journal_text WHERE id = meeting.title_text) AS meeting_title,
        (SELECT body FROM journal_text WHERE id = item.title_text) AS item_title,
        text.body AS conclusion, conclusion.version <> decided.version AND conclusion.settled_at IS NOT NULL AS revised
      FROM conclusion_version decided JOIN conclusion ON conclusion.item_id = decided.item_id JOIN agenda_item item ON item.id = decided.item_id
      JOIN meeting ON meeting.id = :meetingId JOIN journal_text text ON text.id = decided.text_id
      WHERE decided.item_id = :itemId AND decided.version = :conclusionVersion`, { itemId, meetingId, conclusionVersion })
    return {
      meetingTitle: row?.meeting_title ?? null, itemTitle: row?.item_title ?? null, conclusion: row?.conclusion ?? null,
      revised: row?.revised ?? false, opinion: null,
    }
  },

  async form(db, reader) {
    const bodies = await rowsOf<Named & { role: string }>(db, `
      SELECT body.id, body.name, m.role FROM membership m JOIN body ON body.id = m.body_id
      WHERE m.person_id = :personId AND m.role <> 'guest' AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity') ORDER BY body.name`, reader)
    const units = await rowsOf<Named & { own: boolean }>(db, `
      SELECT unit.id, unit.name, m.person_id IS NOT NULL AS own
      FROM unit LEFT JOIN unit_membership m ON m.unit_id = unit.id AND m.person_id = :personId AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      WHERE CAST(:on AS date) BETWEEN unit.since AND coalesce(unit.until, 'infinity') ORDER BY unit.name`, reader)
    const named = ({ id, name }: Named): Named => ({ id, name })
    const own = units.find((unit) => unit.own)
    return {
      bodies: bodies.map(named), offices: bodies.filter(({ role }) => role === 'chair' || role === 'clerk').map(named), unit: own ? named(own) : null, units: units.map(named),
    }
  },

  async forAgenda(db, reader, bodyId, limit) {
    return (await rowsOf<SummaryRow>(db, `${SUMMARY} WHERE ${FOR_AGENDA} ORDER BY t.due_on, t.id LIMIT :limit`, { ...reader, bodyId, limit })).map(toSummary)
  },
}


