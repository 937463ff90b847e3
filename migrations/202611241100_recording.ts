import type { Knex } from 'knex'

/** Recordings of meetings, whose files are kept outside the database; and agenda items with a state secret, which forbid them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE agenda_item ADD COLUMN classified boolean NOT NULL DEFAULT false;
    COMMENT ON COLUMN agenda_item.classified IS 'A state secret is dealt with under it: the title is a fixed phrase. Never taken back.';

    CREATE TABLE recording (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      meeting_id uuid NOT NULL REFERENCES meeting,
      status text NOT NULL DEFAULT 'recording' CHECK (status IN ('recording', 'composing', 'ready', 'failed', 'deleted')),
      retention_days integer NOT NULL CHECK (retention_days > 0),
      stopped_at timestamptz(3),
      CHECK ((status = 'recording') = (stopped_at IS NULL))
    );
    CREATE UNIQUE INDEX recording_running ON recording (meeting_id) WHERE status = 'recording';
    CREATE INDEX recording_unfinished ON recording (status) WHERE status IN ('recording', 'composing');
    COMMENT ON TABLE recording IS
      'Recordings. Who decided on one, why it ended and what came of it is told by the journal; its files lie in DATA_DIR/recordings/<id>.';
    COMMENT ON COLUMN recording.retention_days IS 'Days after stopped_at until it is deleted.';

    GRANT SELECT, INSERT, UPDATE (status, stopped_at) ON recording TO nghisu_app;
  `)
}

/** Refuses once anything was written: what happened in meetings is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM recording) OR EXISTS (SELECT FROM agenda_item WHERE classified) THEN
        RAISE EXCEPTION 'there are recordings or classified items: export their journals, then drop table and column by hand';
      END IF;
    END $$;
    DROP TABLE recording;
    ALTER TABLE agenda_item DROP COLUMN classified;
  `)
}
