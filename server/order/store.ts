import type { OrderStore } from './order.ts'

/** Who presides and who waits, in PostgreSQL. */
export const orderStore: OrderStore = {
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
}
