import { z } from 'zod'
import { foldText } from './fold.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

export const searchKinds = ['proposal', 'meeting', 'item', 'document', 'minutes', 'conclusion', 'task', 'opinion', 'procedure', 'procedureFile'] as const
export const SearchKind = z.enum(searchKinds)
export type SearchKind = z.infer<typeof SearchKind>

/** Words beyond these are not asked for. */
export const MAX_SEARCH_WORDS = 10
/** Hits are counted as far as this: "more than 100" says as much, and takes as long however many there are. */
export const COUNTED_HITS = 100

export const SearchHit = z.object({
  kind: SearchKind,
  /** Of the thing itself; of minutes that of their meeting, of a conclusion that of its item. */
  id: Id,
  /** Null for what belongs to no meeting. */
  meetingId: Id.nullable(), itemId: Id.nullable(),
  /** Empty where it was erased. */
  title: z.string(),
  /** The meeting that it belongs to; empty for a meeting itself and for what belongs to none. */
  meetingTitle: z.string(),
  /** Null for a procedure, which belongs to none. */
  body: z.object({ id: Id, name: z.string() }).nullable(),
  /**
   * When its meeting begins; of a proposal since when it is where it is, of a task when it was decided, of a written opinion when it
   * was opened, of a procedure its first day in force, of a procedure file since when it is at its step.
   */
  at: Instant,
  /** Of a document whose text was hit the page that holds every word, else the first that holds one. */
  page: z.int().nullable(),
  /** Some of the text about the first words that were hit; null where the title alone was hit. */
  excerpt: z.string().nullable(),
})
export type SearchHit = z.infer<typeof SearchHit>

export const search = defineRoute({
  id: 'search.find', method: 'get', path: '/api/search', access: 'signedIn', errors: ['invalidCursor'],
  summary: 'Proposals, meetings, agenda items, documents by name and the text of their pages, published minutes, conclusions, tasks, written opinions, procedures and their files, that the caller may read and '
    + 'that hold every word of `q` in their title or in their text, with or without diacritics. First those with the very '
    + 'diacritics that were typed, and of these those hit in their title; then the latest. The last word may be the beginning of one in titles.',
  query: z.object({
    q: z.string().max(200), kind: SearchKind.optional(), bodyId: Id.optional(),
    /** Of `at`, in Vietnam. */
    year: z.coerce.number().int().min(1900).max(2200).optional(),
    after: z.string().max(300).optional(), limit: z.coerce.number().int().min(1).max(50).default(20),
  }),
  response: z.object({
    hits: z.array(SearchHit),
    /** How many there are that the caller may read; at most `COUNTED_HITS`, and `more` where there are more. Null after the first page. */
    count: z.object({ hits: z.int(), more: z.boolean() }).nullable(),
    /** To be sent as `after` for those who follow; null when there are none. */
    next: z.string().nullable(),
  }),
})

/** Words as the database parts them (`search_words`); a letter goes with its marks. */
export const SEARCHED_WORD = /[\p{L}\p{M}\p{Nd}]+/gu

/**
 * Where the words of a search stand in a text, with or without diacritics: the whole word, or its beginning for the last.
 * Pairs of offsets into the text in NFC, in their order.
 */
export function marksOf(text: string, search: string): [start: number, end: number][] {
  const words = (foldText(search).match(SEARCHED_WORD) ?? []).slice(0, MAX_SEARCH_WORDS)
  const last = words.at(-1)
  if (last === undefined) return []
  const wanted = new Set(words)
  return [...text.normalize('NFC').matchAll(SEARCHED_WORD)].flatMap(({ 0: word, index }): [number, number][] => {
    const folded = foldText(word)
    if (wanted.has(folded)) return [[index, index + word.length]]
    return folded.startsWith(last) ? [[index, index + last.length]] : []
  })
}
