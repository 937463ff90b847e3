import { compareByGivenName, type Person } from '../../protocol/identity.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { attendanceStatus, substitutesOf, type AttendanceStatus, type Sitting } from '../../protocol/roll.ts'
import type { Stay } from '../../protocol/stays.ts'

/** One line of the attendance list. */
export interface RosterLine extends Participant {
  fullName: string
  status: AttendanceStatus
  stays: readonly Stay[]
  /** Who attends in the person’s place, and in whose place the person does; names. */
  substitute: string | null
  replaces: string | null
}

export type RosterOrder = 'rank' | 'givenName'

/** What a list shows: everybody, who is there, who is not, and who has not been heard of. */
export const rosterFilters = ['all', 'present', 'absent', 'notChecked'] as const
export type RosterFilter = typeof rosterFilters[number]

/** The attendance list: by protocol rank, or by given name. */
export function roster(sitting: Sitting, people: readonly Person[], order: RosterOrder = 'rank'): RosterLine[] {
  const names = new Map(people.map((person) => [person.id, person.fullName]))
  const { participants, attendance } = sitting
  return participants
    .map((participant): RosterLine => {
      const [substitute] = substitutesOf(participants, participant.personId)
      return {
        ...participant,
        fullName: names.get(participant.personId) ?? '',
        status: attendanceStatus(sitting, participant.personId),
        stays: attendance.stays[participant.personId] ?? [],
        substitute: substitute ? names.get(substitute.personId) ?? '' : null,
        replaces: participant.substituteFor === undefined ? null : names.get(participant.substituteFor) ?? '',
      }
    })
    .toSorted((a, b) => (order === 'rank' ? a.rank - b.rank : 0) || compareByGivenName(a, b))
}

export function isShown({ status }: Pick<RosterLine, 'status'>, filter: RosterFilter): boolean {
  switch (filter) {
    case 'all': return true
    case 'present': return status === 'inPerson' || status === 'online'
    case 'notChecked': return status === 'notChecked'
    case 'absent': return !isShown({ status }, 'present') && status !== 'notChecked'
  }
}
