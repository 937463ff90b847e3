import type { Knex } from 'knex'

/** What the audit keeps: who (null: the installation itself) did what to whose account, or to which body. */
export interface AuditRecord {
  actorId: string | null
  subjectId: string | null
  bodyId?: string
  /** `<thing>.<what happened>`, such as `account.created`. */
  action: string
  /** Facts and ids, no names. */
  data?: object
}

/** Writes an entry in the transaction of the change that it tells of. */
export async function writeAudit(trx: Knex.Transaction, { actorId, subjectId, bodyId, action, data = {} }: AuditRecord): Promise<void> {
  await trx('audit_entry').insert({
    actor_id: actorId, subject_id: subjectId, body_id: bodyId ?? null, action, data: JSON.stringify(data),
  })
}
