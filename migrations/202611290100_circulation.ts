import type { Knex } from 'knex'

/** Versions of documents, who reads them and how long, and who has read which page. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE document_version (
      document_id uuid NOT NULL REFERENCES document,
      number int NOT NULL CHECK (number > 0),
      state text NOT NULL CHECK (state IN ('draft', 'circulation', 'final')),
      sha256 bytea CHECK (octet_length(sha256) = 32),
      media_type text NOT NULL,
      bytes bigint NOT NULL CHECK (bytes > 0),
      added_by uuid REFERENCES person,
      added_at timestamptz(3) NOT NULL,
      PRIMARY KEY (document_id, number)
    );
    CREATE INDEX document_version_of_file ON document_version (sha256);
    COMMENT ON TABLE document_version IS 'The files of a document in their order. A draft is for chair and clerk alone.';
    COMMENT ON COLUMN document_version.sha256 IS 'Null: purged, after the document was found to be secret.';
    COMMENT ON COLUMN document_version.added_by IS 'Null: attached before there were versions.';

    INSERT INTO document_version (document_id, number, state, sha256, media_type, bytes, added_at)
      SELECT id, 1, 'circulation', sha256, 'application/pdf', bytes, uuid_extract_timestamp(id) FROM document;

    ALTER TABLE document
      DROP sha256,
      DROP bytes,
      ADD parts text[] NOT NULL DEFAULT '{members,guests,substitutes}' CHECK (parts <@ '{members,guests,substitutes}'),
      ADD download boolean NOT NULL DEFAULT true,
      ADD expires_hours int CHECK (expires_hours BETWEEN 0 AND 87600),
      ADD expired_at timestamptz(3),
      ADD withdrawn_at timestamptz(3),
      ADD quarantined_at timestamptz(3),
      ADD purged_at timestamptz(3);
    COMMENT ON COLUMN document.parts IS 'Who of those who see the item reads it: members of the whole meeting, guests of the item, substitutes. The office always does.';
    COMMENT ON COLUMN document.download IS 'Copies may be saved and printed; otherwise pages leave the server as stamped pictures alone.';
    COMMENT ON COLUMN document.expires_hours IS 'Hours after the end of the meeting at which the office alone still reads it; null: never.';
    COMMENT ON COLUMN document.expired_at IS 'When the others were told that it went.';
    COMMENT ON COLUMN document.withdrawn_at IS 'Nobody reads it any more; the journal says why.';
    COMMENT ON COLUMN document.quarantined_at IS 'Found to be secret after it came (Law 117/2025/QH15): nobody reads it, and the chair has it purged.';
    CREATE INDEX document_expiring ON document (meeting_id) WHERE expires_hours IS NOT NULL AND expired_at IS NULL;

    CREATE TABLE document_reading (
      document_id uuid NOT NULL,
      number int NOT NULL,
      person_id uuid NOT NULL REFERENCES person,
      page int NOT NULL CHECK (page > 0),
      seconds int NOT NULL CHECK (seconds > 0),
      first_at timestamptz(3) NOT NULL,
      last_at timestamptz(3) NOT NULL,
      PRIMARY KEY (document_id, number, person_id, page),
      FOREIGN KEY (document_id, number) REFERENCES document_version
    );
    COMMENT ON TABLE document_reading IS
      'How long each page was before a reader''s eyes, as their page tells it. Readers are told that the office sees it.';

    -- Journals are told from now on what became of files; of those that were settled before, too.
    UPDATE rendition SET told = false, news = news + 1 WHERE status NOT IN ('waiting', 'running');

    GRANT SELECT, INSERT, UPDATE (state, sha256) ON document_version TO nghisu_app;
    GRANT UPDATE (parts, download, expires_hours, expired_at, withdrawn_at, quarantined_at, purged_at) ON document TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (seconds, last_at), DELETE ON document_reading TO nghisu_app;
  `)
}

/** Refuses once a document has what rows of before cannot hold. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM document_version WHERE number > 1 OR state <> 'circulation' OR sha256 IS NULL OR media_type <> 'application/pdf')
        OR EXISTS (SELECT FROM document WHERE cardinality(parts) < 3 OR NOT download OR expires_hours IS NOT NULL OR withdrawn_at IS NOT NULL OR quarantined_at IS NOT NULL) THEN
        RAISE EXCEPTION 'there are versions of documents or limits of who reads them: export their journals, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE document_reading;
    ALTER TABLE document
      DROP parts, DROP download, DROP expires_hours, DROP expired_at, DROP withdrawn_at, DROP quarantined_at, DROP purged_at,
      ADD sha256 bytea CHECK (octet_length(sha256) = 32), ADD bytes bigint CHECK (bytes > 0);
    UPDATE document SET sha256 = version.sha256, bytes = version.bytes FROM document_version AS version WHERE version.document_id = document.id;
    ALTER TABLE document ALTER sha256 SET NOT NULL, ALTER bytes SET NOT NULL;
    CREATE INDEX document_of_file ON document (sha256);
    CREATE INDEX document_file ON document (sha256) WHERE removed_at IS NULL;
    DROP TABLE document_version;
  `)
}
