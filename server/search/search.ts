import type { Knex } from 'knex'
import { z } from 'zod'
import { localDay, startOfDay, type Day } from '../../protocol/calendar.ts'
import { COUNTED_HITS, marksOf, SearchKind, type SearchHit } from '../../protocol/search.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { excerptOf, wantedOf, type Wanted } from './words.ts'

/** How well something was hit: by the very diacritics in its title (0) or text (1), else in its title (2) or text (3). */
export const tiers = [0, 1, 2, 3] as const
export type Tier = typeof tiers[number]

/** Where a page of hits ended; within a tier the latest comes first, then the highest id. */
export interface Position { tier: Tier, at: Date, id: string, kind: SearchKind }
const Cursor = z.tuple([z.literal(tiers), z.iso.datetime({ precision: 3 }), z.uuid(), SearchKind])

/** Who searches, and what they want of what they may read. */
export interface SearchQuery {
  personId: string
  /** The moment at which, and the day on which, rights are asked for. */
  now: Date
  on: Day
  wanted: Wanted
  kind: SearchKind | undefined
  bodyId: string | undefined
  /** From this moment, and before that one. */
  from: Date
  until: Date
}

export interface FoundHit extends Omit<SearchHit, 'excerpt' | 'at'> {
  tier: Tier
  at: Date
  /** The whole text that was hit, or that of the page. */
  text: string | null
}

export interface SearchStore {
  /**
   * In their order, those that follow `after`; and how many there are of all as far as `countTo`, where that is given. At most
   * one query a tier, and three.
   */
  find(
    db: Knex, query: SearchQuery, after: Position | undefined, limit: number, countTo: number | null,
  ): Promise<{ hits: FoundHit[], count: number | null }>
}

interface Search {
  q: string
  kind?: SearchKind | undefined
  bodyId?: string | undefined
  year?: number | undefined
  after?: string | undefined
  limit: number
}

const EVER = { from: new Date('1900-01-01T00:00:00Z'), until: new Date('2300-01-01T00:00:00Z') }

function spanOf(year: number | undefined): { from: Date, until: Date } {
  return year === undefined ? EVER : { from: startOfDay(`${year}-01-01`), until: startOfDay(`${year + 1}-01-01`) }
}

function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  try {
    const [tier, at, id, kind] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
    return { tier, at: new Date(at), id, kind }
  } catch (cause) {
    throw new AppError('invalidCursor', {}, { cause })
  }
}

const cursorOf = ({ tier, at, id, kind }: Position): string =>
  Buffer.from(JSON.stringify([tier, at.toISOString(), id, kind] satisfies z.infer<typeof Cursor>)).toString('base64url')

/**
 * Search over everything that a person may read. What that is, each kind's own rules say as SQL inside the query (sources.ts);
 * nothing is found first and taken away afterwards.
 */
export function createSearch({ db, store, now = () => new Date() }: { db: Knex, store: SearchStore, now?: () => Date }) {
  return {
    /** A search without a word finds nothing. Throws `invalidCursor`. */
    async find({ personId }: Pick<Caller, 'personId'>, { q, kind, bodyId, year, after, limit }: Search) {
      const position = positionOf(after)
      const wanted = wantedOf(q)
      if (!wanted) return { hits: [], count: { hits: 0, more: false }, next: null }
      const at = now()
      const query: SearchQuery = { personId, now: at, on: localDay(at), wanted, kind, bodyId, ...spanOf(year) }
      const { hits: found, count } = await store.find(db, query, position, limit + 1, position ? null : COUNTED_HITS + 1)
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      return {
        hits: page.map((hit) => shown(hit, q)),
        count: count === null ? null : { hits: Math.min(count, COUNTED_HITS), more: count > COUNTED_HITS },
        next: last ? cursorOf(last) : null,
      }
    },
  }
}

export type SearchService = ReturnType<typeof createSearch>

function shown({ tier: _, text, at, ...hit }: FoundHit, q: string): SearchHit {
  return { ...hit, at: at.toISOString(), excerpt: text === null ? null : excerptOf(text, marksOf(text, q)) }
}
