import type { Knex } from 'knex'

/** The items of a meeting's agenda. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE agenda_item (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      meeting_id uuid NOT NULL REFERENCES meeting,
      place integer,
      title_text uuid NOT NULL REFERENCES journal_text,
      minutes integer NOT NULL CHECK (minutes > 0),
      presenter_id uuid,
      purpose text NOT NULL CHECK (purpose IN ('decide', 'opinion', 'report')),
      status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'current', 'done')),
      removed_at timestamptz(3),
      FOREIGN KEY (meeting_id, presenter_id) REFERENCES meeting_participant (meeting_id, person_id),
      CHECK ((place IS NULL) = (removed_at IS NOT NULL)),
      CHECK (removed_at IS NULL OR status = 'pending'),
      UNIQUE (meeting_id, id),
      CONSTRAINT agenda_item_place UNIQUE (meeting_id, place) DEFERRABLE INITIALLY DEFERRED
    );
    CREATE UNIQUE INDEX agenda_item_current ON agenda_item (meeting_id) WHERE status = 'current';
    COMMENT ON TABLE agenda_item IS 'Agenda items in their order (place, from 1); removed ones are kept without a place.';
    COMMENT ON COLUMN agenda_item.minutes IS 'Planned length.';

    GRANT SELECT, INSERT, UPDATE (place, title_text, minutes, presenter_id, purpose, status, removed_at) ON agenda_item TO nghisu_app;
  `)
}

/** Refuses once anything was written: what happened in meetings is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM agenda_item) THEN
        RAISE EXCEPTION 'there are agenda items: export their journals, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE agenda_item;
  `)
}
