import { z } from 'zod'
import { foldedWords, toneText } from '../../protocol/fold.ts'
import type { PersonKind } from '../../protocol/identity.ts'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { FoundPerson } from '../../protocol/people.ts'
import { AppError } from '../platform/error.ts'

/** Where a page of hits ended: how well the last one was hit (0 best), its place in the order of names, its id. */
const Position = z.tuple([z.int().min(0).max(3), z.string(), z.uuid()])
export type SearchPosition = z.infer<typeof Position>

export interface PeopleQuery {
  /** Folded words, each of which must be in name or office. */
  folded: readonly string[]
  /** The words as they were typed, with their tones moved: who has them all comes first. */
  toned: readonly string[]
  kind?: PersonKind | undefined
  unitId?: string | undefined
  after: SearchPosition | null
  limit: number
  /** Of whom the unit is told. */
  on: Day
}

export interface PeopleStore {
  /** One query. Without people whose account is disabled. */
  search(query: PeopleQuery): Promise<{ person: FoundPerson, position: SearchPosition }[]>
}

interface PeopleSearch {
  q: string
  kind?: PersonKind | undefined
  unitId?: string | undefined
  after?: string | undefined
  limit: number
}

/** Long searches say no more than these. */
const MAX_WORDS = 8

function positionOf(cursor: string | undefined): SearchPosition | null {
  if (cursor === undefined) return null
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new AppError('invalidCursor', {}, { cause })
  }
}

/** People as any colleague may find them. */
export function createPeople({ store, now = () => new Date() }: { store: PeopleStore, now?: () => Date }) {
  return {
    /** Throws `invalidCursor`. */
    async search({ q, after, limit, kind, unitId }: PeopleSearch) {
      const toned = [...new Set(toneText(q).split(/\s+/).filter(Boolean))].slice(0, MAX_WORDS)
      const found = await store.search({
        folded: foldedWords(q).slice(0, MAX_WORDS), toned, kind, unitId, after: positionOf(after), limit: limit + 1, on: localDay(now()),
      })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      return {
        people: page.map(({ person }) => person),
        next: last ? Buffer.from(JSON.stringify(last.position)).toString('base64url') : null,
      }
    },
  }
}

export type People = ReturnType<typeof createPeople>
