import type { AttendanceStore } from './attendance.ts'

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
