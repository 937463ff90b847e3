import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import type { Participant } from './meetings.ts'
import { Paragraphs } from './text.ts'
import { reaches, type Threshold } from './bodies.ts'

/** The most people at one remote site. */
export const MAX_HEAD_COUNT = 10_000
/** The longest reason for an absence, in characters. */
export const MAX_ABSENCE_REASON = 500

export const recordAbsence = defineCommand({
  name: 'attendance:recordAbsence',
  summary: 'A participant announces their own absence with a reason, or the clerk records somebody’s. An empty reason withdraws it.',
  access: 'the person, chair or clerk',
  input: ChangeOfMeeting.extend({ personId: Id, reason: Paragraphs(MAX_ABSENCE_REASON) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'notParticipant', 'alreadyPresent'],
})

export const reportHeadCount = defineCommand({
  name: 'attendance:reportHeadCount', summary: 'How many people sit at a remote site (điểm cầu).', access: 'the site itself, chair or clerk',
  input: ChangeOfMeeting.extend({ personId: Id, people: z.int().min(0).max(MAX_HEAD_COUNT) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'notParticipant', 'notASite'],
})

export const attendanceEntries = [
  /** The person is in the meeting, online. `at` of the entry is when. */
  z.object({ kind: z.literal('attendance.joined'), data: z.object({ personId: Id, peerId: z.string() }) }),
  /** The person's device is gone; `leftAt` is back-dated to the cut when the connection just died. */
  z.object({ kind: z.literal('attendance.left'), data: z.object({ personId: Id, peerId: z.string(), leftAt: z.string() }) }),
  /** A remote site says how many people sit there. */
  z.object({ kind: z.literal('attendance.headCount'), data: z.object({ personId: Id, people: z.int().nonnegative() }) }),
  z.object({ kind: z.literal('attendance.absenceRecorded'), data: z.object({ personId: Id, excused: z.boolean() }) }),
  /** Chair and clerk only: why somebody is absent. */
  z.object({ kind: z.literal('attendance.absenceReason'), data: z.object({ personId: Id, reason: TextRef.nullable() }) }),
] as const

/** One stay in the meeting, in ISO instants; `to` is null while it lasts. */
export interface Stay { from: string, to: string | null }

export interface AttendanceState {
  /** Devices now in the meeting, by person. */
  devices: Record<string, string[]>
  stays: Record<string, Stay[]>
  excused: string[]
  /** Seen by chair and clerk only. */
  reasons: Record<string, TextRef>
  /** People at each remote site, as last told. */
  headCounts: Record<string, number>
}

export const noAttendance: AttendanceState = { devices: {}, stays: {}, excused: [], reasons: {}, headCounts: {} }

type AttendanceEntry = z.infer<typeof attendanceEntries[number]> & { at: string }

/** The attendance list after one more entry. A person with two devices is present until the last one leaves. */
export function applyAttendance(state: AttendanceState, entry: AttendanceEntry): AttendanceState {
  const { personId } = entry.data
  const devices = state.devices[personId] ?? []
  const stays = state.stays[personId] ?? []
  switch (entry.kind) {
    case 'attendance.joined':
      if (devices.includes(entry.data.peerId)) return state
      return {
        ...state,
        devices: { ...state.devices, [personId]: [...devices, entry.data.peerId] },
        stays: devices.length ? state.stays : { ...state.stays, [personId]: [...stays, { from: entry.at, to: null }] },
      }
    case 'attendance.left': {
      const { peerId, leftAt } = entry.data
      if (!devices.includes(peerId)) return state
      const remaining = devices.filter((device) => device !== peerId)
      const ended = stays.map((stay, index) => index === stays.length - 1 && !remaining.length ? { ...stay, to: leftAt } : stay)
      return { ...state, devices: { ...state.devices, [personId]: remaining }, stays: { ...state.stays, [personId]: ended } }
    }
    case 'attendance.headCount':
      return { ...state, headCounts: { ...state.headCounts, [personId]: entry.data.people } }
    case 'attendance.absenceRecorded': {
      const others = state.excused.filter((id) => id !== personId)
      return { ...state, excused: entry.data.excused ? [...others, personId] : others }
    }
    case 'attendance.absenceReason': {
      const { [personId]: _, ...others } = state.reasons
      return { ...state, reasons: entry.data.reason ? { ...others, [personId]: entry.data.reason } : others }
    }
  }
}

export function isPresent(state: AttendanceState, personId: string): boolean {
  return (state.devices[personId]?.length ?? 0) > 0
}

/** có mặt · đã rời · vắng có lý do · chưa điểm danh (after closing: vắng không lý do) */
export type AttendanceStatus = 'present' | 'left' | 'absentExcused' | 'notChecked'

export function attendanceStatus(state: AttendanceState, personId: string): AttendanceStatus {
  if (isPresent(state, personId)) return 'present'
  if (state.stays[personId]?.length) return 'left'
  return state.excused.includes(personId) ? 'absentExcused' : 'notChecked'
}

/** Present voting members against the summoned ones, by the body's quorum rule. */
export function quorum(state: AttendanceState, participants: readonly Participant[], rule: Threshold) {
  const summoned = participants.filter((participant) => participant.voting)
  const present = summoned.filter((participant) => isPresent(state, participant.personId)).length
  return { present, summoned: summoned.length, met: reaches(present, summoned.length, rule) }
}
