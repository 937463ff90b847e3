import type { Knex } from 'knex'

/** Minutes: one row a meeting, a draft until it is published and fixed from then on. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE minutes (
      meeting_id uuid PRIMARY KEY REFERENCES meeting,
      body_id uuid NOT NULL REFERENCES body,
      status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published')),
      version integer NOT NULL CHECK (version > 0),
      content jsonb NOT NULL,
      saved_at timestamptz(3) NOT NULL,
      published_at timestamptz(3),
      number integer CHECK (number > 0),
      number_year integer,
      journal_head text CHECK (journal_head ~ '^[0-9a-f]{64}$'),
      frame jsonb,
      CHECK (num_nonnulls(published_at, number, number_year, journal_head, frame)
        = CASE status WHEN 'published' THEN 5 ELSE 0 END),
      CONSTRAINT minutes_number_once UNIQUE (body_id, number_year, number)
    );
    COMMENT ON TABLE minutes IS 'Minutes of closed meetings: the draft as saved last, or what was published.';
    COMMENT ON COLUMN minutes.version IS 'Counts the saves; who saves names the one that the edit began from.';
    COMMENT ON COLUMN minutes.number_year IS 'The year of publication in Vietnam; in each a body numbers its minutes anew.';
    COMMENT ON COLUMN minutes.journal_head IS 'Hash of the meeting''s journal when the minutes were published, printed at their foot.';
    COMMENT ON COLUMN minutes.frame IS 'Letterhead and signers as they were when the minutes were published.';

    GRANT SELECT, INSERT,
      UPDATE (status, version, content, saved_at, published_at, number, number_year, journal_head, frame)
      ON minutes TO nghisu_app;
  `)
  await knex.raw(`
    CREATE FUNCTION minutes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% of minutes is refused: published minutes are fixed, drafts are kept', TG_OP
        USING ERRCODE = 'insufficient_privilege';
    END $$;

    CREATE TRIGGER minutes_published_fixed BEFORE UPDATE ON minutes
      FOR EACH ROW WHEN (OLD.status = 'published' OR NEW.meeting_id <> OLD.meeting_id OR NEW.body_id <> OLD.body_id)
      EXECUTE FUNCTION minutes_refuse();
    ALTER TABLE minutes ENABLE ALWAYS TRIGGER minutes_published_fixed;
    CREATE TRIGGER minutes_stay BEFORE DELETE OR TRUNCATE ON minutes
      FOR EACH STATEMENT EXECUTE FUNCTION minutes_refuse();
    ALTER TABLE minutes ENABLE ALWAYS TRIGGER minutes_stay;
  `)
}

/** Refuses once minutes were published: they are not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM minutes WHERE status = 'published') THEN
        RAISE EXCEPTION 'there are published minutes: export them, then drop the table by hand';
      END IF;
    END $$;
    DROP TABLE minutes;
    DROP FUNCTION minutes_refuse();
  `)
}
