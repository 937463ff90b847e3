import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { substitutesOf } from '../../protocol/roll.ts'
import { modeWithin, staysWithin, type Span, type StayMode } from '../../protocol/stays.ts'
import { sameMinute } from '../issuing/dates.ts'

/** A sitting, from opening to closing, in ISO instants. */
export interface Sitting { openedAt: string, closedAt: string }

/**
 * Somebody who was at the sitting. `arrived` and `left` are null for who was there at its beginning and at its end;
 * `gaps` are the times between, from leaving to coming back.
 */
export interface Present {
  participant: Participant
  mode: StayMode
  arrived: string | null
  left: string | null
  gaps: { from: string, to: string }[]
}

/** A shorter absence is a line that was cut and came back, not somebody who went. */
const SHORTEST_GAP_MS = 60_000

export interface Roll {
  present: Present[]
  /** `substitute`: who was there in their place. */
  absent: { participant: Participant, excused: boolean, substitute: Participant | null }[]
}

/**
 * Who was at the sitting, by protocol rank. Only what lies between opening and closing counts: who left before the
 * opening was not present. Times that read alike on paper are the same, so nobody is late by seconds.
 */
export function callRoll(state: MeetingState, sitting: Sitting, participants: readonly Participant[]): Roll {
  const roll: Roll = { present: [], absent: [] }
  for (const participant of participants.toSorted((a, b) => a.rank - b.rank)) {
    const { personId } = participant
    const during = staysDuring(state, personId, sitting)
    const [first, last, mode] = [during[0], during.at(-1), modeDuring(state, personId, sitting)]
    if (!first || !last || !mode) {
      const substitute = substitutesOf(state.participants, personId).find((one) => modeDuring(state, one.personId, sitting)) ?? null
      roll.absent.push({ participant, excused: state.attendance.excused.includes(personId), substitute })
      continue
    }
    const late = first.from > sitting.openedAt && !sameMinute(first.from, sitting.openedAt)
    const early = last.to < sitting.closedAt && !sameMinute(last.to, sitting.closedAt)
    roll.present.push({ participant, mode, arrived: late ? first.from : null, left: early ? last.to : null, gaps: gapsIn(during) })
  }
  return roll
}

function gapsIn(stays: readonly Span[]): Present['gaps'] {
  return stays.flatMap(({ to: from }, index) => {
    const to = stays[index + 1]?.from
    return from && to && Date.parse(to) - Date.parse(from) > SHORTEST_GAP_MS ? [{ from, to }] : []
  })
}

const staysDuring = ({ attendance }: MeetingState, personId: string, { openedAt, closedAt }: Sitting) =>
  staysWithin(attendance.stays[personId] ?? [], openedAt, closedAt)

const modeDuring = ({ attendance }: MeetingState, personId: string, { openedAt, closedAt }: Sitting) =>
  modeWithin(attendance.stays[personId] ?? [], openedAt, closedAt)

/** Who holds an office of the meeting and was there, by rank: the chair, the clerk. Undefined when none was. */
export function presentInRole(roll: Roll, role: Participant['role']): Participant | undefined {
  return roll.present.find(({ participant }) => participant.role === role)?.participant
}
