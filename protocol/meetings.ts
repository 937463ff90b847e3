import { z } from 'zod'
import { BodyRole, Letterhead, BodyRules } from './bodies.ts'
import { Person } from './identity.ts'
import { Id, TextRef } from './journal.ts'
import { defineRoute } from './route.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Instant, Line } from './text.ts'

/** dự thảo · đã công bố · đang họp · đã bế mạc */
export const MeetingStatus = z.enum(['draft', 'published', 'live', 'closed'])
export type MeetingStatus = z.infer<typeof MeetingStatus>

/** trực tiếp · trực tuyến · kết hợp */
export const MeetingMode = z.enum(['inPerson', 'online', 'hybrid'])
export type MeetingMode = z.infer<typeof MeetingMode>

/** A participant as the meeting knows them: the role in the body, taken over when the meeting was created. */
export const Participant = z.object({
  personId: Id, role: BodyRole, office: z.string(), voting: z.boolean(), rank: z.int(),
  /** A guest of single items: sees and attends these alone. Absent: takes part in the whole meeting. */
  itemsOnly: z.literal(true).exactOptional(),
  /** The participant in whose place this one attends, with the chair's consent. */
  substituteFor: Id.exactOptional(),
})
export type Participant = z.infer<typeof Participant>

export const MeetingSummary = z.object({
  id: Id, bodyId: Id, bodyName: z.string(), title: z.string(), mode: MeetingMode, place: z.string(),
  startsAt: Instant, plannedMinutes: z.int(), status: MeetingStatus,
  openedAt: Instant.nullable(), closedAt: Instant.nullable(),
  /** The caller's role in this meeting. */
  role: BodyRole,
  minutes: z.enum(['none', 'draft', 'published']),
})
export type MeetingSummary = z.infer<typeof MeetingSummary>

/** What a page about one meeting needs besides its live state: names, rules and letterhead. */
export const MeetingDetail = MeetingSummary.extend({
  rules: BodyRules, letterhead: Letterhead,
  people: z.array(Person),
  participants: z.array(Participant),
})
export type MeetingDetail = z.infer<typeof MeetingDetail>

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
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  response: z.object({ meetings: z.array(MeetingSummary), next: PageMark.nullable() }),
})

export const getMeeting = defineRoute({
  id: 'meetings.get', method: 'get', path: '/api/meetings/:meetingId', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'One meeting with its participants and the rules of its body.',
  params: MeetingParams, response: MeetingDetail,
})

export const MeetingDraft = z.object({
  title: Line(300), mode: MeetingMode, place: Line(200),
  startsAt: Instant, plannedMinutes: z.int().min(5).max(2880),
})
export type MeetingDraft = z.infer<typeof MeetingDraft>

export const createMeeting = defineRoute({
  id: 'meetings.create', method: 'post', path: '/api/meetings', access: 'signedIn',
  errors: ['bodyNotFound', 'forbiddenInMeeting', 'idempotencyKeyReused'],
  summary: 'The chair or clerk of a body drafts a meeting; its present members become the participants.',
  body: MeetingDraft.extend({ bodyId: Id, key: z.string().min(8).max(64) }),
  response: z.object({ meetingId: Id }),
})

export const changeMeeting = defineRoute({
  id: 'meetings.change', method: 'patch', path: '/api/meetings/:meetingId', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingAlreadyLive', 'meetingClosed', 'classifiedNeedsInPerson'],
  summary: 'Chair or clerk changes title, mode, place, start or planned length before the opening.',
  params: MeetingParams, body: MeetingDraft, response: z.object({}),
})

export const publishMeeting = defineRoute({
  id: 'meetings.publish', method: 'post', path: '/api/meetings/:meetingId/publication', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotDraft', 'agendaEmpty'],
  summary: 'Chair or clerk publishes programme and documents to the participants.',
  params: MeetingParams, response: z.object({}),
})

export const exportJournal = defineRoute({
  id: 'meetings.exportJournal', method: 'get', path: '/api/meetings/:meetingId/journal', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'tooManyRequests'],
  summary: 'The whole journal for chair and clerk, to keep and to check with `npm run verify:journal`: a JSON array of `ExportRecord`.',
  params: MeetingParams, response: { stream: 'application/json' },
})

export const openMeeting = defineCommand({
  name: 'meeting:open', summary: 'Declares the meeting open.', access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting, output: Nothing, errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingAlreadyLive', 'meetingClosed'],
})

export const closeMeeting = defineCommand({
  name: 'meeting:close', summary: 'Closes the meeting; an open vote is closed and counted first; draft minutes stand ready.', access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting, output: Nothing, errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive'],
})

export const MeetingFacts = z.object({
  title: TextRef, mode: MeetingMode, place: TextRef, startsAt: Instant, plannedMinutes: z.int(),
})

/** What happens to a meeting, as its journal tells it. */
export const meetingEntries = [
  /** Office only: the draft with the participants taken from the body. */
  z.object({ kind: z.literal('meeting.created'), data: MeetingFacts.extend({ bodyId: Id, participants: z.array(Participant) }) }),
  /** Title, mode, place or time changed; office only before publishing, everyone afterwards. */
  z.object({ kind: z.literal('meeting.changed'), data: MeetingFacts }),
  z.object({ kind: z.literal('meeting.opened'), data: z.object({}) }),
  z.object({ kind: z.literal('meeting.closed'), data: z.object({}) }),
] as const

export type MeetingFacts = z.infer<typeof MeetingFacts>
