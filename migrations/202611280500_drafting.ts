import type { Knex } from 'knex'

/** Texts of documents that are written together. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE draft_text (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      meeting_id uuid NOT NULL REFERENCES meeting,
      document_id uuid NOT NULL REFERENCES document,
      item_id uuid NOT NULL,
      state bytea CHECK (octet_length(state) <= 8388608),
      opened_by uuid NOT NULL REFERENCES person,
      opened_at timestamptz(3) NOT NULL,
      closed_at timestamptz(3),
      CHECK ((closed_at IS NULL) = (state IS NOT NULL))
    );
    CREATE UNIQUE INDEX draft_text_open ON draft_text (document_id) WHERE closed_at IS NULL;
    CREATE INDEX draft_text_of_meeting ON draft_text (meeting_id);
    COMMENT ON TABLE draft_text IS
      'Texts of documents that are written together, with what is suggested in them; the meeting''s journal tells when they were opened and what became of them.';
    COMMENT ON COLUMN draft_text.state IS
      'The Yjs document as one update. Null once the text was closed: what came of it is a file, and words that were not taken are gone.';
    GRANT SELECT, INSERT, UPDATE (state, closed_at) ON draft_text TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE draft_text')
}
