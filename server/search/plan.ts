import { READABLE_MEETINGS } from '../meetings/readable.ts'
import type { Tier } from './search.ts'
import { searchSources, type SearchSource } from './sources.ts'

/**
 * The SQL of a search. Bindings: those of the sources; the words `:exactTitle`, `:exactText`, `:foldedTitle`, `:foldedText` as
 * `tsquery`; the filters `:bodyId` (null: of all), `:from`, `:until`; the position `:at`, `:id`, `:kind` (null: the first page); `:limit`.
 */

/**
 * `words`: of what holds the words, what the person may read. `walk`: of what the person may read, latest first, what holds
 * the words: for common ones, of which few are passed by for one that is taken.
 */
export type Way = 'words' | 'walk'

type Asked = 'exact' | 'folded'
/** Undefined: nothing of this source can be hit so. */
type Condition = (source: SearchSource) => string | undefined

/** What is asked of a source: as a way in to its rows by an index, or of each row that has come otherwise. */
interface Asking {
  title(asked: Asked): string
  text(source: SearchSource, asked: Asked): string
}

const tsquery = (asked: Asked, part: 'Title' | 'Text') => `CAST(:${asked}${part} AS tsquery)`

const byIndex: Asking = {
  title: (asked) => `r.title_words @@ ${tsquery(asked, 'Title')}`,
  text: ({ text }, asked) => text === 'own'
    ? `r.words @@ ${tsquery(asked, 'Text')}`
    : `EXISTS (SELECT FROM file_words text WHERE text.sha256 = r.file AND text.words @@ ${tsquery(asked, 'Text')})`,
}

/** No index fits these: one that was read anew for each row would cost more than all else. An erased title holds no words. */
const ofRow: Asking = {
  title: (asked) => `coalesce(r.title_words, '') @@ ${tsquery(asked, 'Title')}`,
  text: ({ text }, asked) => text === 'own'
    ? `coalesce(r.words, '') @@ ${tsquery(asked, 'Text')}`
    : `coalesce((SELECT text.words @@ ${tsquery(asked, 'Text')} FROM file_words text WHERE text.sha256 = r.file), false)`,
}

/** What a tier has and none before it. `exact`: diacritics were typed, else the first two tiers have nothing. */
function inTier(tier: Tier, exact: boolean, way: Way): Condition {
  const { title, text } = way === 'walk' ? ofRow : byIndex
  const not = (...conditions: string[]) => conditions.map((one) => ` AND NOT (${one})`).join('')
  return (source) => {
    const hasText = source.text !== 'none'
    switch (tier) {
      case 0: return title('exact')
      case 1: return hasText ? text(source, 'exact') + not(ofRow.title('exact')) : undefined
      case 2: return title('folded') + (exact ? not(ofRow.title('exact'), ...hasText ? [ofRow.text(source, 'exact')] : []) : '')
      case 3: return hasText ? text(source, 'folded') + not(ofRow.title('folded'), ...exact ? [ofRow.text(source, 'exact')] : []) : undefined
    }
  }
}

const FILTERS = '(CAST(:bodyId AS uuid) IS NULL OR r.body_id = CAST(:bodyId AS uuid)) AND r.at >= :from AND r.at < :until'
const BEGUN = '(CAST(:at AS timestamptz) IS NULL OR r.at <= :at)'

function rows(sources: readonly SearchSource[], condition: Condition, inMeeting = ''): string {
  return sources.flatMap((source) => {
    const where = condition(source)
    const file = source.text === 'file' ? 'r.file' : 'CAST(NULL AS bytea) AS file'
    return where === undefined ? [] : [`
      SELECT CAST('${source.kind}' AS text) AS kind, r.id, r.meeting_id, r.item_id, r.body_id, r.at, r.title, ${file}
      FROM (${source.readable}) r WHERE (${where}) AND ${FILTERS} AND ${BEGUN}${inMeeting}`]
  }).join(' UNION ALL ')
}

/** The rows that meet a condition, in the order and as far as `rest` says. */
function found(sources: readonly SearchSource[], condition: Condition, way: Way, rest: string): string {
  const take = (from: string) => from === '' ? [] : [`(SELECT * FROM (${from}) hit ${rest})`]
  if (way === 'words') return take(rows(sources, condition)).join('')
  // OFFSET 0 keeps the planner to this order.
  const inside = rows(sources.filter(({ ofMeeting }) => ofMeeting), condition, ' AND r.meeting_id = walked.id')
  const walk = inside === '' ? '' : `
    SELECT inside.kind, inside.id, inside.meeting_id, inside.item_id, inside.body_id, walked.at, inside.title, inside.file FROM (
      SELECT r.id, r.at FROM (SELECT id, body_id, starts_at AS at FROM (${READABLE_MEETINGS}) seen) r WHERE ${FILTERS} AND ${BEGUN}
      ORDER BY r.at DESC OFFSET 0) walked
    CROSS JOIN LATERAL (SELECT * FROM (${inside}) of_meeting OFFSET 0) inside`
  return [...take(walk), ...take(rows(sources.filter(({ ofMeeting }) => !ofMeeting), condition))].join(' UNION ALL ')
}

// Minutes have the id of their meeting.
const ORDERED = 'ORDER BY hit.at DESC, hit.id DESC, hit.kind DESC'
const AFTER = '(CAST(:at AS timestamptz) IS NULL OR (hit.at, hit.id, hit.kind) < (CAST(:at AS timestamptz), CAST(:id AS uuid), CAST(:kind AS text)))'

/** The hits of one tier with what is shown of them; empty where these sources have none in it. */
export function hitsSql(sources: readonly SearchSource[], tier: Tier, exact: boolean, way: Way): string {
  const hits = found(sources, inTier(tier, exact, way), way, `WHERE ${AFTER} ${ORDERED} LIMIT :limit`)
  if (hits === '') return ''
  const shown = searchSources.flatMap(({ kind, shown: sql }) => sql === null ? [] : [`SELECT * FROM (${sql}) text_of WHERE hit.kind = '${kind}'`])
  return `
    SELECT hit.kind, hit.id, hit.meeting_id, hit.item_id, hit.at, coalesce(hit.title, '') AS title, body.id AS body_id, body.name AS body_name,
      CASE WHEN hit.kind <> 'meeting' THEN meeting_title.body END AS meeting_title, shown.page, shown.text
    FROM (SELECT * FROM (${hits}) hit ${ORDERED} LIMIT :limit) hit
    LEFT JOIN body ON body.id = hit.body_id LEFT JOIN meeting ON meeting.id = hit.meeting_id LEFT JOIN journal_text meeting_title ON meeting_title.id = meeting.title_text
    LEFT JOIN LATERAL (${shown.join(' UNION ALL ')}) shown ON true
    ${ORDERED}`
}

/** How many hits there are of all tiers, as far as `:limit`. */
export function countSql(sources: readonly SearchSource[], way: Way): string {
  const rest = 'LIMIT :limit'
  const all = way === 'walk'
    ? found(sources, (source) => ofRow.title('folded') + (source.text === 'none' ? '' : ` OR ${ofRow.text(source, 'folded')}`), way, rest)
    : ([2, 3] as const).map((tier) => found(sources, inTier(tier, false, way), way, rest)).filter((sql) => sql !== '').join(' UNION ALL ')
  return `SELECT count(*)::integer AS count FROM (SELECT FROM (${all}) hit LIMIT :limit) counted`
}
