import { z } from 'zod'

/** What became of a file that is to be read in the page; entries of journals hold it, so that the room has it too. */

/** `unavailable`: a program that this needs is not on the server; the file itself is there. */
export const RenditionStatus = z.enum(['waiting', 'running', 'ready', 'failed', 'unavailable'])
export type RenditionStatus = z.infer<typeof RenditionStatus>

/**
 * Why there is no rendition: `broken` cannot be read, `encrypted` needs a password, `tooManyPages`, `tooLarge` (more memory or
 * disk than a conversion may take), `tookTooLong` was ended, `crashed` ended its program again and again, `programMissing`
 * goes with `unavailable`, `typeUnknown` is no kind of file that is made readable.
 */
export const RenditionProblem = z.enum([
  'broken', 'encrypted', 'tooManyPages', 'tooLarge', 'tookTooLong', 'crashed', 'programMissing', 'typeUnknown',
])
export type RenditionProblem = z.infer<typeof RenditionProblem>

/** What became of a file. `hasText` false: a scan, which nothing is found in. */
export const RenditionFacts = z.object({
  status: RenditionStatus,
  pages: z.int().positive().nullable(),
  hasText: z.boolean().nullable(),
  /** A page that seems to bear a level of secrecy: people are warned, and nothing follows of itself. */
  secrecyPage: z.int().positive().nullable(),
  problem: RenditionProblem.nullable(),
})
export type RenditionFacts = z.infer<typeof RenditionFacts>

/** Longer ones are not rendered: nobody reads them in a meeting, and each page costs time and room. */
export const MAX_RENDERED_PAGES = 3_000
