import { readFileSync } from 'node:fs'
import type { Knex } from 'knex'

interface Shipped { code: string, name: object, when: object[], effect: object, basis: { document: string, clause: string } }

/** What a first start has; administrators change it, each time by a new version. Reasons for each: docs/decisions/0037. */
const shipped = () => JSON.parse(readFileSync(new URL('../server/triage/shipped-2026-12-01.json', import.meta.url), 'utf8')) as Shipped[]

/** Triage of accepted matters: its rules in versions, what the office knows, who decided what and why, and what came of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A range of one word, so that "the same rule" stands in an exclusion constraint without an extension.
    CREATE TYPE rule_range AS RANGE (subtype = text, collation = "C");
    CREATE TABLE triage_rule (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      code text NOT NULL CHECK (code ~ '^[a-z][A-Za-z0-9]{1,39}$'),
      body_id uuid REFERENCES body,
      version integer NOT NULL CHECK (version > 0),
      since date NOT NULL,
      until date,
      name jsonb NOT NULL,
      conditions jsonb NOT NULL,
      effect jsonb NOT NULL,
      basis_document text NOT NULL,
      basis_clause text NOT NULL,
      reason text NOT NULL CHECK (reason <> ''),
      actor_id uuid REFERENCES person,
      at timestamptz(3) NOT NULL DEFAULT now(),
      CHECK (until IS NULL OR until >= since),
      CONSTRAINT triage_rule_version UNIQUE NULLS NOT DISTINCT (code, body_id, version),
      CONSTRAINT triage_rule_overlap EXCLUDE USING gist (
        rule_range(code || ' ' || coalesce(body_id::text, ''), code || ' ' || coalesce(body_id::text, ''), '[]') WITH &&, daterange(since, until, '[]') WITH &&)
    );
    COMMENT ON TABLE triage_rule IS
      'Rules by which a way to deal with a matter is proposed (protocol/triage-rules.ts), in versions that change in their last day alone. body_id: the body whose version it is in place of the common one. since and until are days of Asia/Ho_Chi_Minh, both included; versions of one code and body never overlap. No actor: the installation itself.';
    COMMENT ON COLUMN triage_rule.conditions IS 'All must hold for the rule to speak; of Condition in protocol/triage-rules.ts.';

    ALTER TABLE proposal
      ADD urgency text NOT NULL DEFAULT 'normal' CHECK (urgency IN ('normal', 'urgent', 'immediate')),
      ADD disagreement text NOT NULL DEFAULT 'unknown' CHECK (disagreement IN ('unknown', 'none', 'some', 'strong')),
      ADD wants_meeting boolean NOT NULL DEFAULT false,
      ADD settled text CHECK (settled IN ('outside', 'decided')),
      ADD CHECK (settled IS NULL OR status = 'accepted');
    COMMENT ON COLUMN proposal.disagreement IS 'Whether the unit expects members or other units to disagree.';
    COMMENT ON COLUMN proposal.wants_meeting IS 'The unit asks for a meeting of its own, on the day that it wishes.';
    COMMENT ON COLUMN proposal.settled IS 'Decided to be dealt with without a meeting and under way, or over; null otherwise, also after it came back from there. Written with triage_decision and triage_outcome.';

    CREATE TABLE triage_note (
      matter_id uuid PRIMARY KEY REFERENCES proposal,
      version integer NOT NULL CHECK (version > 0),
      disagreement text CHECK (disagreement IN ('unknown', 'none', 'some', 'strong')),
      legal text NOT NULL CHECK (legal IN ('none', 'meeting', 'inPerson')),
      cautions text[] NOT NULL CHECK (cautions <@ ARRAY['emergency', 'delegated', 'settledOtherwise', 'insteadOfInspection', 'tourism']),
      secret boolean NOT NULL,
      minutes integer NOT NULL CHECK (minutes BETWEEN 1 AND 600),
      actor_id uuid NOT NULL REFERENCES person,
      at timestamptz(3) NOT NULL
    );
    COMMENT ON TABLE triage_note IS 'What the office of the body knows of a matter for the rules, as it stands; each change is in the audit.';
    COMMENT ON COLUMN triage_note.secret IS 'The office found a state secret in it; nothing else of that is kept.';
    COMMENT ON COLUMN triage_note.minutes IS 'Minutes that it takes in a meeting.';

    CREATE TABLE triage_decision (
      matter_id uuid NOT NULL REFERENCES proposal,
      nth integer NOT NULL CHECK (nth > 0),
      body_id uuid NOT NULL REFERENCES body,
      way text NOT NULL CHECK (way IN ('meet', 'write', 'delegate', 'merge', 'online')),
      proposed text CHECK (proposed IN ('meet', 'write', 'delegate', 'merge', 'online')),
      reason text NOT NULL,
      facts jsonb NOT NULL,
      result jsonb NOT NULL,
      decider_id uuid NOT NULL REFERENCES person,
      at timestamptz(3) NOT NULL,
      delegate_id uuid REFERENCES person,
      due_on date,
      meeting_id uuid REFERENCES meeting,
      key text NOT NULL,
      PRIMARY KEY (matter_id, nth),
      CONSTRAINT triage_decision_once UNIQUE (decider_id, key),
      CHECK (way IS NOT DISTINCT FROM proposed OR reason <> ''),
      CHECK ((way = 'delegate') = (delegate_id IS NOT NULL) AND (way <> 'delegate' OR due_on IS NOT NULL)),
      CHECK (way <> 'merge' OR meeting_id IS NOT NULL)
    );
    CREATE INDEX triage_decision_of_body ON triage_decision (body_id, at);
    CREATE INDEX triage_decision_delegate ON triage_decision (delegate_id, due_on) WHERE delegate_id IS NOT NULL;
    COMMENT ON TABLE triage_decision IS
      'Who decided how a matter is dealt with, what the rules proposed and knew then (facts, result of protocol/triage-rules.ts), and why the decision departs from it. Never changed, never deleted; a matter that came back or was put off is decided anew.';
    COMMENT ON COLUMN triage_decision.meeting_id IS 'The meeting whose agenda it came onto with the decision; null where it was to be convened.';
    CREATE TRIGGER triage_decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON triage_decision
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE triage_decision ENABLE ALWAYS TRIGGER triage_decision_append_only;

    CREATE TABLE triage_outcome (
      matter_id uuid NOT NULL,
      nth integer NOT NULL,
      kind text NOT NULL CHECK (kind IN ('decided', 'rebound')),
      at timestamptz(3) NOT NULL,
      actor_id uuid REFERENCES person,
      note text NOT NULL,
      meeting_id uuid REFERENCES meeting,
      PRIMARY KEY (matter_id, nth),
      FOREIGN KEY (matter_id, nth) REFERENCES triage_decision
    );
    COMMENT ON TABLE triage_outcome IS
      'How a decision to deal with a matter without a meeting ended: decided that way, or come back (rebound). What a meeting did with one is read off its agenda. Never changed, never deleted. No actor: it ended by itself.';
    CREATE TRIGGER triage_outcome_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON triage_outcome
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE triage_outcome ENABLE ALWAYS TRIGGER triage_outcome_append_only;

    GRANT SELECT, INSERT, UPDATE (until) ON triage_rule TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (version, disagreement, legal, cautions, secret, minutes, actor_id, at) ON triage_note TO nghisu_app;
    GRANT SELECT, INSERT ON triage_decision, triage_outcome TO nghisu_app;
    GRANT UPDATE (urgency, disagreement, wants_meeting, settled) ON proposal TO nghisu_app;
  `)
  await knex('triage_rule').insert(shipped().map(({ code, name, when, effect, basis }) => ({
    code, version: 1, since: '2026-01-01', name: JSON.stringify(name), conditions: JSON.stringify(when), effect: JSON.stringify(effect),
    basis_document: basis.document, basis_clause: basis.clause, reason: 'Bộ quy tắc ban đầu',
  })))
}

/** Refuses once anything was decided: why a body met or did not is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM triage_decision) THEN
        RAISE EXCEPTION 'there are triage decisions: export them, then drop their tables by hand';
      END IF;
    END $$;
    DROP TABLE triage_outcome, triage_decision, triage_note, triage_rule;
    DROP TYPE rule_range;
    ALTER TABLE proposal DROP urgency, DROP disagreement, DROP wants_meeting, DROP settled;
  `)
}
