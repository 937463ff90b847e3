import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Paragraphs } from './text.ts'
import { Stay, staysAfter, staysOf, united, type Span } from './stays.ts'

/** The most people at one remote site. */
export const MAX_HEAD_COUNT = 10_000
/** The longest reason for an absence or a correction, in characters. */
export const MAX_ABSENCE_REASON = 500
export const recordAbsence = defineCommand({
  name: 'attendance:recordAbsence',
  summary: 'A participant announces their own absence with a reason, or the clerk records somebody’s. An empty reason withdraws it.',
  access: 'the person, chair or clerk',
  input: ChangeOfMeeting.extend({ personId: Id, reason: Paragraphs(MAX_ABSENCE_REASON) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'notParticipant', 'alreadyPresent'],
})

export const reportHeadCount = defineCommand({
  name: 'attendance:reportHeadCount', summary: 'How many people sit at a remote site (điểm cầu).', access: 'the site itself, chair or clerk',
  input: ChangeOfMeeting.extend({ personId: Id, people: z.int().min(0).max(MAX_HEAD_COUNT) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'notParticipant', 'notASite'],
})

/** `code`: the person scanned the code in the hall. `rollCall`: the clerk saw them. */
export const CheckInWay = z.enum(['code', 'rollCall'])
export type CheckInWay = z.infer<typeof CheckInWay>

export const attendanceEntries = [
  /** The person is in the meeting, online. `at` of the entry is when. */
  z.object({ kind: z.literal('attendance.joined'), data: z.object({ personId: Id, peerId: z.string() }) }),
  /** The person's device is gone; `leftAt` is back-dated to the cut when the connection just died. */
  z.object({ kind: z.literal('attendance.left'), data: z.object({ personId: Id, peerId: z.string(), leftAt: z.string() }) }),
  /** The person is in the hall. */
  z.object({ kind: z.literal('attendance.checkedIn'), data: z.object({ personId: Id, how: CheckInWay }) }),
  /** The person has left the hall. */
  z.object({ kind: z.literal('attendance.checkedOut'), data: z.object({ personId: Id, how: CheckInWay }) }),
  /** The last check-in was a mistake, noticed at once: it counts as not made. */
  z.object({ kind: z.literal('attendance.checkInWithdrawn'), data: z.object({ personId: Id }) }),
  /**
   * The clerk states all stays of a person up to now. An open last one goes on; without one the person has left, whatever
   * devices of theirs are still in the room. What was recorded before stays in the journal.
   */
  z.object({ kind: z.literal('attendance.corrected'), data: z.object({ personId: Id, stays: z.array(Stay) }) }),
  /** Chair and clerk only: why it was corrected. */
  z.object({ kind: z.literal('attendance.correctionReason'), data: z.object({ personId: Id, reason: TextRef }) }),
  /** A remote site says how many people sit there. */
  z.object({ kind: z.literal('attendance.headCount'), data: z.object({ personId: Id, people: z.int().nonnegative() }) }),
  z.object({ kind: z.literal('attendance.absenceRecorded'), data: z.object({ personId: Id, excused: z.boolean() }) }),
  /** Chair and clerk only: why somebody is absent. */
  z.object({ kind: z.literal('attendance.absenceReason'), data: z.object({ personId: Id, reason: TextRef.nullable() }) }),
] as const

/** What was told of one person, from which their stays follow whatever the order in which it came. */
export interface Told {
  /** What the clerk stated last; all that was told before is in it. */
  corrected: Stay[]
  /** Times in which a device was in the room, and is no longer. */
  online: Span[]
  /** Devices that are in the room, by id: since when. */
  since: Record<string, string>
  inPerson: Span[]
}

export interface AttendanceState {
  /** Devices now in the room, by person. */
  devices: Record<string, string[]>
  told: Record<string, Told>
  /** When each person was there and how, in order and without overlap; it follows from `told`. */
  stays: Record<string, Stay[]>
  excused: string[]
  /** Seen by chair and clerk only. */
  reasons: Record<string, TextRef>
  /** People at each remote site, as last told. */
  headCounts: Record<string, number>
}

export const noAttendance: AttendanceState = { devices: {}, told: {}, stays: {}, excused: [], reasons: {}, headCounts: {} }

const nothingTold: Told = { corrected: [], online: [], since: {}, inPerson: [] }

type AttendanceEntry = z.infer<typeof attendanceEntries[number]> & { at: string }

function staysFrom({ corrected, online, since, inPerson }: Told): Stay[] {
  const open = Object.values(since).map((from) => ({ from, to: null }))
  const told = staysOf(inPerson, [...online, ...open])
  const last = corrected.at(-1)?.to
  if (last == null) return told
  // What a correction ended and what goes on from there in the same way are one stay.
  const after = staysAfter(told, last)
  const [next] = after
  const before = corrected.at(-1)
  if (next && before && next.from === last && next.mode === before.mode) return [...corrected.slice(0, -1), { ...before, to: next.to }, ...after.slice(1)]
  return [...corrected, ...after]
}

function tell(state: AttendanceState, personId: string, told: Told): AttendanceState {
  const { [personId]: _, ...others } = state.stays
  const stays = staysFrom(told)
  return { ...state, told: { ...state.told, [personId]: told }, stays: stays.length ? { ...others, [personId]: stays } : others }
}

/** Ends what lasts at this instant. */
const endAt = (spans: readonly Span[], at: string): Span[] =>
  spans.map((span) => span.to === null ? { ...span, to: at > span.from ? at : span.from } : span)

/** The attendance list after one more entry. */
export function applyAttendance(state: AttendanceState, entry: AttendanceEntry): AttendanceState {
  const { personId } = entry.data
  const devices = state.devices[personId] ?? []
  const told = state.told[personId] ?? nothingTold
  const { at } = entry
  switch (entry.kind) {
    case 'attendance.joined': {
      const { peerId } = entry.data
      if (devices.includes(peerId)) return state
      const joined = tell(state, personId, { ...told, since: { ...told.since, [peerId]: at } })
      return { ...joined, devices: { ...state.devices, [personId]: [...devices, peerId] } }
    }
    case 'attendance.left': {
      const { peerId, leftAt } = entry.data
      if (!devices.includes(peerId)) return state
      const { [peerId]: from, ...since } = told.since
      // A correction may have ended the person's presence before their device left.
      const online = from === undefined ? told.online : united([...told.online, ...endAt([{ from, to: null }], leftAt)])
      const left = tell(state, personId, { ...told, since, online })
      return { ...left, devices: { ...state.devices, [personId]: devices.filter((device) => device !== peerId) } }
    }
    case 'attendance.checkedIn':
      if (isInHall(state, personId)) return state
      return tell(state, personId, { ...told, inPerson: [...told.inPerson, { from: at, to: null }] })
    case 'attendance.checkedOut':
      return tell(state, personId, { ...told, inPerson: endAt(told.inPerson, at) })
    case 'attendance.checkInWithdrawn':
      return tell(state, personId, { ...told, inPerson: told.inPerson.filter(({ to }) => to !== null) })
    case 'attendance.corrected':
      return tell(state, personId, correctedBy(entry.data.stays, devices, at))
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
    case 'attendance.correctionReason':
      return state
  }
}

function correctedBy(stays: readonly Stay[], devices: readonly string[], at: string): Told {
  const corrected = stays.filter(({ to }) => to !== null)
  const open = stays.find(({ to }) => to === null)
  const going = (from: string) => Object.fromEntries(devices.map((peerId) => [peerId, from]))
  if (!open) return { ...nothingTold, corrected }
  if (open.mode === 'online') return { ...nothingTold, corrected, since: going(open.from) }
  return { ...nothingTold, corrected, since: going(at), inPerson: [{ from: open.from, to: null }] }
}

/** Nobody is there after the closing: who was in the hall left it then. */
export function endAttendance(state: AttendanceState, at: string): AttendanceState {
  return Object.entries(state.told).reduce((after, [personId, told]) => {
    const open = Object.values(told.since).map((from) => ({ from, to: null }))
    if (!open.length && told.inPerson.at(-1)?.to !== null) return after
    return tell(after, personId, { ...told, since: {}, online: united([...told.online, ...endAt(open, at)]), inPerson: endAt(told.inPerson, at) })
  }, { ...state, devices: {} })
}

/** Whether a person has a device in the room. */
export function isInRoom(state: AttendanceState, personId: string): boolean {
  return (state.devices[personId]?.length ?? 0) > 0
}

/** Whether a person is in the hall, as far as that was recorded. */
export function isInHall(state: AttendanceState, personId: string): boolean {
  return state.told[personId]?.inPerson.some(({ to }) => to === null) ?? false
}

/** Whether a person is there, in the hall or in the room. */
export function isPresent(state: AttendanceState, personId: string): boolean {
  return state.stays[personId]?.at(-1)?.to === null
}
