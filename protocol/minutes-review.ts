import { z } from 'zod'
import { Id } from './journal.ts'
import { Minutes, MinutesContent } from './minutes.ts'
import { BlockId } from './minutes-entries.ts'
import { defineRoute } from './route.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/** The round in which members read the draft minutes and comment, what the chair does with them then, and the way back once their paper was recalled. */

const params = z.object({ meetingId: Id })
const inThread = params.extend({ threadId: Id })
const path = '/api/meetings/:meetingId/minutes'
/** Made by the client: with the same key it is carried out once. */
const Key = z.string().min(8).max(64)
const Said = Paragraphs(5_000).pipe(z.string().min(1))
const Reason = Paragraphs(2_000).pipe(z.string().min(1))
const missing = ['meetingNotFound', 'minutesNotFound'] as const
const changing = [...missing, 'forbiddenInMeeting', 'minutesPublished', 'proposalSecret', 'idempotencyKeyReused'] as const

/** Null: erased by law. */
const Erasable = z.string().nullable()
export const MinutesThread = z.object({
  threadId: Id, round: z.int(), blockId: BlockId.nullable(), quote: Erasable, by: Id, at: Instant, text: Erasable,
  replies: z.array(z.object({ messageId: Id, by: Id, at: Instant, text: Erasable })),
  /** How and by whom it was settled; null while it is open. */
  settled: z.object({ by: Id, at: Instant, answer: Erasable }).nullable(),
})
export type MinutesThread = z.infer<typeof MinutesThread>

export const getMinutesReview = defineRoute({
  id: 'minutes.review', method: 'get', path: `${path}/review`, access: 'signedIn', errors: missing,
  summary: 'The comments of all rounds, to everybody who may read the text; what the text was when the last round was opened; and why the chair gave it back.',
  params,
  response: z.object({
    threads: z.array(MinutesThread),
    /** Null before the first round. */
    before: MinutesContent.nullable(),
    /** The last time that the chair gave it back, and nothing came after it. */
    returned: z.object({ by: Id, at: Instant, reason: Erasable }).nullable(),
  }),
})

export const openMinutesReview = defineRoute({
  id: 'minutes.openReview', method: 'post', path: `${path}/review`, access: 'signedIn',
  errors: [...changing, 'minutesNotClosed', 'minutesDueTooSoon'],
  summary: 'The clerk lays the text of a closed meeting before its members, who read and comment until `dueAt`; again to set another time.',
  params, body: z.object({ dueAt: Instant, key: Key }), response: z.object({}),
})

export const commentMinutes = defineRoute({
  id: 'minutes.comment', method: 'post', path: `${path}/comments`, access: 'signedIn', errors: [...changing, 'minutesNotInReview'],
  summary: 'Somebody of the whole meeting comments on a paragraph (`blockId`, with its words as they stand) or on the whole, before the time is over.',
  params, body: z.object({ blockId: BlockId.nullable(), quote: Line(2_000).nullable(), text: Said, key: Key }), response: z.object({ threadId: Id }),
})

export const replyToMinutesComment = defineRoute({
  id: 'minutes.reply', method: 'post', path: `${path}/comments/:threadId/replies`, access: 'signedIn',
  errors: [...changing, 'minutesNotInReview', 'threadNotFound'],
  summary: 'Somebody of the whole meeting answers a comment while the review is open.',
  params: inThread, body: z.object({ text: Said, key: Key }), response: z.object({}),
})

export const settleMinutesComment = defineRoute({
  id: 'minutes.settle', method: 'put', path: `${path}/comments/:threadId/settled`, access: 'signedIn', errors: [...changing, 'threadNotFound'],
  summary: 'Who writes the minutes settles a comment, with an answer, or opens it again.',
  params: inThread, body: z.object({ resolved: z.boolean(), answer: Said.nullable(), key: Key }), response: z.object({}),
})

export const setMinutesHelper = defineRoute({
  id: 'minutes.setHelper', method: 'put', path: `${path}/helpers/:personId`, access: 'signedIn', errors: [...changing, 'notParticipant'],
  summary: 'The clerk lets somebody of the whole meeting write the minutes too, or no longer: then their connection ends at once.',
  params: params.extend({ personId: Id }), body: z.object({ helps: z.boolean() }), response: z.object({}),
})

export const returnMinutes = defineRoute({
  id: 'minutes.return', method: 'post', path: `${path}/return`, access: 'signedIn', errors: [...changing, 'minutesNotInReview'],
  summary: 'Who approves gives the text back to the clerk, and says why; the review is over with it.',
  params, body: z.object({ reason: Reason, key: Key }), response: z.object({}),
})

export const approveMinutes = defineRoute({
  id: 'minutes.approve', method: 'post', path: `${path}/approval`, access: 'signedIn',
  errors: [...changing, 'minutesNotInReview', 'minutesChanged', 'minutesNumberTaken', 'paperSecret'],
  summary: 'The chair, or also who presided where the body has it so, approves the text as read (`sha256`): it is fixed, numbered and published. With words changed since, `minutesChanged`.',
  params, body: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), key: Key }), response: Minutes,
})

export const reopenMinutes = defineRoute({
  id: 'minutes.reopen', method: 'post', path: `${path}/reopening`, access: 'signedIn',
  errors: [...missing, 'forbiddenInMeeting', 'minutesNotRecalled', 'proposalSecret', 'idempotencyKeyReused'],
  summary: 'Who approves opens published minutes again whose paper was recalled, and says why: the text is written as before, its facts from the journal, and approved anew under the next number. The recalled paper stays as it is.',
  params, body: z.object({ reason: Reason, key: Key }), response: z.object({}),
})
