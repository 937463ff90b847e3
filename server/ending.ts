import type { Attendance } from './attendance/attendance.ts'
import type { Results } from './attendance/results.ts'
import type { Balloting } from './balloting.ts'
import type { Concluding } from './concluding.ts'
import type { AgendaDomain } from './conducting.ts'
import type { JournalTx } from './journal/journal.ts'
import type { Closing } from './meetings/meetings.ts'
import type { Recordings } from './recording/recording.ts'
import type { RoomKeeping } from './room-keeping.ts'

interface EndingDeps {
  balloting: Pick<Balloting, 'voting'>
  room: Pick<RoomKeeping, 'floor' | 'order'>
  agenda: Pick<AgendaDomain, 'endCurrent'>
  attendance: Pick<Attendance, 'endStays' | 'closeRoom'>
  results: Pick<Results, 'keep'>
  recordings: Pick<Recordings, 'endAtClosing' | 'settleMeeting'>
  minuting: { minutes: { draftAtClosing(tx: JournalTx): Promise<unknown> } }
  concluding: Pick<Concluding, 'notices'>
}

/** What ends with a meeting, in this order, and what it leaves behind: figures, the draft of its minutes, the due day of its notice. */
export function createEnding(deps: EndingDeps): Closing {
  const { balloting: { voting }, room: { floor, order }, agenda, attendance, results, recordings, minuting: { minutes }, concluding: { notices } } = deps
  return {
    endings: [voting.closeOpen, floor.endWithMeeting, agenda.endCurrent, attendance.endStays, order.endWithMeeting, recordings.endAtClosing],
    async draftMinutes(tx) {
      await results.keep(tx)
      await floor.keepTimes(tx)
      await minutes.draftAtClosing(tx)
      await notices.beginAtClosing(tx)
    },
    async closeRoom(meetingId) {
      // Neither waits for the other: what the room's people sent ends with them, and its files with that.
      const ended = await Promise.allSettled([attendance.closeRoom(meetingId), recordings.settleMeeting(meetingId)])
      for (const one of ended) if (one.status === 'rejected') throw one.reason
    },
  }
}
