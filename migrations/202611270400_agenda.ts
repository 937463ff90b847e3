import type { Knex } from 'knex'

/** The agenda as an outline, items that are put off, and guests of single items. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE agenda_item
      ADD level smallint NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 2),
      ADD version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      ADD deferral_text uuid REFERENCES journal_text,
      DROP CONSTRAINT agenda_item_status_check,
      ADD CONSTRAINT agenda_item_status_check CHECK (status IN ('pending', 'current', 'done', 'deferred'));
    COMMENT ON COLUMN agenda_item.level IS 'How deep it stands in the outline, which is read in the order of place.';
    COMMENT ON COLUMN agenda_item.version IS 'Counts the changes of title, minutes, presenter and purpose, so that nobody overwrites what they have not seen.';
    COMMENT ON COLUMN agenda_item.deferral_text IS 'Why it was put off last.';
    COMMENT ON COLUMN agenda_item.status IS 'deferred: put off to a later meeting, which carries it over under the same matter.';

    ALTER TABLE meeting_participant
      ADD items_only boolean NOT NULL DEFAULT false,
      ADD CONSTRAINT meeting_participant_items_only CHECK (NOT items_only OR (role = 'guest' AND NOT voting));
    COMMENT ON COLUMN meeting_participant.items_only IS 'A guest of single items (agenda_item_guest), who sees and attends these alone.';

    CREATE TABLE agenda_item_guest (
      meeting_id uuid NOT NULL,
      item_id uuid NOT NULL,
      person_id uuid NOT NULL,
      PRIMARY KEY (meeting_id, person_id, item_id),
      FOREIGN KEY (meeting_id, item_id) REFERENCES agenda_item (meeting_id, id),
      FOREIGN KEY (meeting_id, person_id) REFERENCES meeting_participant (meeting_id, person_id)
    );
    CREATE INDEX agenda_item_guest_item ON agenda_item_guest (meeting_id, item_id);
    COMMENT ON TABLE agenda_item_guest IS
      'Who is invited to which item, as the journal has it. For guests of single items it is the right to see the item; an item that is removed has none.';

    GRANT UPDATE (level, version, deferral_text) ON agenda_item TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON agenda_item_guest TO nghisu_app;
  `)
}

/** Refuses once there are such items or guests: they would be shown what they may not see. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM meeting_participant WHERE items_only) OR EXISTS (SELECT FROM agenda_item WHERE status = 'deferred') THEN
        RAISE EXCEPTION 'there are guests of single items, or items that were put off: they cannot be told without these columns';
      END IF;
    END $$;
    DROP TABLE agenda_item_guest;
    ALTER TABLE meeting_participant DROP CONSTRAINT meeting_participant_items_only, DROP COLUMN items_only;
    ALTER TABLE agenda_item
      DROP CONSTRAINT agenda_item_status_check,
      ADD CONSTRAINT agenda_item_status_check CHECK (status IN ('pending', 'current', 'done')),
      DROP COLUMN deferral_text, DROP COLUMN version, DROP COLUMN level;
  `)
}
