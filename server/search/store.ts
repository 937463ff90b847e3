import type { Knex } from 'knex'
import type { SearchKind } from '../../protocol/search.ts'
import { countSql, hitsSql, type Way } from './plan.ts'
import { tiers, type FoundHit, type SearchQuery, type SearchStore, type Tier } from './search.ts'
import { searchSources } from './sources.ts'
import type { WordQuery } from './words.ts'

/** Words are common that stand in more titles, or on more pages, than this. Measured: docs/performance.md. */
const COMMON = 20_000

interface Row {
  kind: SearchKind
  id: string
  meeting_id: string | null
  item_id: string | null
  at: Date
  title: string
  body_id: string
  body_name: string
  meeting_title: string | null
  page: number | null
  text: string | null
}

function toHit(row: Row, tier: Tier): FoundHit {
  return {
    tier, kind: row.kind, id: row.id, meetingId: row.meeting_id, itemId: row.item_id, at: row.at, title: row.title,
    meetingTitle: row.meeting_title ?? '', body: { id: row.body_id, name: row.body_name }, page: row.page, text: row.text,
  }
}

const sourcesOf = ({ kind }: SearchQuery) => searchSources.filter((source) => kind === undefined || source.kind === kind)
const wordsOf = ({ wanted: { exact, folded } }: SearchQuery, tier: Tier): WordQuery | undefined => tier < 2 ? exact : folded

function bindingsOf({ personId, now, on, wanted: { exact, folded }, bodyId, from, until }: SearchQuery) {
  return {
    personId, now, on, bodyId: bodyId ?? null, from, until, foldedTitle: folded.beginning, foldedText: folded.whole,
    exactTitle: exact?.beginning ?? null, exactText: exact?.whole ?? null,
  }
}

/** How common the words are decides about the way alone: who searches never learns it. */
async function waysOf(db: Knex, { beginning, whole }: WordQuery, common: number): Promise<{ title: Way, text: Way }> {
  const isCommon = (table: string, query: string) => `(SELECT count(*) > :common FROM (
    SELECT FROM ${table} WHERE words @@ CAST(:${query} AS tsquery) LIMIT :common + 1) counted)`
  const { rows: [row] } = await db.raw<{ rows: { title: boolean, text: boolean }[] }>(
    `SELECT ${isCommon('journal_text', 'beginning')} AS title, ${isCommon('file_page', 'whole')} AS text`, { beginning, whole, common })
  return { title: row?.title ? 'walk' : 'words', text: row?.text ? 'walk' : 'words' }
}

/** Searches in PostgreSQL. `common` is for tests, which have few texts. */
export function createSearchStore(common = COMMON): SearchStore {
  return {
    async find(db, query, after, limit) {
      const { exact } = query.wanted
      const hits: FoundHit[] = []
      const ways = new Map<WordQuery, { title: Way, text: Way }>()
      for (const tier of tiers) {
        const words = wordsOf(query, tier)
        if (!words || tier < (after?.tier ?? 0) || hits.length >= limit) continue
        const way = ways.get(words) ?? await waysOf(db, words, common)
        ways.set(words, way)
        const sql = hitsSql(sourcesOf(query), tier, exact !== undefined, tier % 2 === 0 ? way.title : way.text)
        if (sql === '') continue
        const from = tier === after?.tier ? after : undefined
        const { rows } = await db.raw<{ rows: Row[] }>(sql, {
          ...bindingsOf(query), at: from?.at ?? null, id: from?.id ?? null, limit: limit - hits.length, shown: words.whole,
        })
        hits.push(...rows.map((row) => toHit(row, tier)))
      }
      return hits
    },

    async count(db, query, limit) {
      const { title, text } = await waysOf(db, query.wanted.folded, common)
      const sql = countSql(sourcesOf(query), title === 'walk' || text === 'walk' ? 'walk' : 'words')
      const { rows: [row] } = await db.raw<{ rows: { count: number }[] }>(sql, { ...bindingsOf(query), at: null, id: null, limit })
      return row?.count ?? 0
    },
  }
}
