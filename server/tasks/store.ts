import type { Knex } from 'knex'
import type { Evidence, TaskEventKind } from '../../protocol/tasks.ts'
import type { RenditionStatus } from '../../protocol/rendition.ts'
import type { TaskAccessStore } from './access.ts'
import type { AssigningStore } from './assigning.ts'
import type { EvidenceStore } from './evidence.ts'
import type { FactsStore } from './facts.ts'
import { COLUMNS, fromChange, fromFacts, OF_BODY, OF_CO, OF_LEAD, OF_OFFICE, sidesOf, toTask, type AccessRow, type TaskRow } from './store-rows.ts'

interface EvidenceRow {
  id: string, name: string, sha256: Buffer, bytes: string, added_at: Date, added_by: string, rendition: RenditionStatus | null, as_pdf: boolean
}

const evidenceRows = (db: Knex) => db('task_document as paper').leftJoin('rendition', 'rendition.sha256', 'paper.sha256').whereNull('paper.removed_at')
  .select<EvidenceRow[]>('paper.id', 'paper.name', 'paper.sha256', 'paper.bytes', 'paper.added_at', 'paper.added_by', 'rendition.status as rendition',
    db.raw('rendition.pdf_sha256 IS NOT NULL AS as_pdf'))

function toEvidence(row: EvidenceRow): Evidence {
  return {
    documentId: row.id, name: row.name, sha256: row.sha256.toString('hex'), bytes: Number(row.bytes), addedAt: row.added_at.toISOString(), addedBy: row.added_by,
    readable: row.as_pdf ? 'yes' : row.rendition === 'failed' || row.rendition === 'unavailable' ? 'no' : 'soon',
  }
}

async function putUnits(trx: Knex.Transaction, taskId: string, unitIds: readonly string[]): Promise<void> {
  await trx('task_unit').where({ task_id: taskId }).delete()
  if (unitIds.length) await trx('task_unit').insert(unitIds.map((unitId) => ({ task_id: taskId, unit_id: unitId })))
}

/** Tasks in PostgreSQL. Changes of one follow one another under its row's lock. */
export const tasksStore: TaskAccessStore & AssigningStore & FactsStore & EvidenceStore = {
  async findAccess(db, taskId, personId, on) {
    const { rows: [row] } = await db.raw<{ rows: AccessRow[] }>(`
      SELECT ${COLUMNS}, ${OF_LEAD} AS of_lead, ${OF_CO} AS of_co, ${OF_OFFICE} AS of_office, ${OF_BODY} AS of_body FROM task t WHERE t.id = :taskId`,
    { taskId, personId, on })
    // Of who leads by person, the question about units is answered with null.
    const sides = row ? sidesOf({ ...row, of_lead: row.of_lead === true }) : []
    return row && sides.length ? { task: toTask(row), sides } : undefined
  },

  async lock(trx, taskId) {
    await trx('task').where({ id: taskId }).forUpdate().select('id')
  },

  async findEvent(db, taskId, actorId, key) {
    return await db('task_event').where({ task_id: taskId, actor_id: actorId, key }).first<{ kind: TaskEventKind, version: number } | undefined>('kind', 'version')
  },

  async insert(trx, { bodyId, meetingId, itemId, opinionId, conclusionVersion, decidedAt, facts, creatorId, key, at }) {
    const [made] = await trx('task').insert({
      body_id: bodyId, meeting_id: meetingId, item_id: itemId, opinion_id: opinionId, conclusion_version: conclusionVersion, decided_at: decidedAt, since: at,
      ...fromFacts(facts), creator_id: creatorId, creation_key: key,
    }).returning<{ id: string }[]>('id')
    if (!made) throw new Error('no task was inserted')
    await putUnits(trx, made.id, facts.coUnitIds)
    const { rows: [row] } = await trx.raw<{ rows: TaskRow[] }>(`SELECT ${COLUMNS} FROM task t WHERE t.id = ?`, [made.id])
    if (!row) throw new Error('a task that was inserted is not there')
    return toTask(row)
  },

  async findCreation(trx, creatorId, key) {
    const row = await trx('task').where({ creator_id: creatorId, creation_key: key }).first<{ id: string, version: number } | undefined>('id', 'version')
    return row && { taskId: row.id, version: row.version }
  },

  async update(trx, taskId, change) {
    const [row] = await trx('task').where({ id: taskId }).update({ ...fromChange(change), version: trx.raw('version + 1') })
      .returning<{ version: number }[]>('version')
    if (!row) throw new Error('no task was changed')
    if (change.facts) await putUnits(trx, taskId, change.facts.coUnitIds)
    return row.version
  },

  async insertEvent(trx, taskId, { kind, actorId, at, note, key, dueOn, percent, facts }) {
    await trx.raw(`
      INSERT INTO task_event (task_id, seq, at, actor_id, kind, note, stage, due_on, percent, facts, version, key)
      SELECT id, (SELECT coalesce(max(seq), 0) + 1 FROM task_event WHERE task_id = task.id), :at, :actorId, :kind, :note, stage, :dueOn, :percent, :facts, version, :key
      FROM task WHERE id = :taskId`, {
      taskId, at, actorId: actorId as string, kind, note, dueOn: (dueOn ?? null) as string, percent: (percent ?? null) as number,
      facts: (facts ? JSON.stringify(facts) : null) as string, key: (key ?? null) as string,
    })
  },

  async unknown(db, { lead, coUnitIds }, on) {
    const units = [...coUnitIds, ...lead.kind === 'unit' ? [lead.id] : []]
    const { rows: [row] } = await db.raw<{ rows: { units: number, person: boolean }[] }>(`
      SELECT (SELECT count(*)::integer FROM unit WHERE id = ANY(:units::uuid[]) AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')) AS units,
        CAST(:personId AS uuid) IS NULL OR EXISTS (SELECT FROM person WHERE id = CAST(:personId AS uuid) AND kind = 'person') AS person`,
    { units, on, personId: (lead.kind === 'person' ? lead.id : null) as string })
    if (row?.units !== units.length) return 'unitNotFound'
    return row.person ? null : 'personNotFound'
  },

  async insertDocument(trx, taskId, { name, sha256, bytes, actorId, at, key }) {
    const [made] = await trx('task_document')
      .insert({ task_id: taskId, name, sha256: Buffer.from(sha256, 'hex'), bytes, added_at: at, added_by: actorId, upload_key: key })
      .returning<{ id: string }[]>('id')
    const [row] = await evidenceRows(trx).where('paper.id', made?.id ?? '')
    if (!row) throw new Error('no evidence was inserted')
    return toEvidence(row)
  },

  async findUpload(db, taskId, key) {
    const [row] = await evidenceRows(db).where({ 'paper.task_id': taskId, 'paper.upload_key': key })
    return row && toEvidence(row)
  },

  async documents(db, taskId) {
    return (await evidenceRows(db).where('paper.task_id', taskId).orderBy('paper.id')).map(toEvidence)
  },

  async removeDocument(trx, taskId, documentId, at) {
    await trx('task_document').where({ task_id: taskId, id: documentId }).update({ removed_at: at })
  },

  async knownFiles(db, sha256s) {
    const rows: { sha256: Buffer }[] = await db('task_document').distinct('sha256')
      .whereIn('sha256', sha256s.map((sha256) => Buffer.from(sha256, 'hex')))
    return new Set(rows.map(({ sha256 }) => sha256.toString('hex')))
  },
}
