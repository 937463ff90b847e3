import type { Knex } from 'knex'

/** What files become so that they are read in the page and found by their text; keyed by content, of whatever document it is. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE rendition (
      sha256 bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
      media_type text NOT NULL,
      status text NOT NULL CHECK (status IN ('waiting', 'running', 'ready', 'failed', 'unavailable')),
      pdf_sha256 bytea CHECK (octet_length(pdf_sha256) = 32),
      pages integer CHECK (pages > 0),
      has_text boolean,
      secrecy_page integer CHECK (secrecy_page > 0),
      problem text,
      attempts integer NOT NULL DEFAULT 0,
      claim uuid,
      claimed_until timestamptz(3),
      told boolean NOT NULL DEFAULT true,
      news integer NOT NULL DEFAULT 0,
      registered_at timestamptz(3) NOT NULL,
      started_at timestamptz(3),
      finished_at timestamptz(3),
      CHECK (status <> 'ready' OR (pdf_sha256 IS NOT NULL AND pages IS NOT NULL AND has_text IS NOT NULL)),
      CHECK ((status IN ('failed', 'unavailable')) = (problem IS NOT NULL)),
      CHECK ((status = 'running') = (claim IS NOT NULL AND claimed_until IS NOT NULL))
    );
    CREATE INDEX rendition_to_do ON rendition (registered_at) WHERE status IN ('waiting', 'running', 'unavailable');
    CREATE INDEX rendition_untold ON rendition (sha256) WHERE NOT told;
    CREATE INDEX rendition_pdf ON rendition (pdf_sha256);
    COMMENT ON TABLE rendition IS
      'What became of a file, by its SHA-256: the PDF that is read in the page, the pages and whether there is text. Who may read it is a matter of its documents.';
    COMMENT ON COLUMN rendition.pdf_sha256 IS
      'The file that is read: of a PDF itself, or its copy without active content and encryption; of another file what it was converted to.';
    COMMENT ON COLUMN rendition.secrecy_page IS 'The first page whose text seems to bear a level of secrecy: a warning, never a classification.';
    COMMENT ON COLUMN rendition.problem IS 'A code of protocol/rendition.ts.';
    COMMENT ON COLUMN rendition.claim IS 'The process that is at it renews claimed_until; one that was killed does not, and another takes over.';
    COMMENT ON COLUMN rendition.told IS 'False: those who follow renditions are still to be told what became of this one.';

    CREATE TABLE file_page (
      sha256 bytea NOT NULL REFERENCES rendition ON DELETE CASCADE,
      page integer NOT NULL CHECK (page > 0),
      body text NOT NULL,
      PRIMARY KEY (sha256, page)
    );
    COMMENT ON COLUMN rendition.news IS 'Counts what there was to tell: what comes up while it is told is told again.';

    COMMENT ON TABLE file_page IS 'The text of each page of a rendition, NFC, empty for a page without; sha256 is that of the original file.';

    GRANT SELECT, INSERT, UPDATE, DELETE ON rendition, file_page TO nghisu_app;

    -- What was attached before this is made readable too.
    INSERT INTO rendition (sha256, media_type, status, pdf_sha256, registered_at)
    SELECT sha256, 'application/pdf', 'waiting', sha256, now()
    FROM (SELECT sha256 FROM document UNION SELECT sha256 FROM proposal_document) AS attached;
  `)
}

export async function down(knex: Knex): Promise<void> {
  // It is all made again of the files.
  await knex.raw('DROP TABLE file_page; DROP TABLE rendition;')
}
