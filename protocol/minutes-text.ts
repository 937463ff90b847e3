import { z } from 'zod'
import { Id } from './journal.ts'
import { MinutesBlock } from './minutes.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/**
 * The text of minutes while it is written: at `MINUTES_TEXT_PATH` a Yjs document under the Hocuspocus protocol, named by its
 * meeting's id, with the session of the browser, for chair, clerk and helpers. Its fragment `MINUTES_FIELD` holds, one after another,
 * - `block`: words of one kind (`kind`, `id`), among them `fact` elements (`ref`);
 * - `facts`: blocks that the journal writes (`ref`, `id`), without words of their own.
 * What a fact says is nowhere in the text: it is read from the journal until the minutes are approved. An update that the
 * server acknowledged is stored.
 */
export const MINUTES_TEXT_PATH = '/minutes-text'
export const MINUTES_FIELD = 'text'

/** The longest text, in blocks, in characters of all of them, and in bytes of the Yjs document. */
export const MAX_MINUTES_BLOCKS = 5_000
export const MAX_MINUTES_TEXT = 500_000
export const MAX_MINUTES_BYTES = 4 * 1024 * 1024

/** With which code the connection is closed on whom: their rights are others now, or the text is fixed; what they sent is no text. */
export const MINUTES_CLOSED = { rightsChanged: 4401, refused: 4403 } as const

/** Names something that the journal knows: what it is and, of several, which: `opening.time`, `vote:<id>`. */
export const FactRef = z.string().regex(/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*(:[0-9a-f-]{36}(\.\d{1,4})?)?$/).max(100)
export type FactRef = z.infer<typeof FactRef>

export const MinutesFact = z.object({
  ref: FactRef,
  /** `words`: stands in a paragraph; `blocks`: paragraphs of its own. */
  form: z.enum(['words', 'blocks']),
  /** What it says now. Of `words` one paragraph; of `blocks` none where the journal tells nothing (yet). */
  blocks: z.array(MinutesBlock),
  /** When it happened; null for what is of no moment. */
  at: Instant.nullable(),
  itemId: Id.nullable(),
  /** What a whole draft has: told in the timeline as not yet taken into the text. Others may be put anywhere, or nowhere. */
  expected: z.boolean(),
  /** Of `words` that are expected: the paragraph that they are offered in. */
  within: z.object({ kind: MinutesBlock.shape.kind, before: z.string(), after: z.string() }).nullable(),
})
export type MinutesFact = z.infer<typeof MinutesFact>

export const getMinutesFacts = defineRoute({
  id: 'minutes.facts', method: 'get', path: '/api/meetings/:meetingId/minutes/facts', access: 'signedIn', errors: ['meetingNotFound', 'minutesNotFound', 'minutesPublished', 'forbiddenInMeeting'],
  summary: 'What the journal knows of the meeting now, in the order of a whole draft, for who writes the minutes.',
  params: z.object({ meetingId: Id }), response: z.object({ facts: z.array(MinutesFact) }),
})
