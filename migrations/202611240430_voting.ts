import type { Knex } from 'knex'

/** Votes with their frozen terms, who is entitled, and the ballots. The keys hold the two promises: one open vote, one ballot each. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE vote (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      meeting_id uuid NOT NULL,
      item_id uuid NOT NULL,
      kind text NOT NULL CHECK (kind IN ('named', 'grading')),
      question_text uuid NOT NULL REFERENCES journal_text,
      choices text[] NOT NULL CHECK (cardinality(choices) >= 2),
      scale jsonb NOT NULL,
      base_kind text NOT NULL CHECK (base_kind IN ('incumbents', 'present', 'validBallots')),
      base_size integer NOT NULL CHECK (base_size >= 0),
      threshold jsonb NOT NULL,
      opened_at timestamptz(3) NOT NULL,
      closed_at timestamptz(3),
      result jsonb,
      ballots_root bytea CHECK (octet_length(ballots_root) = 32),
      FOREIGN KEY (meeting_id, item_id) REFERENCES agenda_item (meeting_id, id),
      CHECK (num_nulls(closed_at, result, ballots_root) IN (0, 3))
    );
    CREATE UNIQUE INDEX vote_open ON vote (meeting_id) WHERE closed_at IS NULL;
    CREATE INDEX vote_of_meeting ON vote (meeting_id, opened_at);
    COMMENT ON TABLE vote IS 'Votes: electorate, base and majority are frozen when it opens; result and root of the ballots are set when it closes.';

    CREATE TABLE vote_elector (
      vote_id uuid NOT NULL REFERENCES vote,
      voter_id uuid NOT NULL REFERENCES person,
      PRIMARY KEY (vote_id, voter_id)
    );
    COMMENT ON TABLE vote_elector IS 'Who is entitled to vote in a vote, frozen when it opened.';

    CREATE TABLE ballot (
      vote_id uuid NOT NULL,
      voter_id uuid NOT NULL,
      choice text NOT NULL,
      cast_at timestamptz(3) NOT NULL,
      PRIMARY KEY (vote_id, voter_id),
      FOREIGN KEY (vote_id, voter_id) REFERENCES vote_elector
    );
    CREATE INDEX ballot_of_voter ON ballot (voter_id);
    COMMENT ON TABLE ballot IS 'Named and grading ballots, one a voter and vote. Never changed, never deleted.';

    GRANT SELECT, INSERT, UPDATE (closed_at, result, ballots_root) ON vote TO nghisu_app;
    GRANT SELECT, INSERT ON vote_elector, ballot TO nghisu_app;
  `)
  // The rules refuse these first; this holds also against a mistake in them, and under session_replication_role = replica.
  await knex.raw(`
    CREATE FUNCTION ballot_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM vote WHERE id = NEW.vote_id AND closed_at IS NULL AND NEW.choice = ANY (choices)) THEN
        RAISE EXCEPTION 'a ballot is refused: the vote is closed or has no such choice' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER ballot_admitted BEFORE INSERT ON ballot FOR EACH ROW EXECUTE FUNCTION ballot_admit();
    ALTER TABLE ballot ENABLE ALWAYS TRIGGER ballot_admitted;

    CREATE FUNCTION vote_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% on % is refused: what was voted stands', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER ballot_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ballot FOR EACH STATEMENT EXECUTE FUNCTION vote_refuse();
    ALTER TABLE ballot ENABLE ALWAYS TRIGGER ballot_stays;
    CREATE TRIGGER vote_closed_fixed BEFORE UPDATE ON vote
      FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION vote_refuse();
    ALTER TABLE vote ENABLE ALWAYS TRIGGER vote_closed_fixed;
  `)
}

/** Refuses once anything was written: what happened in meetings is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM vote) THEN
        RAISE EXCEPTION 'there are votes: export their journals, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE ballot, vote_elector, vote;
    DROP FUNCTION ballot_admit();
    DROP FUNCTION vote_refuse();
  `)
}
