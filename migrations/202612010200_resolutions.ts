import type { Knex } from 'knex'

/** Resolutions that adopted votes and passed written opinions become. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE resolution (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      meeting_id uuid REFERENCES meeting,
      vote_id uuid REFERENCES vote,
      opinion_id uuid,
      decided_at timestamptz(3) NOT NULL,
      status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'sent', 'approved', 'issued')),
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      content jsonb NOT NULL,
      begun_by uuid NOT NULL REFERENCES person,
      saved_at timestamptz(3) NOT NULL,
      reason_text uuid REFERENCES journal_text,
      reason text,
      approved_by uuid REFERENCES person,
      approved_at timestamptz(3),
      paper_id uuid REFERENCES issued_paper,
      followed_at timestamptz(3),
      CHECK (num_nonnulls(vote_id, opinion_id) = 1 AND (vote_id IS NULL) = (meeting_id IS NULL)),
      CHECK (num_nonnulls(reason_text, reason) <= 1),
      CHECK ((paper_id IS NOT NULL) = (status = 'issued')),
      CHECK (followed_at IS NULL OR status = 'issued'),
      CHECK ((status IN ('approved', 'issued')) = (approved_at IS NOT NULL) AND num_nulls(approved_by, approved_at) <> 1)
    );
    CREATE UNIQUE INDEX resolution_of_vote ON resolution (vote_id) WHERE followed_at IS NULL;
    CREATE UNIQUE INDEX resolution_of_opinion ON resolution (opinion_id) WHERE followed_at IS NULL;
    CREATE INDEX resolution_of_meeting ON resolution (meeting_id);
    COMMENT ON TABLE resolution IS
      'Resolutions (nghị quyết), one for each decision: of an adopted vote, or of a written opinion that passed. Once issued the paper is the text.';
    COMMENT ON COLUMN resolution.content IS 'The text as saved last, of protocol/minutes.ts.';
    COMMENT ON COLUMN resolution.reason_text IS 'Why the chair returned it: of a meeting an erasable text of its journal, else it stands in reason.';
    COMMENT ON COLUMN resolution.followed_at IS 'Its paper was recalled, and another resolution was begun in its place.';
    GRANT SELECT, INSERT, UPDATE (status, version, content, saved_at, reason_text, reason, approved_by, approved_at, paper_id, followed_at)
      ON resolution TO nghisu_app;
  `)
}

/** Refuses while there are resolutions: their texts would be lost. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM resolution) THEN
        RAISE EXCEPTION 'there are resolutions: issue them, then drop the table by hand';
      END IF;
    END $$;
    DROP TABLE resolution;
  `)
}
