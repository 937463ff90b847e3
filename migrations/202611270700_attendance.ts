import type { Knex } from 'knex'

/** What a closed meeting came to for each participant: read by a person's own record of a year. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE attendance_result (
      meeting_id uuid NOT NULL REFERENCES meeting,
      person_id uuid NOT NULL REFERENCES person,
      state text NOT NULL CHECK (state IN ('inPerson', 'online', 'substitute', 'absentExcused', 'absentUnexcused')),
      present_ms bigint NOT NULL CHECK (present_ms >= 0),
      PRIMARY KEY (meeting_id, person_id)
    );
    CREATE INDEX attendance_result_person ON attendance_result (person_id, meeting_id);
    COMMENT ON TABLE attendance_result IS
      'How each participant attended a closed meeting, as its journal tells it: written with the closing, anew with each correction.';
    COMMENT ON COLUMN attendance_result.state IS 'As for the longer time; substitute: somebody attended in the person''s place.';
    COMMENT ON COLUMN attendance_result.present_ms IS 'Milliseconds between opening and closing in which the person was there.';

    GRANT SELECT, INSERT, UPDATE ON attendance_result TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE attendance_result')
}
