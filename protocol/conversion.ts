import { z } from 'zod'
import { Id } from './journal.ts'
import { RenditionFacts } from './rendition.ts'
import { defineRoute } from './route.ts'

/** How files are read in the page: their pages as pictures, copies to save, and what two of them differ in. */

/** Widths of page images in pixels; a screen asks for the next larger one. */
export const PAGE_WIDTHS = [320, 640, 960, 1_280, 1_600, 2_000] as const
export const PageWidth = z.union(PAGE_WIDTHS.map((width) => z.literal(width)))
export type PageWidth = z.infer<typeof PageWidth>

/** One passage of two texts side by side; null where it is missing from one. Pages count from 1. */
export const ComparedPassage = z.object({
  kind: z.enum(['same', 'changed', 'added', 'removed']),
  before: z.string().nullable(), beforePage: z.int().nullable(),
  after: z.string().nullable(), afterPage: z.int().nullable(),
})
export type ComparedPassage = z.infer<typeof ComparedPassage>

/**
 * What two files differ in, in their order; runs of passages that are the same are left out beyond those beside a change, and
 * `skipped` counts them before the passage. `complete` false: more differs than is worth comparing, so the rest is not told.
 */
export const Comparison = z.object({
  passages: z.array(ComparedPassage.extend({ skipped: z.int() })),
  skippedAtEnd: z.int(),
  complete: z.boolean(),
})
export type Comparison = z.infer<typeof Comparison>

const DocumentParams = z.object({ meetingId: Id, documentId: Id })
/** Without, the newest in circulation that the person may read, or the newest draft where there is none. */
const Version = z.coerce.number().int().positive().optional()

export const getRendition = defineRoute({
  id: 'conversion.rendition', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/rendition', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound'],
  summary: 'What became of a document’s file: whether it is read in the page, its pages, whether there is text, and what stands against it.',
  params: DocumentParams, query: z.object({ version: Version }), response: RenditionFacts,
})

export const readPage = defineRoute({
  id: 'conversion.page', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/pages/:page', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'documentNotReady', 'pageNotFound', 'tooManyRequests'],
  summary: 'A page as picture, with the reader’s name and the minute set onto it by the server. `width` in pixels, of few.',
  params: DocumentParams.extend({ page: z.coerce.number().int().positive() }),
  query: z.object({ version: Version, width: z.coerce.number().pipe(PageWidth) }),
  response: { stream: 'image/jpeg' },
})

export const downloadCopy = defineRoute({
  id: 'conversion.copy', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/copy', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'downloadNotAllowed', 'documentNotReady', 'tooManyRequests'],
  summary: 'The document as PDF to be saved, or `to` print shown by the browser itself, with the reader’s name and the minute on every page, and without anything that acts by itself.',
  params: DocumentParams, query: z.object({ version: Version, to: z.enum(['save', 'print']).default('save') }), response: { stream: 'application/pdf' },
})
