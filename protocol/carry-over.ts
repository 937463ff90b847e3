import { z } from 'zod'
import { AddKey } from './agenda.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/** Items that a body's earlier meetings left undone, taken onto the agenda of its next one: same matter, documents and guests along. */

/** Items that can be carried over at once, and that are listed. */
export const MAX_CARRIED = 100

/** An item of a closed meeting that was not come to, or was put off. Texts are null where they were erased. */
export const CarriableItem = z.object({
  itemId: Id, meetingId: Id, title: z.string().nullable(), minutes: z.int(), classified: z.boolean(),
  meetingTitle: z.string().nullable(), meetingStartsAt: Instant,
  /** Put off with this reason; null: the meeting did not come to it. */
  deferred: z.boolean(), reason: z.string().nullable(),
  documents: z.int(), guests: z.int(),
})
export type CarriableItem = z.infer<typeof CarriableItem>

export const listCarriable = defineRoute({
  id: 'agenda.carriable', method: 'get', path: '/api/meetings/:meetingId/carriable', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting'],
  summary: `What the body's closed meetings, of which the caller was chair or clerk, left undone and no other meeting has taken up since; latest meeting first, at most ${MAX_CARRIED}.`,
  params: z.object({ meetingId: Id }),
  response: z.object({ items: z.array(CarriableItem) }),
})

export const carryOver = defineRoute({
  id: 'agenda.carryOver', method: 'post', path: '/api/meetings/:meetingId/carried', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotDraft', 'notCarriable', 'agendaFull', 'documentsFull', 'guestsFull',
    'classifiedNeedsInPerson', 'recordingRuns', 'roomInUse', 'idempotencyKeyReused'],
  summary: 'Chair or clerk of a draft takes such items over, at the end of its agenda, in the order given; removing them undoes it.',
  params: z.object({ meetingId: Id }),
  body: z.object({ itemIds: z.array(Id).min(1).max(MAX_CARRIED), key: AddKey }),
  response: z.object({ itemIds: z.array(Id) }),
})
