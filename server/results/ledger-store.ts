import type { LedgerStore } from './ledger.ts'

export const ledgerStore: LedgerStore = {
  async line(trx, bodyId, day) {
    // Written even where it is there: that locks it.
    const { rows: [row] } = await trx.raw<{ rows: { id: string }[] }>(`
      INSERT INTO ledger_line (body_id, day) VALUES (:bodyId, :day) ON CONFLICT (body_id, day) DO UPDATE SET day = excluded.day RETURNING id`, { bodyId, day })
    if (!row) throw new Error('a line of the ledger was not made')
    return row.id
  },

  async stands(trx, lineId) {
    return await trx('ledger_cause').where({ line_id: lineId }).whereNull('reversed_at').first('id') !== undefined
  },

  async insertCause(trx, lineId, { cause, attendees, byId, reason }) {
    const matterId = cause.kind === 'requestedElsewhere' ? cause.matterId : null
    const meetingId = cause.kind === 'sittingCancelled' ? cause.meetingId : null
    const matterIds = cause.kind === 'requestedElsewhere' ? [cause.matterId] : cause.matterIds ?? null
    const { rows: [row] } = await trx.raw<{ rows: { id: string }[] }>(`
      INSERT INTO ledger_cause (line_id, matter_id, meeting_id, matter_ids, reason, by_id)
      VALUES (:lineId, :matterId, :meetingId, coalesce(CAST(:matterIds AS uuid[]), ARRAY(
        SELECT DISTINCT matter_id FROM agenda_item WHERE meeting_id = CAST(:meetingId AS uuid) AND matter_id IS NOT NULL)), :reason, :byId)
      ON CONFLICT DO NOTHING RETURNING id`, { lineId, matterId, meetingId, matterIds: matterIds && [...matterIds], reason, byId })
    if (!row) return false
    const byPerson = new Map(attendees.map(({ personId, unitId }) => [personId, unitId]))
    if (byPerson.size) await trx('ledger_attendee').insert([...byPerson].map(([personId, unitId]) => ({ cause_id: row.id, person_id: personId, unit_id: unitId })))
    return true
  },

  async insertMinutes(trx, { bodyId, meetingId, matterId, minutes, people, byId, reason }) {
    const rows: unknown[] = await trx('ledger_minutes')
      .insert({ body_id: bodyId, meeting_id: meetingId, matter_id: matterId, minutes, people, reason, by_id: byId })
      .onConflict().ignore().returning('id')
    return rows.length === 1
  },

  async reverse(trx, matterId, reason) {
    const { rows: [row] } = await trx.raw<{ rows: { count: number }[] }>(`
      WITH causes AS (
        UPDATE ledger_cause SET reversed_at = now(), reversed_reason = :reason WHERE matter_ids @> ARRAY[CAST(:matterId AS uuid)] AND reversed_at IS NULL RETURNING 1
      ), minutes AS (
        UPDATE ledger_minutes SET reversed_at = now(), reversed_reason = :reason WHERE matter_id = :matterId AND reversed_at IS NULL RETURNING 1
      ) SELECT ((SELECT count(*) FROM causes) + (SELECT count(*) FROM minutes))::int AS count`, { matterId, reason })
    return row?.count ?? 0
  },
}
