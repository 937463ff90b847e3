import type { Knex } from 'knex'

/**
 * Surveys. Of an anonymous round, that somebody has answered stands with them, and what was answered stands with nobody: while
 * it is open, encrypted under keys outside the database; once it has closed, written anew by random names in one transaction.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE survey (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      title text NOT NULL,
      anonymous boolean NOT NULL,
      respondents_read boolean NOT NULL DEFAULT false,
      version integer NOT NULL DEFAULT 1,
      creator_id uuid NOT NULL REFERENCES person,
      creation_key text NOT NULL,
      edited_at timestamptz(3) NOT NULL,
      UNIQUE (creator_id, creation_key)
    );
    CREATE INDEX survey_body ON survey (body_id, id);
    COMMENT ON TABLE survey IS 'Surveys of bodies. title is that of the latest form; version counts the changes of who may read results.';

    CREATE TABLE survey_form (
      survey_id uuid NOT NULL REFERENCES survey,
      number integer NOT NULL CHECK (number > 0),
      revision integer NOT NULL DEFAULT 1,
      form jsonb NOT NULL,
      edited_by uuid NOT NULL REFERENCES person,
      edited_at timestamptz(3) NOT NULL,
      PRIMARY KEY (survey_id, number)
    );
    COMMENT ON TABLE survey_form IS 'Versions of what a survey asks (SurveyForm of protocol/survey-form.ts). revision counts the changes of a version; none once a round has opened with it.';

    CREATE TABLE survey_reader (
      survey_id uuid NOT NULL REFERENCES survey,
      person_id uuid NOT NULL REFERENCES person,
      PRIMARY KEY (survey_id, person_id)
    );
    CREATE INDEX survey_reader_person ON survey_reader (person_id);
    COMMENT ON TABLE survey_reader IS 'Whom the makers of a survey show its results to.';

    CREATE TABLE survey_rule (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid REFERENCES body,
      since date NOT NULL,
      fewest integer NOT NULL CHECK (fewest BETWEEN 1 AND 100),
      confidence double precision NOT NULL CHECK (confidence BETWEEN 0.5 AND 0.999),
      basis text NOT NULL CHECK (basis <> ''),
      actor_id uuid REFERENCES person,
      at timestamptz(3) NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE survey_rule IS 'Fewer anonymous answers than fewest are withheld; confidence is that of intervals (0.95). In force from since, the latest entered first; body_id null: for every body that has none of its own.';

    CREATE TABLE survey_round (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      survey_id uuid NOT NULL REFERENCES survey,
      number integer NOT NULL CHECK (number > 0),
      name text NOT NULL,
      form_number integer NOT NULL,
      opens_at timestamptz(3) NOT NULL,
      closes_at timestamptz(3) NOT NULL CHECK (closes_at > opens_at),
      anonymous boolean NOT NULL,
      by_unit boolean NOT NULL,
      linked boolean NOT NULL,
      fewest integer NOT NULL,
      confidence double precision NOT NULL,
      basis text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      creation_key text NOT NULL,
      announced boolean NOT NULL DEFAULT false,
      counted boolean NOT NULL DEFAULT false,
      unreadable integer NOT NULL DEFAULT 0 CHECK (unreadable >= 0),
      UNIQUE (survey_id, number),
      UNIQUE (survey_id, creation_key),
      FOREIGN KEY (survey_id, form_number) REFERENCES survey_form,
      CHECK (anonymous OR NOT linked)
    );
    CREATE INDEX survey_round_waiting ON survey_round (opens_at) WHERE NOT announced;
    CREATE INDEX survey_round_uncounted ON survey_round (closes_at) WHERE anonymous AND NOT counted;
    COMMENT ON TABLE survey_round IS 'Rounds, open from opens_at to before closes_at. fewest, confidence and basis are of the rule in force when it was made. linked: there is a shared link. announced: those invited were told. counted: its anonymous answers were opened and its key destroyed.';
    COMMENT ON COLUMN survey_round.unreadable IS 'Answers that could not be decrypted when the round was counted.';

    CREATE TABLE survey_ticket (
      id uuid PRIMARY KEY,
      round_id uuid NOT NULL REFERENCES survey_round ON DELETE CASCADE,
      person_id uuid REFERENCES person,
      unit_id uuid REFERENCES unit,
      kind text NOT NULL CHECK (kind IN ('person', 'code', 'browser')),
      used boolean NOT NULL DEFAULT false,
      receipt bytea,
      CHECK ((kind = 'person') = (person_id IS NOT NULL)),
      UNIQUE (round_id, person_id)
    );
    CREATE INDEX survey_ticket_round ON survey_ticket (round_id, kind, used);
    CREATE INDEX survey_ticket_person ON survey_ticket (person_id) WHERE person_id IS NOT NULL;
    COMMENT ON TABLE survey_ticket IS 'Ways into a round, each for one answer: of a person, a printed code, or a browser that came by the shared link. The token of a link is the id, signed; it is not kept. No time, and nothing of what was answered.';
    COMMENT ON COLUMN survey_ticket.receipt IS 'HMAC of the key of the browser that used it, so that sending again is told from answering again.';

    CREATE TABLE survey_sealed (
      round_id uuid NOT NULL REFERENCES survey_round,
      slot bytea NOT NULL CHECK (octet_length(slot) = 16),
      sealed bytea NOT NULL,
      PRIMARY KEY (round_id, slot)
    );
    ALTER TABLE survey_sealed ALTER COLUMN sealed SET STORAGE EXTERNAL;
    COMMENT ON TABLE survey_sealed IS 'Answers of an anonymous round until it is counted: AES-256-GCM, all of one length, under a random name. The key is outside the database and destroyed at the counting.';

    CREATE TABLE survey_answer (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      round_id uuid NOT NULL REFERENCES survey_round,
      ticket_id uuid REFERENCES survey_ticket UNIQUE,
      unit_id uuid REFERENCES unit,
      answers jsonb NOT NULL,
      revision integer NOT NULL DEFAULT 1
    );
    CREATE INDEX survey_answer_round ON survey_answer (round_id, id);
    COMMENT ON TABLE survey_answer IS 'Answers (SurveyAnswers of protocol/survey-form.ts). Of a named round with its ticket; of an anonymous one with none, all written at once in random order. No times.';

    GRANT SELECT, INSERT, UPDATE (title, respondents_read, version, edited_at) ON survey TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (revision, form, edited_by, edited_at) ON survey_form TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON survey_reader TO nghisu_app;
    GRANT SELECT, INSERT ON survey_rule TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (name, opens_at, closes_at, version, announced, counted, unreadable) ON survey_round TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (used, receipt) ON survey_ticket TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON survey_sealed TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (answers, revision) ON survey_answer TO nghisu_app;

    INSERT INTO survey_rule (since, fewest, confidence, basis) VALUES
      ('2025-01-01', 5, 0.95, 'Mặc định của sản phẩm: ngưỡng 5 người là thông lệ thống kê; Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 không nêu con số.');
  `)
  // The rules refuse these first; this holds also against a mistake in them.
  await knex.raw(`
    CREATE FUNCTION survey_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$;

    CREATE FUNCTION survey_form_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM survey_round WHERE survey_id = OLD.survey_id AND form_number = OLD.number AND opens_at <= now()) THEN
        RAISE EXCEPTION 'a round has opened with this form: it stays as it is' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER survey_form_stays BEFORE UPDATE ON survey_form FOR EACH ROW EXECUTE FUNCTION survey_form_frozen();
    ALTER TABLE survey_form ENABLE ALWAYS TRIGGER survey_form_stays;

    CREATE FUNCTION survey_answer_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT anonymous FROM survey_round WHERE id = NEW.round_id) <> (NEW.ticket_id IS NULL) THEN
        RAISE EXCEPTION 'an answer stands with its ticket in a named round, and never in an anonymous one' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER survey_answer_admitted BEFORE INSERT ON survey_answer FOR EACH ROW EXECUTE FUNCTION survey_answer_admit();
    ALTER TABLE survey_answer ENABLE ALWAYS TRIGGER survey_answer_admitted;

    CREATE TRIGGER survey_sealed_fixed BEFORE UPDATE ON survey_sealed FOR EACH STATEMENT EXECUTE FUNCTION survey_refuse();
    CREATE TRIGGER survey_rule_fixed BEFORE UPDATE OR DELETE ON survey_rule FOR EACH STATEMENT EXECUTE FUNCTION survey_refuse();
    CREATE TRIGGER survey_ticket_stays_used BEFORE UPDATE ON survey_ticket FOR EACH ROW WHEN (OLD.used) EXECUTE FUNCTION survey_refuse();
    CREATE TRIGGER survey_round_counted_fixed BEFORE UPDATE ON survey_round FOR EACH ROW WHEN (OLD.counted AND NOT NEW.counted) EXECUTE FUNCTION survey_refuse();
  `)
}

/** Refuses once anything was answered. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM survey_ticket WHERE used) THEN
        RAISE EXCEPTION 'there are answers to surveys: export them, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE survey_answer, survey_sealed, survey_ticket, survey_round, survey_rule, survey_reader, survey_form, survey;
    DROP FUNCTION survey_answer_admit();
    DROP FUNCTION survey_form_frozen();
    DROP FUNCTION survey_refuse();
  `)
}
