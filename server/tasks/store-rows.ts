import type { Day } from '../../protocol/calendar.ts'
import { dueStages, type TaskFacts, type TaskSide, type TaskStage } from '../../protocol/tasks.ts'
import type { Task, TaskChange } from './access.ts'

/** A row of `task`; days as texts. */
export interface TaskRow {
  id: string, body_id: string, meeting_id: string | null, item_id: string | null, opinion_id: string | null, conclusion_version: number, decided_at: Date
  lead_unit_id: string | null, lead_person_id: string | null, what: string, product: string, responsibility: string, authority: string
  due_on: Day, stage: TaskStage, since: Date, version: number, percent: number
  asked_due_on: Day | null, asked_reason: string | null, asked_at: Date | null, asked_by: string | null
  reported_by: string | null
  co_unit_ids: string[]
}

export interface AccessRow extends TaskRow { of_lead: boolean, of_co: boolean, of_office: boolean, of_body: boolean }

/** The columns of a task `t`. The driver would read a date as an instant of its own time zone. */
export const COLUMNS = `t.id, t.body_id, t.meeting_id, t.item_id, t.opinion_id, t.conclusion_version, t.decided_at, t.lead_unit_id, t.lead_person_id, t.what, t.product,
  t.responsibility, t.authority, t.due_on::text AS due_on, t.stage, t.since, t.version, t.percent, t.asked_due_on::text AS asked_due_on, t.asked_reason,
  t.asked_at, t.asked_by, (SELECT actor_id FROM task_event WHERE task_id = t.id AND kind = 'reported' ORDER BY seq DESC LIMIT 1) AS reported_by,
  ARRAY(SELECT unit_id FROM task_unit WHERE task_id = t.id ORDER BY unit_id) AS co_unit_ids`

/** The reader's unit, and those that went into it by a merger or a split. Bindings `:personId`, `:on`. */
const OWN_UNITS = `(
  WITH RECURSIVE own (id) AS (
    SELECT unit_id FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
    UNION SELECT predecessor_id FROM unit_succession JOIN own ON successor_id = own.id WHERE since <= CAST(:on AS date)
  ) SELECT id FROM own)`

const bodiesAs = (roles: string) => `(
  SELECT body_id FROM membership
  WHERE person_id = :personId AND role IN (${roles}) AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity'))`

/** What the reader is to a task `t`. Bindings `:personId`, `:on`. */
export const OF_LEAD = `(t.lead_person_id = :personId OR t.lead_unit_id IN ${OWN_UNITS})`
export const OF_CO = `t.id IN (SELECT task_id FROM task_unit WHERE unit_id IN ${OWN_UNITS})`
export const OF_OFFICE = `t.body_id IN ${bodiesAs(`'chair', 'clerk'`)}`
export const OF_BODY = `t.body_id IN ${bodiesAs(`'chair', 'clerk', 'member'`)}`
export const SEEN = `(${OF_LEAD} OR ${OF_CO} OR ${OF_BODY})`

const quoted = (stages: readonly TaskStage[]) => stages.map((stage) => `'${stage}'`).join(', ')
export const DUE = `t.stage IN (${quoted(dueStages)})`
/** Its day has passed, and its lead has not reported it done. Binding `:on`. */
export const LATE = `(${DUE} AND t.due_on < CAST(:on AS date))`

export function toTask(row: TaskRow): Task {
  const { asked_due_on: dueOn, asked_reason: reason, asked_at: at, asked_by: by } = row
  return {
    id: row.id, bodyId: row.body_id, meetingId: row.meeting_id, itemId: row.item_id, opinionId: row.opinion_id,
    conclusionVersion: row.conclusion_version, decidedAt: row.decided_at,
    facts: toFacts(row), stage: row.stage, since: row.since, version: row.version, percent: row.percent,
    asked: dueOn !== null && reason !== null && at && by !== null ? { dueOn, reason, at, by } : null, reportedBy: row.reported_by,
  }
}

function toFacts(row: TaskRow): TaskFacts {
  const { lead_unit_id: unitId, lead_person_id: personId, what, product, responsibility, authority, due_on: dueOn, co_unit_ids: coUnitIds } = row
  return { lead: unitId !== null ? { kind: 'unit', id: unitId } : { kind: 'person', id: personId ?? '' }, coUnitIds, what, product, responsibility, authority, dueOn }
}

export function fromFacts({ lead, what, product, responsibility, authority, dueOn }: TaskFacts) {
  return {
    lead_unit_id: lead.kind === 'unit' ? lead.id : null, lead_person_id: lead.kind === 'person' ? lead.id : null,
    what, product, responsibility, authority, due_on: dueOn,
  }
}

export function fromChange({ facts, asked, dueOn, ...change }: TaskChange): Record<string, unknown> {
  return {
    ...facts ? fromFacts(facts) : {}, ...dueOn === undefined ? {} : { due_on: dueOn }, ...change,
    ...asked === undefined ? {} : {
      asked_due_on: asked?.dueOn ?? null, asked_reason: asked?.reason ?? null, asked_at: asked?.at ?? null, asked_by: asked?.by ?? null,
    },
  }
}

export function sidesOf(row: Pick<AccessRow, 'of_lead' | 'of_co' | 'of_office' | 'of_body'>): TaskSide[] {
  return [
    ...row.of_lead ? ['lead' as const] : [], ...row.of_co ? ['co' as const] : [], ...row.of_office ? ['office' as const] : [],
    ...row.of_body ? ['member' as const] : [],
  ]
}
