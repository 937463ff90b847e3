import type { Knex } from 'knex'

/**
 * Ballots of one statement are held against their vote in one query, not in one a ballot: a hall that votes at once writes some
 * hundreds together. What is refused stays the same, and whom it is refused to.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER ballot_admitted ON ballot;
    DROP FUNCTION ballot_admit();
    CREATE FUNCTION ballots_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        SELECT FROM cast_now AS b LEFT JOIN vote AS v ON v.id = b.vote_id AND v.closed_at IS NULL AND NOT v.secret
        WHERE v.id IS NULL OR NOT (CASE v.kind
          WHEN 'election' THEN jsonb_typeof(b.choice) = 'array' AND to_jsonb(v.choices) @> b.choice
          WHEN 'scoring' THEN jsonb_typeof(b.choice) = 'object' AND b.choice \\?& v.choices AND b.choice - v.choices = '{}'
          WHEN 'confidence' THEN jsonb_typeof(b.choice) = 'object' AND b.choice \\?& v.choices AND b.choice - v.choices = '{}'
          ELSE jsonb_typeof(b.choice) = 'string' AND b.choice #>> '{}' = ANY (v.choices)
        END)
      ) THEN
        RAISE EXCEPTION 'a ballot is refused: the vote is closed or secret, or has no such choice' USING ERRCODE = 'check_violation';
      END IF;
      IF EXISTS (SELECT FROM cast_now AS b JOIN vote AS v ON v.id = b.vote_id WHERE b.revision > 1 AND NOT v.change_ballot) THEN
        RAISE EXCEPTION 'a ballot is refused: this vote takes one of each' USING ERRCODE = 'unique_violation';
      END IF;
      IF EXISTS (
        SELECT FROM cast_now AS b JOIN vote_elector AS e ON e.vote_id = b.vote_id AND e.voter_id = b.voter_id WHERE e.hall_way IS NOT NULL
      ) THEN
        RAISE EXCEPTION 'a ballot is refused: this elector votes in the hall' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER ballots_admitted AFTER INSERT ON ballot REFERENCING NEW TABLE AS cast_now FOR EACH STATEMENT EXECUTE FUNCTION ballots_admit();
    ALTER TABLE ballot ENABLE ALWAYS TRIGGER ballots_admitted;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER ballots_admitted ON ballot;
    DROP FUNCTION ballots_admit();
    CREATE FUNCTION ballot_admit() RETURNS trigger LANGUAGE plpgsql AS $$
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
    CREATE TRIGGER ballot_admitted BEFORE INSERT ON ballot FOR EACH ROW EXECUTE FUNCTION ballot_admit();
    ALTER TABLE ballot ENABLE ALWAYS TRIGGER ballot_admitted;
  `)
}
