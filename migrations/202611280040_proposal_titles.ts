import type { Knex } from 'knex'

/** Titles of proposals as they are searched: folded once when they are written, and not for each search. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE proposal ADD title_folded text GENERATED ALWAYS AS (fold_text(title)) STORED;
    ALTER TABLE proposal_submission ADD title_folded text GENERATED ALWAYS AS (fold_text(content ->> 'title')) STORED;
    COMMENT ON COLUMN proposal.title_folded IS 'The title without diacritics, in small letters: what a search compares.';
    COMMENT ON COLUMN proposal_submission.title_folded IS 'The title as it was submitted, without diacritics, in small letters: what a search compares.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE proposal DROP COLUMN title_folded;
    ALTER TABLE proposal_submission DROP COLUMN title_folded;
  `)
}
