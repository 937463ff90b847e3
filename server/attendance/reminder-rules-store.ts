import type { ReminderRule } from '../../protocol/reminders.ts'
import { writeAudit, type AuditRecord } from '../platform/audit.ts'
import type { ReminderRulesStore } from './reminder-rules.ts'

/** Reminder rules in PostgreSQL. */
export const reminderRulesStore: ReminderRulesStore = {
  async rulesOf(db, bodyId) {
    return await db('reminder_rule').where({ body_id: bodyId }).orderBy('id').select<ReminderRule[]>('id', 'unit', 'amount', 'whom', 'basis')
  },

  async lockRules(trx, bodyId) {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`reminder rules ${bodyId ?? 'of all'}`])
  },

  async replaceRules(trx, bodyId, rules, actorId) {
    const present = new Set((await trx('reminder_rule').where({ body_id: bodyId }).select<{ id: string }[]>('id')).map(({ id }) => id))
    const kept = new Set(rules.flatMap(({ id }) => id !== undefined && present.has(id) ? [id] : []))
    const gone = [...present].filter((id) => !kept.has(id))
    const audit = (action: string, id: string, data: object = {}): AuditRecord =>
      ({ actorId, subjectId: null, meetingRuleId: id, ...bodyId === null ? {} : { bodyId }, action: `reminderRule.${action}`, data })
    const records = gone.map((id) => audit('removed', id))
    await trx('reminder_rule').whereIn('id', gone).delete()
    for (const { id, unit, amount, whom, basis } of rules) {
      const facts = { unit, amount, whom, basis }
      if (id !== undefined && kept.has(id)) {
        const changed = await trx('reminder_rule').where({ id })
          .whereRaw('(unit, amount, whom, basis) IS DISTINCT FROM (?, ?, ?, ?)', [unit, amount, whom, basis]).update(facts)
        if (changed) records.push(audit('changed', id, { unit, amount, whom }))
      } else {
        const [row] = await trx('reminder_rule').insert({ ...facts, body_id: bodyId }).returning<{ id: string }[]>('id')
        if (row) records.push(audit('added', row.id, { unit, amount, whom }))
      }
    }
    await writeAudit(trx, ...records)
  },
}
