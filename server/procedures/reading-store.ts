import type { Knex } from 'knex'
import type { PersonKind } from '../../protocol/identity.ts'
import type { InstanceEvent, InstanceSummary, StepDelay } from '../../protocol/procedure-instances.ts'
import type { StepRole } from '../../protocol/procedure-rules.ts'
import type { Filter, Reader, ReadingStore } from './reading.ts'
import { OF_OFFICE, OF_STARTER, OWN_ROLES, OWN_UNITS, READABLE, WAITS } from './readable.ts'

interface SummaryRow {
  id: string, title: string, procedure_id: string, code: string, procedure_name: string, procedure_version: number, unit_id: string, unit_name: string
  body_id: string, body_name: string, state: InstanceSummary['state'], step_no: number, steps: number, step_name: string, role: StepRole | null
  holder_unit_id: string | null, holder_unit_name: string | null, holder_id: string | null, holder_kind: PersonKind, holder_name: string, holder_office: string
  since: Date, due_on: string | null, started_at: Date
}

const SUMMARY = `
  SELECT i.id, i.title, i.procedure_id, p.code, v.content ->> 'name' AS procedure_name, i.procedure_version, i.unit_id, unit.name AS unit_name,
    i.body_id, body.name AS body_name, i.state, i.step_no, step.name AS step_name, step.role, step.unit_id AS holder_unit_id, holder_unit.name AS holder_unit_name,
    i.holder_id, holder.kind AS holder_kind, holder.full_name AS holder_name, holder.office AS holder_office,
    (SELECT count(*)::int FROM procedure_instance_step s WHERE s.instance_id = i.id) AS steps, i.since, i.due_on::text AS due_on, i.started_at
  FROM procedure_instance i
  JOIN procedure p ON p.id = i.procedure_id
  JOIN procedure_version v ON v.procedure_id = i.procedure_id AND v.version = i.procedure_version
  JOIN unit ON unit.id = i.unit_id JOIN body ON body.id = i.body_id
  JOIN procedure_instance_step step ON step.instance_id = i.id AND step.step_no = i.step_no
  LEFT JOIN unit holder_unit ON holder_unit.id = step.unit_id LEFT JOIN person holder ON holder.id = i.holder_id`

function toSummary(row: SummaryRow): InstanceSummary {
  const unit = row.holder_unit_id === null ? null : { id: row.holder_unit_id, name: row.holder_unit_name ?? '' }
  const person = row.holder_id === null ? null : { id: row.holder_id, kind: row.holder_kind, fullName: row.holder_name, office: row.holder_office }
  return {
    id: row.id, title: row.title, procedure: { id: row.procedure_id, code: row.code, name: row.procedure_name, version: row.procedure_version },
    unit: { id: row.unit_id, name: row.unit_name }, body: { id: row.body_id, name: row.body_name }, state: row.state, stepNo: row.step_no, steps: row.steps,
    stepName: row.step_name, holder: row.state === 'running' ? { unit, role: row.role, person } : null, since: row.since.toISOString(), dueOn: row.due_on,
    lateDays: 0, startedAt: row.started_at.toISOString(),
  }
}

const views: Record<Filter['view'], string> = { waiting: WAITS, unit: OF_STARTER, office: OF_OFFICE, all: READABLE }
/** Binding `:worked`. */
const LATE = `(i.state = 'running' AND i.due_on < CAST(:worked AS date))`

function where({ view, procedureId, words }: Filter): { sql: string, bindings: Record<string, string> } {
  const likes = words.map((word, index) => [`word${index}`, `%${word.replace(/[\\%_]/g, '\\$&')}%`] as const)
  return {
    sql: [views[view], ...procedureId === undefined ? [] : ['i.procedure_id = :procedureId'], ...likes.map(([name]) => `i.title_folded LIKE :${name}`)].join(' AND '),
    bindings: { ...procedureId === undefined ? {} : { procedureId }, ...Object.fromEntries(likes) },
  }
}

/** What is read of instances in PostgreSQL. */
export const readingStore: ReadingStore = {
  async list(db, reader, { state, late, before, limit, ...filter }) {
    const { sql, bindings } = where(filter)
    const { rows } = await db.raw<{ rows: SummaryRow[] }>(`
      WITH ${OWN_UNITS}, ${OWN_ROLES} ${SUMMARY} WHERE ${sql}
        ${state === undefined ? '' : 'AND i.state = :state'} ${late ? `AND ${LATE}` : ''} ${before ? 'AND (i.since, i.id) < (:at, CAST(:id AS uuid))' : ''}
      ORDER BY i.since DESC, i.id DESC LIMIT :limit`,
    { ...reader, ...bindings, limit, ...state === undefined ? {} : { state }, ...before ? { at: before.at, id: before.id } : {} })
    return rows.map(toSummary)
  },

  async counts(db, reader, filter) {
    const { sql, bindings } = where(filter)
    const { rows: [row] } = await db.raw<{ rows: { running: number, late: number, ended: number, cancelled: number, waiting: number }[] }>(`
      WITH ${OWN_UNITS}, ${OWN_ROLES}
      SELECT count(*) FILTER (WHERE i.state = 'running')::int AS running, count(*) FILTER (WHERE ${LATE})::int AS late,
        count(*) FILTER (WHERE i.state = 'ended')::int AS ended, count(*) FILTER (WHERE i.state = 'cancelled')::int AS cancelled,
        (SELECT count(*)::int FROM procedure_instance i WHERE ${WAITS}) AS waiting
      FROM procedure_instance i WHERE ${sql}`, { ...reader, ...bindings })
    return row ?? { running: 0, late: 0, ended: 0, cancelled: 0, waiting: 0 }
  },

  async summary(db, instanceId) {
    const { rows: [row] } = await db.raw<{ rows: SummaryRow[] }>(`${SUMMARY} WHERE i.id = :instanceId`, { instanceId })
    return row && toSummary(row)
  },

  async runs(db, instanceId) {
    const rows: { step_no: number, began_at: Date, due_on: string, ended_at: Date | null, outcome: 'done' | 'returned' | 'cancelled' | null, took_days: number | null, late_days: number | null }[] =
      await db('procedure_run').where({ instance_id: instanceId }).orderBy('seq')
        .select('step_no', 'began_at', 'ended_at', 'outcome', 'took_days', 'late_days', db.raw('due_on::text AS due_on'))
    return rows.map((row) => ({
      stepNo: row.step_no, beganAt: row.began_at.toISOString(), dueOn: row.due_on, endedAt: row.ended_at?.toISOString() ?? null, outcome: row.outcome,
      tookDays: row.took_days, lateDays: row.late_days,
    }))
  },

  async events(db, instanceId) {
    const rows: { at: Date, actor_id: string, kind: InstanceEvent['kind'], step_no: number, to_step_no: number | null, note: string, person_id: string | null, form_id: string | null, due_on: string | null }[] =
      await db('procedure_event').where({ instance_id: instanceId }).orderBy('seq')
        .select('at', 'actor_id', 'kind', 'step_no', 'to_step_no', 'note', 'person_id', 'form_id', db.raw('due_on::text AS due_on'))
    return rows.map((row) => ({
      at: row.at.toISOString(), actorId: row.actor_id, kind: row.kind, stepNo: row.step_no, toStepNo: row.to_step_no, note: row.note,
      personId: row.person_id, formId: row.form_id, dueOn: row.due_on,
    }))
  },

  async delays(db: Knex, reader: Reader, from, to) {
    interface Row {
      id: string, code: string, name: string, version: number, step_no: number, step_name: string, limit_days: number
      done: number, late: number, returned: number
      median: number | null, p90: number | null, open: number, open_late: number
    }
    const ended = `run.outcome IN ('done', 'returned') AND run.ended_at >= CAST(:from AS date)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
      AND run.ended_at < CAST(:to AS date)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'`
    const { rows } = await db.raw<{ rows: Row[] }>(`
      WITH ${OWN_UNITS}, ${OWN_ROLES}, readable AS (SELECT i.* FROM procedure_instance i WHERE ${READABLE})
      SELECT p.id, p.code, v.content ->> 'name' AS name, v.version, step.step_no, min(step.name) AS step_name, min(step.days)::int AS limit_days,
        count(*) FILTER (WHERE ${ended})::int AS done, count(*) FILTER (WHERE ${ended} AND run.late_days > 0)::int AS late,
        count(*) FILTER (WHERE ${ended} AND run.outcome = 'returned')::int AS returned,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY run.took_days) FILTER (WHERE ${ended}) AS median,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY run.took_days) FILTER (WHERE ${ended}) AS p90,
        count(*) FILTER (WHERE run.seq IS NOT NULL AND run.ended_at IS NULL)::int AS open,
        count(*) FILTER (WHERE run.seq IS NOT NULL AND run.ended_at IS NULL AND run.due_on < CAST(:worked AS date))::int AS open_late
      FROM readable JOIN procedure p ON p.id = readable.procedure_id
      JOIN procedure_version v ON v.procedure_id = readable.procedure_id AND v.version = readable.procedure_version
      JOIN procedure_instance_step step ON step.instance_id = readable.id
      LEFT JOIN procedure_run run ON run.instance_id = readable.id AND run.step_no = step.step_no
      GROUP BY p.id, v.procedure_id, v.version, step.step_no ORDER BY p.code, v.version DESC, step.step_no`, { ...reader, from, to })
    return rows.map((row) => ({
      id: row.id, code: row.code, name: row.name, version: row.version, step: {
        stepNo: row.step_no, name: row.step_name, limitDays: row.limit_days, done: row.done, late: row.late, returned: row.returned,
        median: row.median, p90: row.p90, open: row.open, openLate: row.open_late,
      } satisfies StepDelay,
    }))
  },

  async bodies(db, on) {
    const { rows } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT id, name FROM body WHERE CAST(:on AS date) <= coalesce(until, 'infinity') ORDER BY name`, { on })
    return rows
  },
}
