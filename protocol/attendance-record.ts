import { z } from 'zod'
import { CheckInWay } from './attendance.ts'
import { BodyRole } from './bodies.ts'
import { Id } from './journal.ts'
import { PageMark } from './convening.ts'
import { MeetingMode } from './meetings.ts'
import { defineRoute } from './route.ts'
import { Stay, StayMode } from './stays.ts'
import { Instant } from './text.ts'

const MeetingParams = z.object({ meetingId: Id })
const officeErrors = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished'] as const
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const told = { at: Instant, actorId: Id.nullable() }

/** One thing that was recorded of a person’s attendance, as chair and clerk see it. */
export const AttendanceEvent = z.discriminatedUnion('kind', [
  z.object({ ...told, kind: z.literal('joined') }),
  z.object({ ...told, kind: z.literal('left'), leftAt: Instant }),
  z.object({ ...told, kind: z.enum(['checkedIn', 'checkedOut']), how: CheckInWay }),
  z.object({ ...told, kind: z.literal('checkInWithdrawn') }),
  /** `reason` null: it was erased by law. */
  z.object({ ...told, kind: z.literal('corrected'), stays: z.array(Stay), reason: z.string().nullable() }),
  z.object({ ...told, kind: z.literal('absence'), excused: z.boolean() }),
])
export type AttendanceEvent = z.infer<typeof AttendanceEvent>

export const getAttendanceHistory = defineRoute({
  id: 'attendance.history', method: 'get', path: '/api/meetings/:meetingId/attendance/:personId/history', access: 'signedIn',
  errors: [...officeErrors, 'notParticipant'],
  summary: 'All that was recorded of one person’s attendance, corrections beside what they correct; for chair and clerk.',
  params: z.object({ meetingId: Id, personId: Id }), response: z.object({ events: z.array(AttendanceEvent) }),
})

export const getItemPresence = defineRoute({
  id: 'attendance.items', method: 'get', path: '/api/meetings/:meetingId/attendance/items', access: 'signedIn', errors: officeErrors,
  summary: 'Who was there during each item that was dealt with, and how long, up to now; for chair and clerk.',
  params: MeetingParams,
  response: z.object({
    items: z.array(z.object({
      itemId: Id,
      /** Milliseconds that the item was dealt with. */
      ms: z.int(),
      present: z.array(z.object({ personId: Id, ms: z.int() })),
    })),
  }),
})

export const downloadAttendanceXlsx = defineRoute({
  id: 'attendance.xlsx', method: 'get', path: '/api/meetings/:meetingId/attendance.xlsx', access: 'signedIn', errors: officeErrors,
  summary: 'The attendance list as a workbook: everybody, every stay, and minutes per item; for chair and clerk.',
  params: MeetingParams, response: { stream: XLSX },
})

export const downloadAttendancePdf = defineRoute({
  id: 'attendance.pdf', method: 'get', path: '/api/meetings/:meetingId/attendance.pdf', access: 'signedIn', errors: officeErrors,
  summary: 'The attendance list as an official paper in PDF; for chair and clerk.',
  params: MeetingParams, response: { stream: 'application/pdf' },
})

/** How one attended a meeting that is closed. */
export const AttendedAs = z.enum([...StayMode.options, 'substitute', 'absentExcused', 'absentUnexcused'])
export type AttendedAs = z.infer<typeof AttendedAs>

export const OwnAttendance = z.object({
  meetingId: Id, bodyName: z.string(), title: z.string(), mode: MeetingMode, role: BodyRole, openedAt: Instant, closedAt: Instant,
  state: AttendedAs,
  /** Whole milliseconds between opening and closing. */
  presentMs: z.int(),
})
export type OwnAttendance = z.infer<typeof OwnAttendance>

const Year = z.coerce.number().int().min(2000).max(2200)

export const listOwnAttendance = defineRoute({
  id: 'attendance.own', method: 'get', path: '/api/me/attendance', access: 'signedIn', errors: [],
  summary: 'One’s own attendance at the meetings that were opened in a year of Asia/Ho_Chi_Minh and are closed, latest first, with the sums of the whole year.',
  query: z.object({ year: Year, before: PageMark.optional(), limit: z.coerce.number().int().min(1).max(100).default(50) }),
  response: z.object({
    meetings: z.array(OwnAttendance), next: PageMark.nullable(),
    year: z.object({ meetings: z.int(), states: z.partialRecord(AttendedAs, z.int()), presentMs: z.int() }),
  }),
})

export const downloadOwnAttendance = defineRoute({
  id: 'attendance.ownXlsx', method: 'get', path: '/api/me/attendance.xlsx', access: 'signedIn', errors: [],
  summary: 'The same year as a workbook.', query: z.object({ year: Year }), response: { stream: XLSX },
})
