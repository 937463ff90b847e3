import { readFileSync } from 'node:fs'
import type { Knex } from 'knex'

interface Shipped {
  groups: { id: string, name: object, intended: number | null }[]
  procedures: { code: string, versions: { version: number, since: string, until: string | null, reason: string, content: { groupId: string } }[] }[]
}

/** What a first start has, in the format of the catalogue's export: its units are none, so it needs no installation. */
const shipped = () => JSON.parse(readFileSync(new URL('../server/procedures/shipped-2026-11-30.json', import.meta.url), 'utf8')) as Shipped

/** Administrative procedures: the catalogue in versions, instances under way with their steps, forms and history. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE procedure_group (
      id text PRIMARY KEY,
      name jsonb NOT NULL,
      intended integer CHECK (intended > 0),
      rank integer NOT NULL
    );
    COMMENT ON TABLE procedure_group IS 'Groups of the catalogue of administrative procedures; intended: how many procedures the set that it comes from has.';

    CREATE TABLE procedure (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      code text NOT NULL,
      CONSTRAINT procedure_code_once UNIQUE (code)
    );
    COMMENT ON TABLE procedure IS 'An administrative procedure (quy trình), whose content is in its versions.';

    CREATE TABLE procedure_version (
      procedure_id uuid NOT NULL REFERENCES procedure,
      version integer NOT NULL CHECK (version > 0),
      group_id text NOT NULL REFERENCES procedure_group,
      content jsonb NOT NULL,
      since date NOT NULL,
      until date,
      reason text NOT NULL CHECK (reason <> ''),
      actor_id uuid REFERENCES person,
      at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (procedure_id, version),
      CHECK (until IS NULL OR until >= since)
    );
    COMMENT ON TABLE procedure_version IS
      'Versions that never change, as in protocol/procedure-rules.ts, limits in working days. In force on a day (of Asia/Ho_Chi_Minh): the highest version whose first day has come, unless its last day is past. No actor: the installation itself.';
    CREATE TRIGGER procedure_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON procedure_version
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE procedure_version ENABLE ALWAYS TRIGGER procedure_version_append_only;

    CREATE TABLE procedure_instance (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      procedure_id uuid NOT NULL,
      procedure_version integer NOT NULL,
      unit_id uuid NOT NULL REFERENCES unit,
      body_id uuid NOT NULL REFERENCES body,
      title text NOT NULL CHECK (title <> ''),
      title_folded text GENERATED ALWAYS AS (fold_text(title)) STORED,
      state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'ended', 'cancelled')),
      step_no integer NOT NULL DEFAULT 1 CHECK (step_no > 0),
      since timestamptz(3) NOT NULL,
      due_on date,
      holder_id uuid REFERENCES person,
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      started_at timestamptz(3) NOT NULL,
      creator_id uuid NOT NULL REFERENCES person,
      creation_key text NOT NULL,
      FOREIGN KEY (procedure_id, procedure_version) REFERENCES procedure_version,
      CHECK ((state = 'running') = (due_on IS NOT NULL)),
      CHECK (state = 'running' OR holder_id IS NULL),
      CONSTRAINT procedure_instance_once UNIQUE (creator_id, creation_key)
    );
    CREATE INDEX procedure_instance_latest ON procedure_instance (since DESC, id DESC);
    CREATE INDEX procedure_instance_of_unit ON procedure_instance (unit_id, since DESC);
    CREATE INDEX procedure_instance_of_body ON procedure_instance (body_id, since DESC);
    CREATE INDEX procedure_instance_of_procedure ON procedure_instance (procedure_id, procedure_version);
    CREATE INDEX procedure_instance_due ON procedure_instance (due_on) WHERE state = 'running';
    COMMENT ON TABLE procedure_instance IS
      'A procedure under way (hồ sơ), without a state secret in it: present state; what happened is in procedure_event.';
    COMMENT ON COLUMN procedure_instance.holder_id IS 'The person to whom the present step was handed on; null: all who are responsible for it.';
    COMMENT ON COLUMN procedure_instance.since IS 'When it came to its present step, or was over.';

    CREATE TABLE procedure_instance_step (
      instance_id uuid NOT NULL REFERENCES procedure_instance,
      step_no integer NOT NULL CHECK (step_no > 0),
      name text NOT NULL,
      days integer NOT NULL CHECK (days > 0),
      role text CHECK (role IN ('starter', 'office', 'chair', 'members')),
      unit_id uuid REFERENCES unit,
      PRIMARY KEY (instance_id, step_no),
      CHECK (role IS NOT NULL OR unit_id IS NOT NULL)
    );
    CREATE INDEX procedure_instance_step_of_unit ON procedure_instance_step (unit_id);
    COMMENT ON TABLE procedure_instance_step IS
      'The steps of an instance as they were when it was started. unit_id: who is responsible, of the starter''s steps its unit; without one, the role in the instance''s body.';

    CREATE TABLE procedure_run (
      instance_id uuid NOT NULL,
      seq integer NOT NULL CHECK (seq > 0),
      step_no integer NOT NULL,
      began_at timestamptz(3) NOT NULL,
      due_on date NOT NULL,
      ended_at timestamptz(3),
      outcome text CHECK (outcome IN ('done', 'returned', 'cancelled')),
      took_days integer CHECK (took_days >= 0),
      late_days integer CHECK (late_days >= 0),
      PRIMARY KEY (instance_id, seq),
      FOREIGN KEY (instance_id, step_no) REFERENCES procedure_instance_step,
      CHECK (num_nonnulls(ended_at, outcome, took_days, late_days) IN (0, 4))
    );
    CREATE UNIQUE INDEX procedure_run_open ON procedure_run (instance_id) WHERE ended_at IS NULL;
    CREATE INDEX procedure_run_ended ON procedure_run (ended_at);
    COMMENT ON TABLE procedure_run IS
      'Stays of an instance at a step. took_days: working days by the calendar as it stood when the stay ended, the first day not counted; late_days: those after due_on.';

    CREATE TABLE procedure_form_entry (
      instance_id uuid NOT NULL REFERENCES procedure_instance,
      form_id text NOT NULL,
      revision integer NOT NULL CHECK (revision > 0),
      content jsonb NOT NULL,
      saved_by uuid NOT NULL REFERENCES person,
      saved_at timestamptz(3) NOT NULL,
      PRIMARY KEY (instance_id, form_id, revision)
    );
    COMMENT ON TABLE procedure_form_entry IS 'Forms as they were filled in, every saving; the highest revision is the present one.';

    CREATE TABLE procedure_event (
      instance_id uuid NOT NULL REFERENCES procedure_instance,
      seq integer NOT NULL CHECK (seq > 0),
      at timestamptz(3) NOT NULL,
      actor_id uuid NOT NULL REFERENCES person,
      kind text NOT NULL CHECK (kind IN ('started', 'formSaved', 'done', 'handedOn', 'returned', 'ended', 'cancelled')),
      step_no integer NOT NULL,
      to_step_no integer,
      note text NOT NULL,
      person_id uuid REFERENCES person,
      form_id text,
      revision integer,
      due_on date,
      PRIMARY KEY (instance_id, seq)
    );
    CREATE INDEX procedure_event_handed ON procedure_event (person_id, instance_id) WHERE person_id IS NOT NULL;
    COMMENT ON TABLE procedure_event IS 'What happened to an instance, in the transaction in which it did. Never changed, never deleted.';
    CREATE TRIGGER procedure_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON procedure_event
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE procedure_event ENABLE ALWAYS TRIGGER procedure_event_append_only;

    ALTER TABLE audit_entry
      ADD procedure_id uuid REFERENCES procedure,
      DROP CONSTRAINT audit_entry_of_something,
      ADD CONSTRAINT audit_entry_of_something CHECK (num_nonnulls(subject_id, body_id, unit_id, day, meeting_rule_id, procedure_id) > 0);
    CREATE INDEX audit_entry_procedure ON audit_entry (procedure_id, at) WHERE procedure_id IS NOT NULL;
    COMMENT ON COLUMN audit_entry.procedure_id IS 'The procedure of the catalogue that it tells of.';

    GRANT SELECT, INSERT ON procedure, procedure_version, procedure_instance_step, procedure_form_entry, procedure_event TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (name, intended) ON procedure_group TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (state, step_no, since, due_on, holder_id, version) ON procedure_instance TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (ended_at, outcome, took_days, late_days) ON procedure_run TO nghisu_app;
  `)
  const { groups, procedures } = shipped()
  await knex('procedure_group').insert(groups.map(({ name, ...group }, rank) => ({ ...group, name: JSON.stringify(name), rank })))
  for (const { code, versions } of procedures) {
    const [row] = await knex('procedure').insert({ code }).returning<{ id: string }[]>('id')
    await knex('procedure_version').insert(versions.map(({ content, ...version }) => (
      { ...version, procedure_id: row?.id, group_id: content.groupId, content: JSON.stringify(content) })))
  }
}

/** Refuses once there are instances, or procedures of one's own: they are not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM procedure_instance) OR EXISTS (SELECT FROM procedure_version WHERE actor_id IS NOT NULL) THEN
        RAISE EXCEPTION 'there are procedures of this installation: export them, then drop their tables by hand';
      END IF;
    END $$;
    DROP INDEX audit_entry_procedure;
    ALTER TABLE audit_entry
      DROP CONSTRAINT audit_entry_of_something, DROP procedure_id,
      ADD CONSTRAINT audit_entry_of_something CHECK (num_nonnulls(subject_id, body_id, unit_id, day, meeting_rule_id) > 0);
    DROP TABLE procedure_event, procedure_form_entry, procedure_run, procedure_instance_step, procedure_instance, procedure_version, procedure, procedure_group;
  `)
}
