import type { Knex } from 'knex'

/** Which kinds of meetings are held by the calendar, whatever comes up. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE meeting_kind ADD regular boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN meeting_kind.regular IS
      'Held by the calendar, whatever comes up (weekly, monthly, quarterly); others are convened because something did. A replay of a year keeps the former.';
    UPDATE meeting_kind SET regular = true WHERE code IN ('committeeRegular', 'briefing');
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE meeting_kind DROP regular')
}
