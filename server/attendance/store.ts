import type { Knex } from 'knex'
import type { AttendedAs } from '../../protocol/attendance-record.ts'
import type { AttendanceStore } from './attendance.ts'
import type { OwnRow, Period, Result, ResultsStore } from './results.ts'

/** Present devices in PostgreSQL. */
export const attendanceStore: AttendanceStore = {
  async insert(trx, { meetingId, peerId, personId }) {
    const inserted = await trx('present_device').insert({ meeting_id: meetingId, peer_id: peerId, person_id: personId })
      .onConflict(['meeting_id', 'peer_id']).ignore().returning('peer_id')
    return inserted.length === 1
  },

  async delete(trx, meetingId, peerIds) {
    const deleted = await trx('present_device').where({ meeting_id: meetingId }).whereRaw('peer_id = ANY(?)', [[...peerIds]])
      .delete().returning<{ peer_id: string }[]>('peer_id')
    return new Set(deleted.map((row) => row.peer_id))
  },

  async devices(db, meetingId) {
    const query = db('present_device').orderBy(['meeting_id', 'peer_id'])
      .select<{ meetingId: string, peerId: string, personId: string }[]>('meeting_id as meetingId', 'peer_id as peerId', 'person_id as personId')
    return await (meetingId === undefined ? query : query.where({ meeting_id: meetingId }))
  },
}

/** A person's closed meetings of a time. */
function closedOf(db: Knex, personId: string, { from, to }: Period) {
  return db('meeting_participant as part').join('meeting', 'meeting.id', 'part.meeting_id')
    .where({ 'part.person_id': personId, 'meeting.status': 'closed' })
    .where('meeting.opened_at', '>=', from).where('meeting.opened_at', '<', to)
}

const resultsOf = (db: Knex, personId: string, period: Period) => closedOf(db, personId, period)
  .join('attendance_result as result', (on) => on.on('result.meeting_id', 'part.meeting_id').andOn('result.person_id', 'part.person_id'))

async function insertResults(db: Knex, meetingId: string, results: readonly Result[], known: string): Promise<void> {
  const column = <K extends keyof Result>(key: K) => results.map((one) => one[key])
  await db.raw(`
    INSERT INTO attendance_result (meeting_id, person_id, state, present_ms)
    SELECT ?, * FROM unnest(?::uuid[], ?::text[], ?::bigint[])
    ON CONFLICT (meeting_id, person_id) DO ${known}`,
  [meetingId, column('personId'), column('state'), column('presentMs')])
}

/** What closed meetings came to, in PostgreSQL. */
export const resultsStore: ResultsStore = {
  put: (db, meetingId, results) => insertResults(db, meetingId, results, 'UPDATE SET state = excluded.state, present_ms = excluded.present_ms'),
  fill: (db, meetingId, results) => insertResults(db, meetingId, results, 'NOTHING'),

  async missing(db, personId, period) {
    return await closedOf(db, personId, period)
      .whereNotExists(db('attendance_result as result').select(db.raw('1')).whereRaw('result.meeting_id = part.meeting_id AND result.person_id = part.person_id'))
      .orderBy('meeting.id').pluck<string[]>('meeting.id')
  },

  async own(db, personId, period, page) {
    const query = resultsOf(db, personId, period)
      .join('body', 'body.id', 'meeting.body_id').join('journal_text as title', 'title.id', 'meeting.title_text')
      .orderBy([{ column: 'meeting.opened_at', order: 'desc' }, { column: 'meeting.id', order: 'desc' }])
      .select<(OwnRow & { presentMs: string })[]>(
        'meeting.id as meetingId', 'body.name as bodyName', 'title.body as title', 'meeting.mode', 'part.role', 'meeting.opened_at as openedAt',
        'meeting.closed_at as closedAt', 'result.state', 'result.present_ms as presentMs')
    if (page) void query.limit(page.limit)
    if (page?.before?.id) void query.whereRaw('(meeting.opened_at, meeting.id) < (?, ?)', [page.before.openedAt, page.before.id])
    else if (page?.before) void query.where('meeting.opened_at', '<', page.before.openedAt)
    return (await query).map((row) => ({ ...row, presentMs: Number(row.presentMs) }))
  },

  async sums(db, personId, period) {
    const rows = await resultsOf(db, personId, period).groupBy('result.state')
      .select<{ state: AttendedAs, meetings: string, presentMs: string }[]>('result.state', db.raw('count(*) AS meetings'), db.raw('sum(result.present_ms) AS "presentMs"'))
    return rows.map(({ state, meetings, presentMs }) => ({ state, meetings: Number(meetings), presentMs: Number(presentMs) }))
  },
}
