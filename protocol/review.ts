import { z } from 'zod'
import { ChangeOfMeeting, defineCommand, defineNotice, Nothing } from './event.ts'
import { Id } from './journal.ts'

/**
 * A document that is gone through together: one leads, and the others see the page, the part of it and the pointer that the
 * leader sees. Who leads which document is in the meeting's journal; page and pointers are fleeting and in none.
 */

/** Places on a page are shares of its width and height from its top left, unturned: every screen has another size. */
const Share = z.number().min(-1).max(2)
const Page = z.int().min(1).max(100_000)

/** A place that somebody points at. */
export const Point = z.object({ page: Page, x: Share, y: Share })
export type Point = z.infer<typeof Point>

/**
 * What the leader sees: the place in the middle of the upper edge, and how large. `zoom` 1: the page is as wide as the
 * reader's window, so that a phone shows the same part as a wall of the hall.
 */
export const LedView = z.object({ page: Page, x: Share, y: Share, zoom: z.number().min(0.05).max(20), pointer: Point.nullable() })
export type LedView = z.infer<typeof LedView>

/** Sent at most so often while something moves; and again after `LED_AGAIN_MS`, so that a restarted server knows it. */
export const LED_EVERY_MS = 80
export const LED_AGAIN_MS = 2_000
/** Pointers of readers beside the leader's that a page shows at a time. */
export const MAX_POINTERS = 12

const OfDocument = z.object({ meetingId: Id, documentId: Id })
const missing = ['meetingNotFound', 'documentNotFound'] as const
const states = ['meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled'] as const

export const leadReview = defineCommand({
  name: 'review:lead',
  summary: 'Begins to lead everybody through a document, in place of the one before. `leaderId`: somebody else is to lead; absent: oneself. '
    + 'Who presents the item may not take it from somebody who leads another item’s document (`reviewLed`).',
  access: 'who presents the item; chair, clerk and who presides, for themselves or for anybody who may read the document',
  input: ChangeOfMeeting.extend({ documentId: Id, leaderId: Id.exactOptional() }), output: Nothing,
  errors: [...missing, 'forbiddenInMeeting', ...states, 'notParticipant', 'reviewLed'],
})

export const endReview = defineCommand({
  name: 'review:end', summary: 'Ends the leading; everybody looks where they like.',
  access: 'who leads; chair, clerk and who presides',
  input: ChangeOfMeeting.extend({ documentId: Id }), output: Nothing,
  errors: [...missing, 'forbiddenInMeeting', ...states, 'reviewNotLed'],
})

export const attendReview = defineCommand({
  name: 'review:attend',
  summary: 'This socket hears of a document’s leader and pointers, until `review:depart`; answers what the leader sees now, if that is known.',
  access: 'who may read the document', input: OfDocument, output: z.object({ view: LedView.nullable() }), errors: missing,
})

export const departReview = defineCommand({
  name: 'review:depart', summary: 'Hears no more of it; one’s own pointer goes.', access: 'participants',
  input: OfDocument, output: Nothing, errors: ['meetingNotFound'],
})

export const showView = defineCommand({
  name: 'review:show', summary: 'What the leader sees, for all who attend. Answers `reviewNotLed` to who does not lead this document.',
  access: 'who leads, on a socket that attends', input: OfDocument.extend({ view: LedView }), output: Nothing, errors: [...missing, 'reviewNotLed', 'reviewNotAttended'],
})

export const showPointer = defineCommand({
  name: 'review:point', summary: 'Shows one’s pointer to all who attend, or (null) no longer.',
  access: 'who may read the document, on a socket that attends',
  input: OfDocument.extend({ at: Point.nullable() }), output: Nothing, errors: [...missing, 'reviewNotAttended'],
})

export const viewNotice = defineNotice({
  name: 'review:view', summary: 'What the leader of a document sees.', payload: OfDocument.extend({ view: LedView }),
})

export const pointersNotice = defineNotice({
  name: 'review:pointers', summary: `Pointers that moved; \`at\` null: gone. At most ${MAX_POINTERS} persons point at a time.`,
  payload: OfDocument.extend({ pointers: z.array(z.object({ personId: Id, at: Point.nullable() })) }),
})

export const departedNotice = defineNotice({
  name: 'review:closed', summary: 'The document may not be read any more by whom this reaches; nothing further of it comes.', payload: OfDocument,
})
