import { z } from 'zod'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * Notes and highlights of one reader, at a place in one version of a document. They are nobody else's: no route gives them
 * to another person, whatever their role, they are in no journal, and the database holds them sealed.
 */

/** On one version of one document. */
export const MAX_ANNOTATIONS = 500

/** A rectangle on a page that is not turned: left, top, right, bottom as shares (0 to 1) of its width and height from its top left. */
const Share = z.number().min(0).max(1)
export const Rect = z.tuple([Share, Share, Share, Share]).refine(([left, top, right, bottom]) => left <= right && top <= bottom)
export type Rect = z.infer<typeof Rect>

const Around = z.string().max(64).transform((text) => text.replace(/[\p{Cc}\p{Cs}]/gu, ' '))

/** The words at a place and what stands around them, by which they are found again in another version. */
export const Quote = z.object({ exact: Line(2_000), before: Around, after: Around })
export type Quote = z.infer<typeof Quote>

/** A place in a version: one rectangle a line of marked text, or one without width for a note beside the text. Pages count from 1. */
export const Anchor = z.object({
  page: z.int().min(1).max(100_000),
  rects: z.array(Rect).min(1).max(120),
  /** Null: a place without text, as on a scan. */
  quote: Quote.nullable(),
})
export type Anchor = z.infer<typeof Anchor>

export const HighlightColour = z.enum(['yellow', 'green', 'blue', 'pink'])
export type HighlightColour = z.infer<typeof HighlightColour>

const Content = z.object({
  colour: HighlightColour,
  /** Empty: a highlight without a note. */
  body: Paragraphs(4_000),
})

export const Annotation = Content.extend({
  annotationId: Id,
  /** The version of the document that it is on. */
  version: z.int().positive(),
  anchor: Anchor,
  /** Rises with each change. */
  revision: z.int().positive(),
  /** The one on an earlier version that it was brought over from. */
  carriedFrom: Id.nullable(),
  at: Instant,
})
export type Annotation = z.infer<typeof Annotation>

const params = z.object({ meetingId: Id, documentId: Id })
const ofOne = params.extend({ annotationId: Id })
const path = '/api/meetings/:meetingId/documents/:documentId/annotations'

export const listAnnotations = defineRoute({
  id: 'annotations.list', method: 'get', path, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound'],
  summary: 'One’s own notes and highlights on all versions of a document that one may read, oldest first.',
  params, response: z.object({ annotations: z.array(Annotation) }),
})

export const addAnnotation = defineRoute({
  id: 'annotations.add', method: 'post', path, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'annotationsFull', 'idempotencyKeyReused'],
  summary: 'Notes or highlights something for oneself. The same key is carried out once.',
  params, body: Content.extend({
    key: Id, version: z.int().positive(), anchor: Anchor, carriedFrom: Id.nullable().default(null),
  }),
  response: Annotation,
})

export const changeAnnotation = defineRoute({
  id: 'annotations.change', method: 'patch', path: `${path}/:annotationId`, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'annotationNotFound', 'annotationChanged'],
  summary: 'Changes the note or colour, unless it was changed elsewhere meanwhile.',
  params: ofOne, body: Content.extend({ revision: z.int().positive() }), response: Annotation,
})

export const removeAnnotation = defineRoute({
  id: 'annotations.remove', method: 'delete', path: `${path}/:annotationId`, access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'annotationNotFound'],
  summary: 'Deletes one of one’s own for good.',
  params: ofOne, response: z.object({}),
})
