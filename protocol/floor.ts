import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { SpeakKind } from './floor-rules.ts'
import { Id } from './journal.ts'
import { Line } from './text.ts'

/** Asking to speak. What is done with it is in `turns.ts`, what the journal has of both in `floor-entries.ts`. */

/** The longest topic of a speech, and the longest name of who speaks at a remote site, in characters. */
export const MAX_TOPIC = 300
export const MAX_SPEAKER = 120
/** Requests of one person, or one remote site, that wait in a meeting. */
export const MAX_REQUESTS = 60

const published = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled'] as const

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
