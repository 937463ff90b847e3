import type { Knex } from 'knex'

/** Texts that are searched, each with its words beside it: kept by the database in the transaction that writes or erases the text. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION search_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN (
        SELECT strip(to_tsvector('simple', fold_text(plain))) || strip(to_tsvector('simple', tone_text(plain)))
        FROM (SELECT translate(left($1, 80000), '-/\\.,;:@_+~=<>&''"%#()[]{}|*', repeat(' ', 28)) AS plain) AS searched);
    COMMENT ON FUNCTION search_words IS
      'The words of a text as they are searched, of server/search/words.ts: each without diacritics (fold_text) and, where it has any, with them (tone_text). Signs inside addresses and numbers part words. At most the first 80,000 characters.';

    ALTER TABLE journal_text ADD words tsvector GENERATED ALWAYS AS (search_words(body)) STORED;
    CREATE INDEX journal_text_words ON journal_text USING gin (words);
    COMMENT ON COLUMN journal_text.words IS 'What a search compares; erased with the body.';
    CREATE INDEX meeting_title ON meeting (title_text);
    CREATE INDEX agenda_item_title ON agenda_item (title_text);
    CREATE INDEX document_name ON document (name_text);

    ALTER TABLE file_page ADD words tsvector GENERATED ALWAYS AS (search_words(body)) STORED;
    COMMENT ON COLUMN file_page.words IS 'What a search compares to find the page of a document that it has found.';
    CREATE TABLE file_words (
      sha256 bytea PRIMARY KEY REFERENCES rendition ON DELETE CASCADE,
      words tsvector NOT NULL
    );
    -- Without a list of what is still to be put in: every search would read it.
    CREATE INDEX file_words_words ON file_words USING gin (words) WITH (fastupdate = off);
    COMMENT ON TABLE file_words IS
      'The words of all pages of a file, which a search compares: written with them. A file is one row of the index and not one a page.';
    CREATE FUNCTION file_words_of(bytea) RETURNS tsvector LANGUAGE sql STABLE STRICT
      RETURN (
        SELECT array_to_tsvector(coalesce(array_agg(lexeme), '{}')) FROM (
          SELECT lexeme, sum(octet_length(lexeme)) OVER (ORDER BY page, lexeme ROWS UNBOUNDED PRECEDING) AS bytes
          FROM (SELECT lexeme, min(page) AS page FROM file_page CROSS JOIN unnest(words) WHERE sha256 = $1 GROUP BY lexeme) AS first_on) AS taken
        WHERE bytes <= 900000);
    COMMENT ON FUNCTION file_words_of IS 'The words of all pages of a file: from the first page on, as many as a tsvector holds (1 MiB).';
    INSERT INTO file_words (sha256, words) SELECT sha256, file_words_of(sha256) FROM rendition WHERE status = 'ready';
    GRANT SELECT, INSERT, UPDATE, DELETE ON file_words TO nghisu_app;

    ALTER TABLE proposal
      ADD title_words tsvector GENERATED ALWAYS AS (search_words(title)) STORED,
      ADD words tsvector GENERATED ALWAYS AS (search_words(summary)) STORED;
    ALTER TABLE proposal_submission
      ADD title_words tsvector GENERATED ALWAYS AS (search_words(content ->> 'title')) STORED,
      ADD words tsvector GENERATED ALWAYS AS (search_words(content ->> 'summary')) STORED;
    CREATE INDEX proposal_title_words ON proposal USING gin (title_words);
    CREATE INDEX proposal_words ON proposal USING gin (words);
    COMMENT ON COLUMN proposal.title_words IS 'What a search compares of the title.';
    COMMENT ON COLUMN proposal.words IS 'What a search compares of the summary.';
    COMMENT ON COLUMN proposal_submission.title_words IS 'What a search compares of the title as it was submitted.';
    COMMENT ON COLUMN proposal_submission.words IS 'What a search compares of the summary as it was submitted.';

    CREATE FUNCTION minutes_text(jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN ($1 ->> 'abstract') || E'\\n'
        || (SELECT coalesce(string_agg(block ->> 'text', E'\\n' ORDER BY place), '')
            FROM jsonb_array_elements($1 -> 'blocks') WITH ORDINALITY AS blocks (block, place));
    COMMENT ON FUNCTION minutes_text IS 'The text of minutes in one piece, of their content as in protocol/minutes.ts.';
    ALTER TABLE minutes ADD words tsvector
      GENERATED ALWAYS AS (CASE WHEN status = 'published' THEN search_words(minutes_text(content)) END) STORED;
    CREATE INDEX minutes_words ON minutes USING gin (words);
    COMMENT ON COLUMN minutes.words IS 'What a search compares; null while a draft, which is not searched.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE minutes DROP COLUMN words;
    DROP FUNCTION minutes_text(jsonb);
    ALTER TABLE proposal_submission DROP COLUMN title_words, DROP COLUMN words;
    ALTER TABLE proposal DROP COLUMN title_words, DROP COLUMN words;
    DROP FUNCTION file_words_of(bytea);
    DROP TABLE file_words;
    ALTER TABLE file_page DROP COLUMN words;
    DROP INDEX meeting_title, agenda_item_title, document_name;
    ALTER TABLE journal_text DROP COLUMN words;
    DROP FUNCTION search_words(text);
  `)
}
