import type { Knex } from 'knex'
import { FormValues } from '../../protocol/procedure-forms.ts'
import { ProcedureContent } from '../../protocol/procedure-rules.ts'
import type { Instance, InstanceAccessStore } from './access.ts'
import type { InstancesStore } from './instances.ts'
import type { LateStep, RemindingStore } from './reminding.ts'
import type { TellingStore } from './telling.ts'
import { HAS_STEP, IS_RESPONSIBLE, OF_OFFICE, OF_STARTER, OWN_ROLES, OWN_UNITS } from './readable.ts'

interface AccessRow {
  id: string, procedure_id: string, procedure_version: number, unit_id: string, body_id: string, title: string, state: Instance['state'], step_no: number
  steps: number, due_on: string | null, version: number, starter: boolean, office: boolean, responsible: boolean, has_step: boolean
}

const nextSeq = (trx: Knex.Transaction, table: 'procedure_run' | 'procedure_event', instanceId: string) =>
  trx.raw(`(SELECT coalesce(max(seq), 0) + 1 FROM ${table} WHERE instance_id = ?)`, [instanceId])

/** Instances in PostgreSQL. Changes of one follow one another under its row's lock. */
export const instancesStore: InstanceAccessStore & InstancesStore & TellingStore & RemindingStore = {
  async findAccess(db, instanceId, { personId }, on) {
    const { rows: [row] } = await db.raw<{ rows: AccessRow[] }>(`
      WITH ${OWN_UNITS}, ${OWN_ROLES}
      SELECT i.id, i.procedure_id, i.procedure_version, i.unit_id, i.body_id, i.title, i.state, i.step_no, i.due_on::text AS due_on, i.version,
        (SELECT count(*)::int FROM procedure_instance_step s WHERE s.instance_id = i.id) AS steps,
        ${OF_STARTER} AS starter, ${OF_OFFICE} AS office, ${IS_RESPONSIBLE} AS responsible, ${HAS_STEP} AS has_step
      FROM procedure_instance i WHERE i.id = :instanceId`, { instanceId, personId, on })
    if (!row) return undefined
    const sides = ([['starter', row.starter], ['responsible', row.responsible], ['office', row.office]] as const)
      .flatMap(([side, is]) => is ? [side] : [])
    if (sides.length === 0) return undefined
    return {
      sides, hasStep: row.has_step === true,
      instance: {
        id: row.id, procedureId: row.procedure_id, procedureVersion: row.procedure_version, unitId: row.unit_id, bodyId: row.body_id, title: row.title,
        state: row.state, stepNo: row.step_no, steps: row.steps, dueOn: row.due_on, version: row.version,
      },
    }
  },

  async lock(trx, instanceId) {
    await trx('procedure_instance').where({ id: instanceId }).forUpdate().select('id')
  },

  async findCreation(db, creatorId, key) {
    const row = await db('procedure_instance').where({ creator_id: creatorId, creation_key: key }).first<{ id: string, version: number } | undefined>('id', 'version')
    return row && { instanceId: row.id, version: row.version }
  },

  async insert(trx, { procedureId, procedureVersion, unitId, bodyId, title, at, dueOn, creatorId, key }, steps) {
    const [row] = await trx('procedure_instance').insert({
      procedure_id: procedureId, procedure_version: procedureVersion, unit_id: unitId, body_id: bodyId, title, since: at, started_at: at, due_on: dueOn,
      creator_id: creatorId, creation_key: key,
    }).onConflict(['creator_id', 'creation_key']).ignore().returning<{ id: string, version: number }[]>(['id', 'version'])
    if (!row) return undefined
    await trx('procedure_instance_step').insert(steps.map(({ stepNo, name, days, role, unitId: responsible }) => (
      { instance_id: row.id, step_no: stepNo, name, days, role, unit_id: responsible })))
    return { instanceId: row.id, version: row.version }
  },

  async update(trx, instanceId, { state, stepNo, since, dueOn, holderId }) {
    const [row] = await trx('procedure_instance').where({ id: instanceId }).update({
      ...state === undefined ? {} : { state }, ...stepNo === undefined ? {} : { step_no: stepNo }, ...since === undefined ? {} : { since },
      ...dueOn === undefined ? {} : { due_on: dueOn }, ...holderId === undefined ? {} : { holder_id: holderId }, version: trx.raw('version + 1'),
    }).returning<{ version: number }[]>('version')
    if (!row) throw new Error('no instance was changed')
    return row.version
  },

  async stepDays(trx, instanceId, stepNo) {
    const row = await trx('procedure_instance_step').where({ instance_id: instanceId, step_no: stepNo }).first<{ days: number } | undefined>('days')
    if (!row) throw new Error('no such step')
    return row.days
  },

  async openRun(trx, instanceId) {
    const row = await trx('procedure_run').where({ instance_id: instanceId, ended_at: null })
      .first<{ began_at: Date, due_on: string } | undefined>('began_at', trx.raw('due_on::text AS due_on'))
    if (!row) throw new Error('nothing runs')
    return { beganAt: row.began_at, dueOn: row.due_on }
  },

  async endRun(trx, instanceId, { at, outcome, tookDays, lateDays }) {
    await trx('procedure_run').where({ instance_id: instanceId, ended_at: null }).update({ ended_at: at, outcome, took_days: tookDays, late_days: lateDays })
  },

  async insertRun(trx, instanceId, { stepNo, at, dueOn }) {
    await trx('procedure_run').insert({ instance_id: instanceId, seq: nextSeq(trx, 'procedure_run', instanceId), step_no: stepNo, began_at: at, due_on: dueOn })
  },

  async insertEvent(trx, instanceId, { kind, actorId, at, stepNo, toStepNo, note = '', personId, formId, revision, dueOn }) {
    await trx('procedure_event').insert({
      instance_id: instanceId, seq: nextSeq(trx, 'procedure_event', instanceId), at, actor_id: actorId, kind, step_no: stepNo, to_step_no: toStepNo ?? null,
      note, person_id: personId ?? null, form_id: formId ?? null, revision: revision ?? null, due_on: dueOn ?? null,
    })
  },

  async content(db, instanceId) {
    const { rows: [row] } = await db.raw<{ rows: { content: unknown }[] }>(`
      SELECT v.content FROM procedure_instance i JOIN procedure_version v ON v.procedure_id = i.procedure_id AND v.version = i.procedure_version
      WHERE i.id = ?`, [instanceId])
    return ProcedureContent.parse(row?.content)
  },

  async forms(db, instanceId) {
    const { rows } = await db.raw<{ rows: { form_id: string, revision: number, content: unknown, saved_by: string, saved_at: Date }[] }>(`
      SELECT DISTINCT ON (form_id) form_id, revision, content, saved_by, saved_at FROM procedure_form_entry WHERE instance_id = ?
      ORDER BY form_id, revision DESC`, [instanceId])
    return rows.map(({ form_id: formId, revision, content, saved_by: savedBy, saved_at: savedAt }) => (
      { formId, revision, values: FormValues.parse(content), savedBy, savedAt: savedAt.toISOString() }))
  },

  async insertForm(trx, instanceId, { formId, revision, values, savedBy, savedAt }) {
    await trx('procedure_form_entry').insert({
      instance_id: instanceId, form_id: formId, revision, content: JSON.stringify(values), saved_by: savedBy, saved_at: savedAt,
    })
  },

  async unitOf(db, personId, on) {
    const { rows: [row] } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT unit.id, unit.name FROM unit_membership m JOIN unit ON unit.id = m.unit_id
      WHERE m.person_id = :personId AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
        AND CAST(:on AS date) BETWEEN unit.since AND coalesce(unit.until, 'infinity') LIMIT 1`, { personId, on })
    return row
  },

  async bodyExists(db, bodyId, on) {
    const { rows } = await db.raw<{ rows: unknown[] }>('SELECT FROM body WHERE id = :bodyId AND CAST(:on AS date) <= coalesce(until, \'infinity\')', { bodyId, on })
    return rows.length > 0
  },

  async known(db, personIds, unitIds) {
    const { rows: [row] } = await db.raw<{ rows: { people: number, units: number }[] }>(`
      SELECT (SELECT count(*)::int FROM person WHERE id = ANY(?)) AS people, (SELECT count(*)::int FROM unit WHERE id = ANY(?)) AS units`,
    [[...personIds], [...unitIds]])
    return row ?? { people: 0, units: 0 }
  },

  async mayHold(db, personId, bodyId, on) {
    const { rows } = await db.raw<{ rows: unknown[] }>(`
      SELECT FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
      UNION ALL
      SELECT FROM membership WHERE person_id = :personId AND body_id = :bodyId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')`,
    { personId, bodyId, on })
    return rows.length > 0
  },

  async holdersOn(db, instanceId, on) {
    const { rows } = await db.raw<{ rows: { person_id: string }[] }>(`
      WITH RECURSIVE heir (id) AS (
        SELECT s.unit_id FROM procedure_instance i JOIN procedure_instance_step s ON s.instance_id = i.id AND s.step_no = i.step_no
        WHERE i.id = :instanceId AND i.holder_id IS NULL AND s.unit_id IS NOT NULL
        UNION SELECT successor_id FROM unit_succession JOIN heir ON predecessor_id = heir.id WHERE since <= CAST(:on AS date)
      )
      SELECT i.holder_id AS person_id FROM procedure_instance i WHERE i.id = :instanceId AND i.holder_id IS NOT NULL
      UNION SELECT m.person_id FROM heir
        JOIN unit_membership m ON m.unit_id = heir.id AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      UNION SELECT m.person_id FROM procedure_instance i
        JOIN procedure_instance_step s ON s.instance_id = i.id AND s.step_no = i.step_no AND s.unit_id IS NULL
        JOIN membership m ON m.body_id = i.body_id AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
          AND CASE s.role WHEN 'office' THEN m.role = 'clerk' WHEN 'chair' THEN m.role = 'chair' ELSE m.role IN ('chair', 'member') END
        WHERE i.id = :instanceId AND i.holder_id IS NULL`, { instanceId, on })
    return rows.map((row) => row.person_id)
  },

  async clerksOn(db, bodyId, on) {
    const { rows } = await db.raw<{ rows: { person_id: string }[] }>(`
      SELECT person_id FROM membership WHERE body_id = :bodyId AND role = 'clerk' AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')`, { bodyId, on })
    return rows.map((row) => row.person_id)
  },

  async takeLate(trx, today, limit) {
    const { rows } = await trx.raw<{ rows: LateStep[] }>(`
      WITH late AS (
        SELECT instance_id, seq FROM procedure_run WHERE ended_at IS NULL AND NOT late_told AND due_on < CAST(:today AS date)
        ORDER BY due_on LIMIT :limit FOR UPDATE SKIP LOCKED
      ), taken AS (
        UPDATE procedure_run run SET late_told = true FROM late WHERE run.instance_id = late.instance_id AND run.seq = late.seq
        RETURNING run.instance_id, run.seq, run.step_no, run.due_on
      )
      SELECT i.id AS "instanceId", taken.seq, i.title, i.body_id AS "bodyId", step.name AS "stepName", taken.due_on::text AS "dueOn",
        holder.full_name AS holder, unit.name AS unit, step.role
      FROM taken JOIN procedure_instance i ON i.id = taken.instance_id
        JOIN procedure_instance_step step ON step.instance_id = i.id AND step.step_no = taken.step_no
        LEFT JOIN unit ON unit.id = step.unit_id LEFT JOIN person holder ON holder.id = i.holder_id
      ORDER BY taken.due_on, i.id`, { today, limit })
    return rows
  },

  async starter(db, instanceId) {
    const row = await db('procedure_instance').where({ id: instanceId }).first<{ creator_id: string } | undefined>('creator_id')
    return row?.creator_id
  },
}
