import type { MeetingSummary } from '../../protocol/meetings.ts'
import { dayOf } from '../app/format.ts'
import { paths } from '../app/paths.ts'

/** The one thing to do about a meeting: vào họp · xem tài liệu · chuẩn bị · biên bản */
export type MeetingAction = 'join' | 'read' | 'prepare' | 'minutes'

/** From how long before its start a meeting's room is offered to everyone, minutes. */
export const DOORS_OPEN_MINUTES = 30

export const isOffice = (meeting: MeetingSummary) => meeting.role === 'chair' || meeting.role === 'clerk'

const start = (meeting: MeetingSummary) => Date.parse(meeting.startsAt)
const plannedEnd = (meeting: MeetingSummary) => start(meeting) + meeting.plannedMinutes * 60_000

/** What one would do about this meeting now. */
export function actionOf(meeting: MeetingSummary, now: number): MeetingAction {
  switch (meeting.status) {
    case 'live': return 'join'
    case 'draft': return 'prepare'
    case 'published':
      if (now >= start(meeting) - DOORS_OPEN_MINUTES * 60_000) return 'join'
      return isOffice(meeting) ? 'prepare' : 'read'
    case 'postponed': case 'cancelled': return 'read'
    case 'closed':
      return meeting.minutes === 'published' || meeting.minutes === 'review' || (isOffice(meeting) && meeting.minutes === 'draft') ? 'minutes' : 'read'
  }
}

export function actionPath(meeting: MeetingSummary, action: MeetingAction): string {
  if (action === 'join') return paths.room(meeting.id)
  return action === 'minutes' ? paths.minutes(meeting.id) : paths.meeting(meeting.id)
}

/**
 * The meeting that is on or next: one in session; else one of today that is not over; else, for chair and clerk, today's
 * minutes that wait for them; else the next published; else the next draft; else what closed today.
 */
export function meetingOfToday(meetings: readonly MeetingSummary[], now: number): MeetingSummary | null {
  const today = dayOf(now)
  const ahead = (status: MeetingSummary['status']) =>
    meetings.filter((meeting) => meeting.status === status && plannedEnd(meeting) > now).toSorted((a, b) => start(a) - start(b))
  const published = ahead('published')
  const closedToday = meetings
    .filter((meeting) => meeting.closedAt && dayOf(meeting.closedAt) === today)
    .toSorted((a, b) => Date.parse(b.closedAt!) - Date.parse(a.closedAt!))
  return meetings.filter((meeting) => meeting.status === 'live').toSorted((a, b) => start(b) - start(a))[0]
    ?? published.find((meeting) => dayOf(meeting.startsAt) <= today)
    ?? closedToday.find((meeting) => isOffice(meeting) && (meeting.minutes === 'draft' || meeting.minutes === 'review'))
    ?? published[0] ?? ahead('draft')[0] ?? closedToday[0] ?? null
}
