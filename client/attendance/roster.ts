import { attendanceStatus, type AttendanceState, type AttendanceStatus } from '../../protocol/attendance.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { compareByGivenName, type Person } from '../../protocol/identity.ts'

/** One line of the attendance list. */
export interface RosterLine extends Participant { fullName: string, status: AttendanceStatus, stays: number }

export type RosterOrder = 'rank' | 'givenName'

/** The attendance list: by protocol rank, or by given name. */
export function roster(
  participants: readonly Participant[], people: readonly Person[], attendance: AttendanceState, order: RosterOrder = 'rank',
): RosterLine[] {
  const names = new Map(people.map((person) => [person.id, person.fullName]))
  return participants
    .map((participant) => ({
      ...participant,
      fullName: names.get(participant.personId) ?? '',
      status: attendanceStatus(attendance, participant.personId),
      stays: attendance.stays[participant.personId]?.length ?? 0,
    }))
    .toSorted((a, b) => (order === 'rank' ? a.rank - b.rank : 0) || compareByGivenName(a, b))
}
