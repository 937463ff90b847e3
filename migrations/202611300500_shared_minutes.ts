import type { Knex } from 'knex'

/**
 * Minutes that several write at once, lay before the members and that the chair approves. The blocks of older drafts stay
 * in `content` and become a shared text when somebody opens them; published minutes stay as they are.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE minutes
      ADD state bytea CHECK (octet_length(state) <= 8388608),
      ADD symbol text,
      ADD paper_id uuid,
      DROP CONSTRAINT minutes_status_check,
      ADD CONSTRAINT minutes_status_check CHECK (status IN ('draft', 'review', 'published')),
      ADD CONSTRAINT minutes_state_gone CHECK (status <> 'published' OR state IS NULL);
    COMMENT ON TABLE minutes IS 'Minutes of meetings: the text as it is written, under review, or as it was approved and published.';
    COMMENT ON COLUMN minutes.content IS
      'The text in blocks: what was approved; before that, as it stood when it was begun, made anew or laid before the members last.';
    COMMENT ON COLUMN minutes.version IS 'Counts the drafts that were made from the journal and the reviews that were opened.';
    COMMENT ON COLUMN minutes.state IS
      'The Yjs document as one update, without the updates that are still in minutes_update. Null: nobody wrote yet, or it was approved.';
    COMMENT ON COLUMN minutes.symbol IS 'What follows the number on the paper, as the register had it; null on papers of before there was one.';
    COMMENT ON COLUMN minutes.paper_id IS 'The issued paper, where the register of issued papers knows it.';
    GRANT UPDATE (state, symbol, paper_id) ON minutes TO nghisu_app;

    CREATE TABLE minutes_update (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      meeting_id uuid NOT NULL REFERENCES minutes,
      update bytea NOT NULL CHECK (octet_length(update) <= 4194304),
      written_by uuid NOT NULL REFERENCES person,
      written_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX minutes_update_of_meeting ON minutes_update (meeting_id, id);
    COMMENT ON TABLE minutes_update IS
      'What was typed into minutes, stored before it is acknowledged, until it is merged into minutes.state; none of approved minutes.';
    GRANT SELECT, INSERT, DELETE ON minutes_update TO nghisu_app;

    CREATE TABLE minutes_round (
      meeting_id uuid NOT NULL REFERENCES minutes,
      round integer NOT NULL CHECK (round > 0),
      content jsonb NOT NULL,
      opened_at timestamptz(3) NOT NULL,
      PRIMARY KEY (meeting_id, round)
    );
    COMMENT ON TABLE minutes_round IS 'The text as it was when a review was opened, so that what changed since can be shown.';
    GRANT SELECT, INSERT ON minutes_round TO nghisu_app;
  `)
}

/** Refuses while minutes are written together: their words would be lost. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM minutes WHERE state IS NOT NULL OR status = 'review' OR paper_id IS NOT NULL) THEN
        RAISE EXCEPTION 'there are minutes that are written together: approve them first';
      END IF;
    END $$;
    DROP TABLE minutes_round;
    DROP TABLE minutes_update;
    ALTER TABLE minutes
      DROP CONSTRAINT minutes_state_gone,
      DROP CONSTRAINT minutes_status_check,
      ADD CONSTRAINT minutes_status_check CHECK (status IN ('draft', 'published')),
      DROP COLUMN state, DROP COLUMN symbol, DROP COLUMN paper_id;
  `)
}
