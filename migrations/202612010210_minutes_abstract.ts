import type { Knex } from 'knex'

/** Minutes may have another abstract than the title of their meeting. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE minutes ADD COLUMN abstract text CHECK (abstract <> '' AND length(abstract) <= 500);
    COMMENT ON COLUMN minutes.abstract IS 'Trích yếu as who writes the minutes gave it; null: the title of the meeting.';
    GRANT UPDATE (abstract) ON minutes TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE minutes DROP COLUMN abstract')
}
