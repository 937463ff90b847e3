import type { Knex } from 'knex'

const KINDS = `'named', 'grading', 'scoring', 'options', 'election', 'confidence'`

/**
 * Votes of every kind: all their terms in one place, ballots that say more than one word and may be changed with their history
 * kept, who votes in the hall, and what was counted there by one person and confirmed by another.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE vote DROP CONSTRAINT vote_kind_check, DROP CONSTRAINT vote_choices_check;
    ALTER TABLE vote
      ADD CONSTRAINT vote_kind_check CHECK (kind IN (${KINDS})),
      ADD CONSTRAINT vote_choices_check CHECK (cardinality(choices) >= 1),
      ADD COLUMN secret boolean NOT NULL DEFAULT false,
      ADD COLUMN change_ballot boolean NOT NULL DEFAULT false,
      ADD COLUMN more_terms jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN hall jsonb;
    COMMENT ON COLUMN vote.secret IS 'No ballot of it stands in ballot, nor who cast one anywhere.';
    COMMENT ON COLUMN vote.change_ballot IS 'A ballot may be followed by another of the same voter while the vote is open.';
    COMMENT ON COLUMN vote.more_terms IS 'What else of the frozen terms a ballot is held against: criteria, election (protocol/ballots.ts). All of them stand in the journal.';
    COMMENT ON COLUMN vote.hall IS 'What was counted on paper or by hands and went into the result; set when it closes.';
    GRANT UPDATE (hall) ON vote TO nghisu_app;

    ALTER TABLE vote_elector ADD COLUMN hall_way text CHECK (hall_way IN ('paper', 'hands'));
    COMMENT ON COLUMN vote_elector.hall_way IS 'Votes in the hall and not on screen, by paper or by hands; null: on screen.';
    GRANT UPDATE (hall_way) ON vote_elector TO nghisu_app;

    ALTER TABLE ballot ALTER COLUMN choice TYPE jsonb USING to_jsonb(choice);
    ALTER TABLE ballot ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1);
    ALTER TABLE ballot DROP CONSTRAINT ballot_pkey, ADD PRIMARY KEY (vote_id, voter_id, revision);
    COMMENT ON TABLE ballot IS 'Ballots under a name, one a voter and vote; where the body lets them be changed, the one of the highest revision counts. Never changed, never deleted.';
    COMMENT ON COLUMN ballot.choice IS 'What the ballot says (BallotContent without its kind): a choice, a list of those chosen, or points or levels by choice.';

    CREATE TABLE ballot_opinion (
      vote_id uuid NOT NULL,
      voter_id uuid NOT NULL,
      body text NOT NULL,
      PRIMARY KEY (vote_id, voter_id),
      FOREIGN KEY (vote_id, voter_id) REFERENCES vote_elector
    );
    COMMENT ON TABLE ballot_opinion IS 'Opinions reserved with ballots, held back until the vote closes: then they become erasable texts of the journal and go from here.';
    GRANT SELECT, INSERT, UPDATE, DELETE ON ballot_opinion TO nghisu_app;

    CREATE TABLE hall_count (
      vote_id uuid PRIMARY KEY REFERENCES vote,
      revision integer NOT NULL CHECK (revision >= 1),
      figures jsonb NOT NULL,
      entered_by uuid NOT NULL REFERENCES person,
      entered_at timestamptz(3) NOT NULL,
      confirmed_by uuid REFERENCES person CHECK (confirmed_by <> entered_by),
      confirmed_at timestamptz(3),
      CHECK (num_nulls(confirmed_by, confirmed_at) IN (0, 2))
    );
    COMMENT ON TABLE hall_count IS 'What was counted on paper or by hands while a vote is open: entered by one person, confirmed by another.';
    GRANT SELECT, INSERT, UPDATE, DELETE ON hall_count TO nghisu_app;
  `)
  await knex.raw(`
    CREATE OR REPLACE FUNCTION ballot_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE v vote;
    BEGIN
      SELECT * INTO v FROM vote WHERE id = NEW.vote_id AND closed_at IS NULL AND NOT secret;
      IF v.id IS NULL OR NOT (CASE v.kind
        WHEN 'election' THEN jsonb_typeof(NEW.choice) = 'array' AND to_jsonb(v.choices) @> NEW.choice
        WHEN 'scoring' THEN jsonb_typeof(NEW.choice) = 'object' AND NEW.choice \\?& v.choices AND NEW.choice - v.choices = '{}'
        WHEN 'confidence' THEN jsonb_typeof(NEW.choice) = 'object' AND NEW.choice \\?& v.choices AND NEW.choice - v.choices = '{}'
        ELSE jsonb_typeof(NEW.choice) = 'string' AND NEW.choice #>> '{}' = ANY (v.choices)
      END) THEN
        RAISE EXCEPTION 'a ballot is refused: the vote is closed or secret, or has no such choice' USING ERRCODE = 'check_violation';
      END IF;
      IF NEW.revision > 1 AND NOT v.change_ballot THEN
        RAISE EXCEPTION 'a ballot is refused: this vote takes one of each' USING ERRCODE = 'unique_violation';
      END IF;
      IF EXISTS (SELECT FROM vote_elector WHERE vote_id = NEW.vote_id AND voter_id = NEW.voter_id AND hall_way IS NOT NULL) THEN
        RAISE EXCEPTION 'a ballot is refused: this elector votes in the hall' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;

    CREATE FUNCTION elector_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.hall_way IS NOT NULL AND EXISTS (SELECT FROM ballot WHERE vote_id = NEW.vote_id AND voter_id = NEW.voter_id) THEN
        RAISE EXCEPTION 'who voted on screen does not vote in the hall' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER elector_votes_once BEFORE UPDATE ON vote_elector FOR EACH ROW EXECUTE FUNCTION elector_stays();
    ALTER TABLE vote_elector ENABLE ALWAYS TRIGGER elector_votes_once;
  `)
}

/** Refuses once there is a vote of a kind, or a changed ballot, that the tables of before cannot hold. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM vote WHERE kind NOT IN ('named', 'grading') OR secret OR hall IS NOT NULL) OR EXISTS (SELECT FROM ballot WHERE revision > 1) THEN
        RAISE EXCEPTION 'there are votes that the earlier tables cannot hold: export their journals first';
      END IF;
    END $$;
    DROP TABLE hall_count, ballot_opinion;
    DROP TRIGGER elector_votes_once ON vote_elector;
    DROP FUNCTION elector_stays();
    ALTER TABLE ballot DROP CONSTRAINT ballot_pkey, ADD PRIMARY KEY (vote_id, voter_id);
    ALTER TABLE ballot DROP COLUMN revision;
    ALTER TABLE ballot ALTER COLUMN choice TYPE text USING choice #>> '{}';
    ALTER TABLE vote_elector DROP COLUMN hall_way;
    ALTER TABLE vote DROP COLUMN secret, DROP COLUMN change_ballot, DROP COLUMN more_terms, DROP COLUMN hall;
    ALTER TABLE vote DROP CONSTRAINT vote_kind_check, DROP CONSTRAINT vote_choices_check;
    ALTER TABLE vote ADD CONSTRAINT vote_kind_check CHECK (kind IN ('named', 'grading')), ADD CONSTRAINT vote_choices_check CHECK (cardinality(choices) >= 2);
    CREATE OR REPLACE FUNCTION ballot_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM vote WHERE id = NEW.vote_id AND closed_at IS NULL AND NEW.choice = ANY (choices)) THEN
        RAISE EXCEPTION 'a ballot is refused: the vote is closed or has no such choice' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
  `)
}
