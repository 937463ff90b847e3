import type { SearchKind } from '../../protocol/search.ts'
import { READABLE_CONCLUSIONS } from '../conclusions/readable.ts'
import { READABLE_DOCUMENTS, READABLE_VERSIONS } from '../documents/readable.ts'
import { READABLE_ITEMS, READABLE_MEETINGS } from '../meetings/readable.ts'
import { READABLE_MINUTES } from '../minutes/readable.ts'
import { READABLE_OPINIONS } from '../opinions/readable.ts'
import { READABLE_PROCEDURE_FILES, SHOWN_PROCEDURES } from '../procedures/readable.ts'
import { READABLE_PROPOSALS } from '../proposals/readable.ts'
import { READABLE_TASKS } from '../tasks/readable.ts'

/**
 * A kind of thing that is searched. All that it says is SQL over what `:personId` may read at `:now`, on the day `:on`, so that nothing
 * else can come into hits, their order or their count.
 */
export interface SearchSource {
  kind: SearchKind
  /**
   * Columns id, meeting_id, item_id, body_id, at, title, title_words; and by `text` words, or file. `title_words` and `words`
   * are columns that have a GIN index.
   */
  readable: string
  /** It belongs to a meeting, and `at` is when that begins. */
  ofMeeting: boolean
  /** Besides the title it has a text of its own in `words`, one in `file_words` of its `file`, or none. */
  text: 'own' | 'file' | 'none'
  /**
   * Columns page and text of a `hit` of this kind whose text holds CAST(:shown AS tsquery): what is shown of it. Of a file the
   * first page that holds all of it, else the first that holds CAST(:some AS tsquery), any of its words.
   */
  shown: string | null
}

const SHOWN = 'CAST(:shown AS tsquery)'

export const searchSources: readonly SearchSource[] = [
  {
    kind: 'proposal', text: 'own', ofMeeting: false,
    readable: `
      SELECT p.id, CAST(NULL AS uuid) AS meeting_id, CAST(NULL AS uuid) AS item_id, p.body_id, p.since AS at, p.title, p.title_words, p.words
      FROM (${READABLE_PROPOSALS}) p`,
    shown: `SELECT CAST(NULL AS integer) AS page, p.summary AS text FROM (${READABLE_PROPOSALS}) p WHERE p.id = hit.id AND p.words @@ ${SHOWN}`,
  },
  {
    kind: 'meeting', text: 'none', ofMeeting: true, shown: null,
    readable: `
      SELECT meeting.id, meeting.id AS meeting_id, CAST(NULL AS uuid) AS item_id, meeting.body_id, meeting.starts_at AS at, title.body AS title,
        title.words AS title_words
      FROM (${READABLE_MEETINGS}) meeting JOIN journal_text title ON title.id = meeting.title_text`,
  },
  {
    kind: 'item', text: 'none', ofMeeting: true, shown: null,
    readable: `
      SELECT item.id, item.meeting_id, item.id AS item_id, item.body_id, item.starts_at AS at, title.body AS title, title.words AS title_words
      FROM (${READABLE_ITEMS}) item JOIN journal_text title ON title.id = item.title_text`,
  },
  {
    kind: 'document', text: 'file', ofMeeting: true,
    readable: `
      SELECT document.id, document.meeting_id, document.item_id, document.body_id, document.starts_at AS at, name.body AS title,
        name.words AS title_words, document.sha256 AS file
      FROM (${READABLE_DOCUMENTS}) document JOIN journal_text name ON name.id = document.name_text`,
    shown: `
      (SELECT page.page, page.body AS text FROM file_page page
      WHERE page.sha256 = hit.file AND page.words @@ CAST(:some AS tsquery) AND EXISTS (SELECT FROM file_words WHERE sha256 = hit.file AND words @@ ${SHOWN})
        AND EXISTS (SELECT FROM (${READABLE_VERSIONS}) AS own WHERE own.id = hit.id AND (own.download OR own.office))
      ORDER BY page.words @@ ${SHOWN} DESC, page.page LIMIT 1)`,
  },
  {
    kind: 'minutes', text: 'own', ofMeeting: true,
    readable: `
      SELECT minutes.meeting_id AS id, minutes.meeting_id, CAST(NULL AS uuid) AS item_id, minutes.body_id, minutes.starts_at AS at,
        title.body AS title, title.words AS title_words, minutes.words
      FROM (${READABLE_MINUTES}) minutes JOIN journal_text title ON title.id = minutes.title_text`,
    shown: `
      SELECT CAST(NULL AS integer) AS page, minutes_text(minutes.content) AS text FROM (${READABLE_MINUTES}) minutes
      WHERE minutes.meeting_id = hit.id AND minutes.words @@ ${SHOWN}`,
  },
  {
    kind: 'conclusion', text: 'own', ofMeeting: true,
    readable: `
      SELECT conclusion.id, conclusion.meeting_id, conclusion.id AS item_id, conclusion.body_id, conclusion.starts_at AS at,
        title.body AS title, title.words AS title_words, text.words
      FROM (${READABLE_CONCLUSIONS}) conclusion JOIN journal_text title ON title.id = conclusion.title_text
        JOIN journal_text text ON text.id = conclusion.text_id`,
    shown: `
      SELECT CAST(NULL AS integer) AS page, text.body AS text FROM (${READABLE_CONCLUSIONS}) conclusion JOIN journal_text text ON text.id = conclusion.text_id
      WHERE conclusion.id = hit.id AND text.words @@ ${SHOWN}`,
  },
  {
    kind: 'task', text: 'own', ofMeeting: false,
    readable: `
      SELECT t.id, CAST(NULL AS uuid) AS meeting_id, CAST(NULL AS uuid) AS item_id, t.body_id, t.decided_at AS at, t.what AS title, t.title_words, t.words
      FROM (${READABLE_TASKS}) t`,
    shown: `SELECT CAST(NULL AS integer) AS page, t.text FROM (${READABLE_TASKS}) t WHERE t.id = hit.id AND t.words @@ ${SHOWN}`,
  },
  {
    kind: 'opinion', text: 'own', ofMeeting: false,
    readable: `
      SELECT o.id, CAST(NULL AS uuid) AS meeting_id, CAST(NULL AS uuid) AS item_id, o.body_id, o.opened_at AS at, o.title, o.title_words, o.words
      FROM (${READABLE_OPINIONS}) o`,
    shown: `SELECT CAST(NULL AS integer) AS page, o.question AS text FROM (${READABLE_OPINIONS}) o WHERE o.id = hit.id AND o.words @@ ${SHOWN}`,
  },
  {
    kind: 'procedure', text: 'own', ofMeeting: false,
    readable: `
      SELECT v.procedure_id AS id, CAST(NULL AS uuid) AS meeting_id, CAST(NULL AS uuid) AS item_id, CAST(NULL AS uuid) AS body_id,
        CAST(v.since AS timestamp) AT TIME ZONE 'Asia/Ho_Chi_Minh' AS at, v.content ->> 'name' AS title, v.title_words, v.words
      FROM (${SHOWN_PROCEDURES}) v`,
    shown: `
      SELECT CAST(NULL AS integer) AS page, procedure_text(v.content) AS text FROM (${SHOWN_PROCEDURES}) v
      WHERE v.procedure_id = hit.id AND v.words @@ ${SHOWN}`,
  },
  {
    kind: 'procedureFile', text: 'none', ofMeeting: false, shown: null,
    readable: `
      SELECT f.id, CAST(NULL AS uuid) AS meeting_id, CAST(NULL AS uuid) AS item_id, f.body_id, f.since AS at, f.title, f.title_words
      FROM (${READABLE_PROCEDURE_FILES}) f`,
  },
]
