import { isPresent, type AttendanceState } from './attendance.ts'
import type { BodyRules } from './bodies.ts'
import { fewest, reaches } from './shares.ts'
import type { MeetingStatus, Participant } from './meetings.ts'
import { modeWithin, type StayMode } from './stays.ts'

/** What of a meeting its attendance list is read from. */
export interface Sitting {
  status: MeetingStatus
  openedAt: string | null
  closedAt: string | null
  participants: readonly Participant[]
  attendance: AttendanceState
}

/**
 * có mặt trực tiếp · có mặt trực tuyến · đã rời · có người dự thay · vắng có lý do · vắng không lý do · chưa điểm danh.
 * `left` is while the meeting goes on; `absentUnexcused` is known at its end.
 */
export type AttendanceStatus = StayMode | 'left' | 'substitute' | 'absentExcused' | 'absentUnexcused' | 'notChecked'

/** Who attends in a person's place, with the chair's consent. */
export const substitutesOf = (participants: readonly Participant[], personId: string): Participant[] =>
  participants.filter(({ substituteFor }) => substituteFor === personId)

/** How somebody is there now, or after the closing was there while the meeting sat; null: neither. */
function attendedAs({ status, openedAt, closedAt, attendance }: Sitting, personId: string): StayMode | null {
  const stays = attendance.stays[personId] ?? []
  if (status === 'closed') return openedAt && closedAt ? modeWithin(stays, openedAt, closedAt) : null
  return isPresent(attendance, personId) ? stays.at(-1)?.mode ?? null : null
}

/** The one rule of a person's state in the list. Who is there is so before all else, whatever was announced. */
export function attendanceStatus(sitting: Sitting, personId: string): AttendanceStatus {
  const mode = attendedAs(sitting, personId)
  if (mode) return mode
  const { attendance, participants, status } = sitting
  if (substitutesOf(participants, personId).some((one) => attendedAs(sitting, one.personId) !== null)) return 'substitute'
  if (status !== 'closed' && attendance.stays[personId]?.length) return 'left'
  if (attendance.excused.includes(personId)) return 'absentExcused'
  return status === 'closed' ? 'absentUnexcused' : 'notChecked'
}

/** Whom the body summons to decide: its voting members, and neither those in their place nor guests of single items. */
export const summonedOf = (participants: readonly Participant[]): Participant[] =>
  participants.filter(({ voting, itemsOnly, substituteFor }) => voting && !itemsOnly && substituteFor === undefined)

export interface Quorum { present: number, summoned: number, needed: number, met: boolean }

/**
 * Present voting members against the summoned ones, by the body's quorum rule. A substitute counts in the member's place where
 * the body's rule says so, and never beside the member.
 */
export function quorumOf({ participants, attendance }: Pick<Sitting, 'participants' | 'attendance'>, rules: Pick<BodyRules, 'quorum' | 'substitutes'>): Quorum {
  const summoned = summonedOf(participants)
  const counts = ({ personId }: Participant): boolean => isPresent(attendance, personId)
    || (rules.substitutes.countsForQuorum && substitutesOf(participants, personId).some((one) => isPresent(attendance, one.personId)))
  const present = summoned.filter(counts).length
  return {
    present, summoned: summoned.length, needed: fewest(summoned.length, rules.quorum), met: reaches(present, summoned.length, rules.quorum),
  }
}
