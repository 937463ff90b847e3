import type { EnforcementStore } from './enforcement.ts'
import type { OrderStore } from './order.ts'

/** So many entries of a meeting are looked at, the newest first: more than come within minutes. */
const LATEST = 1000

/** Who presides and who waits, in PostgreSQL. */
export const orderStore: OrderStore & EnforcementStore = {
  async setPresiding(trx, meetingId, personId) {
    await trx('meeting').where({ id: meetingId }).update({ presiding_id: personId })
  },

  async setClerkActs(trx, meetingId, on) {
    await trx('meeting').where({ id: meetingId }).update({ clerk_acts: on })
  },

  async insertWaiting(trx, meetingId, personId) {
    await trx('waiting_person').insert({ meeting_id: meetingId, person_id: personId }).onConflict(['meeting_id', 'person_id']).ignore()
  },

  async deleteWaiting(trx, meetingId, personId) {
    await trx('waiting_person').where({ meeting_id: meetingId, person_id: personId }).delete()
  },

  async waiting(db) {
    return await db('waiting_person').orderBy(['meeting_id', 'person_id'])
      .select<{ meetingId: string, personId: string }[]>('meeting_id as meetingId', 'person_id as personId')
  },

  async orderedSince(db, at) {
    return await db('meeting').whereIn('status', ['published', 'live']).whereRaw(`EXISTS (
      SELECT FROM (SELECT kind, at FROM journal_entry WHERE meeting_id = meeting.id ORDER BY seq DESC LIMIT ?) AS latest
      WHERE kind LIKE 'order.%' AND at >= ?)`, [LATEST, at]).pluck('id')
  },
}
