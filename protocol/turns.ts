import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'

/**
 * Whose turn it is to speak, and how long. A turn is measured in every meeting; under the room's rule `invitedOnly`
 * microphone, camera and screen come and go with it (`order.ts`).
 */

/** How long a turn may be extended at once, in seconds. */
export const MAX_EXTENSION_S = 1800

const presiding = 'who presides: the chair, or whom the chair handed it to, or a clerk where the chair says so'
const live = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive'] as const

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
