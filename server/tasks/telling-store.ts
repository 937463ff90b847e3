import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import { openStages } from '../../protocol/tasks.ts'
import type { AgendaStore } from './agenda.ts'
import type { DigestLine, DigestStore } from './digest.ts'
import type { DueStore } from './due.ts'
import type { PlacingStore } from './placing.ts'
import type { TellingStore } from './telling.ts'
import { readingStore } from './reading-store.ts'
import { COLUMNS, DUE, LATE, toTask, type TaskRow } from './store-rows.ts'
import { tasksStore } from './store.ts'

async function rowsOf<R>(db: Knex, sql: string, bindings: Knex.ValueDict): Promise<R[]> {
  return (await db.raw<{ rows: R[] }>(sql, bindings)).rows
}

const IN_FORCE = `CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')`

/** Units with those that they went into by a merger or a split until the day `:on`, and with themselves. */
const HEIRS = `
  WITH RECURSIVE heir (unit_id, heir_id) AS (
    SELECT id, id FROM unit
    UNION SELECT heir.unit_id, step.successor_id FROM heir JOIN unit_succession step ON step.predecessor_id = heir.heir_id AND step.since <= CAST(:on AS date)
  ) SELECT unit_id, heir_id FROM heir`

/** Who leads which task, on the day `:on`: a person, or who works in a unit or in what became of it. The mirror of OF_LEAD. */
const LEADS = `
  SELECT t.id AS task_id, t.lead_person_id AS person_id FROM task t WHERE t.lead_person_id IS NOT NULL
  UNION SELECT t.id, m.person_id FROM task t JOIN (${HEIRS}) heirs ON heirs.unit_id = t.lead_unit_id JOIN unit_membership m ON m.unit_id = heirs.heir_id AND ${IN_FORCE}`

/** Who works in which task's co-units. The mirror of OF_CO. */
const TAKING_PART = `
  SELECT co.task_id, m.person_id FROM task_unit co JOIN (${HEIRS}) heirs ON heirs.unit_id = co.unit_id JOIN unit_membership m ON m.unit_id = heirs.heir_id AND ${IN_FORCE}`

/** On no agenda of a meeting to come, from `task t`. */
const UNPLACED = `NOT EXISTS (
  SELECT FROM task_agenda_item placed JOIN agenda_item other ON other.id = placed.item_id JOIN meeting ON meeting.id = other.meeting_id
  WHERE placed.task_id = t.id AND other.removed_at IS NULL AND meeting.status IN ('draft', 'published', 'postponed', 'live'))`

const OPEN = openStages.map((stage) => `'${stage}'`).join(', ')

/** So long an agenda is left to who has begun it, before anything comes onto it by itself. */
const AGENDA_BEGUN_MINUTES = 15

/** Whom tasks concern, and what came of time, in PostgreSQL. */
export const tellingStore: TellingStore & DueStore & DigestStore & AgendaStore & PlacingStore = {
  async leadsOn(db, taskId, on) {
    return (await rowsOf<{ person_id: string }>(db, `SELECT person_id FROM (${LEADS}) leads WHERE task_id = :taskId`, { taskId, on })).map((row) => row.person_id)
  },

  async partnersOn(db, taskId, on) {
    return (await rowsOf<{ person_id: string }>(db, `SELECT DISTINCT person_id FROM (${TAKING_PART}) partners WHERE task_id = :taskId`, { taskId, on })).map((row) => row.person_id)
  },

  async officeOn(db, bodyId, on, whom) {
    const people = await rowsOf<{ person_id: string, role: string }>(db, `
      SELECT m.person_id, m.role FROM membership m WHERE m.body_id = :bodyId AND m.role IN ('chair', 'clerk') AND ${IN_FORCE}`, { bodyId, on })
    const clerks = people.filter(({ role }) => role === 'clerk')
    return (whom === 'clerks' && clerks.length ? clerks : people).map((row) => row.person_id)
  },

  async reminderDays(db) {
    return await rowsOf(db, `
      SELECT body.id AS "bodyId", coalesce((body.rules -> 'followUp' ->> 'taskReminderWorkingDays')::integer, 3) AS days
      FROM body WHERE EXISTS (SELECT FROM task t WHERE t.body_id = body.id AND ${DUE})`, {})
  },

  async takeSoon(trx, bodyId, { soonBy, today }) {
    return (await rowsOf<TaskRow>(trx, `
      UPDATE task t SET told_soon = due_on
      WHERE body_id = :bodyId AND ${DUE} AND due_on BETWEEN CAST(:today AS date) AND CAST(:soonBy AS date) AND told_soon IS DISTINCT FROM due_on
      RETURNING ${COLUMNS}`, { bodyId, soonBy, today })).map(toTask)
  },

  async takeLate(trx, today, limit) {
    return (await rowsOf<TaskRow>(trx, `
      UPDATE task t SET told_late = due_on WHERE id IN (
        SELECT t.id FROM task t WHERE ${LATE} AND t.told_late IS DISTINCT FROM t.due_on ORDER BY t.due_on, t.id LIMIT :limit FOR UPDATE SKIP LOCKED)
      RETURNING ${COLUMNS}`, { on: today, limit })).map(toTask)
  },

  insertEvent: tasksStore.insertEvent,

  async begin(trx, week, at) {
    const { rows } = await trx.raw<{ rows: unknown[] }>(
      'INSERT INTO task_digest_run (week, at, people) VALUES (?, ?, 0) ON CONFLICT DO NOTHING RETURNING week', [week, at])
    return rows.length > 0
  },

  async lines(db, on) {
    return await rowsOf<DigestLine>(db, `
      SELECT lines.person_id AS "personId", lines.part, t.id AS "taskId", t.what, t.due_on::text AS "dueOn", ${LATE} AS late, t.stage = 'reported' AS reported
      FROM (
        SELECT task_id, person_id, 'own' AS part FROM (${LEADS}) leads
        UNION ALL
        SELECT t.id, m.person_id, 'office' FROM task t JOIN membership m ON m.body_id = t.body_id AND m.role IN ('chair', 'clerk') AND ${IN_FORCE}
        WHERE ${LATE} OR t.stage IN ('handedBack', 'reported') OR t.asked_due_on IS NOT NULL
      ) lines JOIN task t ON t.id = lines.task_id
      WHERE t.stage IN (${OPEN}) AND NOT EXISTS (SELECT FROM task_digest_declined declined WHERE declined.person_id = lines.person_id)
      ORDER BY lines.person_id, t.due_on, t.id`, { on })
  },

  async finish(trx, week, people) {
    await trx('task_digest_run').where({ week }).update({ people })
  },

  async wants(db, personId) {
    return !await db('task_digest_declined').where({ person_id: personId }).first('person_id')
  },

  async setWants(db, personId, wants) {
    if (wants) await db('task_digest_declined').where({ person_id: personId }).delete()
    else await db('task_digest_declined').insert({ person_id: personId }).onConflict('person_id').ignore()
  },

  forAgenda: readingStore.forAgenda,

  async placeable(db, taskId, bodyId, on: Day) {
    const [row] = await rowsOf<{ matter_id: string | null, lead_person_id: string | null, offered: boolean }>(db, `
      SELECT coalesce(item.matter_id, (SELECT matter_id FROM opinion WHERE opinion.id = t.opinion_id)) AS matter_id, t.lead_person_id, ${LATE} AND ${UNPLACED} AS offered
      FROM task t LEFT JOIN agenda_item item ON item.id = t.item_id WHERE t.id = :taskId AND t.body_id = :bodyId`, { taskId, bodyId, on })
    return row && { matterId: row.matter_id, leadPersonId: row.lead_person_id, offered: row.offered }
  },

  async place(trx, taskId, itemId) {
    await trx('task_agenda_item').insert({ task_id: taskId, item_id: itemId })
  },

  async toPlace(db, at, on, limit) {
    return await rowsOf(db, `
      SELECT t.id AS "taskId", t.what, t.due_on::text AS "dueOn", t.body_id AS "bodyId", next.id AS "meetingId", coalesce(item.matter_id, (SELECT matter_id FROM opinion WHERE opinion.id = t.opinion_id)) AS "matterId",
        t.lead_person_id AS "leadPersonId", rule.minutes
      FROM task t LEFT JOIN agenda_item item ON item.id = t.item_id JOIN body ON body.id = t.body_id
      CROSS JOIN LATERAL (SELECT coalesce((body.rules -> 'followUp' ->> 'overdueReportMinutes')::integer, 10) AS minutes) rule
      JOIN LATERAL (
        SELECT id FROM meeting WHERE meeting.body_id = t.body_id AND status = 'draft' AND starts_at > CAST(:at AS timestamptz)
          AND uuid_extract_timestamp(meeting.id) < CAST(:at AS timestamptz) - make_interval(mins => :settled) ORDER BY starts_at, id LIMIT 1) next ON true
      WHERE ${LATE} AND t.placed_for IS DISTINCT FROM t.due_on AND rule.minutes > 0 AND ${UNPLACED}
      ORDER BY t.due_on, t.id LIMIT :limit`, { at, on, limit, settled: AGENDA_BEGUN_MINUTES })
  },

  async markPlaced(trx, taskId, dueOn) {
    await trx('task').where({ id: taskId }).update({ placed_for: dueOn })
  },
}
