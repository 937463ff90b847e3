import type { Knex } from 'knex'
import type { SearchKind } from '../../protocol/search.ts'
import { countSql, hitsSql, type Way } from './plan.ts'
import { tiers, type FoundHit, type Position, type SearchQuery, type SearchStore, type Tier } from './search.ts'
import { searchSources } from './sources.ts'
import type { WordQuery } from './words.ts'

/** Words are common that stand in more titles, or in more files, than this. Measured: docs/performance.md. */
const COMMON = 3_000

interface Row {
  kind: SearchKind
  id: string
  meeting_id: string | null
  item_id: string | null
  at: Date
  title: string
  body_id: string | null
  body_name: string | null
  meeting_title: string | null
  page: number | null
  text: string | null
}

function toHit(row: Row, tier: Tier): FoundHit {
  return {
    tier, kind: row.kind, id: row.id, meetingId: row.meeting_id, itemId: row.item_id, at: row.at, title: row.title,
    meetingTitle: row.meeting_title ?? '', body: row.body_id === null ? null : { id: row.body_id, name: row.body_name ?? '' }, page: row.page, text: row.text,
  }
}

const sourcesOf = ({ kind }: SearchQuery) => searchSources.filter((source) => kind === undefined || source.kind === kind)

function bindingsOf({ personId, now, on, wanted: { exact, folded }, bodyId, from, until }: SearchQuery) {
  return {
    personId, now, on, bodyId: bodyId ?? null, from, until, foldedTitle: folded.beginning, foldedText: folded.whole,
    exactTitle: exact?.beginning ?? null, exactText: exact?.whole ?? null,
  }
}

interface Ways { title: Way, text: Way }

/** How common the words are decides about the way alone: who searches never learns it. */
async function waysOf(db: Knex, { beginning, whole }: WordQuery, common: number): Promise<Ways> {
  const isCommon = (table: string, query: string) => `(SELECT count(*) > :common FROM (
    SELECT FROM ${table} WHERE words @@ CAST(:${query} AS tsquery) LIMIT :common + 1) counted)`
  const { rows: [row] } = await db.raw<{ rows: { title: boolean, text: boolean }[] }>(
    `SELECT ${isCommon('journal_text', 'beginning')} AS title, ${isCommon('file_words', 'whole')} AS text`, { beginning, whole, common })
  return { title: row?.title ? 'walk' : 'words', text: row?.text ? 'walk' : 'words' }
}

/** As many as are asked for, tier by tier; none is asked for once there are as many as there can be. */
async function hitsOf(
  db: Knex, query: SearchQuery, ways: { exact: Ways, folded: Ways }, after: Position | undefined, limit: number,
): Promise<FoundHit[]> {
  const { exact, folded } = query.wanted
  const hits: FoundHit[] = []
  for (const tier of tiers) {
    const words = tier < 2 ? exact : folded
    if (!words || tier < (after?.tier ?? 0) || hits.length >= limit) continue
    const way = ways[tier < 2 ? 'exact' : 'folded']
    const sql = hitsSql(sourcesOf(query), tier, exact !== undefined, tier % 2 === 0 ? way.title : way.text)
    if (sql === '') continue
    const from = tier === after?.tier ? after : undefined
    const { rows } = await db.raw<{ rows: Row[] }>(sql, {
      ...bindingsOf(query), at: from?.at ?? null, id: from?.id ?? null, kind: from?.kind ?? null, limit: limit - hits.length,
      shown: words.whole, some: words.any,
    })
    hits.push(...rows.map((row) => toHit(row, tier)))
  }
  return hits
}

async function countOf(db: Knex, query: SearchQuery, { title, text }: Ways, limit: number): Promise<number> {
  const sql = countSql(sourcesOf(query), title === 'walk' || text === 'walk' ? 'walk' : 'words')
  const from = { at: null, id: null, kind: null }
  const { rows: [row] } = await db.raw<{ rows: { count: number }[] }>(sql, { ...bindingsOf(query), ...from, limit })
  return row?.count ?? 0
}

/**
 * A reading whose plan the planner must not turn round: it takes looking at a row's words for cheap, and would do it to all
 * rows where an index has few, or sort a whole walk of which the beginning is wanted.
 */
const planned = <T>(db: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> => db.transaction(async (trx) => {
  await trx.raw(`SELECT set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`)
  return await work(trx)
}, { readOnly: true })

/** Searches in PostgreSQL. `common` is for tests, which have few texts. */
export function createSearchStore(common = COMMON): SearchStore {
  return {
    find: (db, query, after, limit, countTo) => planned(db, async (trx) => {
      const { exact, folded } = query.wanted
      const foldedWays = await waysOf(trx, folded, common)
      // Words that are rare whatever their diacritics are so with them.
      const isRare = foldedWays.title === 'words' && foldedWays.text === 'words'
      const ways = { folded: foldedWays, exact: exact && !isRare ? await waysOf(trx, exact, common) : foldedWays }
      const count = countTo === null ? null : await countOf(trx, query, foldedWays, countTo)
      return { hits: await hitsOf(trx, query, ways, after, Math.min(limit, count ?? limit)), count }
    }),
  }
}
