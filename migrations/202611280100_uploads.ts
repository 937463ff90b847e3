import type { Knex } from 'knex'

/** Files on their way, until they are attached to something. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE upload (
      id uuid PRIMARY KEY,
      person_id uuid NOT NULL REFERENCES person,
      purpose jsonb NOT NULL,
      name text NOT NULL CHECK (name <> ''),
      bytes bigint NOT NULL CHECK (bytes > 0),
      status text NOT NULL DEFAULT 'receiving' CHECK (status IN ('receiving', 'ready', 'refused', 'taken')),
      problem text,
      sha256 bytea CHECK (octet_length(sha256) = 32),
      media_type text,
      created_at timestamptz(3) NOT NULL,
      expires_at timestamptz(3) NOT NULL,
      CHECK ((status IN ('ready', 'taken')) = (sha256 IS NOT NULL AND media_type IS NOT NULL)),
      CHECK ((status = 'refused') = (problem IS NOT NULL))
    );
    CREATE INDEX upload_of_person ON upload (person_id) WHERE status IN ('receiving', 'ready');
    CREATE INDEX upload_expiry ON upload (expires_at);
    CREATE INDEX upload_file ON upload (sha256) WHERE status = 'ready';
    COMMENT ON TABLE upload IS
      'A file that one person sends for one purpose. Its bytes lie in DATA_DIR/uploads until it is whole, and then with the kept files.';
    COMMENT ON COLUMN upload.purpose IS 'UploadPurpose of protocol/uploads.ts: what it may be attached to, and nothing else.';
    COMMENT ON COLUMN upload.bytes IS 'The length as announced when it began.';
    COMMENT ON COLUMN upload.status IS 'taken: attached, by a command that could use it once.';
    COMMENT ON COLUMN upload.problem IS 'Why it was refused: a FileProblem of protocol/uploads.ts.';
    COMMENT ON COLUMN upload.expires_at IS 'After it the row and the bytes of an upload that was not attached are deleted.';
    CREATE INDEX document_file ON document (sha256) WHERE removed_at IS NULL;

    GRANT SELECT, INSERT, UPDATE (status, problem, sha256, media_type), DELETE ON upload TO nghisu_app;
  `)
}

/** What was not attached is sent again. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX document_file; DROP TABLE upload;')
}
