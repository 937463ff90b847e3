import type { Knex } from 'knex'

/** Opinions begin with a decision on their matter alone, stop when a state secret is found in it, and are searched. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The decision that began it has a key of its own (triage_decision).
    ALTER TABLE opinion DROP COLUMN creation_key;
    ALTER TABLE opinion ADD secret_found boolean NOT NULL DEFAULT false,
      ADD title_words tsvector GENERATED ALWAYS AS (search_words(title)) STORED,
      ADD words tsvector GENERATED ALWAYS AS (search_words(question)) STORED;
    COMMENT ON COLUMN opinion.secret_found IS 'A state secret was found in the matter: its papers are served no more, also once the file was purged elsewhere.';
    GRANT UPDATE (secret_found) ON opinion TO nghisu_app;
    CREATE INDEX opinion_title_words ON opinion USING gin (title_words);
    CREATE INDEX opinion_words ON opinion USING gin (words);
    CREATE INDEX opinion_latest ON opinion (opened_at DESC, id DESC);
    CREATE INDEX opinion_of_paper ON opinion (paper_id) WHERE paper_id IS NOT NULL;
    CREATE INDEX conclusion_notice_of_body ON conclusion_notice (body_id, due_on);
  `)
}

/** Keys of their own ids are given to opinions that were begun since. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX conclusion_notice_of_body, opinion_of_paper, opinion_latest, opinion_words, opinion_title_words;
    ALTER TABLE opinion DROP COLUMN words, DROP COLUMN title_words, DROP COLUMN secret_found, ADD creation_key text;
    UPDATE opinion SET creation_key = id::text;
    ALTER TABLE opinion ALTER creation_key SET NOT NULL, ADD CONSTRAINT opinion_begun_once UNIQUE (opened_by, creation_key);
  `)
}
