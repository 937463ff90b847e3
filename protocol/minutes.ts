import { z } from 'zod'
import { Id } from './journal.ts'
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
})
export type MinutesBlock = z.infer<typeof MinutesBlock>

export const MinutesContent = z.object({ abstract: Line(500), blocks: z.array(MinutesBlock).min(1).max(10_000) })
export type MinutesContent = z.infer<typeof MinutesContent>

export const Minutes = z.object({
  status: z.enum(['draft', 'published']), version: z.int(), content: MinutesContent,
  /** The number as written after "Số"; null while a draft. */
  number: z.string().nullable(),
  savedAt: Instant, publishedAt: Instant.nullable(),
  /** Hash of the journal when the minutes were published, printed at the foot: who keeps the paper can prove it unchanged. */
  journalHead: z.string().nullable(),
})
export type Minutes = z.infer<typeof Minutes>

const MeetingParams = z.object({ meetingId: Id })
/** Made by the client: with the same key a change is carried out once, and its repeats are answered with what it made. */
const Key = z.string().min(8).max(64).optional()
const changeErrors = ['meetingNotFound', 'forbiddenInMeeting', 'minutesNotFound', 'minutesPublished', 'minutesChanged', 'idempotencyKeyReused'] as const

export const getMinutes = defineRoute({
  id: 'minutes.get', method: 'get', path: '/api/meetings/:meetingId/minutes', access: 'signedIn', errors: ['meetingNotFound', 'minutesNotFound'],
  summary: 'The minutes: drafts for chair and clerk, published ones for every participant.',
  params: MeetingParams, response: Minutes,
})

export const saveMinutes = defineRoute({
  id: 'minutes.save', method: 'put', path: '/api/meetings/:meetingId/minutes', access: 'signedIn', errors: changeErrors,
  summary: 'Clerk or chair saves the draft. `version` is the one the edit began from; another one means that somebody saved meanwhile.',
  params: MeetingParams, body: z.object({ version: z.int(), content: MinutesContent, key: Key }), response: z.object({ version: z.int(), savedAt: Instant }),
})

export const redraftMinutes = defineRoute({
  id: 'minutes.redraft', method: 'post', path: '/api/meetings/:meetingId/minutes/draft', access: 'signedIn', errors: changeErrors,
  summary: 'Clerk or chair makes the draft anew from the journal; the edits made so far are replaced.',
  params: MeetingParams, body: z.object({ version: z.int(), key: Key }), response: Minutes,
})

export const publishMinutes = defineRoute({
  id: 'minutes.publish', method: 'post', path: '/api/meetings/:meetingId/minutes/publication', access: 'signedIn',
  errors: [...changeErrors, 'minutesNumberTaken'],
  summary: 'Clerk or chair publishes the minutes under a number, unique for the body and year; text and frame are fixed from then on.',
  params: MeetingParams, response: Minutes,
  body: z.object({ version: z.int(), number: z.string().trim().regex(/^(?=.*[1-9])\d{1,5}$/), key: Key }),
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
