import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { SpeakKind } from './floor-rules.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

/**
 * The floor: who asks to speak, whose turn it is and how long. A turn is measured in every meeting; under the room's rule
 * `invitedOnly` microphone, camera and screen come and go with it (`order.ts`).
 */

/** The longest topic of a speech, and the longest name of who speaks at a remote site, in characters. */
export const MAX_TOPIC = 300
export const MAX_SPEAKER = 120
/** Requests of one person, or one remote site, that wait in a meeting. */
export const MAX_REQUESTS = 60
/** How long a turn may be extended at once, in seconds. */
export const MAX_EXTENSION_S = 1800

const presiding = 'who presides: the chair, or whom the chair handed it to, or a clerk where the chair says so'
const published = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled'] as const
const live = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive'] as const

export const requestFloor = defineCommand({
  name: 'floor:request',
  summary: 'Asks to speak on an item that is not dealt with yet, or (null) outside the items. Reply and point of order are of the moment: on what is dealt with now. Asked again for the same it is the same request.',
  access: 'participants for themselves, on items that they may see: in the room or the hall for what is dealt with now, from the publication on for what is to come; chair, clerk and who presides for anybody',
  input: ChangeOfMeeting.extend({
    personId: Id, itemId: Id.nullable(), kind: SpeakKind,
    replyTo: Id.nullable().describe('the turn that a reply answers'),
    topic: Line(MAX_TOPIC).nullable(),
    speaker: Line(MAX_SPEAKER).nullable().describe('of a remote site alone: who of its people speaks'),
  }),
  output: z.object({ requestId: Id }),
  errors: [...published, 'notParticipant', 'agendaItemNotFound', 'agendaItemDealtWith', 'agendaItemNotCurrent', 'classifiedItem', 'proposalSecret',
    'turnNotFound', 'notASite', 'notPresent', 'speakRequestsFull', 'tooManyRequests'],
})

export const withdrawRequests = defineCommand({
  name: 'floor:withdraw', summary: 'Takes requests to speak back. Those that are over already are passed over; where none is left, `speakRequestNotFound`.',
  access: 'whose requests they are; chair, clerk and who presides',
  input: ChangeOfMeeting.extend({ requestIds: z.array(Id).min(1).max(1000) }), output: Nothing,
  errors: [...published, 'speakRequestNotFound'],
})

export const startTurn = defineCommand({
  name: 'floor:startTurn',
  summary: 'Gives the floor to who asked, or to anybody of the meeting; a turn that goes on ends. Passing over who stands before is recorded as out of order.',
  access: presiding,
  input: ChangeOfMeeting.extend({
    who: z.union([z.strictObject({ requestId: Id }), z.strictObject({ personId: Id })]),
    after: Id.nullable().describe('the turn that goes on, as the caller sees it; another one is `floorChanged`'),
  }),
  output: z.object({ turnId: Id }),
  errors: [...live, 'notParticipant', 'speakRequestNotFound', 'agendaItemNotCurrent', 'classifiedItem', 'notPresent', 'floorChanged'],
})

export const extendTurn = defineCommand({
  name: 'floor:extendTurn', summary: 'Gives a turn more time.', access: presiding,
  input: ChangeOfMeeting.extend({
    turnId: Id, seconds: z.int().min(30).max(MAX_EXTENSION_S),
    limitS: z.int().positive().describe('what the turn is given, as the caller sees it; another limit is `floorChanged`'),
  }),
  output: z.object({ limitS: z.int() }), errors: [...live, 'turnNotFound', 'turnNotTimed', 'floorChanged'],
})

export const endTurn = defineCommand({
  name: 'floor:endTurn', summary: 'Ends a turn. One that is over stays as it is.', access: `the speaker; ${presiding}`,
  input: ChangeOfMeeting.extend({ turnId: Id }), output: Nothing, errors: [...live, 'turnNotFound'],
})

const spoken = { turns: z.int(), seconds: z.int() }

export const getSpeaking = defineRoute({
  id: 'floor.speaking', method: 'get', path: '/api/meetings/:meetingId/speaking', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'How often and how long each person spoke, on all and on each item that the caller may see; for chair, clerk and who presides also what each spoke in the body’s closed meetings of that year.',
  params: z.object({ meetingId: Id }),
  response: z.object({
    /** The longest first. */
    people: z.array(z.object({ personId: Id, ...spoken, items: z.array(z.object({ itemId: Id.nullable(), ...spoken })) })),
    /** In the order in which they were first spoken on; null: outside the items. */
    items: z.array(z.object({ itemId: Id.nullable(), ...spoken })),
    /** Without this meeting; null for who may not see it. */
    year: z.object({ year: z.int(), people: z.array(z.object({ personId: Id, ...spoken })) }).nullable(),
  }),
})
