import type { Knex } from 'knex'

/**
 * Secret votes: keys and credentials beside voters, ballots beside nobody. A ballot is kept encrypted, under a name that only
 * the vote's secret outside the database can compute, and so is linked neither to who wrote it nor, by order, transaction or
 * time, to what the opened box shows.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE secret_vote (
      vote_id uuid PRIMARY KEY REFERENCES vote,
      public_key bytea NOT NULL CHECK (octet_length(public_key) = 256),
      sealed_key bytea,
      terms jsonb NOT NULL,
      casting boolean NOT NULL DEFAULT false,
      opened boolean NOT NULL DEFAULT false,
      unreadable integer NOT NULL DEFAULT 0 CHECK (unreadable >= 0),
      CHECK (opened = (sealed_key IS NULL)),
      CHECK (casting OR NOT opened OR unreadable = 0)
    );
    COMMENT ON TABLE secret_vote IS 'Secret votes: the RSA modulus, the private key encrypted under the vote''s secret (null once the box was opened), the terms that ballots are held against, and the phase. No times: the journal has those of the phases.';
    COMMENT ON COLUMN secret_vote.unreadable IS 'Ballots that could not be decrypted when the box was opened.';

    CREATE TABLE secret_credential (
      vote_id uuid NOT NULL REFERENCES secret_vote,
      voter_id uuid NOT NULL,
      blinded bytea NOT NULL CHECK (octet_length(blinded) = 256),
      blind_signature bytea NOT NULL CHECK (octet_length(blind_signature) = 256),
      PRIMARY KEY (vote_id, voter_id),
      FOREIGN KEY (vote_id, voter_id) REFERENCES vote_elector
    );
    COMMENT ON TABLE secret_credential IS 'Who drew a credential, the blinded message and its signature. Both are independent of the credential that the voter makes of them (RFC 9474).';

    CREATE TABLE secret_ballot (
      vote_id uuid NOT NULL REFERENCES secret_vote,
      slot bytea NOT NULL CHECK (octet_length(slot) = 32),
      sealed bytea NOT NULL,
      PRIMARY KEY (vote_id, slot)
    );
    ALTER TABLE secret_ballot ALTER COLUMN sealed SET STORAGE EXTERNAL;
    COMMENT ON TABLE secret_ballot IS 'Cast ballots until the box is opened: encrypted (AES-256-GCM), all of a vote of one length, under the HMAC of the one-use key. The keys are outside the database and destroyed at the opening.';

    CREATE TABLE secret_box_ballot (
      vote_id uuid NOT NULL REFERENCES secret_vote,
      hash bytea NOT NULL CHECK (octet_length(hash) = 32),
      key text NOT NULL,
      credential text NOT NULL,
      ballot text NOT NULL,
      signature text NOT NULL,
      PRIMARY KEY (vote_id, hash),
      UNIQUE (vote_id, key)
    );
    COMMENT ON TABLE secret_box_ballot IS 'The ballots of opened boxes, written at once in the order of their hashes.';

    GRANT SELECT, INSERT, UPDATE (casting, opened, sealed_key, unreadable) ON secret_vote TO nghisu_app;
    GRANT SELECT, INSERT ON secret_credential, secret_box_ballot TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON secret_ballot TO nghisu_app;
  `)
  // The rules refuse these first; this holds also against a mistake in them, and under session_replication_role = replica.
  await knex.raw(`
    CREATE FUNCTION secret_ballot_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM secret_vote WHERE vote_id = NEW.vote_id AND casting AND NOT opened) THEN
        RAISE EXCEPTION 'a secret ballot is refused: its box is not open for casting' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER secret_ballot_admitted BEFORE INSERT ON secret_ballot FOR EACH ROW EXECUTE FUNCTION secret_ballot_admit();
    ALTER TABLE secret_ballot ENABLE ALWAYS TRIGGER secret_ballot_admitted;

    CREATE FUNCTION secret_credential_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM secret_vote WHERE vote_id = NEW.vote_id AND NOT casting AND NOT opened) THEN
        RAISE EXCEPTION 'a credential is refused: drawing has ended' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER secret_credential_admitted BEFORE INSERT ON secret_credential FOR EACH ROW EXECUTE FUNCTION secret_credential_admit();
    ALTER TABLE secret_credential ENABLE ALWAYS TRIGGER secret_credential_admitted;

    CREATE TRIGGER secret_credential_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON secret_credential FOR EACH STATEMENT EXECUTE FUNCTION vote_refuse();
    ALTER TABLE secret_credential ENABLE ALWAYS TRIGGER secret_credential_stays;
    CREATE TRIGGER secret_box_ballot_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON secret_box_ballot FOR EACH STATEMENT EXECUTE FUNCTION vote_refuse();
    ALTER TABLE secret_box_ballot ENABLE ALWAYS TRIGGER secret_box_ballot_stays;
    CREATE TRIGGER secret_ballot_fixed BEFORE UPDATE ON secret_ballot FOR EACH STATEMENT EXECUTE FUNCTION vote_refuse();
    ALTER TABLE secret_ballot ENABLE ALWAYS TRIGGER secret_ballot_fixed;
    CREATE TRIGGER secret_vote_opened_fixed BEFORE UPDATE ON secret_vote
      FOR EACH ROW WHEN (OLD.opened OR (OLD.casting AND NOT NEW.casting)) EXECUTE FUNCTION vote_refuse();
    ALTER TABLE secret_vote ENABLE ALWAYS TRIGGER secret_vote_opened_fixed;
  `)
}

/** Refuses once anything was written: what was voted is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM secret_vote) THEN
        RAISE EXCEPTION 'there are secret votes: export their boxes, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE secret_box_ballot, secret_ballot, secret_credential, secret_vote;
    DROP FUNCTION secret_ballot_admit();
    DROP FUNCTION secret_credential_admit();
  `)
}
