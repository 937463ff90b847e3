import type { Knex } from 'knex'

/** Who presides over a meeting and who waits before its room; remote sites among the people. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE person ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'site'));
    COMMENT ON COLUMN person.kind IS 'site: a remote site (điểm cầu), one camera with many people before it, that signs in like a person.';

    ALTER TABLE meeting
      ADD COLUMN presiding_id uuid,
      ADD COLUMN clerk_acts boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT meeting_presiding_participant FOREIGN KEY (id, presiding_id) REFERENCES meeting_participant (meeting_id, person_id),
      ADD CONSTRAINT meeting_presided_while_held CHECK (presiding_id IS NULL OR status IN ('published', 'live'));
    COMMENT ON COLUMN meeting.presiding_id IS 'To whom the chair handed the presiding; null: the chair presides.';
    COMMENT ON COLUMN meeting.clerk_acts IS 'The chair lets the clerk act for whoever presides.';

    CREATE TABLE waiting_person (
      meeting_id uuid NOT NULL,
      person_id uuid NOT NULL,
      PRIMARY KEY (meeting_id, person_id),
      FOREIGN KEY (meeting_id, person_id) REFERENCES meeting_participant
    );
    COMMENT ON TABLE waiting_person IS
      'Who waits to be admitted to a room, as the journal has it. Waiting ends with its sockets, so a server that starts ends it.';

    GRANT UPDATE (presiding_id, clerk_acts) ON meeting TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON waiting_person TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE waiting_person;
    ALTER TABLE meeting DROP CONSTRAINT meeting_presided_while_held, DROP CONSTRAINT meeting_presiding_participant,
      DROP COLUMN clerk_acts, DROP COLUMN presiding_id;
    ALTER TABLE person DROP COLUMN kind;
  `)
}
