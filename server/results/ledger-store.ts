import type { Knex } from 'knex'
import { localDay } from '../../protocol/calendar.ts'
import type { LedgerStore, WouldHaveMet } from './ledger.ts'

interface SittingRow { id: string, body_id: string, starts_at: Date, matter_ids: string[] }

/** Everybody who takes part, but for guests of single items; with where they work on that day. */
async function participants(trx: Knex.Transaction, meetingId: string, day: string): Promise<WouldHaveMet[]> {
  const { rows } = await trx.raw<{ rows: WouldHaveMet[] }>(`
    SELECT part.person_id AS "personId", work.unit_id AS "unitId" FROM meeting_participant part
    JOIN person ON person.id = part.person_id AND person.kind = 'person'
    LEFT JOIN unit_membership work ON work.person_id = part.person_id AND CAST(:day AS date) BETWEEN work.since AND coalesce(work.until, 'infinity')
    WHERE part.meeting_id = :meetingId AND NOT part.items_only`, { meetingId, day })
  return rows
}

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
    const of = cause.kind === 'requestedElsewhere'
      ? { matter_id: cause.matterId, way: cause.way ?? null, matter_ids: [cause.matterId] }
      : { meeting_id: cause.meetingId, matter_ids: [...cause.matterIds] }
    const [row] = await trx('ledger_cause').insert({ ...of, line_id: lineId, reason, by_id: byId }).onConflict().ignore().returning<{ id: string }[]>('id')
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

  async reverse(trx, matterId, { kind, reason, tally }) {
    const { rows: [row] } = await trx.raw<{ rows: { count: number }[] }>(`
      WITH causes AS (
        UPDATE ledger_cause SET reversed_at = now(), reversed_kind = :kind, reversed_reason = :reason, reversed_tally = CAST(:tally AS jsonb)
        WHERE matter_ids @> ARRAY[CAST(:matterId AS uuid)] AND reversed_at IS NULL RETURNING 1
      ), minutes AS (
        UPDATE ledger_minutes SET reversed_at = now(), reversed_reason = :reason WHERE matter_id = :matterId AND reversed_at IS NULL RETURNING 1
      ) SELECT ((SELECT count(*) FROM causes) + (SELECT count(*) FROM minutes))::int AS count`, { matterId, kind, reason, tally: tally ? JSON.stringify(tally) : null })
    return row?.count ?? 0
  },

  async hasRequested(trx, matterId) {
    return await trx('ledger_cause').where({ matter_id: matterId }).whereNull('reversed_at').first('id') !== undefined
  },

  async agendaHistory(trx, { matterId, bodyId, meetingId }) {
    const bindings = { matterId, bodyId, meetingId: meetingId as string }
    const { rows: [row] } = await trx.raw<{ rows: { stands: boolean, shared: boolean }[] }>(`
      SELECT EXISTS (
        SELECT FROM agenda_item item JOIN meeting m ON m.id = item.meeting_id
        WHERE item.matter_id = :matterId AND item.removed_at IS NULL AND m.body_id = :bodyId AND m.id IS DISTINCT FROM CAST(:meetingId AS uuid)) AS stands,
      EXISTS (
        SELECT FROM agenda_item item
        WHERE item.meeting_id = CAST(:meetingId AS uuid) AND item.removed_at IS NULL AND item.matter_id IS DISTINCT FROM CAST(:matterId AS uuid)) AS shared`, bindings)
    const { rows: [off] } = await trx.raw<{ rows: { meetingId: string, minutes: number, people: number }[] }>(`
      SELECT last.meeting_id AS "meetingId", last.minutes, part.people FROM (
        SELECT item.meeting_id, item.minutes, m.status FROM agenda_item item JOIN meeting m ON m.id = item.meeting_id
        WHERE item.matter_id = :matterId AND item.removed_at IS NOT NULL AND m.body_id = :bodyId ORDER BY item.removed_at DESC, item.id DESC LIMIT 1
      ) last CROSS JOIN LATERAL (
        SELECT count(*)::int AS people FROM meeting_participant part JOIN person ON person.id = part.person_id AND person.kind = 'person'
        WHERE part.meeting_id = last.meeting_id AND NOT part.items_only
      ) part WHERE last.status <> 'cancelled' AND last.minutes > 0 AND part.people > 0`, bindings)
    return { stands: row?.stands ?? false, shared: row?.shared ?? false, takenOff: off }
  },

  async cancelledSittings(trx, of) {
    // Somebody may be deciding upon one of its matters right now.
    if ('meetingId' in of) {
      await trx.raw('SELECT FROM proposal WHERE id IN (SELECT matter_id FROM agenda_item WHERE meeting_id = ?) ORDER BY id FOR SHARE', [of.meetingId])
    }
    // What was taken off and was no proposal never was a matter of anybody; what stood there and was none went nowhere.
    const { rows } = await trx.raw<{ rows: SittingRow[] }>(`
      SELECT m.id, m.body_id, m.starts_at, array_agg(DISTINCT p.id) AS matter_ids
      FROM meeting m JOIN agenda_item item ON item.meeting_id = m.id JOIN proposal p ON p.id = item.matter_id
      WHERE m.status = 'cancelled' AND m.published_at IS NOT NULL
        AND ${'meetingId' in of ? 'm.id = :meetingId' : 'm.id IN (SELECT meeting_id FROM agenda_item WHERE matter_id = :matterId)'}
        AND NOT EXISTS (
          SELECT FROM agenda_item other LEFT JOIN proposal known ON known.id = other.matter_id
          WHERE other.meeting_id = m.id AND CASE WHEN known.id IS NULL THEN other.removed_at IS NULL ELSE known.settled IS NULL END)
      GROUP BY m.id ORDER BY m.id`, { ...of })
    return await Promise.all(rows.map(async ({ id, body_id: bodyId, starts_at: startsAt, matter_ids: matterIds }) => {
      const date = localDay(startsAt)
      return { meetingId: id, bodyId, date, matterIds, attendees: await participants(trx, id, date) }
    }))
  },
}
