import { TemplateDraft, type MeetingTemplate } from '../../protocol/meeting-plans.ts'
import { writeAudit } from '../platform/audit.ts'
import type { TemplatesStore } from './templates.ts'

interface Row { id: string, body_id: string, version: number, content: unknown }

const columns = ['id', 'body_id', 'version', 'content']

function toTemplate({ id, body_id: bodyId, version, content }: Row): MeetingTemplate {
  return { ...TemplateDraft.parse(content), id, bodyId, version }
}

/** Templates in PostgreSQL. Who wrote what is in the audit, in facts without their text. */
export const templatesStore: TemplatesStore = {
  async list(db, bodyId) {
    return (await db('meeting_template').where({ body_id: bodyId }).orderBy('id').select<Row[]>(...columns)).map(toTemplate)
  },

  async find(db, bodyId, templateId) {
    const row = await db('meeting_template').where({ body_id: bodyId, id: templateId }).first<Row | undefined>(...columns)
    return row ? toTemplate(row) : null
  },

  insert: (db, bodyId, template, savedBy, limit) => db.transaction(async (trx) => {
    // Two at the same time count one after the other.
    await trx('body').where({ id: bodyId }).forUpdate().select('id')
    const [count] = await trx('meeting_template').where({ body_id: bodyId }).count<{ count: string }[]>('*')
    if (Number(count?.count) >= limit) return null
    const [row] = await trx('meeting_template').insert({ body_id: bodyId, content: JSON.stringify(template), saved_by: savedBy })
      .returning<{ id: string }[]>('id')
    if (!row) throw new Error('no template was inserted')
    await writeAudit(trx, { actorId: savedBy, subjectId: null, bodyId, action: 'meetingTemplate.added', data: { templateId: row.id } })
    return row.id
  }),

  update: (db, { bodyId, templateId, version }, content, savedBy) => db.transaction(async (trx) => {
    const changed = await trx('meeting_template').where({ body_id: bodyId, id: templateId, version })
      .update({ content: JSON.stringify(content), saved_by: savedBy, saved_at: trx.fn.now(), version: version + 1 })
    if (changed === 0) return false
    await writeAudit(trx, { actorId: savedBy, subjectId: null, bodyId, action: 'meetingTemplate.changed', data: { templateId, version: version + 1 } })
    return true
  }),

  remove: (db, bodyId, templateId, removedBy) => db.transaction(async (trx) => {
    if (await trx('meeting_template').where({ body_id: bodyId, id: templateId }).delete() === 0) return false
    await writeAudit(trx, { actorId: removedBy, subjectId: null, bodyId, action: 'meetingTemplate.removed', data: { templateId } })
    return true
  }),
}
