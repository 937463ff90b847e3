import type { Reducer } from '../../protocol/journal.ts'
import type { MeetingEntry } from '../../protocol/meeting-state.ts'
import type { Stretch } from '../../protocol/stays.ts'

/** Ends what is running: one item is dealt with at a time. */
const endAt = (course: Stretch[], at: string) => course.map((stretch) => stretch.to === null ? { ...stretch, to: at } : stretch)

/** The course of a meeting: which item was dealt with when, in that order. Everyone who sees the meeting sees all of it. */
export const courseReducer: Reducer<Stretch[], MeetingEntry> = {
  name: 'minutes.course',
  version: 1,
  initial: () => [],
  apply(course, entry) {
    switch (entry.kind) {
      case 'agenda.itemStarted': return [...endAt(course, entry.at), { itemId: entry.data.itemId, from: entry.at, to: null }]
      case 'agenda.itemEnded': case 'meeting.closed': return endAt(course, entry.at)
      default: return course
    }
  },
  project: (course) => course,
}
