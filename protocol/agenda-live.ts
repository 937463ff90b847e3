import { z } from 'zod'
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

/** The longest that an item may be planned to take, in minutes, as in `agenda.ts`. */
export const MAX_ITEM_MINUTES = 600

export const extendItem = defineCommand({
  name: 'agenda:extend',
  summary: 'Gives an item that is current or still to come more minutes, up to ten hours in all: its countdown and what is expected of the rest follow.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ itemId: Id, minutes: z.int().min(1).max(60) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'agendaItemNotFound', 'agendaItemDealtWith'],
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
