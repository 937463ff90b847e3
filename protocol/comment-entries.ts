import { z } from 'zod'
import { Id, TextRef } from './journal.ts'

/** What the journal has of comments on documents; the way they are made is in `comments.ts`. */

/** trao đổi · đề xuất sửa từ ngữ */
export const ThreadKind = z.enum(['comment', 'suggestion'])
export type ThreadKind = z.infer<typeof ThreadKind>

/** A comment is resolved and may be opened again; a suggestion is accepted or declined, once, by who drafts. */
export const ThreadState = z.enum(['open', 'resolved', 'accepted', 'declined'])
export type ThreadState = z.infer<typeof ThreadState>

/** They tell that and where something was said; who reads the document fetches it again. So no reading of the meeting folds them. */
export const commentEntries = [
  z.object({
    kind: z.literal('comments.opened'),
    data: z.object({
      threadId: Id, documentId: Id, version: z.int(), thread: ThreadKind, page: z.int(),
      messageId: Id.nullable(), text: TextRef.nullable(), quote: TextRef.nullable(), replacement: TextRef.nullable(),
    }),
  }),
  z.object({ kind: z.literal('comments.replied'), data: z.object({ threadId: Id, documentId: Id, messageId: Id, text: TextRef }) }),
  z.object({ kind: z.literal('comments.settled'), data: z.object({ threadId: Id, documentId: Id, state: ThreadState, reason: TextRef.nullable() }) }),
  z.object({ kind: z.literal('comments.takenBack'), data: z.object({ threadId: Id, documentId: Id, messageId: Id }) }),
] as const
