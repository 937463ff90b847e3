import { z } from 'zod'
import { ItemParams } from './agenda.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/** Guests of single items of an agenda (26-HD/VPTW: guests are invited per item), who see and attend these alone. */

/** Guests of one item, and guests of single items in one meeting: so many groups of those who see the same there are at most. */
export const MAX_GUESTS = 300

export const setItemGuests = defineRoute({
  id: 'agenda.setGuests', method: 'put', path: '/api/meetings/:meetingId/agenda/:itemId/guests', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'agendaItemNotFound', 'agendaItemChanged', 'personNotFound', 'guestsFull',
    'guestsNotPossible', 'classifiedItem'],
  summary: 'Chair or clerk says who is invited to this item. Who is no participant becomes one, as a guest who sees and attends their items alone. `was`: the guests that they read; when it is no longer so, `agendaItemChanged` gives the present ones (`guests`).',
  params: ItemParams,
  body: z.object({ personIds: z.array(Id).max(MAX_GUESTS), was: z.array(Id).max(MAX_GUESTS) }),
  response: z.object({}),
})

export const getPlan = defineRoute({
  id: 'agenda.plan', method: 'get', path: '/api/meetings/:meetingId/plan', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'Number and time of each item that the caller may see: as planned, and as is to be expected while the meeting goes on.',
  params: z.object({ meetingId: Id }),
  response: z.object({
    items: z.array(z.object({
      itemId: Id, number: z.string(), from: Instant, to: Instant,
      /** Null where it is not under way, or the item is not still to come. */
      expected: Instant.nullable(),
    })),
  }),
})
