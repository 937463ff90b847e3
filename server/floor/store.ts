import type { FloorStore } from './speech.ts'

/** What people spoke, in PostgreSQL. */
export const floorStore: FloorStore = {
  async keepTimes(trx, { meetingId, year }, times) {
    await trx.raw(`
      INSERT INTO speaking_time (meeting_id, person_id, body_id, year, turns, seconds)
        SELECT meeting.id, spoken."personId", meeting.body_id, ?, spoken.turns, spoken.seconds
          FROM meeting, jsonb_to_recordset(?) AS spoken ("personId" uuid, turns integer, seconds integer) WHERE meeting.id = ?`,
    [year, JSON.stringify(times), meetingId])
  },

  async yearTimes(db, { bodyId, year, except }) {
    const rows = await db('speaking_time').where({ body_id: bodyId, year }).whereNot('meeting_id', except).groupBy('person_id')
      .select<{ personId: string, turns: string, seconds: string }[]>('person_id as personId', db.raw('sum(turns) AS turns'), db.raw('sum(seconds) AS seconds'))
    return rows.map(({ personId, turns, seconds }) => ({ personId, turns: Number(turns), seconds: Number(seconds) }))
  },

  liveMeetings: (db) => db('meeting').where('status', 'live').orderBy('id').select('id as meetingId', 'body_id as bodyId'),
}
