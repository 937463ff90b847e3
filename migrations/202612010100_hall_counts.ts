import type { Knex } from 'knex'

/**
 * A count in the hall that became void keeps its number, so that the next one has another: whoever confirms a count that they were
 * shown before cannot confirm one that they never saw.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE hall_count ADD COLUMN voided boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN hall_count.voided IS 'Who votes in the hall was said anew after this was counted: it stands for its revision alone.';
  `)
}

/** Void counts are gone then, as they were before there was this. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DELETE FROM hall_count WHERE voided;
    ALTER TABLE hall_count DROP COLUMN voided;
  `)
}
