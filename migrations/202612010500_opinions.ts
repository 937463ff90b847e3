import type { Knex } from 'knex'

/** Written opinions of a body's incumbents on a matter: who is asked, what each answered, and what came of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE opinion (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      matter_id uuid NOT NULL REFERENCES proposal,
      body_id uuid NOT NULL REFERENCES body,
      title text NOT NULL CHECK (title <> ''),
      question text NOT NULL CHECK (question <> ''),
      documents uuid[] NOT NULL,
      rule jsonb NOT NULL,
      opened_at timestamptz(3) NOT NULL,
      opened_by uuid NOT NULL REFERENCES person,
      creation_key text NOT NULL,
      due_on date NOT NULL,
      due_at timestamptz(3) NOT NULL,
      working_days integer NOT NULL CHECK (working_days > 0),
      moved_from date,
      remind_at timestamptz(3),
      state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'passed', 'rebound', 'withdrawn')),
      closed_at timestamptz(3),
      closed_by uuid REFERENCES person,
      reason text NOT NULL DEFAULT '',
      result jsonb,
      meeting_id uuid REFERENCES meeting,
      item_id uuid REFERENCES agenda_item,
      paper_id uuid,
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      title_folded text GENERATED ALWAYS AS (fold_text(title)) STORED,
      CHECK ((state = 'open') = (closed_at IS NULL)),
      CHECK ((state IN ('passed', 'rebound')) = (result IS NOT NULL)),
      CHECK (num_nulls(meeting_id, item_id) <> 1),
      CHECK (meeting_id IS NULL OR state = 'rebound'),
      CHECK (paper_id IS NULL OR state = 'passed'),
      CONSTRAINT opinion_begun_once UNIQUE (opened_by, creation_key)
    );
    CREATE UNIQUE INDEX opinion_under_way ON opinion (matter_id) WHERE state = 'open';
    CREATE INDEX opinion_of_matter ON opinion (matter_id, opened_at DESC);
    CREATE INDEX opinion_of_body ON opinion (body_id, opened_at DESC, id DESC);
    CREATE INDEX opinion_due ON opinion (due_at) WHERE state = 'open';
    CREATE INDEX opinion_remind ON opinion (remind_at) WHERE state = 'open';
    COMMENT ON TABLE opinion IS
      'A body asked for its written opinion (xin ý kiến bằng văn bản) on an accepted proposal, without a state secret in it. One at a time of a matter.';
    COMMENT ON COLUMN opinion.documents IS 'The documents of the proposal that it was opened with, in their order.';
    COMMENT ON COLUMN opinion.rule IS 'The body''s rule at the opening, of protocol/opinion-rule.ts: a later change of the body''s regulations leaves it as it is.';
    COMMENT ON COLUMN opinion.due_at IS 'No answer is taken from this instant on; on due_on, a working day, which moved on from moved_from where that was a day off.';
    COMMENT ON COLUMN opinion.remind_at IS 'When those who have not answered are reminded next; null: no more.';
    COMMENT ON COLUMN opinion.closed_by IS 'Who stopped it; null where it closed by itself.';
    COMMENT ON COLUMN opinion.result IS 'What it came to as of the deadline, of protocol/opinions.ts.';
    COMMENT ON COLUMN opinion.item_id IS 'Where it came back to; null on one that came back while no meeting was planned: it waits for one to be convened.';

    CREATE TABLE opinion_asked (
      opinion_id uuid NOT NULL REFERENCES opinion,
      person_id uuid NOT NULL REFERENCES person,
      place integer NOT NULL CHECK (place > 0),
      office text NOT NULL,
      revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
      demand_at timestamptz(3),
      demand_reason text,
      departed boolean NOT NULL DEFAULT false,
      PRIMARY KEY (opinion_id, person_id),
      UNIQUE (opinion_id, place),
      CHECK (num_nulls(demand_at, demand_reason) <> 1)
    );
    CREATE INDEX opinion_asked_of_person ON opinion_asked (person_id);
    COMMENT ON TABLE opinion_asked IS 'The incumbents with a vote at the opening, by protocol rank: who comes later is not asked.';
    COMMENT ON COLUMN opinion_asked.revision IS 'How often they answered; 0: not yet.';
    COMMENT ON COLUMN opinion_asked.departed IS 'Set at the closing: their term had ended by then.';

    CREATE TABLE opinion_answer (
      opinion_id uuid NOT NULL,
      person_id uuid NOT NULL,
      revision integer NOT NULL CHECK (revision > 0),
      choice text NOT NULL CHECK (choice IN ('agree', 'disagree', 'other')),
      text text NOT NULL,
      at timestamptz(3) NOT NULL,
      key text NOT NULL,
      PRIMARY KEY (opinion_id, person_id, revision),
      FOREIGN KEY (opinion_id, person_id) REFERENCES opinion_asked,
      UNIQUE (opinion_id, person_id, key),
      CHECK (choice <> 'other' OR text <> '')
    );
    COMMENT ON TABLE opinion_answer IS 'Each answer with each change of it; the last one counts. Never changed, never deleted.';
    CREATE TRIGGER opinion_answer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opinion_answer
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE opinion_answer ENABLE ALWAYS TRIGGER opinion_answer_append_only;

    CREATE FUNCTION opinion_answer_admit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (SELECT FROM opinion WHERE id = NEW.opinion_id AND state = 'open' AND NEW.at < due_at) THEN
        RAISE EXCEPTION 'answers are taken while it is open, before its deadline' USING ERRCODE = 'check_violation';
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER opinion_answer_admitted BEFORE INSERT ON opinion_answer FOR EACH ROW EXECUTE FUNCTION opinion_answer_admit();
    ALTER TABLE opinion_answer ENABLE ALWAYS TRIGGER opinion_answer_admitted;

    CREATE TABLE opinion_post (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      opinion_id uuid NOT NULL REFERENCES opinion,
      person_id uuid NOT NULL REFERENCES person,
      at timestamptz(3) NOT NULL,
      text text NOT NULL CHECK (text <> ''),
      key text NOT NULL,
      UNIQUE (opinion_id, person_id, key)
    );
    CREATE INDEX opinion_post_of_opinion ON opinion_post (opinion_id, id DESC);
    COMMENT ON TABLE opinion_post IS 'The discussion in writing, where the body''s rule allows one.';

    CREATE TABLE opinion_point (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      opinion_id uuid NOT NULL REFERENCES opinion,
      summary text NOT NULL CHECK (summary <> ''),
      person_ids uuid[] NOT NULL CHECK (cardinality(person_ids) > 0),
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      written_by uuid NOT NULL REFERENCES person,
      written_at timestamptz(3) NOT NULL,
      key text NOT NULL,
      accepted boolean,
      why text NOT NULL DEFAULT '',
      replied_by uuid REFERENCES person,
      replied_at timestamptz(3),
      CHECK (num_nonnulls(accepted, replied_by, replied_at) IN (0, 3)),
      CHECK (accepted IS DISTINCT FROM false OR why <> ''),
      UNIQUE (opinion_id, written_by, key)
    );
    CREATE INDEX opinion_point_of_opinion ON opinion_point (opinion_id, id);
    COMMENT ON TABLE opinion_point IS
      'The consolidation (tổng hợp, tiếp thu, giải trình): what the office made of some members'' opinions, whether the drafting unit accepts it, and why.';

    GRANT SELECT, INSERT, UPDATE (remind_at, due_on, due_at, moved_from, working_days, state, closed_at, closed_by, reason, result, meeting_id, item_id, paper_id, version) ON opinion TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (revision, demand_at, demand_reason, departed) ON opinion_asked TO nghisu_app;
    GRANT SELECT, INSERT ON opinion_answer, opinion_post TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (summary, person_ids, version, written_at, accepted, why, replied_by, replied_at) ON opinion_point TO nghisu_app;

    ALTER TABLE task ALTER meeting_id DROP NOT NULL, ALTER item_id DROP NOT NULL, ADD opinion_id uuid REFERENCES opinion,
      ADD CONSTRAINT task_follows_from_one CHECK (num_nulls(meeting_id, item_id) <> 1 AND num_nonnulls(item_id, opinion_id) = 1);
    CREATE INDEX task_of_opinion ON task (opinion_id) WHERE opinion_id IS NOT NULL;
    COMMENT ON COLUMN task.opinion_id IS 'The written opinion that it follows from, where no meeting decided it; conclusion_version is then 0.';
    GRANT INSERT (opinion_id) ON task TO nghisu_app;
  `)
}

/** Refuses once anybody was asked: what members answered is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM opinion) THEN
        RAISE EXCEPTION 'there are written opinions: export them, then drop their tables by hand';
      END IF;
    END $$;
    ALTER TABLE task DROP CONSTRAINT task_follows_from_one, DROP COLUMN opinion_id, ALTER meeting_id SET NOT NULL, ALTER item_id SET NOT NULL;
    DROP TABLE opinion_point, opinion_post, opinion_answer, opinion_asked, opinion;
    DROP FUNCTION opinion_answer_admit();
  `)
}
