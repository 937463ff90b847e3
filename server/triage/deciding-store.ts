import type { Knex } from 'knex'
import { writeAudit } from '../platform/audit.ts'
import type { DecidingStore } from './deciding.ts'
import type { EndingStore, Running } from './ending.ts'

interface RunningRow {
  matter_id: string, nth: number, body_id: string, way: Running['way'], decider_id: string, delegate_id: string | null, title: string, proposed_on: string | null
}

const noteRow = ({ disagreement, legal, cautions, secret, minutes }: Parameters<EndingStore['putNotes']>[3]) => ({ disagreement, legal, cautions, secret, minutes })

/** Decisions on how matters are dealt with, and how they ended, in PostgreSQL; under the lock of the proposal. */
export const decidingStore: DecidingStore & EndingStore = {
  async findDecision(db, deciderId, key) {
    const row = await db('triage_decision').where({ decider_id: deciderId, key }).first<{ matter_id: string, nth: number, due_on: string | null } | undefined>(
      'matter_id', 'nth', db.raw('due_on::text AS due_on'))
    return row && { matterId: row.matter_id, nth: row.nth, dueOn: row.due_on }
  },

  async insertDecision(trx, decision) {
    const { matterId, nth, bodyId, way, reason, facts, result, deciderId, at, delegateId, dueOn, meetingId, key } = decision
    await trx('triage_decision').insert({
      matter_id: matterId, nth, body_id: bodyId, way, proposed: result.way, reason, facts: JSON.stringify(facts), result: JSON.stringify(result),
      decider_id: deciderId, at, delegate_id: delegateId, due_on: dueOn, meeting_id: meetingId, key,
    })
    await writeAudit(trx, {
      actorId: deciderId, subjectId: delegateId, bodyId, action: 'triage.decided',
      data: { matterId, nth, way, proposed: result.way, rules: result.reasons.map(({ code, version }) => `${code} ${version}`), meetingId, dueOn },
    })
  },

  async takeOutside(trx, matterId, at, dueOn) {
    await trx('proposal').where({ id: matterId }).update({ settled: 'outside', since: at, due_on: dueOn, version: trx.raw('version + 1') })
  },

  async incumbents(db, bodyId, on) {
    const { rows } = await db.raw<{ rows: { personId: string, unitId: string | null }[] }>(`
      SELECT m.person_id AS "personId", work.unit_id AS "unitId" FROM membership m
      LEFT JOIN unit_membership work ON work.person_id = m.person_id AND CAST(:on AS date) BETWEEN work.since AND coalesce(work.until, 'infinity')
      WHERE m.body_id = :bodyId AND m.voting AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      ORDER BY m.rank, m.person_id`, { bodyId, on })
    return rows
  },

  async putNotes(trx, matterId, version, notes, actorId, at) {
    const row = { ...noteRow(notes), version: version + 1, actor_id: actorId, at }
    const [saved] = version === 0
      ? await trx('triage_note').insert({ ...row, matter_id: matterId }).onConflict('matter_id').ignore().returning<{ version: number }[]>('version')
      : await trx('triage_note').where({ matter_id: matterId, version }).update(row).returning<{ version: number }[]>('version')
    if (!saved) return undefined
    const proposal = await trx('proposal').where({ id: matterId }).first<{ body_id: string }>('body_id')
    await writeAudit(trx, { actorId, subjectId: null, bodyId: proposal.body_id, action: 'triage.noted', data: { matterId, version: saved.version, ...notes } })
    return saved.version
  },

  async notesVersion(db, matterId) {
    return (await db('triage_note').where({ matter_id: matterId }).first<{ version: number } | undefined>('version'))?.version ?? 0
  },

  async running(db: Knex, matterId) {
    const { rows: [row] } = await db.raw<{ rows: RunningRow[] }>(`
      SELECT decision.matter_id, decision.nth, decision.body_id, decision.way, decision.decider_id, decision.delegate_id, p.title, p.proposed_on::text AS proposed_on
      FROM triage_decision decision JOIN proposal p ON p.id = decision.matter_id AND p.settled = 'outside'
      WHERE decision.matter_id = ? AND decision.way IN ('write', 'delegate') AND NOT EXISTS (
        SELECT FROM triage_outcome outcome WHERE outcome.matter_id = decision.matter_id AND outcome.nth = decision.nth)
      ORDER BY decision.nth DESC LIMIT 1`, [matterId])
    return row && {
      matterId: row.matter_id, nth: row.nth, bodyId: row.body_id, way: row.way, deciderId: row.decider_id, delegateId: row.delegate_id, title: row.title,
      proposedOn: row.proposed_on,
    }
  },

  async delegatedWith(db, sha256s) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(`
      SELECT DISTINCT p.id FROM proposal_document paper JOIN proposal p ON p.id = paper.proposal_id AND p.settled = 'outside'
      JOIN triage_decision decision ON decision.matter_id = p.id AND decision.way = 'delegate'
      WHERE paper.sha256 = ANY (CAST(? AS bytea[])) ORDER BY p.id`, [sha256s.map((sha256) => Buffer.from(sha256, 'hex'))])
    return rows.map(({ id }) => id)
  },

  async insertOutcome(trx, { matterId, nth, bodyId, way }, { kind, at, actorId, note, tally, meetingId, dueOn }) {
    await trx('triage_outcome').insert({ matter_id: matterId, nth, kind, at, actor_id: actorId, note, tally: tally ? JSON.stringify(tally) : null, meeting_id: meetingId ?? null })
    await trx('proposal').where({ id: matterId })
      .update({ settled: kind === 'decided' ? 'decided' : null, since: at, due_on: dueOn, version: trx.raw('version + 1') })
    await writeAudit(trx, { actorId, subjectId: null, bodyId, action: 'triage.ended', data: { matterId, nth, way, kind, meetingId: meetingId ?? null } })
  },
}
