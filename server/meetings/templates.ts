import type { Knex } from 'knex'
import type { MeetingTemplate, TemplateDraft } from '../../protocol/meeting-plans.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { isOffice } from './access.ts'

/** Templates of one body. */
const MAX_TEMPLATES = 100

/** Every change writes its audit entry. */
export interface TemplatesStore {
  /** By their making. */
  list(db: Knex, bodyId: string): Promise<MeetingTemplate[]>
  find(db: Knex, bodyId: string, templateId: string): Promise<MeetingTemplate | null>
  /** Null, and nothing written, where the body has `limit` of them. */
  insert(db: Knex, bodyId: string, template: TemplateDraft, savedBy: string, limit: number): Promise<string | null>
  /** False where it is no longer of this version. */
  update(db: Knex, template: { bodyId: string, templateId: string, version: number }, content: TemplateDraft, savedBy: string): Promise<boolean>
  remove(db: Knex, bodyId: string, templateId: string, removedBy: string): Promise<boolean>
}

export interface TemplatesDeps { db: Knex, store: TemplatesStore, bodies: Pick<Bodies, 'bodyFor'> }

/** What meetings of a body are made of again and again. For chair and clerk of the body alone. */
export function createTemplates({ db, store, bodies }: TemplatesDeps) {
  /** Throws `bodyNotFound`, `forbiddenInMeeting`. */
  async function requireBodyOffice(caller: Caller, bodyId: string): Promise<void> {
    const { role } = await bodies.bodyFor(caller.personId, bodyId)
    if (!isOffice(role)) throw new AppError('forbiddenInMeeting', { role })
  }

  /** Throws `templateNotFound` also for another body's. */
  async function find(bodyId: string, templateId: string): Promise<MeetingTemplate> {
    const found = await store.find(db, bodyId, templateId)
    if (!found) throw new AppError('templateNotFound')
    return found
  }

  return {
    requireBodyOffice,

    /** Throws `bodyNotFound`, `forbiddenInMeeting`. */
    async list(caller: Caller, bodyId: string): Promise<{ templates: MeetingTemplate[] }> {
      await requireBodyOffice(caller, bodyId)
      return { templates: await store.list(db, bodyId) }
    },

    /** Throws `bodyNotFound`, `forbiddenInMeeting`, `templateNotFound`. */
    async get(caller: Caller, bodyId: string, templateId: string): Promise<MeetingTemplate> {
      await requireBodyOffice(caller, bodyId)
      return await find(bodyId, templateId)
    },

    /** Throws `bodyNotFound`, `forbiddenInMeeting`, `templatesFull`, `proposalSecret`. */
    async add(caller: Caller, bodyId: string, template: TemplateDraft): Promise<{ templateId: string }> {
      await requireBodyOffice(caller, bodyId)
      requireUnstamped(...template.items.map(({ title }) => title))
      const templateId = await store.insert(db, bodyId, template, caller.personId, MAX_TEMPLATES)
      if (templateId === null) throw new AppError('templatesFull', { limit: MAX_TEMPLATES })
      return { templateId }
    },

    /** Throws `bodyNotFound`, `forbiddenInMeeting`, `templateNotFound`, `proposalSecret`, and `templateChanged`, which says what it is now. */
    async change(caller: Caller, bodyId: string, templateId: string, { version, ...content }: TemplateDraft & { version: number }): Promise<void> {
      await requireBodyOffice(caller, bodyId)
      requireUnstamped(...content.items.map(({ title }) => title))
      if (await store.update(db, { bodyId, templateId, version }, content, caller.personId)) return
      throw new AppError('templateChanged', { template: await find(bodyId, templateId) })
    },

    /** Throws `bodyNotFound`, `forbiddenInMeeting`, `templateNotFound`. */
    async remove(caller: Caller, bodyId: string, templateId: string): Promise<void> {
      await requireBodyOffice(caller, bodyId)
      if (!await store.remove(db, bodyId, templateId, caller.personId)) throw new AppError('templateNotFound')
    },
  }
}

export type Templates = ReturnType<typeof createTemplates>
