import type { Knex } from 'knex'

/** Steps of procedure files that are late are told of once, and the catalogue and the files are searched. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE procedure_run ADD late_told boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN procedure_run.late_told IS 'Who has the step, and the office, were told that its last day has passed.';
    CREATE INDEX procedure_run_late ON procedure_run (due_on) WHERE ended_at IS NULL AND NOT late_told;
    GRANT UPDATE (late_told) ON procedure_run TO nghisu_app;

    CREATE FUNCTION procedure_text(jsonb) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
      SELECT string_agg(line, E'\\n' ORDER BY part, place) FROM (
        SELECT 0 AS part, CAST(0 AS bigint) AS place, $1 ->> 'purpose' AS line
        UNION ALL SELECT 1, place, step ->> 'name' FROM jsonb_array_elements($1 -> 'steps') WITH ORDINALITY AS steps (step, place)
        UNION ALL SELECT 2, place, form ->> 'name' FROM jsonb_array_elements($1 -> 'forms') WITH ORDINALITY AS forms (form, place)
        UNION ALL SELECT 3, place, rule ->> 'text' FROM jsonb_array_elements($1 -> 'basis') WITH ORDINALITY AS basis (rule, place)
      ) AS lines WHERE line <> ''
    $$;
    COMMENT ON FUNCTION procedure_text IS 'What a version of a procedure says besides its name: purpose, steps, forms and legal bases, a line each.';
    ALTER TABLE procedure_version
      ADD title_words tsvector GENERATED ALWAYS AS (search_words(content ->> 'name')) STORED,
      ADD words tsvector GENERATED ALWAYS AS (search_words(procedure_text(content))) STORED;
    CREATE INDEX procedure_version_title_words ON procedure_version USING gin (title_words);
    CREATE INDEX procedure_version_words ON procedure_version USING gin (words);
    COMMENT ON COLUMN procedure_version.title_words IS 'What a search compares of the name.';
    COMMENT ON COLUMN procedure_version.words IS 'What a search compares of procedure_text.';
    ALTER TABLE procedure_instance ADD title_words tsvector GENERATED ALWAYS AS (search_words(title)) STORED;
    CREATE INDEX procedure_instance_title_words ON procedure_instance USING gin (title_words);
    COMMENT ON COLUMN procedure_instance.title_words IS 'What a search compares.';
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE procedure_instance DROP title_words;
    ALTER TABLE procedure_version DROP title_words, DROP words;
    DROP FUNCTION procedure_text(jsonb);
    ALTER TABLE procedure_run DROP late_told;
  `)
}
