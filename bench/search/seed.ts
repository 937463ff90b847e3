import type pg from 'pg'
import { itemTitle, meetingTitle, NAMES, nameOf, paperName, paragraphOf } from './prose.ts'
import { randomOf } from './random.ts'
import type { Size } from './size.ts'

/** People whose searches are measured. */
export interface Readers {
  /** Clerk of every meeting. */
  clerk: string
  /** Takes part in every tenth meeting. */
  member: string
  /** A guest of one item in every hundredth meeting. */
  guest: string
  /** Of no meeting. */
  stranger: string
}

const ROWS_A_STATEMENT = 5000

/** A table of texts made here, to be picked from by number. */
async function texts(client: pg.Client, table: string, count: number, textOf: (index: number) => string): Promise<void> {
  await client.query(`CREATE UNLOGGED TABLE ${table} (n integer PRIMARY KEY, body text NOT NULL)`)
  for (let from = 0; from < count; from += ROWS_A_STATEMENT) {
    const bodies = Array.from({ length: Math.min(ROWS_A_STATEMENT, count - from) }, (_, index) => textOf(from + index))
    await client.query(`INSERT INTO ${table} SELECT $1::integer + place - 1, body FROM unnest($2::text[]) WITH ORDINALITY AS row (body, place)`, [from, bodies])
  }
}

/**
 * Meetings with items, documents and their pages, straight into the tables, since no journal is asked by a search. Pages are
 * put together of paragraphs whose words were found once; a sample is then held against what the database would have found.
 */
export async function seed(client: pg.Client, { bodies, people, meetings, items, documents, pages, proposals, paragraphs }: Size): Promise<Readers> {
  const random = randomOf(6)
  await texts(client, 'bench_paragraph', paragraphs, () => paragraphOf(random))
  await texts(client, 'bench_meeting_title', meetings, (index) => meetingTitle(random, (index % 12) + 1))
  await texts(client, 'bench_item_title', meetings * items, () => itemTitle(random))
  await texts(client, 'bench_name', meetings * items * documents, (index) => paperName(random, index))
  await texts(client, 'bench_place', NAMES, nameOf)
  const steps = [
    `ALTER TABLE bench_paragraph ADD words tsvector`,
    `UPDATE bench_paragraph SET words = search_words(body)`,
    `INSERT INTO person (kind, full_name, office) SELECT 'person', 'Người thứ ' || n, 'Chuyên viên' FROM generate_series(1, ${people}) n`,
    `CREATE UNLOGGED TABLE bench_person AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM person`,
    `CREATE INDEX ON bench_person (n)`,
    `INSERT INTO body (name, rules, letterhead) SELECT 'Cấp uỷ số ' || n, '{}', '{}' FROM generate_series(1, ${bodies}) n`,
    `CREATE UNLOGGED TABLE bench_meeting AS
      SELECT n, uuidv7() AS id, gen_random_uuid() AS title, gen_random_uuid() AS place, date_trunc('hour', now()) - n * interval '8 hours' AS starts_at,
        (SELECT array_agg(id ORDER BY id) FROM body) AS bodies FROM generate_series(0, ${meetings - 1}) n`,
    `INSERT INTO journal_head (meeting_id, seq, hash) SELECT id, 0, decode(repeat('00', 32), 'hex') FROM bench_meeting`,
    `INSERT INTO journal_text (id, meeting_id, body, key)
      SELECT title, id, text.body, decode(repeat('00', 32), 'hex') FROM bench_meeting JOIN bench_meeting_title text USING (n)
      UNION ALL SELECT place, id, 'Phòng họp số 1', decode(repeat('00', 32), 'hex') FROM bench_meeting`,
    `INSERT INTO meeting (id, body_id, title_text, place_text, mode, starts_at, planned_minutes, status, opened_at, closed_at, published_at, creator_id)
      SELECT id, bodies[1 + n % ${bodies}], title, place, 'hybrid', starts_at, 120, 'closed', starts_at, starts_at + interval '2 hours',
        starts_at - interval '7 days', (SELECT id FROM bench_person WHERE n = 0) FROM bench_meeting`,
    // 0: clerk of all; 1: in every tenth; 2: a guest of single items; 3: nowhere; the others by turns.
    `INSERT INTO meeting_participant (meeting_id, person_id, role, office, voting, rank, items_only)
      SELECT meeting.id, person.id, CASE person.n WHEN 0 THEN 'clerk' WHEN 2 THEN 'guest' ELSE 'member' END, 'Uỷ viên', false, 1, person.n = 2
      FROM bench_meeting meeting JOIN bench_person person
        ON person.n = 0 OR (person.n = 1 AND meeting.n % 10 = 0) OR (person.n = 2 AND meeting.n % 100 = 0) OR (person.n > 3 AND (person.n + meeting.n) % 20 = 0)`,
    `CREATE UNLOGGED TABLE bench_item AS
      SELECT row_number() OVER () - 1 AS n, uuidv7() AS id, gen_random_uuid() AS title, meeting.id AS meeting_id, meeting.n AS meeting, nth AS place
      FROM bench_meeting meeting, generate_series(1, ${items}) nth`,
    `INSERT INTO journal_text (id, meeting_id, body, key)
      SELECT title, meeting_id, text.body, decode(repeat('00', 32), 'hex') FROM bench_item JOIN bench_item_title text USING (n)`,
    `INSERT INTO agenda_item (id, meeting_id, place, title_text, minutes, purpose, status)
      SELECT id, meeting_id, place, title, 30, 'opinion', 'done' FROM bench_item`,
    `INSERT INTO agenda_item_guest (meeting_id, item_id, person_id)
      SELECT meeting_id, id, (SELECT id FROM bench_person WHERE n = 2) FROM bench_item WHERE place = 1 AND meeting % 100 = 0`,
    `CREATE UNLOGGED TABLE bench_document AS
      SELECT row_number() OVER () - 1 AS n, uuidv7() AS id, gen_random_uuid() AS name, item.id AS item_id, item.meeting_id, item.meeting,
        sha256(convert_to('document ' || row_number() OVER (), 'UTF8')) AS sha256
      FROM bench_item item, generate_series(1, ${documents}) nth`,
    `INSERT INTO journal_text (id, meeting_id, body, key)
      SELECT name, meeting_id, text.body, decode(repeat('00', 32), 'hex') FROM bench_document JOIN bench_name text USING (n)`,
    `INSERT INTO document (id, meeting_id, item_id, name_text) SELECT id, meeting_id, item_id, name FROM bench_document`,
    `INSERT INTO document_version (document_id, number, state, sha256, media_type, bytes, added_at)
      SELECT id, 1, 'final', sha256, 'application/pdf', 100000, now() FROM bench_document`,
    `INSERT INTO rendition (sha256, media_type, status, pdf_sha256, pages, has_text, registered_at)
      SELECT sha256, 'application/pdf', 'ready', sha256, ${pages}, true, now() FROM bench_document`,
    `ALTER TABLE file_page ALTER words DROP EXPRESSION`,
    `INSERT INTO file_page (sha256, page, body, words)
      SELECT sha256, page, line || E'\\n' || one.body || E'\\n' || two.body || E'\\n' || three.body || E'\\n' || four.body,
        search_words(line) || one.words || two.words || three.words || four.words
      FROM bench_document document CROSS JOIN generate_series(1, ${pages}) page
      CROSS JOIN LATERAL (SELECT 'Số ' || document.n || '-BC/TU, xã ' || place.body || ', trang ' || page AS line FROM bench_place place WHERE place.n = (document.n * 31 + page) % ${NAMES}) head
      JOIN bench_paragraph one ON one.n = (document.n * 7919 + page * 104729) % ${paragraphs}
      JOIN bench_paragraph two ON two.n = (document.n * 6007 + page * 15485) % ${paragraphs}
      JOIN bench_paragraph three ON three.n = (document.n * 4409 + page * 32452) % ${paragraphs}
      JOIN bench_paragraph four ON four.n = (document.n * 2203 + page * 49979) % ${paragraphs}`,
    `DROP INDEX file_words_words`,
    `INSERT INTO file_words (sha256, words) SELECT document.sha256, ${Array.from({ length: pages }, (_, index) => `page${index + 1}.words`).join(' || ')}
      FROM bench_document document ${Array.from({ length: pages }, (_, index) => index + 1).map((page) => (
    `JOIN file_page page${page} ON page${page}.sha256 = document.sha256 AND page${page}.page = ${page}`)).join(' ')}`,
    `CREATE INDEX file_words_words ON file_words USING gin (words) WITH (fastupdate = off)`,
    `INSERT INTO unit (name, since) VALUES ('Sở Tổng hợp', '2020-01-01')`,
    `INSERT INTO membership (body_id, person_id, role, office, voting, rank, since)
      SELECT body.id, person.id, 'clerk', 'Thư ký', false, 1, '2020-01-01' FROM body CROSS JOIN bench_person person WHERE person.n = 0`,
    `CREATE UNLOGGED TABLE bench_proposal AS SELECT n, uuidv7() AS id FROM generate_series(0, ${proposals - 1}) n`,
    `INSERT INTO matter (id) SELECT id FROM bench_proposal`,
    `INSERT INTO proposal (id, unit_id, body_id, kind_id, kind_version, status, round, since, title, summary, asks, legal_basis, edited_at, edited_by, creator_id, creation_key)
      SELECT proposal.id, unit.id, meeting.bodies[1 + proposal.n % ${bodies}], kind.kind_id, 1, 'accepted', 1, now() - proposal.n * interval '4 hours', title.body, text.body,
        'decide', '', now(), person.id, person.id, 'key-' || proposal.n
      FROM bench_proposal proposal JOIN bench_item_title title USING (n) JOIN bench_paragraph text ON text.n = proposal.n % ${paragraphs}
      CROSS JOIN unit CROSS JOIN (SELECT kind_id FROM proposal_kind LIMIT 1) kind CROSS JOIN (SELECT bodies FROM bench_meeting LIMIT 1) meeting
      CROSS JOIN (SELECT id FROM bench_person WHERE n = 0) person`,
    `DROP TABLE bench_paragraph, bench_meeting_title, bench_item_title, bench_name, bench_place, bench_meeting, bench_item, bench_document, bench_proposal`,
    `VACUUM ANALYZE`,
  ]
  for (const step of steps) {
    const began = performance.now()
    await client.query(step)
    if (process.env['STEPS']) console.log(Math.round(performance.now() - began), step.slice(0, 70).replace(/\s+/g, ' '))
  }
  const { rows: [other] } = await client.query<{ pages: string, files: string }>(`
    SELECT (SELECT count(*) FROM (SELECT * FROM file_page TABLESAMPLE SYSTEM (1) LIMIT 300) page WHERE words <> search_words(body)) AS pages,
      (SELECT count(*) FROM (SELECT * FROM file_words LIMIT 100) file WHERE words <> file_words_of(sha256)) AS files`)
  if (other?.pages !== '0' || other.files !== '0') throw new Error('the words of the pages are not those that the database would have found')
  const { rows } = await client.query<{ id: string }>('SELECT id FROM bench_person WHERE n < 4 ORDER BY n')
  const [clerk = '', member = '', guest = '', stranger = ''] = rows.map(({ id }) => id)
  return { clerk, member, guest, stranger }
}
