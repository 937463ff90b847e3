import type { Stay } from '../../protocol/attendance.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { sameMinute } from '../issuing/dates.ts'

/** A sitting, from opening to closing, in ISO instants. */
export interface Sitting { openedAt: string, closedAt: string }

/**
 * Somebody who was at the sitting. `arrived` and `left` are null for who was there at its beginning and at its end;
 * `gaps` are the times between, from leaving to coming back.
 */
export interface Present {
  participant: Participant
  arrived: string | null
  left: string | null
  gaps: { from: string, to: string }[]
}

/** A shorter absence is a line that was cut and came back, not somebody who went. */
const SHORTEST_GAP_MS = 60_000

export interface Roll {
  present: Present[]
  absent: { participant: Participant, excused: boolean }[]
}

/**
 * Who was at the sitting, by protocol rank. Only what lies between opening and closing counts: who left before the
 * opening was not present. Times that read alike on paper are the same, so nobody is late by seconds.
 */
export function callRoll(state: MeetingState, sitting: Sitting, participants: readonly Participant[]): Roll {
  const roll: Roll = { present: [], absent: [] }
  for (const participant of participants.toSorted((a, b) => a.rank - b.rank)) {
    const { personId } = participant
    const during = (state.attendance.stays[personId] ?? []).filter((stay) => overlaps(stay, sitting))
    const [first, last] = [during[0], during.at(-1)]
    if (!first || !last) {
      roll.absent.push({ participant, excused: state.attendance.excused.includes(personId) })
      continue
    }
    const late = first.from > sitting.openedAt && !sameMinute(first.from, sitting.openedAt)
    const early = last.to !== null && last.to < sitting.closedAt && !sameMinute(last.to, sitting.closedAt)
    roll.present.push({ participant, arrived: late ? first.from : null, left: early ? last.to : null, gaps: gapsIn(during) })
  }
  return roll
}

function gapsIn(stays: readonly Stay[]): Present['gaps'] {
  return stays.flatMap(({ to: from }, index) => {
    const to = stays[index + 1]?.from
    return from && to && Date.parse(to) - Date.parse(from) > SHORTEST_GAP_MS ? [{ from, to }] : []
  })
}

/** ISO instants in UTC of one precision sort as text. */
function overlaps(stay: Stay, { openedAt, closedAt }: Sitting): boolean {
  return stay.from < closedAt && (stay.to ?? closedAt) > openedAt
}

/** Who holds an office of the meeting and was there, by rank: the chair, the clerk. Undefined when none was. */
export function presentInRole(roll: Roll, role: Participant['role']): Participant | undefined {
  return roll.present.find(({ participant }) => participant.role === role)?.participant
}
