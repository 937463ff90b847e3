import type { Knex } from 'knex'

/** Documents attached to agenda items; their files are kept outside the database under their hash. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE document (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      meeting_id uuid NOT NULL,
      item_id uuid NOT NULL,
      name_text uuid NOT NULL REFERENCES journal_text,
      sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
      bytes bigint NOT NULL CHECK (bytes > 0),
      removed_at timestamptz(3),
      FOREIGN KEY (meeting_id, item_id) REFERENCES agenda_item (meeting_id, id)
    );
    CREATE INDEX document_of_item ON document (meeting_id, item_id);
    CREATE INDEX document_of_file ON document (sha256);
    COMMENT ON TABLE document IS
      'Documents of agenda items. A withdrawn one keeps row and file, since the journal tells that it was there, but nobody may read it.';

    GRANT SELECT, INSERT, UPDATE (removed_at) ON document TO nghisu_app;
  `)
}

/** Refuses once anything was written: what happened in meetings is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM document) THEN
        RAISE EXCEPTION 'there are documents: export their journals, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE document;
  `)
}
