import type { Knex } from 'knex'

/** Conclusions of agenda items, the notices of them, and the tasks that they become. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE conclusion (
      item_id uuid PRIMARY KEY REFERENCES agenda_item,
      meeting_id uuid NOT NULL REFERENCES meeting,
      text_id uuid NOT NULL REFERENCES journal_text,
      version integer NOT NULL CHECK (version > 0),
      written_by uuid NOT NULL REFERENCES person,
      written_at timestamptz(3) NOT NULL,
      settled_by uuid REFERENCES person,
      settled_at timestamptz(3),
      CHECK (num_nulls(settled_by, settled_at) <> 1)
    );
    CREATE INDEX conclusion_of_meeting ON conclusion (meeting_id);
    CREATE INDEX conclusion_text ON conclusion (text_id);
    COMMENT ON TABLE conclusion IS
      'The chair''s conclusion on an agenda item as it stands, written in the transaction of the entries that tell of it. There is none on an item with a state secret.';
    COMMENT ON COLUMN conclusion.settled_at IS 'The minute and second of the decision: when the chair stood by this version; null while it is being written.';

    CREATE TABLE conclusion_version (
      item_id uuid NOT NULL REFERENCES conclusion,
      version integer NOT NULL CHECK (version > 0),
      text_id uuid NOT NULL REFERENCES journal_text,
      written_by uuid NOT NULL REFERENCES person,
      written_at timestamptz(3) NOT NULL,
      PRIMARY KEY (item_id, version)
    );
    COMMENT ON TABLE conclusion_version IS 'Every version of a conclusion as it was typed; texts are those of the meeting''s journal, erasable by law.';

    CREATE TABLE conclusion_notice (
      meeting_id uuid PRIMARY KEY REFERENCES meeting,
      body_id uuid NOT NULL REFERENCES body,
      status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'sent', 'approved', 'issued', 'waived')),
      due_on date NOT NULL,
      working_days integer NOT NULL CHECK (working_days > 0),
      basis text NOT NULL,
      version integer NOT NULL DEFAULT 0 CHECK (version >= 0),
      content jsonb,
      saved_at timestamptz(3),
      reason_text uuid REFERENCES journal_text,
      approved_by uuid REFERENCES person,
      approved_at timestamptz(3),
      paper_id uuid,
      number text,
      issued_at timestamptz(3),
      told_due boolean NOT NULL DEFAULT false,
      told_late boolean NOT NULL DEFAULT false,
      CHECK (num_nonnulls(paper_id, number, issued_at) = CASE status WHEN 'issued' THEN 3 ELSE 0 END),
      CHECK (status NOT IN ('sent', 'approved', 'issued') OR content IS NOT NULL),
      CHECK ((status IN ('approved', 'issued')) = (approved_at IS NOT NULL) AND num_nulls(approved_by, approved_at) <> 1)
    );
    CREATE INDEX conclusion_notice_due ON conclusion_notice (due_on) WHERE status IN ('draft', 'sent', 'approved');
    COMMENT ON TABLE conclusion_notice IS
      'The notice of a meeting''s conclusions (thông báo kết luận), from its closing on. Meetings that were closed before there were such rows have none.';
    COMMENT ON COLUMN conclusion_notice.due_on IS 'The last day for issuing it: so many working days after the closing, by the body''s rule at that time, whose basis stands beside it.';
    COMMENT ON COLUMN conclusion_notice.content IS 'The text as saved last, of protocol/minutes.ts; null before, while it is a draft from the conclusions as they stand.';
    COMMENT ON COLUMN conclusion_notice.reason_text IS 'Why the chair returned it, or why none is needed: an erasable text of the meeting''s journal.';
    COMMENT ON COLUMN conclusion_notice.told_due IS 'Office and chair were reminded that it comes due, and then (told_late) that it was not issued in time.';

    CREATE TABLE task (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      meeting_id uuid NOT NULL REFERENCES meeting,
      item_id uuid NOT NULL REFERENCES conclusion,
      conclusion_version integer NOT NULL,
      decided_at timestamptz(3) NOT NULL,
      lead_unit_id uuid REFERENCES unit,
      lead_person_id uuid REFERENCES person,
      what text NOT NULL CHECK (what <> ''),
      product text NOT NULL CHECK (product <> ''),
      responsibility text NOT NULL,
      authority text NOT NULL,
      due_on date NOT NULL,
      stage text NOT NULL DEFAULT 'assigned'
        CHECK (stage IN ('assigned', 'handedBack', 'accepted', 'inProgress', 'reported', 'closed', 'cancelled')),
      since timestamptz(3) NOT NULL,
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      percent integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
      asked_due_on date,
      asked_reason text,
      asked_at timestamptz(3),
      asked_by uuid REFERENCES person,
      told_soon date,
      told_late date,
      creator_id uuid NOT NULL REFERENCES person,
      creation_key text NOT NULL,
      title_words tsvector GENERATED ALWAYS AS (search_words(what)) STORED,
      words tsvector GENERATED ALWAYS AS (search_words(product || ' ' || responsibility || ' ' || authority)) STORED,
      what_folded text GENERATED ALWAYS AS (fold_text(what)) STORED,
      FOREIGN KEY (item_id, conclusion_version) REFERENCES conclusion_version,
      CHECK (num_nonnulls(lead_unit_id, lead_person_id) = 1),
      CHECK (num_nonnulls(asked_due_on, asked_reason, asked_at, asked_by) IN (0, 4)),
      CONSTRAINT task_created_once UNIQUE (creator_id, creation_key)
    );
    CREATE INDEX task_of_body ON task (body_id, due_on, id);
    CREATE INDEX task_of_unit ON task (lead_unit_id, due_on, id);
    CREATE INDEX task_of_person ON task (lead_person_id, due_on, id);
    CREATE INDEX task_of_item ON task (item_id);
    CREATE INDEX task_due ON task (due_on) WHERE stage IN ('assigned', 'handedBack', 'accepted', 'inProgress');
    CREATE INDEX task_title_words ON task USING gin (title_words);
    CREATE INDEX task_words ON task USING gin (words);
    COMMENT ON TABLE task IS
      'What a conclusion asks of one lead, with the "6 rõ" (Kết luận 226-KL/TW): lead, what, due_on, responsibility, authority, product. Present state; what happened is in task_event.';
    COMMENT ON COLUMN task.decided_at IS 'When the chair settled the conclusion: where the task is found in the meeting''s journal and recording.';
    COMMENT ON COLUMN task.due_on IS 'The last day, in Asia/Ho_Chi_Minh; a working day when it was set.';
    COMMENT ON COLUMN task.asked_due_on IS 'The later day that the lead asks for, until the office decides.';
    COMMENT ON COLUMN task.told_soon IS 'The due day of which its lead was reminded; told_late: the one after which office and lead were told that it is overdue.';
    COMMENT ON COLUMN task.title_words IS 'What a search compares of the task''s words; words: of its product, responsibility and authority.';

    CREATE TABLE task_unit (
      task_id uuid NOT NULL REFERENCES task ON DELETE CASCADE,
      unit_id uuid NOT NULL REFERENCES unit,
      PRIMARY KEY (task_id, unit_id)
    );
    CREATE INDEX task_unit_of_unit ON task_unit (unit_id);
    COMMENT ON TABLE task_unit IS 'The units that take part in a task beside its lead.';

    CREATE TABLE task_event (
      task_id uuid NOT NULL REFERENCES task,
      seq integer NOT NULL CHECK (seq > 0),
      at timestamptz(3) NOT NULL,
      actor_id uuid REFERENCES person,
      kind text NOT NULL,
      note text NOT NULL,
      stage text NOT NULL,
      due_on date,
      percent integer,
      facts jsonb,
      version integer NOT NULL,
      key text,
      PRIMARY KEY (task_id, seq),
      CONSTRAINT task_event_once UNIQUE (task_id, actor_id, key)
    );
    COMMENT ON TABLE task_event IS 'What happened to a task, who did it and in which words (kinds as in protocol/tasks.ts). Never changed, never deleted.';
    COMMENT ON COLUMN task_event.facts IS 'The task as it was assigned or changed, of TaskFacts in protocol/tasks.ts; null otherwise.';
    COMMENT ON COLUMN task_event.version IS 'The task''s version after it; with key, what a repeated request is answered with.';
    CREATE TRIGGER task_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON task_event
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE task_event ENABLE ALWAYS TRIGGER task_event_append_only;

    CREATE TABLE task_document (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      task_id uuid NOT NULL REFERENCES task,
      name text NOT NULL CHECK (name <> ''),
      sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
      bytes bigint NOT NULL CHECK (bytes > 0),
      added_at timestamptz(3) NOT NULL,
      added_by uuid NOT NULL REFERENCES person,
      upload_key text NOT NULL,
      removed_at timestamptz(3),
      UNIQUE (task_id, upload_key)
    );
    CREATE INDEX task_document_of_file ON task_document (sha256);
    COMMENT ON TABLE task_document IS 'Evidence of progress and of the product; files are kept outside the database under their hash.';

    CREATE TABLE task_agenda_item (
      task_id uuid NOT NULL REFERENCES task,
      item_id uuid NOT NULL REFERENCES agenda_item,
      PRIMARY KEY (task_id, item_id)
    );
    COMMENT ON TABLE task_agenda_item IS 'Agenda items under which an overdue task is reported on.';

    CREATE TABLE task_digest_declined (
      person_id uuid PRIMARY KEY REFERENCES person
    );
    COMMENT ON TABLE task_digest_declined IS 'Who wants no weekly digest of their tasks.';
    CREATE TABLE task_digest_run (
      week date PRIMARY KEY,
      at timestamptz(3) NOT NULL,
      people integer NOT NULL
    );
    COMMENT ON TABLE task_digest_run IS 'The weeks, by their Monday, whose digest was sent, and to how many people.';

    GRANT SELECT, INSERT, UPDATE (text_id, version, written_by, written_at, settled_by, settled_at) ON conclusion TO nghisu_app;
    GRANT SELECT, INSERT ON conclusion_version, task_event, task_agenda_item TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (people) ON task_digest_run TO nghisu_app;
    GRANT SELECT, INSERT,
      UPDATE (status, version, content, saved_at, reason_text, approved_by, approved_at, paper_id, number, issued_at, told_due, told_late)
      ON conclusion_notice TO nghisu_app;
    GRANT SELECT, INSERT,
      UPDATE (lead_unit_id, lead_person_id, what, product, responsibility, authority, due_on, stage, since, version, percent,
        asked_due_on, asked_reason, asked_at, asked_by, told_soon, told_late)
      ON task TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (removed_at) ON task_document TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON task_unit, task_digest_declined TO nghisu_app;
  `)
}

/** Refuses once there are tasks or issued notices: they are not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM task) OR EXISTS (SELECT FROM conclusion_notice WHERE status = 'issued') THEN
        RAISE EXCEPTION 'there are tasks or issued notices: export them, then drop their tables by hand';
      END IF;
    END $$;
    DROP TABLE task_digest_run, task_digest_declined, task_agenda_item, task_document, task_event, task_unit, task, conclusion_notice, conclusion_version, conclusion;
  `)
}
