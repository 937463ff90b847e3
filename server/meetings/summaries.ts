import type { MeetingSummary } from '../../protocol/meetings.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Meeting } from './access.ts'

/** A row of somebody's list. `title` and `place` are null where they were erased. */
export interface ListedMeeting { meeting: Meeting, role: MeetingSummary['role'], itemsOnly: boolean, title: string | null, place: string | null }

export interface SummariesDeps {
  bodies: Pick<Bodies, 'bodies'>
  minutesStatuses(meetingIds: readonly string[]): Promise<Map<string, Exclude<MeetingSummary['minutes'], 'none'>>>
}

/** The rows as they are shown, in two queries however many they are. */
export async function summariesOf(rows: readonly ListedMeeting[], { bodies, minutesStatuses }: SummariesDeps): Promise<MeetingSummary[]> {
  const [known, minutes] = await Promise.all([
    bodies.bodies([...new Set(rows.map(({ meeting }) => meeting.bodyId))]),
    minutesStatuses(rows.map(({ meeting }) => meeting.id)),
  ])
  const names = new Map(known.map((body) => [body.id, body.name]))
  // The minutes tell the whole meeting.
  return rows.map((row) => summary(row, names.get(row.meeting.bodyId) ?? '', row.itemsOnly ? 'none' : minutes.get(row.meeting.id) ?? 'none'))
}

function summary({ meeting, role, title, place }: ListedMeeting, bodyName: string, minutes: MeetingSummary['minutes']): MeetingSummary {
  const { id, bodyId, mode, startsAt, plannedMinutes, status, openedAt, closedAt } = meeting
  return {
    id, bodyId, bodyName, mode, plannedMinutes, status, role, minutes, title: title ?? '', place: place ?? '',
    startsAt: startsAt.toISOString(), openedAt: openedAt?.toISOString() ?? null, closedAt: closedAt?.toISOString() ?? null,
  }
}
