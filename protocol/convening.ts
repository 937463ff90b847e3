import { z } from 'zod'
import { Id } from './journal.ts'
import { convening, MeetingMode, MeetingStatus, MeetingSummary } from './meetings.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/** Convening: from the draft of a meeting to its publication, another start, or its end before it began. */

const MeetingParams = z.object({ meetingId: Id })

/** Where a page of the list ends: a start, and the meeting's id since several may start together. */
export const PageMark = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$/)
  .refine((mark) => !Number.isNaN(Date.parse(mark.slice(0, 24))))

export const listMeetings = defineRoute({
  id: 'meetings.list', method: 'get', path: '/api/meetings', access: 'signedIn', errors: [],
  summary: 'Meetings of the caller, latest start first; drafts only for chair and clerk. Paged by `before`.',
  query: z.object({
    status: MeetingStatus.optional(),
    /** `next` of the page before, or an instant: only meetings that start earlier. */
    before: PageMark.optional(),
    /** Only meetings that start then or later: with `before`, those of a month. */
    from: Instant.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ meetings: z.array(MeetingSummary), next: PageMark.nullable() }),
})

export const MeetingDraft = z.object({
  title: Line(300), mode: MeetingMode, place: Line(200),
  startsAt: Instant, plannedMinutes: z.int().min(5).max(2880), ...convening,
})
export type MeetingDraft = z.infer<typeof MeetingDraft>

export const createMeeting = defineRoute({
  id: 'meetings.create', method: 'post', path: '/api/meetings', access: 'signedIn',
  errors: ['bodyNotFound', 'forbiddenInMeeting', 'idempotencyKeyReused', 'meetingKindNotFound', 'meetingRoomNotFound'],
  summary: 'The chair or clerk of a body drafts a meeting; its present members become the participants.',
  body: MeetingDraft.extend({ bodyId: Id, key: z.string().min(8).max(64) }),
  response: z.object({ meetingId: Id }),
})

export const changeMeeting = defineRoute({
  id: 'meetings.change', method: 'patch', path: '/api/meetings/:meetingId', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingAlreadyLive', 'meetingClosed', 'meetingCancelled', 'meetingPostponed',
    'classifiedNeedsInPerson', 'dateInPast', 'meetingKindNotFound', 'meetingRoomNotFound', 'meetingChanged'],
  summary: 'Chair or clerk changes title, kind, mode, place, start or planned length before the opening. `version` is the one that the edit began from: if somebody changed the meeting since, nothing is overwritten and `meetingChanged` says what it is now.',
  params: MeetingParams, body: MeetingDraft.extend({ version: z.int().positive() }), response: z.object({ version: z.int().positive() }),
})

/** `details` of `meetingChanged`: what the meeting is now, and the version to go on from. */
export const MeetingChangedDetails = z.object({ version: z.int().positive(), present: MeetingDraft, changedBy: Id.nullable() })

export const publishMeeting = defineRoute({
  id: 'meetings.publish', method: 'post', path: '/api/meetings/:meetingId/publication', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotDraft', 'notReady'],
  summary: 'Chair or clerk publishes programme and documents to the participants. Refused while a finding of `meetings.readiness` blocks, and without a reason while one needs it; the reason is recorded.',
  params: MeetingParams, body: z.object({ reason: Line(1000).nullable() }), response: z.object({}),
})

export const postponeMeeting = defineRoute({
  id: 'meetings.postpone', method: 'post', path: '/api/meetings/:meetingId/postponement', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingPostponed', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed',
    'dateInPast'],
  summary: 'Chair or clerk postpones a published meeting, to another start or (null) until one is set.',
  params: MeetingParams, body: z.object({ reason: Line(1000), startsAt: Instant.nullable() }), response: z.object({}),
})

export const rescheduleMeeting = defineRoute({
  id: 'meetings.reschedule', method: 'put', path: '/api/meetings/:meetingId/start', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPostponed', 'dateInPast'],
  summary: 'Chair or clerk sets the new start of a meeting that was postponed without one; it is published again.',
  params: MeetingParams, body: z.object({ startsAt: Instant }), response: z.object({}),
})

export const cancelMeeting = defineRoute({
  id: 'meetings.cancel', method: 'post', path: '/api/meetings/:meetingId/cancellation', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed'],
  summary: 'Chair or clerk cancels a meeting that was not opened, for good. A draft that is cancelled stays unknown to everybody else.',
  params: MeetingParams, body: z.object({ reason: Line(1000) }), response: z.object({}),
})

export const exportJournal = defineRoute({
  id: 'meetings.exportJournal', method: 'get', path: '/api/meetings/:meetingId/journal', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'tooManyRequests'],
  summary: 'The whole journal for chair and clerk, to keep and to check with `npm run verify:journal`: a JSON array of `ExportRecord`.',
  params: MeetingParams, response: { stream: 'application/json' },
})
