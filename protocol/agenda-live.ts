import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id } from './journal.ts'
import { Line } from './text.ts'

/** Going through the agenda of a live meeting. Adding and reordering under way: `agenda.ts`. */

export const goToItem = defineCommand({
  name: 'agenda:goTo',
  summary: 'Makes an item the current one; the one before is done. `null` ends the last item. Guests of single items are called in and shown out with theirs.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ itemId: Id.nullable() }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'agendaItemNotFound'],
})

/** The longest reason for putting an item off, in characters. */
export const MAX_DEFERRAL_REASON = 500

export const deferItem = defineCommand({
  name: 'agenda:defer',
  summary: 'Puts an item that is current or still to come off to a later meeting, with what is under it and not dealt with; it can be returned to until the closing.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ itemId: Id, reason: Line(MAX_DEFERRAL_REASON) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'agendaItemNotFound', 'agendaItemDealtWith', 'voteAlreadyOpen', 'proposalSecret'],
})
