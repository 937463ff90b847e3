import type { Knex } from 'knex'
import type { PersonKind } from '../../protocol/identity.ts'
import type { HistoryEntry } from '../../protocol/units.ts'

interface HistoryRow {
  at: Date, action: string, data: Record<string, unknown>
  actor_id: string | null, actor_kind: PersonKind, actor_name: string, actor_office: string
  subject_id: string | null, subject_kind: PersonKind, subject_name: string, subject_office: string
}

function toEntry(row: HistoryRow): HistoryEntry {
  const { at, action, data } = row
  const actor = row.actor_id === null ? null : { id: row.actor_id, kind: row.actor_kind, fullName: row.actor_name, office: row.actor_office }
  const subject = row.subject_id === null ? null
    : { id: row.subject_id, kind: row.subject_kind, fullName: row.subject_name, office: row.subject_office }
  return { at: at.toISOString(), action, data, actor, subject }
}

/** What the audit has of a unit or a body: the latest entries, newest first. */
export async function historyOf(db: Knex, column: 'unit_id' | 'body_id', id: string): Promise<HistoryEntry[]> {
  const { rows } = await db.raw<{ rows: HistoryRow[] }>(`
    SELECT audit_entry.at, action, data,
      actor.id AS actor_id, actor.kind AS actor_kind, actor.full_name AS actor_name, actor.office AS actor_office,
      subject.id AS subject_id, subject.kind AS subject_kind, subject.full_name AS subject_name, subject.office AS subject_office
    FROM audit_entry LEFT JOIN person AS actor ON actor.id = actor_id LEFT JOIN person AS subject ON subject.id = subject_id
    WHERE audit_entry.${column} = ? ORDER BY audit_entry.at DESC, audit_entry.id DESC LIMIT 200`, [id])
  return rows.map(toEntry)
}
