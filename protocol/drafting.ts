import { z } from 'zod'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

/**
 * A draft that is written together: a text of a document, at `DRAFT_PATH` as a Yjs document under the Hocuspocus protocol,
 * named by its draft's id, with the session of the browser. Its fragment `DRAFT_FIELD` holds blocks of text; what somebody
 * suggests stands in it as marks until it is accepted or declined.
 */
export const DRAFT_PATH = '/drafting'
export const DRAFT_FIELD = 'text'

/** The longest draft, in blocks and in characters of all of them. */
export const MAX_DRAFT_BLOCKS = 3_000
export const MAX_DRAFT_TEXT = 300_000

export const DraftBlockKind = z.enum(['heading', 'subheading', 'paragraph', 'listItem'])
export type DraftBlockKind = z.infer<typeof DraftBlockKind>

/** What stands on words, or on a whole block, that somebody suggests to insert or to delete. */
export const SuggestionMark = z.strictObject({ id: Id, author: Id, at: z.iso.datetime({ precision: 3 }) })
export type SuggestionMark = z.infer<typeof SuggestionMark>

/** `edit`: writes, accepts and declines; `suggest`: everything that one writes or deletes is a suggestion. */
export const DraftMode = z.enum(['edit', 'suggest', 'read'])
export type DraftMode = z.infer<typeof DraftMode>

/** With which code the connection is closed on whom: their rights are others now; they changed what they may not change. */
export const DRAFT_CLOSED = { rightsChanged: 4401, refused: 4403 } as const

const params = z.object({ meetingId: Id, documentId: Id })
const path = '/api/meetings/:meetingId/documents/:documentId/draft'
const missing = ['meetingNotFound', 'documentNotFound'] as const
const states = ['forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled'] as const

export const openDraft = defineRoute({
  id: 'drafting.open', method: 'post', path, access: 'signedIn',
  errors: ['downloadNotAllowed', ...missing, ...states],
  summary: 'Chair, clerk, who presides and who presents the item open a document’s text to be written together, with what is readable of it; one at a time a document, so that a second opening answers the one that is open.',
  params, response: z.object({ draftId: Id }),
})

export const getDraft = defineRoute({
  id: 'drafting.get', method: 'get', path, access: 'signedIn',
  errors: [...missing, 'draftNotFound'],
  summary: 'The text of a document that is being written, and what the caller may do with it: write (who may open it), suggest (members), read.',
  params, response: z.object({ draftId: Id, mode: DraftMode }),
})

export const issueDraft = defineRoute({
  id: 'drafting.issue', method: 'post', path: `${path}/issue`, access: 'signedIn',
  errors: [...missing, ...states, 'draftNotFound', 'draftUnsettled', 'draftEmpty', 'documentsFull', 'storageFull', 'idempotencyKeyReused'],
  summary: 'Who may write it makes it a paper in the prescribed layout, marked as a draft, and attaches that to the item; nothing suggested may be left open (`draftUnsettled`, details `open`). The text is closed with it.',
  params,
  body: z.object({
    key: z.string().min(8).max(64),
    /** Loại văn bản, as `Nghị quyết`, and its symbol, as `NQ/TU`. */
    type: Line(100), symbol: Line(40), abstract: Line(500),
  }),
  response: z.object({}),
})

export const discardDraft = defineRoute({
  id: 'drafting.discard', method: 'delete', path, access: 'signedIn',
  errors: [...missing, ...states, 'draftNotFound'],
  summary: 'Who may write it closes the text without a paper; what was written is gone.',
  params, response: z.object({}),
})
