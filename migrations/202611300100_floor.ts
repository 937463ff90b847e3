import type { Knex } from 'knex'

/** What people spoke in closed meetings: read by who presides over the body's next ones. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE speaking_time (
      meeting_id uuid NOT NULL REFERENCES meeting,
      person_id uuid NOT NULL REFERENCES person,
      body_id uuid NOT NULL REFERENCES body,
      year smallint NOT NULL,
      turns integer NOT NULL CHECK (turns > 0),
      seconds integer NOT NULL CHECK (seconds >= 0),
      PRIMARY KEY (meeting_id, person_id)
    );
    CREATE INDEX speaking_time_year ON speaking_time (body_id, year, person_id) INCLUDE (meeting_id, turns, seconds);
    COMMENT ON TABLE speaking_time IS
      'How often and how long each person, or each remote site, had the floor in a closed meeting, as its journal tells it: written with the closing.';
    COMMENT ON COLUMN speaking_time.year IS 'The year of the opening by the calendar of Asia/Ho_Chi_Minh.';
    COMMENT ON COLUMN speaking_time.seconds IS 'From the beginnings of the turns to their ends, whether or not a word was said.';

    GRANT SELECT, INSERT ON speaking_time TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE speaking_time')
}
