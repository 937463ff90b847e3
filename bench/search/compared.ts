import type { Knex } from 'knex'
import { READABLE_DOCUMENTS } from '../../server/documents/readable.ts'
import { wantedOf } from '../../server/search/words.ts'

/** What the search is held against: the same documents, in another way. Each gives how many it found of the first page. */
export type Way = (db: Knex, personId: string, q: string) => Promise<number>

const FIRST_PAGE = 21

/** As one would begin: the words as they were typed, in names and pages, of what the person may read. No index fits that. */
export const ilike: Way = async (db, personId, q) => {
  const { rows } = await db.raw<{ rows: unknown[] }>(`
    SELECT document.id, name.body FROM (${READABLE_DOCUMENTS}) document JOIN journal_text name ON name.id = document.name_text
    WHERE name.body ILIKE :pattern OR EXISTS (SELECT FROM file_page page WHERE page.sha256 = document.sha256 AND page.body ILIKE :pattern)
    ORDER BY document.starts_at DESC, document.id DESC LIMIT ${FIRST_PAGE}`, { personId, now: new Date(), pattern: `%${q}%` })
  return rows.length
}

/**
 * The index alone: the newest documents whose folded words are those wanted, whoever may read them, without the order of
 * diacritics and titles, count and excerpt.
 */
export const indexAlone: Way = async (db, _, q) => {
  const query = wantedOf(q)?.folded.whole ?? ''
  const { rows } = await db.raw<{ rows: unknown[] }>(`
    SELECT document.id, name.body FROM (
      SELECT version.document_id AS id FROM file_words text JOIN document_version version ON version.sha256 = text.sha256 WHERE text.words @@ CAST(:query AS tsquery)
      UNION SELECT document.id FROM journal_text name JOIN document ON document.name_text = name.id WHERE name.words @@ CAST(:query AS tsquery)
    ) found JOIN document USING (id) JOIN meeting ON meeting.id = document.meeting_id JOIN journal_text name ON name.id = document.name_text
    ORDER BY meeting.starts_at DESC, document.id DESC LIMIT ${FIRST_PAGE}`, { query })
  return rows.length
}
