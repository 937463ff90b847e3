import type { Knex } from 'knex'
import { writeAudit } from '../platform/audit.ts'
import { RULE_COLUMNS, toRule, type RuleRow } from './facts-store.ts'
import type { RulesStore } from './rules.ts'

/** Triage rules in PostgreSQL. */
export const rulesStore: RulesStore = {
  async all(db) {
    const [{ rows }, bodies] = await Promise.all([
      db.raw<{ rows: (RuleRow & { reason: string, end_reason: string, withdrawn: boolean, actor_name: string | null })[] }>(`
        SELECT ${RULE_COLUMNS}, rule.reason, rule.end_reason, rule.withdrawn_at IS NOT NULL AS withdrawn, person.full_name AS actor_name FROM triage_rule rule LEFT JOIN person ON person.id = rule.actor_id
        ORDER BY rule.code, rule.body_id NULLS FIRST, rule.version`),
      db('body').whereNull('until').orderBy('name').select<{ id: string, name: string }[]>('id', 'name'),
    ])
    return {
      bodies,
      rules: rows.map((row) => ({
        ...toRule(row), reason: row.reason, endReason: row.end_reason, withdrawn: row.withdrawn, actorName: row.actor_name,
      })),
    }
  },

  async hasBody(db, bodyId) {
    return await db('body').where({ id: bodyId }).first('id') !== undefined
  },

  change: (db, work) => db.transaction(async (trx) => await work({
    async versions(code, bodyId) {
      // Two first versions of one rule wait for each other here, where there is no row to lock yet.
      await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`triage_rule ${code} ${bodyId ?? ''}`])
      const { rows } = await trx.raw<{ rows: (RuleRow & { withdrawn: boolean })[] }>(
        `SELECT ${RULE_COLUMNS}, rule.withdrawn_at IS NOT NULL AS withdrawn FROM triage_rule rule WHERE rule.code = :code AND rule.body_id IS NOT DISTINCT FROM CAST(:bodyId AS uuid) ORDER BY rule.version`,
        { code, bodyId: bodyId as string })
      return rows.map((row) => ({ ...toRule(row), withdrawn: row.withdrawn }))
    },
    async find(ruleId) {
      const { rows: [row] } = await trx.raw<{ rows: RuleRow[] }>(`SELECT ${RULE_COLUMNS} FROM triage_rule rule WHERE rule.id = ? AND rule.withdrawn_at IS NULL FOR UPDATE`, [ruleId])
      return row && toRule(row)
    },
    async insert({ code, bodyId, since, until, name, when, effect, basis }, version, reason, actorId) {
      const [row] = await trx('triage_rule').insert({
        code, body_id: bodyId, version, since, until, name: JSON.stringify(name), conditions: JSON.stringify(when), effect: JSON.stringify(effect),
        basis_document: basis.document, basis_clause: basis.clause, reason, actor_id: actorId,
      }).returning<{ id: string }[]>('id')
      if (!row) throw new Error('no rule was inserted')
      await writeAudit(trx, {
        actorId, subjectId: null, meetingRuleId: row.id, ...bodyId === null ? {} : { bodyId }, action: 'triageRule.revised', data: { code, version, since, until },
      })
      return row.id
    },
    async end(ruleId, until, reason, actorId) {
      await trx('triage_rule').where({ id: ruleId }).update({ until, end_reason: reason })
      await writeAudit(trx, { actorId, subjectId: null, meetingRuleId: ruleId, action: 'triageRule.ended', data: { until, reason } })
    },
    async withdraw(ruleId, reason, actorId) {
      await trx('triage_rule').where({ id: ruleId }).update({ withdrawn_at: trx.fn.now(), end_reason: reason })
      await writeAudit(trx, { actorId, subjectId: null, meetingRuleId: ruleId, action: 'triageRule.withdrawn', data: { reason } })
    },
  })),

  async named(db: Knex, matterIds, readerId, on) {
    const { rows } = await db.raw<{ rows: { id: string, bodyName: string, title: string | null }[] }>(`
      SELECT p.id, body.name AS "bodyName", CASE WHEN EXISTS (
          SELECT FROM membership m WHERE m.body_id = p.body_id AND m.person_id = :readerId AND m.role IN ('chair', 'clerk')
            AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')) THEN p.title END AS title
      FROM proposal p JOIN body ON body.id = p.body_id WHERE p.id = ANY (:matterIds)`, { matterIds: [...matterIds], readerId, on })
    return rows
  },
}
