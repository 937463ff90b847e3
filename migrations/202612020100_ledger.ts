import type { Knex } from 'knex'

/**
 * A matter that was stopped is neither decided nor a rebound; a cause of the ledger says by which way; what the product says itself
 * is kept as facts and worded for whoever reads it; a rule that was put right on its first day is kept, and speaks no more.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE triage_outcome
      DROP CONSTRAINT triage_outcome_kind_check,
      ADD CONSTRAINT triage_outcome_kind_check CHECK (kind IN ('decided', 'rebound', 'stopped')),
      ADD tally jsonb;
    COMMENT ON TABLE triage_outcome IS
      'How a decision to deal with a matter without a meeting ended: decided that way, come back to be met about (rebound), or stopped before either: an opinion or a delegation was taken back. What a meeting did with one is read off its agenda. Never changed, never deleted. No actor: it ended by itself.';
    COMMENT ON COLUMN triage_outcome.note IS 'Words of the person who ended it; empty where it ended by itself.';
    COMMENT ON COLUMN triage_outcome.tally IS 'What a written opinion came to: inFavour, base, needed, and the causes (threshold, demand) of one that did not pass.';

    ALTER TABLE ledger_cause
      DROP CONSTRAINT ledger_cause_reason_check,
      ADD way text CHECK (way IN ('write', 'delegate', 'merge')),
      ADD reversed_kind text CHECK (reversed_kind IN ('rebound', 'stopped')),
      ADD reversed_tally jsonb;
    UPDATE ledger_cause SET reversed_kind = 'rebound' WHERE reversed_at IS NOT NULL;
    ALTER TABLE ledger_cause ADD CHECK (num_nulls(reversed_at, reversed_kind) <> 1);
    COMMENT ON COLUMN ledger_cause.way IS 'How a requested meeting was made needless; null for a cancelled sitting, and where it was not kept.';
    COMMENT ON COLUMN ledger_cause.reason IS 'Words of the person who decided; empty where they gave none.';
    COMMENT ON COLUMN ledger_cause.reversed_kind IS 'rebound: the matter was met about, or is to be. stopped: it was taken back undecided, which is neither a rebound nor a meeting avoided.';
    ALTER TABLE ledger_minutes DROP CONSTRAINT ledger_minutes_reason_check;

    ALTER TABLE triage_rule
      DROP CONSTRAINT triage_rule_overlap,
      ADD withdrawn_at timestamptz(3),
      ADD end_reason text NOT NULL DEFAULT '',
      ADD CONSTRAINT triage_rule_overlap EXCLUDE USING gist (
        rule_range(code || ' ' || coalesce(body_id::text, ''), code || ' ' || coalesce(body_id::text, ''), '[]') WITH &&, daterange(since, until, '[]') WITH &&)
        WHERE (withdrawn_at IS NULL);
    COMMENT ON COLUMN triage_rule.withdrawn_at IS 'Put right on its first day by a later version that has the same first day: it speaks no more. Decisions of that day keep its version.';
    COMMENT ON COLUMN triage_rule.end_reason IS 'Why its last day was set; empty where it has none.';

    GRANT UPDATE (withdrawn_at, end_reason) ON triage_rule TO nghisu_app;
    GRANT UPDATE (reversed_kind, reversed_tally) ON ledger_cause TO nghisu_app;
  `)
}

/** Refuses once something was stopped or put right: what it was cannot be said in the columns of before. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM triage_outcome WHERE kind = 'stopped') OR EXISTS (SELECT FROM triage_rule WHERE withdrawn_at IS NOT NULL)
        OR EXISTS (SELECT FROM ledger_cause WHERE reason = '' OR reversed_kind = 'stopped') OR EXISTS (SELECT FROM ledger_minutes WHERE reason = '') THEN
        RAISE EXCEPTION 'there are stopped matters, withdrawn rules or entries of the ledger without words: export them, then drop the columns by hand';
      END IF;
    END $$;
    ALTER TABLE triage_rule
      DROP CONSTRAINT triage_rule_overlap, DROP withdrawn_at, DROP end_reason,
      ADD CONSTRAINT triage_rule_overlap EXCLUDE USING gist (
        rule_range(code || ' ' || coalesce(body_id::text, ''), code || ' ' || coalesce(body_id::text, ''), '[]') WITH &&, daterange(since, until, '[]') WITH &&);
    ALTER TABLE ledger_minutes ADD CONSTRAINT ledger_minutes_reason_check CHECK (reason <> '');
    ALTER TABLE ledger_cause DROP way, DROP reversed_kind, DROP reversed_tally, ADD CONSTRAINT ledger_cause_reason_check CHECK (reason <> '');
    ALTER TABLE triage_outcome
      DROP CONSTRAINT triage_outcome_kind_check, DROP tally,
      ADD CONSTRAINT triage_outcome_kind_check CHECK (kind IN ('decided', 'rebound'));
    COMMENT ON COLUMN ledger_cause.reason IS NULL;
    COMMENT ON COLUMN triage_outcome.note IS NULL;
    COMMENT ON TABLE triage_outcome IS
      'How a decision to deal with a matter without a meeting ended: decided that way, or come back (rebound). What a meeting did with one is read off its agenda. Never changed, never deleted. No actor: it ended by itself.';
  `)
}
