import type { Knex } from 'knex'
import { getConstructionPlans } from 'pg-boss'

/**
 * Notices and how they reach people; invitations and their answers; and the schema `jobs` of pg-boss, which belongs to the
 * owner like everything else: the server's role works in it and changes nothing of its make.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE person
      ADD email text CHECK (email <> '' AND email !~ '[[:cntrl:]]'),
      ADD language text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en'));
    COMMENT ON COLUMN person.email IS 'Where mails go; null: none is known.';
    COMMENT ON COLUMN person.language IS 'The language that the person is written to in.';
    GRANT UPDATE (email, language) ON person TO nghisu_app;

    CREATE TABLE push_subscription (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      person_id uuid NOT NULL REFERENCES person,
      endpoint text NOT NULL UNIQUE,
      p256dh text NOT NULL,
      auth text NOT NULL,
      device text NOT NULL,
      created_at timestamptz(3) NOT NULL
    );
    CREATE INDEX push_subscription_person ON push_subscription (person_id);
    COMMENT ON TABLE push_subscription IS 'Browsers whose people agreed to web push; one endpoint is one browser, of whoever subscribed it last.';

    CREATE TABLE calendar_feed (
      person_id uuid PRIMARY KEY REFERENCES person,
      secret_hash bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
      created_at timestamptz(3) NOT NULL
    );
    COMMENT ON TABLE calendar_feed IS 'The calendar link of a person, as SHA-256 of its secret: who reads the table cannot use it.';

    CREATE TABLE notice (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      person_id uuid NOT NULL REFERENCES person,
      dedupe_key text NOT NULL,
      topic text NOT NULL,
      kind text NOT NULL,
      content jsonb NOT NULL,
      link text NOT NULL,
      created_at timestamptz(3) NOT NULL,
      read_at timestamptz(3),
      told boolean NOT NULL DEFAULT false,
      CONSTRAINT notice_once UNIQUE (person_id, dedupe_key)
    );
    CREATE INDEX notice_of_person ON notice (person_id, id DESC);
    CREATE INDEX notice_unread ON notice (person_id) WHERE read_at IS NULL;
    CREATE INDEX notice_untold ON notice (id) WHERE NOT told;
    CREATE INDEX notice_topic ON notice (topic, kind, id);
    COMMENT ON TABLE notice IS
      'The outbox: what people are told, written in the transaction of the change that it tells of, and deleted some months later.';
    COMMENT ON COLUMN notice.dedupe_key IS 'The same key is told the same person once.';
    COMMENT ON COLUMN notice.topic IS 'What it is about, as meeting:<id>.';
    COMMENT ON COLUMN notice.content IS 'Words in both languages, the buttons of the mail, the calendar entry, what a push may say.';
    COMMENT ON COLUMN notice.told IS 'Open pages of the person were told that it is there.';

    CREATE TABLE notice_delivery (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      notice_id uuid NOT NULL REFERENCES notice ON DELETE CASCADE,
      subscription_id uuid REFERENCES push_subscription ON DELETE CASCADE,
      state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'notConfigured', 'noAddress', 'failed')),
      tries integer NOT NULL DEFAULT 0,
      due_at timestamptz(3) NOT NULL,
      sent_at timestamptz(3),
      failure text,
      CHECK ((sent_at IS NOT NULL) = (state = 'sent'))
    );
    CREATE INDEX notice_delivery_due ON notice_delivery (due_at) WHERE state = 'waiting';
    CREATE INDEX notice_delivery_notice ON notice_delivery (notice_id);
    CREATE INDEX notice_delivery_subscription ON notice_delivery (subscription_id);
    COMMENT ON TABLE notice_delivery IS
      'One way of a notice to its person: the mail (no subscription) or a push to one browser. Waiting until it was taken; due_at also keeps others off while one process is at it.';

    CREATE TABLE invitation_draft (
      meeting_id uuid PRIMARY KEY REFERENCES meeting,
      version integer NOT NULL CHECK (version > 0),
      content jsonb NOT NULL,
      saved_at timestamptz(3) NOT NULL
    );
    COMMENT ON TABLE invitation_draft IS 'What the office wrote for the next giấy mời of a meeting; none: what is proposed.';

    CREATE TABLE invitation (
      id uuid PRIMARY KEY,
      meeting_id uuid NOT NULL REFERENCES meeting,
      body_id uuid NOT NULL REFERENCES body,
      number integer NOT NULL CHECK (number > 0),
      number_year integer NOT NULL,
      issued_at timestamptz(3) NOT NULL,
      paper jsonb NOT NULL,
      CONSTRAINT invitation_number_once UNIQUE (body_id, number_year, number)
    );
    CREATE INDEX invitation_meeting ON invitation (meeting_id, issued_at DESC);
    COMMENT ON TABLE invitation IS 'Giấy mời as they went out; the latest of a meeting takes the place of the others.';
    COMMENT ON COLUMN invitation.number_year IS 'The year of issue in Vietnam; in each a body numbers its invitations anew.';
    COMMENT ON COLUMN invitation.paper IS 'Letterhead, text, facts and programme as they stood on it.';

    CREATE TABLE invitation_round (
      meeting_id uuid PRIMARY KEY REFERENCES meeting,
      sequence integer NOT NULL,
      told jsonb NOT NULL,
      asked_at timestamptz(3) NOT NULL,
      due_at timestamptz(3),
      reminded_at timestamptz(3)
    );
    CREATE INDEX invitation_round_due ON invitation_round (due_at) WHERE due_at IS NOT NULL;
    COMMENT ON TABLE invitation_round IS 'What people were told of a meeting last: what differs from it is still to be told.';
    COMMENT ON COLUMN invitation_round.sequence IS 'SEQUENCE of the calendar entries sent last (RFC 5545): rises with each sending.';
    COMMENT ON COLUMN invitation_round.asked_at IS 'When people were asked last: answers of before, to another start or mode, wait for being given again.';
    COMMENT ON COLUMN invitation_round.due_at IS 'When the changes since then are told, once the programme has come to rest.';

    CREATE TABLE invitation_answer (
      meeting_id uuid NOT NULL,
      person_id uuid NOT NULL,
      answer text NOT NULL CHECK (answer IN ('inPerson', 'online', 'absent', 'substitute')),
      via text NOT NULL CHECK (via IN ('product', 'mail', 'office')),
      answered_at timestamptz(3) NOT NULL,
      reason_text uuid REFERENCES journal_text,
      substitute_id uuid REFERENCES person,
      decision text CHECK (decision IN ('waiting', 'agreed', 'declined')),
      PRIMARY KEY (meeting_id, person_id),
      FOREIGN KEY (meeting_id, person_id) REFERENCES meeting_participant (meeting_id, person_id),
      CHECK ((answer = 'substitute') = (substitute_id IS NOT NULL)),
      CHECK ((substitute_id IS NULL) = (decision IS NULL))
    );
    CREATE INDEX invitation_answer_person ON invitation_answer (person_id);
    COMMENT ON TABLE invitation_answer IS 'Answers as they stand; how they came about is told by the journal.';

    ALTER TABLE meeting_participant ADD substitute_for uuid REFERENCES person CHECK (substitute_for <> person_id);
    COMMENT ON COLUMN meeting_participant.substitute_for IS 'In whose place this one attends, with the chair''s consent.';

    CREATE TABLE reminder_rule (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid REFERENCES body,
      unit text NOT NULL CHECK (unit IN ('workingDays', 'minutes')),
      amount integer NOT NULL CHECK (amount > 0),
      whom text NOT NULL CHECK (whom IN ('silent', 'expected')),
      basis text NOT NULL
    );
    CREATE INDEX reminder_rule_body ON reminder_rule (body_id);
    COMMENT ON TABLE reminder_rule IS
      'How long before a meeting who is reminded: silent, those without an answer; expected, everybody but the absent. A body with rules of its own does not follow the common ones (no body).';
    INSERT INTO reminder_rule (unit, amount, whom, basis) VALUES
      ('workingDays', 2, 'silent', 'Thông lệ: giấy mời gửi trước 3 ngày làm việc (Quyết định 45/2018/QĐ-TTg), nhắc khi còn 2 ngày'),
      ('minutes', 60, 'expected', 'Thông lệ: nhắc trước giờ khai mạc');

    CREATE TABLE reminder_done (
      meeting_id uuid NOT NULL REFERENCES meeting,
      rule_id uuid NOT NULL REFERENCES reminder_rule ON DELETE CASCADE,
      starts_at timestamptz(3) NOT NULL,
      done_at timestamptz(3) NOT NULL,
      PRIMARY KEY (meeting_id, rule_id, starts_at)
    );
    COMMENT ON TABLE reminder_done IS 'Which rules have reminded of a meeting, at which start: put off, it is reminded of again.';

    GRANT SELECT, INSERT, DELETE, UPDATE (person_id, p256dh, auth, device, created_at) ON push_subscription TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (secret_hash, created_at) ON calendar_feed TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (read_at, told) ON notice TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (state, tries, due_at, sent_at, failure) ON notice_delivery TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (version, content, saved_at) ON invitation_draft TO nghisu_app;
    GRANT SELECT, INSERT ON invitation TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (sequence, told, asked_at, due_at, reminded_at) ON invitation_round TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (answer, via, answered_at, reason_text, substitute_id, decision) ON invitation_answer TO nghisu_app;
    GRANT UPDATE (role, office, voting, rank, items_only, substitute_for) ON meeting_participant TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON reminder_rule TO nghisu_app;
    GRANT SELECT, INSERT ON reminder_done TO nghisu_app;
  `)
  await knex.raw(constructJobs())
  await knex.raw(`
    GRANT USAGE ON SCHEMA jobs TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO nghisu_app;
  `)
}

/** pg-boss's own statements, in the migration's transaction instead of one of theirs. A later version of it brings a migration of its own. */
function constructJobs(): string {
  return getConstructionPlans('jobs').replace(/^\s*BEGIN;/, '').replace(/COMMIT;\s*$/, '').replaceAll('?', '\\?')
}

/** Refuses once invitations went out: what people were told is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM invitation) THEN
        RAISE EXCEPTION 'there are invitations: export the journals of their meetings, then drop the tables by hand';
      END IF;
    END $$;
    DROP SCHEMA jobs CASCADE;
    REVOKE UPDATE ON meeting_participant FROM nghisu_app;
    ALTER TABLE meeting_participant DROP substitute_for;
    DROP TABLE reminder_done, reminder_rule, invitation_answer, invitation_round, invitation, invitation_draft,
      notice_delivery, notice, calendar_feed, push_subscription;
    ALTER TABLE person DROP email, DROP language;
  `)
}
