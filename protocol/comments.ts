import { z } from 'zod'
import { Anchor } from './annotations.ts'
import { ThreadKind, ThreadState } from './comment-entries.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Paragraphs } from './text.ts'

/**
 * What readers of a document say to each other at a place in it, and the wording that they suggest. Everybody who may read
 * the document sees it; the meeting's journal tells of it and keeps its texts erasably.
 */

/** On one document; and messages in one thread. */
export const MAX_THREADS = 500
export const MAX_MESSAGES = 200

const Text = Paragraphs(4_000).pipe(z.string().min(1))

export const Message = z.object({
  messageId: Id, personId: Id, at: Instant,
  /** Null: its author took it back, or it was erased. */
  text: z.string().nullable(),
})

export const Thread = z.object({
  threadId: Id, kind: ThreadKind, version: z.int().positive(), anchor: Anchor,
  /** The wording suggested in place of the quoted one; null for a comment. Empty: to be left out. */
  replacement: z.string().nullable(),
  state: ThreadState,
  /** Why a suggestion was accepted or declined; null: nothing was said, or not yet decided. */
  decision: z.object({ personId: Id, at: Instant, reason: z.string().nullable() }).nullable(),
  /** Rises with each change of the state. */
  revision: z.int().positive(),
  openedBy: Id,
  messages: z.array(Message),
})
export type Thread = z.infer<typeof Thread>

/** Names of those who wrote, also of who takes no more part. */
const Author = z.object({ personId: Id, name: z.string(), office: z.string() })

const params = z.object({ meetingId: Id, documentId: Id })
const ofThread = params.extend({ threadId: Id })
const path = '/api/meetings/:meetingId/documents/:documentId/comments'
const Key = z.string().min(8).max(64)
const closed = ['meetingClosed', 'meetingCancelled'] as const

export const listThreads = defineRoute({
  id: 'comments.list', method: 'get', path, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound'],
  summary: 'The comments and suggestions on all versions of a document, for those who may read it, oldest first. `decides`: the caller accepts and declines suggestions.',
  params, response: z.object({ threads: z.array(Thread), authors: z.array(Author), decides: z.boolean() }),
})

export const openThread = defineRoute({
  id: 'comments.open', method: 'post', path, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', ...closed, 'commentsFull', 'documentFinal', 'suggestionNeedsQuote', 'idempotencyKeyReused', 'tooManyRequests'],
  summary: 'Comments at a place, or suggests another wording of the words there; the latter on drafts and documents in circulation, not on final ones.',
  params, body: z.object({
    key: Key, version: z.int().positive(), kind: ThreadKind, anchor: Anchor,
    /** Why, for a suggestion: may then be empty. */
    text: Paragraphs(4_000),
    replacement: Paragraphs(4_000).nullable(),
  }).refine(({ kind, text, replacement }) => kind === 'suggestion' ? replacement !== null : replacement === null && text !== ''),
  response: z.object({ threadId: Id }),
})

export const replyToThread = defineRoute({
  id: 'comments.reply', method: 'post', path: `${path}/:threadId/messages`, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'threadNotFound', ...closed, 'commentsFull', 'idempotencyKeyReused', 'tooManyRequests'],
  summary: 'Answers in a thread.',
  params: ofThread, body: z.object({ key: Key, text: Text }), response: z.object({ messageId: Id }),
})

export const settleThread = defineRoute({
  id: 'comments.settle', method: 'post', path: `${path}/:threadId/state`, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'threadNotFound', 'forbiddenInMeeting', ...closed, 'threadChanged', 'idempotencyKeyReused'],
  summary: 'Resolves a comment or opens it again: who began it, and who decides. Accepts or declines a suggestion with a reason: chair, clerk and the presenter of the item, who answers for the draft.',
  params: ofThread,
  body: z.object({ key: Key, revision: z.int().positive(), state: ThreadState, reason: Paragraphs(2_000).default('') })
    .refine(({ state, reason }) => state !== 'declined' || reason !== ''),
  response: z.object({}),
})

export const takeBackMessage = defineRoute({
  id: 'comments.takeBack', method: 'delete', path: `${path}/:threadId/messages/:messageId`, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'threadNotFound', 'forbiddenInMeeting', ...closed],
  summary: 'The author takes a message back: its text is erased for good, that there was one stays.',
  params: ofThread.extend({ messageId: Id }), response: z.object({}),
})
