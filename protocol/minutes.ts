import { z } from 'zod'
import { Id, Sha256 } from './journal.ts'
import { BlockId } from './minutes-entries.ts'
import { defineRoute } from './route.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * The text of the minutes (biên bản) in the order of 16-HD/VPTW: opening, 1. thành phần, 2. diễn biến, kết luận, closing.
 * The frame around it (heading, number, signatures) comes from the body's letterhead when printed.
 */
export const MinutesBlock = z.object({
  kind: z.enum(['heading', 'subheading', 'paragraph', 'listItem']),
  /** Empty: a place that is still to be filled in. A line break begins a new paragraph. */
  text: Paragraphs(10_000),
  /** Of a text that is written together: the block that comments name. Several blocks that one fact writes share it. */
  id: BlockId.exactOptional(),
})
export type MinutesBlock = z.infer<typeof MinutesBlock>

export const MinutesContent = z.object({ abstract: Line(500), blocks: z.array(MinutesBlock).min(1).max(10_000) })
export type MinutesContent = z.infer<typeof MinutesContent>

export const Minutes = z.object({
  status: z.enum(['draft', 'review', 'published']), version: z.int(),
  /** With what the journal says now, until it is published. */
  content: MinutesContent,
  /** Of the content, as RFC 8785 writes it: what an approval names. */
  sha256: Sha256,
  /** What the caller may do with the text: chair, clerk and helpers write it until it is published. */
  mode: z.enum(['edit', 'read']),
  /** Chair and clerk: lets others help, lays it before the members. */
  leads: z.boolean(),
  /** Approves it or gives it back. */
  approves: z.boolean(),
  /** The number as written after "Số"; null until it is published, like the symbol and what follows. */
  number: z.string().nullable(), symbol: z.string().nullable(),
  /** When the text was begun, made anew or laid before the members. */
  savedAt: Instant, publishedAt: Instant.nullable(),
  /** Hash of the journal when the minutes were published, printed at the foot: who keeps the paper can prove it unchanged. */
  journalHead: z.string().nullable(),
  /** The issued paper: its signatures, receipts, recall. */
  paperId: Id.nullable(),
})
export type Minutes = z.infer<typeof Minutes>

const MeetingParams = z.object({ meetingId: Id })
/** Made by the client: with the same key a change is carried out once, and its repeats are answered with what it made. */
const Key = z.string().min(8).max(64).optional()
const changeErrors = ['meetingNotFound', 'forbiddenInMeeting', 'minutesNotFound', 'minutesPublished', 'idempotencyKeyReused'] as const

export const getMinutes = defineRoute({
  id: 'minutes.get', method: 'get', path: '/api/meetings/:meetingId/minutes', access: 'signedIn', errors: ['meetingNotFound', 'minutesNotFound'],
  summary: 'The minutes: while they are written for chair, clerk and helpers, in the review and once published for every participant of the whole meeting.',
  params: MeetingParams, response: Minutes,
})

export const beginMinutes = defineRoute({
  id: 'minutes.begin', method: 'post', path: '/api/meetings/:meetingId/minutes', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive'],
  summary: 'Chair or clerk begins the text in the meeting, from the journal as it is then; where there is one, nothing happens. At the closing it is begun by itself.',
  params: MeetingParams, response: z.object({}),
})

export const redraftMinutes = defineRoute({
  id: 'minutes.redraft', method: 'post', path: '/api/meetings/:meetingId/minutes/draft', access: 'signedIn', errors: [...changeErrors, 'minutesChanged'],
  summary: 'Clerk or chair makes the draft anew from the journal; what was written so far goes. `version` is the one that they saw.',
  params: MeetingParams, body: z.object({ version: z.int(), key: Key }), response: Minutes,
})

export const setMinutesAbstract = defineRoute({
  id: 'minutes.setAbstract', method: 'put', path: '/api/meetings/:meetingId/minutes/abstract', access: 'signedIn',
  errors: [...changeErrors, 'minutesChanged', 'proposalSecret'],
  summary: 'Who writes the minutes sets their abstract (trích yếu); null: the title of the meeting, which it is until then. `was` is what they saw: with another one by now, `minutesChanged` (details `abstract`).',
  params: MeetingParams, body: z.object({ abstract: Line(500).nullable(), was: z.string().max(500), key: Key }), response: z.object({ abstract: z.string() }),
})

export const downloadMinutesDocx = defineRoute({
  id: 'minutes.docx', method: 'get', path: '/api/meetings/:meetingId/minutes.docx', access: 'signedIn', errors: ['meetingNotFound', 'minutesNotFound'],
  summary: 'The minutes in the official layout as DOCX.',
  params: MeetingParams, response: { stream: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
})

export const downloadMinutesPdf = defineRoute({
  id: 'minutes.pdf', method: 'get', path: '/api/meetings/:meetingId/minutes.pdf', access: 'signedIn', errors: ['meetingNotFound', 'minutesNotFound'],
  summary: 'The minutes in the official layout as PDF with embedded fonts.',
  params: MeetingParams, response: { stream: 'application/pdf' },
})
