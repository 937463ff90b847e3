import { z } from 'zod'
import { BodyRole, Letterhead, BodyRules } from './bodies.ts'
import { Person } from './identity.ts'
import { Id, TextRef } from './journal.ts'
import { MeetingKind, MeetingRoom } from './meeting-kinds.ts'
import { defineRoute } from './route.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Instant } from './text.ts'

/** dự thảo · đã công bố · đã hoãn, chưa có ngày mới · đã huỷ · đang họp · đã bế mạc */
export const MeetingStatus = z.enum(['draft', 'published', 'postponed', 'cancelled', 'live', 'closed'])
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
  minutes: z.enum(['none', 'draft', 'review', 'published']),
})
export type MeetingSummary = z.infer<typeof MeetingSummary>

/** What a page about one meeting needs besides its live state: names, rules and letterhead. */
export const MeetingDetail = MeetingSummary.extend({
  rules: BodyRules, letterhead: Letterhead,
  people: z.array(Person),
  participants: z.array(Participant),
  /** The version of the rules that it was convened under, and its room; null where it names none. */
  kind: MeetingKind.nullable(), room: MeetingRoom.nullable(),
})
export type MeetingDetail = z.infer<typeof MeetingDetail>

const MeetingParams = z.object({ meetingId: Id })

export const getMeeting = defineRoute({
  id: 'meetings.get', method: 'get', path: '/api/meetings/:meetingId', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'One meeting with its participants and the rules of its body.',
  params: MeetingParams, response: MeetingDetail,
})

/** What a meeting may be besides: a version of a kind, in one of the rooms, and cases of not meeting that were ticked. */
export const convening = {
  kindId: Id.exactOptional(), roomId: Id.exactOptional(), cautions: z.array(Id).max(20).exactOptional(),
}

export const openMeeting = defineCommand({
  name: 'meeting:open', summary: 'Declares the meeting open.', access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting, output: Nothing, errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingPostponed', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed'],
})

export const closeMeeting = defineCommand({
  name: 'meeting:close', summary: 'Closes the meeting; an open vote is closed and counted first, which is refused where it could not be; draft minutes stand ready.', access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting, output: Nothing, errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'hallNotCounted', 'ballotBoxLost'],
})

export const MeetingFacts = z.object({
  title: TextRef, mode: MeetingMode, place: TextRef, startsAt: Instant, plannedMinutes: z.int(), ...convening,
  /** Counts the changes of these facts; absent, as in journals of before there was this: 1. */
  version: z.int().positive().exactOptional(),
})

/** What happens to a meeting, as its journal tells it. */
export const meetingEntries = [
  /** Office only: the draft with the participants taken from the body. */
  z.object({ kind: z.literal('meeting.created'), data: MeetingFacts.extend({ bodyId: Id, participants: z.array(Participant) }) }),
  /** Title, mode, place or time changed; office only before publishing, everyone afterwards. */
  z.object({ kind: z.literal('meeting.changed'), data: MeetingFacts }),
  /** Office only: it was published although these findings needed a reason, and the reason. */
  z.object({
    kind: z.literal('meeting.publishedDespite'),
    data: z.object({ reason: TextRef, findings: z.array(z.object({ code: z.string(), itemId: Id.exactOptional() })) }),
  }),
  /** `to` null: until another start is set. */
  z.object({ kind: z.literal('meeting.postponed'), data: z.object({ reason: TextRef, from: Instant, to: Instant.nullable(), version: z.int() }) }),
  /** A postponed meeting has its start and is published again. */
  z.object({ kind: z.literal('meeting.rescheduled'), data: z.object({ from: Instant, to: Instant, version: z.int() }) }),
  /** Office only where it was still a draft. */
  z.object({ kind: z.literal('meeting.cancelled'), data: z.object({ reason: TextRef }) }),
  /** Somebody takes part who did not so far, or otherwise than so far; office only before publishing, everyone afterwards. */
  z.object({ kind: z.literal('meeting.participantAdded'), data: z.object({ participant: Participant }) }),
  z.object({ kind: z.literal('meeting.opened'), data: z.object({}) }),
  z.object({ kind: z.literal('meeting.closed'), data: z.object({}) }),
] as const

export type MeetingFacts = z.infer<typeof MeetingFacts>

/** The version of a meeting's facts, to be sent with a change of them. */
export const versionOf = (facts: Pick<MeetingFacts, 'version'>) => facts.version ?? 1
