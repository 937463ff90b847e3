import type { AttendanceEvent } from '../../protocol/attendance-record.ts'
import type { Reducer, TextRef } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingEntry } from '../../protocol/meeting-state.ts'
import { dealtWithMs, presenceByItem } from '../../protocol/stays.ts'
import type { Journal } from '../journal/journal.ts'
import { requireOffice, type Access, type MeetingAccess } from '../meetings/access.ts'
import { courseReducer } from '../minutes/course.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'

type Kept = AttendanceEvent extends infer E ? E extends { kind: 'corrected' } ? Omit<E, 'reason'> & { reason: TextRef | null } : E : never

/** All that was recorded of each person's attendance. For chair and clerk, since it has reasons and who recorded what. */
const historyReducer: Reducer<Record<string, Kept[]>, MeetingEntry> = {
  name: 'attendance.history', version: 1, initial: () => ({}),
  apply(history, entry) {
    const told = { at: entry.at, actorId: entry.actorId }
    const add = (personId: string, event: Kept) => ({ ...history, [personId]: [...history[personId] ?? [], event] })
    switch (entry.kind) {
      case 'attendance.joined': return add(entry.data.personId, { ...told, kind: 'joined' })
      case 'attendance.left': return add(entry.data.personId, { ...told, kind: 'left', leftAt: entry.data.leftAt })
      case 'attendance.checkedIn': return add(entry.data.personId, { ...told, kind: 'checkedIn', how: entry.data.how })
      case 'attendance.checkedOut': return add(entry.data.personId, { ...told, kind: 'checkedOut', how: entry.data.how })
      case 'attendance.checkInWithdrawn': return add(entry.data.personId, { ...told, kind: 'checkInWithdrawn' })
      case 'attendance.absenceRecorded': return add(entry.data.personId, { ...told, kind: 'absence', excused: entry.data.excused })
      case 'attendance.corrected': return add(entry.data.personId, { ...told, kind: 'corrected', stays: entry.data.stays, reason: null })
      case 'attendance.correctionReason': {
        const { personId, reason } = entry.data
        const events = history[personId] ?? []
        const last = events.findLastIndex(({ kind }) => kind === 'corrected')
        return { ...history, [personId]: events.map((event, index) => index === last && event.kind === 'corrected' ? { ...event, reason } : event) }
      }
      default: return history
    }
  },
  project: (history, viewer) => viewer.office ? history : Object.fromEntries(Object.entries(history).map(([personId, events]) => [
    personId, events.map((event): Kept => event.kind === 'corrected' ? { ...event, reason: null } : event),
  ])),
}

export interface HistoryDeps { journal: Pick<Journal, 'state' | 'snapshot'>, access: Pick<MeetingAccess, 'accessTo'>, now?: () => Date }

/** What chair and clerk read of attendance beyond the list. */
export function createHistory({ journal, access, now = () => new Date() }: HistoryDeps) {
  async function forOffice(meetingId: string, caller: Caller): Promise<Access> {
    const found = await access.accessTo(meetingId, caller)
    requireOffice(found)
    if (found.meeting.status === 'draft') throw new AppError('meetingNotPublished')
    return found
  }

  return {
    forOffice,

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`, `notParticipant`. */
    async of(meetingId: string, caller: Caller, personId: string): Promise<{ events: AttendanceEvent[] }> {
      const { viewer } = await forOffice(meetingId, caller)
      const { participants } = await journal.state(meetingId, meetingReducer)
      const { state, texts } = await journal.snapshot(meetingId, viewer, historyReducer)
      const events = state[personId] ?? []
      if (!events.length && !participants.some((one) => one.personId === personId)) throw new AppError('notParticipant')
      return {
        events: events.map((event): AttendanceEvent => event.kind === 'corrected'
          ? { ...event, reason: event.reason && (texts[event.reason.$text] ?? null) } : event),
      }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`. */
    async items(meetingId: string, caller: Caller) {
      await forOffice(meetingId, caller)
      const { attendance, closedAt } = await journal.state(meetingId, meetingReducer)
      const course = await journal.state(meetingId, courseReducer)
      const end = closedAt ?? now().toISOString()
      const present = presenceByItem(attendance.stays, course, end)
      return {
        items: [...present].map(([itemId, persons]) => ({
          itemId, present: persons, ms: dealtWithMs(course, itemId, end),
        })),
      }
    },
  }
}

export type History = ReturnType<typeof createHistory>
