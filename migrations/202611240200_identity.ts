import type { Knex } from 'knex'

/** People, their accounts and sessions, and the record of what was done to them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE person (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      full_name text NOT NULL CHECK (full_name <> ''),
      office text NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE person IS 'People, with or without an account. The full name stands in one piece: it is never split.';

    CREATE TABLE account (
      person_id uuid PRIMARY KEY REFERENCES person,
      username text NOT NULL UNIQUE CHECK (username = lower(username)),
      password_hash text,
      administrator boolean NOT NULL DEFAULT false,
      disabled_at timestamptz(3),
      session_version integer NOT NULL DEFAULT 1
    );
    COMMENT ON TABLE account IS 'Who may sign in. password_hash is argon2id in PHC form; null until a first password was set.';
    COMMENT ON COLUMN account.session_version IS 'Raised at a new password or when disabled: sessions of an older version are over.';

    CREATE TABLE reset_code (
      person_id uuid PRIMARY KEY REFERENCES account,
      code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
      issued_by uuid REFERENCES person,
      expires_at timestamptz(3) NOT NULL,
      used_at timestamptz(3)
    );
    COMMENT ON TABLE reset_code IS 'The latest one-time code of a person, as SHA-256: an earlier one is void once another is issued.';

    CREATE TABLE user_session (
      sid varchar PRIMARY KEY,
      sess json NOT NULL,
      expire timestamptz(6) NOT NULL,
      person_id uuid GENERATED ALWAYS AS ((sess ->> 'personId')::uuid) STORED
    );
    CREATE INDEX user_session_expire ON user_session (expire);
    CREATE INDEX user_session_person ON user_session (person_id);
    COMMENT ON TABLE user_session IS 'Sessions of signed-in browsers, in the layout of connect-pg-simple.';

    CREATE TABLE attempt_limit (
      key varchar(255) PRIMARY KEY,
      points integer NOT NULL DEFAULT 0,
      expire bigint
    );
    COMMENT ON TABLE attempt_limit IS
      'Attempts to sign in, counted by a hash of user name and address, in the layout of rate-limiter-flexible.';

    CREATE TABLE audit_entry (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      at timestamptz(3) NOT NULL DEFAULT now(),
      actor_id uuid REFERENCES person,
      subject_id uuid NOT NULL REFERENCES person,
      action text NOT NULL,
      data jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX audit_entry_subject ON audit_entry (subject_id, at);
    COMMENT ON TABLE audit_entry IS
      'Who did what to whose account, in ids and facts. Never changed, never deleted. No actor: the installation itself.';

    GRANT SELECT, INSERT, UPDATE (full_name, office) ON person TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (password_hash, disabled_at, session_version) ON account TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (code_hash, issued_by, expires_at, used_at) ON reset_code TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON user_session, attempt_limit TO nghisu_app;
    GRANT SELECT, INSERT ON audit_entry TO nghisu_app;

    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% on % is refused: the audit is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_append_only;
  `)
}

/** Refuses once there are accounts: people are not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM audit_entry) THEN
        RAISE EXCEPTION 'there are people and accounts: export them, then drop their tables by hand';
      END IF;
    END $$;
    DROP TABLE audit_entry, attempt_limit, user_session, reset_code, account, person;
    DROP FUNCTION audit_refuse();
  `)
}
