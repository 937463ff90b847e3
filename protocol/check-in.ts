import { z } from 'zod'
import { MAX_ABSENCE_REASON } from './attendance.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Stay } from './stays.ts'
import { Instant, Paragraphs } from './text.ts'

/** People in one step of a roll call. */
export const MAX_ROLL = 1000
/** Stays of one person in one correction. */
const MAX_STAYS = 50
/** How long the clerk may take back a check-in made by mistake, in ms; later it is corrected, with a reason. */
export const WITHDRAW_WITHIN_MS = 30_000
/** How long before its start people may be checked in to a meeting that is not open yet, in ms. */
export const CHECK_IN_BEFORE_MS = 12 * 3600_000
/** How often the code in the hall changes, in ms. */
export const CODE_EVERY_MS = 20_000
/** How long a code is still taken after the next one is shown, in ms: to open a link and press a button. */
export const CODE_GRACE_MS = 20_000

const errors = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'notParticipant'] as const
const OfRoll = ChangeOfMeeting.extend({ personIds: z.array(Id).min(1).max(MAX_ROLL) })

export const checkIn = defineCommand({
  name: 'attendance:checkIn',
  summary: 'The clerk’s roll call: these people are in the hall. Who is there already stays as they are.', access: 'chair or clerk',
  input: OfRoll, output: z.object({ personIds: z.array(Id).describe('who was checked in by this') }),
  errors: [...errors, 'noHall', 'siteNotInHall', 'checkInNotOpen'],
})

export const checkOut = defineCommand({
  name: 'attendance:checkOut', summary: 'These people have left the hall. Who is not in it stays as they are.', access: 'chair or clerk',
  input: OfRoll, output: z.object({ personIds: z.array(Id).describe('who was checked out by this') }), errors,
})

export const withdrawCheckIn = defineCommand({
  name: 'attendance:withdrawCheckIn',
  summary: 'Takes check-ins of the last half minute back, as if they had not been made. Later a correction says why.', access: 'chair or clerk',
  input: OfRoll, output: Nothing, errors: [...errors, 'checkInSettled'],
})

export const correctAttendance = defineCommand({
  name: 'attendance:correct',
  summary: 'States all stays of a person up to now, with the reason: an entry beside those of before. `known` are the stays that the correction began from; others mean that something happened meanwhile.',
  access: 'chair or clerk, until the minutes are published',
  input: ChangeOfMeeting.extend({
    personId: Id, known: z.array(Stay).max(1000), stays: z.array(Stay).max(MAX_STAYS), reason: Paragraphs(MAX_ABSENCE_REASON).pipe(z.string().min(1)),
  }),
  output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'notParticipant', 'minutesPublished', 'attendanceChanged', 'staysInvalid'],
})

const MeetingParams = z.object({ meetingId: Id })

export const getCheckInCode = defineRoute({
  id: 'attendance.code', method: 'get', path: '/api/meetings/:meetingId/check-in-code', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'noHall', 'checkInNotOpen'],
  summary: 'The code for the screen in the hall, for chair and clerk. It changes every 20 s and is taken for 20 s more.',
  params: MeetingParams,
  query: z.object({ origin: z.string().max(200).optional().describe('where phones are to go; one of the server’s own, else its first') }),
  response: z.object({
    /** A QR code of the link, as SVG. */
    svg: z.string(),
    link: z.string(),
    /** When the next one is to be fetched, and until when this one is taken. */
    changesAt: Instant, takenUntil: Instant,
  }),
})

export const CheckInCode = z.string().regex(/^\d{1,12}\.[\w-]{22}$/)

export const checkInByCode = defineRoute({
  id: 'attendance.checkInByCode', method: 'post', path: '/api/meetings/:meetingId/check-in', access: 'signedIn',
  errors: ['meetingNotFound', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'noHall', 'siteNotInHall', 'checkInNotOpen',
    'checkInCodeInvalid', 'checkInCodeExpired', 'checkInCodeUsed', 'idempotencyKeyReused'],
  summary: 'Who scanned the code in the hall says that they are there, or are leaving. Said again it is answered alike.',
  params: MeetingParams,
  body: z.object({ code: z.string().max(60), going: z.enum(['in', 'out']), key: z.string().min(8).max(64) }),
  response: z.object({ inHall: z.boolean(), since: Instant.nullable().describe('since when the person is in the hall') }),
})
