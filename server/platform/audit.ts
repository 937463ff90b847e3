import type { Knex } from 'knex'

/** What the audit keeps: who (null: the installation itself) did what to whose account, to which body, unit or procedure, or to which day of the calendar. */
export interface AuditRecord {
  actorId: string | null
  subjectId: string | null
  bodyId?: string
  unitId?: string
  /** `yyyy-MM-dd`. */
  day?: string
  /** A version of a kind of meeting, or a room. */
  meetingRuleId?: string
  /** A procedure of the catalogue. */
  procedureId?: string
  /** `<thing>.<what happened>`, such as `account.created`. */
  action: string
  /** Facts and ids, no names. */
  data?: object
}

/** Writes entries in the transaction of the changes that they tell of. */
export async function writeAudit(trx: Knex.Transaction, ...records: AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  // One row a record out of one value, so that an import of thousands is one statement.
  await trx.raw(`
    INSERT INTO audit_entry (actor_id, subject_id, body_id, unit_id, day, meeting_rule_id, procedure_id, action, data)
    SELECT "actorId", "subjectId", "bodyId", "unitId", day, "meetingRuleId", "procedureId", action, coalesce(data, '{}')
    FROM jsonb_to_recordset(?::jsonb) AS record
      ("actorId" uuid, "subjectId" uuid, "bodyId" uuid, "unitId" uuid, day date, "meetingRuleId" uuid, "procedureId" uuid, action text, data jsonb)`, [JSON.stringify(records)])
}
