import type { Knex } from 'knex'

/** A meeting's append-only, hash-chained journal. What the chain proves, and against whom: docs/security/journal.md. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE journal_head (
      meeting_id uuid PRIMARY KEY,
      seq bigint NOT NULL CHECK (seq >= 0),
      hash bytea NOT NULL CHECK (octet_length(hash) = 32)
    );
    COMMENT ON TABLE journal_head IS 'Where each meeting''s chain ends; its row is the lock under which entries are appended.';

    CREATE TABLE journal_entry (
      meeting_id uuid NOT NULL REFERENCES journal_head,
      seq bigint NOT NULL CHECK (seq > 0),
      at timestamptz(3) NOT NULL,
      actor_id uuid,
      kind text NOT NULL,
      data jsonb NOT NULL,
      audience jsonb NOT NULL,
      prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
      hash bytea NOT NULL CHECK (octet_length(hash) = 32),
      PRIMARY KEY (meeting_id, seq)
    );
    COMMENT ON TABLE journal_entry IS 'What happened in a meeting, in order, without gaps. Never changed, never deleted.';

    CREATE TABLE journal_text (
      id uuid PRIMARY KEY,
      meeting_id uuid NOT NULL REFERENCES journal_head,
      body text,
      key bytea CHECK (octet_length(key) = 32),
      erased_at timestamptz(3),
      CHECK (num_nulls(body, key) = CASE WHEN erased_at IS NULL THEN 0 ELSE 2 END)
    );
    COMMENT ON TABLE journal_text IS
      'Names and free text that entries refer to by HMAC. Erasing takes body and key together; nothing else may change.';

    CREATE TABLE journal_result (
      meeting_id uuid NOT NULL REFERENCES journal_head,
      actor_id uuid,
      key text NOT NULL,
      fingerprint bytea,
      result jsonb NOT NULL,
      at timestamptz(3) NOT NULL,
      UNIQUE NULLS NOT DISTINCT (meeting_id, actor_id, key)
    );
    CREATE INDEX journal_result_at ON journal_result (at);
    COMMENT ON TABLE journal_result IS 'What each command with an idempotency key was answered, for its repeats.';

    CREATE TABLE journal_snapshot (
      meeting_id uuid NOT NULL REFERENCES journal_head,
      reducer text NOT NULL,
      version integer NOT NULL,
      seq bigint NOT NULL,
      state text NOT NULL,
      mac bytea NOT NULL,
      PRIMARY KEY (meeting_id, reducer)
    );
    COMMENT ON TABLE journal_snapshot IS
      'Folded states, for speed alone: one whose mac, version or entry does not fit is ignored and made anew.';

    GRANT SELECT, INSERT, UPDATE (seq, hash) ON journal_head TO nghisu_app;
    GRANT SELECT, INSERT ON journal_entry TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (body, key, erased_at) ON journal_text TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON journal_result TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON journal_snapshot TO nghisu_app;
  `)
  // ENABLE ALWAYS: session_replication_role = replica, which turns other triggers off, does not open the journal.
  await knex.raw(`
    CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% on % is refused: the journal is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
    END $$;

    CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
      FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
    ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER journal_entry_append_only;

    CREATE TRIGGER journal_head_stays BEFORE DELETE OR TRUNCATE ON journal_head
      FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
    ALTER TABLE journal_head ENABLE ALWAYS TRIGGER journal_head_stays;
    CREATE TRIGGER journal_head_grows BEFORE UPDATE ON journal_head
      FOR EACH ROW WHEN (NEW.meeting_id <> OLD.meeting_id OR NEW.seq <= OLD.seq) EXECUTE FUNCTION journal_refuse();
    ALTER TABLE journal_head ENABLE ALWAYS TRIGGER journal_head_grows;

    CREATE TRIGGER journal_text_stays BEFORE DELETE OR TRUNCATE ON journal_text
      FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
    ALTER TABLE journal_text ENABLE ALWAYS TRIGGER journal_text_stays;
    CREATE TRIGGER journal_text_only_erased BEFORE UPDATE ON journal_text
      FOR EACH ROW
      WHEN (NEW.id <> OLD.id OR NEW.meeting_id <> OLD.meeting_id OR OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL)
      EXECUTE FUNCTION journal_refuse();
    ALTER TABLE journal_text ENABLE ALWAYS TRIGGER journal_text_only_erased;
  `)
}

/** Refuses once anything was written: a journal is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM journal_entry) THEN
        RAISE EXCEPTION 'the journal holds entries: export them, then drop its tables by hand';
      END IF;
    END $$;
    DROP TABLE journal_snapshot, journal_result, journal_text, journal_entry, journal_head;
    DROP FUNCTION journal_refuse();
  `)
}
