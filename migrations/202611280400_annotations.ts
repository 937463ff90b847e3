import type { Knex } from 'knex'

/** What readers write on documents: for themselves, sealed and in no journal; to each other, told by the meeting's journal. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE annotation (
      person_id uuid NOT NULL REFERENCES person,
      id uuid NOT NULL,
      document_id uuid NOT NULL REFERENCES document ON DELETE CASCADE,
      version integer NOT NULL CHECK (version > 0),
      sealed bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 28 AND 65536),
      carried_from uuid,
      revision integer NOT NULL DEFAULT 1,
      created_at timestamptz(3) NOT NULL,
      PRIMARY KEY (person_id, id)
    );
    CREATE INDEX annotation_of_reader ON annotation (document_id, person_id, created_at, id);
    COMMENT ON TABLE annotation IS
      'Private notes and highlights. They are read by their person alone; deleted ones are gone.';
    COMMENT ON COLUMN annotation.sealed IS
      'Place, colour and note under AES-256-GCM: nonce (12 bytes), tag (16), ciphertext. The key is derived from a secret that the database never has, so a copy of the database tells nothing.';
    COMMENT ON COLUMN annotation.id IS 'Made by the client, so that a repeated request adds nothing.';

    CREATE TABLE comment_thread (
      id uuid PRIMARY KEY,
      meeting_id uuid NOT NULL REFERENCES meeting,
      document_id uuid NOT NULL REFERENCES document,
      version integer NOT NULL CHECK (version > 0),
      kind text NOT NULL CHECK (kind IN ('comment', 'suggestion')),
      page integer NOT NULL CHECK (page > 0),
      rects jsonb NOT NULL,
      quote_text uuid REFERENCES journal_text,
      replacement_text uuid REFERENCES journal_text,
      state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'accepted', 'declined')),
      opened_by uuid NOT NULL REFERENCES person,
      opened_at timestamptz(3) NOT NULL,
      decided_by uuid REFERENCES person,
      decided_at timestamptz(3),
      reason_text uuid REFERENCES journal_text,
      revision integer NOT NULL DEFAULT 1,
      CHECK ((kind = 'suggestion') = (replacement_text IS NOT NULL)),
      CHECK (kind = 'suggestion' OR state IN ('open', 'resolved')),
      CHECK (kind = 'comment' OR state <> 'resolved'),
      CHECK ((decided_by IS NULL) = (decided_at IS NULL))
    );
    CREATE INDEX comment_thread_of_document ON comment_thread (document_id, opened_at, id);
    COMMENT ON TABLE comment_thread IS
      'Comments and suggested wordings at a place in a document, as they stand now; the meeting''s journal tells how they came about. Texts are erasable texts of the journal.';
    COMMENT ON COLUMN comment_thread.rects IS 'Where on the page, as shares of its width and height from its top left.';
    COMMENT ON COLUMN comment_thread.quote_text IS 'JSON of the quoted words and what stands around them; null on a page without text.';

    CREATE TABLE comment_message (
      id uuid PRIMARY KEY,
      thread_id uuid NOT NULL REFERENCES comment_thread,
      person_id uuid NOT NULL REFERENCES person,
      body_text uuid NOT NULL REFERENCES journal_text,
      at timestamptz(3) NOT NULL
    );
    CREATE INDEX comment_message_of_thread ON comment_message (thread_id, at, id);
    COMMENT ON TABLE comment_message IS 'What was said in a thread; one that was taken back keeps its row and loses its text.';

    GRANT SELECT, INSERT, DELETE, UPDATE (sealed, revision) ON annotation TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, reason_text, revision) ON comment_thread TO nghisu_app;
    GRANT SELECT, INSERT ON comment_message TO nghisu_app;
  `)
}

/** Refuses once anything was written: what people wrote is not thrown away by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM annotation) OR EXISTS (SELECT FROM comment_thread) THEN
        RAISE EXCEPTION 'there are notes or comments: export the journals, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE comment_message;
    DROP TABLE comment_thread;
    DROP TABLE annotation;
  `)
}
