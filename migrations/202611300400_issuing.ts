import type { Knex } from 'knex'

/**
 * Official papers of bodies and the register of their numbers. What was numbered before (published minutes, invitations)
 * stands in it from now on, so that no number is given again.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE number_series (
      body_id uuid NOT NULL REFERENCES body,
      kind text NOT NULL CHECK (kind IN ('minutes', 'conclusionNotice', 'resolution', 'invitation')),
      year integer NOT NULL CHECK (year BETWEEN 1900 AND 2200),
      start integer NOT NULL DEFAULT 1 CHECK (start > 0),
      last integer CHECK (last >= start),
      PRIMARY KEY (body_id, kind, year)
    );
    COMMENT ON TABLE number_series IS
      'The numbers of a body''s papers of one kind in one year (of issue, in Vietnam). The row is the lock under which the next is taken, in the transaction that issues.';
    COMMENT ON COLUMN number_series.start IS 'Where the series begins, as the office set it; the audit says why.';
    COMMENT ON COLUMN number_series.last IS 'Given last; null: none yet.';

    CREATE TABLE issued_paper (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      meeting_id uuid REFERENCES meeting,
      kind text NOT NULL CHECK (kind IN ('minutes', 'conclusionNotice', 'resolution', 'invitation')),
      year integer NOT NULL,
      number integer NOT NULL CHECK (number > 0),
      style text NOT NULL CHECK (style IN ('party', 'state')),
      symbol text NOT NULL,
      abstract text NOT NULL,
      abstract_folded text NOT NULL GENERATED ALWAYS AS (fold_text(abstract)) STORED,
      channel text NOT NULL CHECK (channel IN ('electronic', 'paper')),
      issued_at timestamptz(3) NOT NULL,
      issued_by uuid REFERENCES person,
      audience jsonb,
      content jsonb,
      chair_id uuid REFERENCES person,
      clerk_id uuid REFERENCES person,
      status text NOT NULL DEFAULT 'issued' CHECK (status IN ('issued', 'recalled', 'replaced')),
      ended_at timestamptz(3),
      end_reason text,
      replaces_id uuid UNIQUE REFERENCES issued_paper,
      signed_sha256 bytea CHECK (octet_length(signed_sha256) = 32),
      creation_key text,
      creation_fingerprint bytea,
      CHECK ((ended_at IS NOT NULL) = (status <> 'issued')),
      CHECK (channel = 'electronic' OR content IS NULL),
      CONSTRAINT issued_paper_number_once UNIQUE (body_id, kind, year, number),
      CONSTRAINT issued_paper_entered_once UNIQUE (issued_by, creation_key)
    );
    CREATE INDEX issued_paper_register ON issued_paper (body_id, issued_at DESC, id DESC);
    CREATE INDEX issued_paper_meeting ON issued_paper (meeting_id) WHERE meeting_id IS NOT NULL;
    CREATE INDEX issued_paper_chair ON issued_paper (chair_id) WHERE chair_id IS NOT NULL;
    CREATE INDEX issued_paper_clerk ON issued_paper (clerk_id) WHERE clerk_id IS NOT NULL;
    CREATE INDEX issued_paper_signed ON issued_paper (signed_sha256) WHERE signed_sha256 IS NOT NULL;
    COMMENT ON TABLE issued_paper IS 'Papers as they were issued, electronically or on paper: the register (sổ văn bản). A number stays whatever becomes of its paper.';
    COMMENT ON COLUMN issued_paper.content IS 'What is printed, with letterhead and frame as they were; null: issued on paper, or its meeting prints it.';
    COMMENT ON COLUMN issued_paper.audience IS 'Who of the meeting is told of it, as its journal has it.';
    COMMENT ON COLUMN issued_paper.chair_id IS 'Who signs it, and beside them the clerk where the template asks for both.';
    COMMENT ON COLUMN issued_paper.signed_sha256 IS 'The file with the signatures that it bears by now.';

    CREATE TABLE paper_signature (
      paper_id uuid NOT NULL REFERENCES issued_paper,
      signer_id uuid NOT NULL REFERENCES person,
      signed_at timestamptz(3) NOT NULL,
      file_sha256 bytea NOT NULL CHECK (octet_length(file_sha256) = 32),
      certificate jsonb NOT NULL,
      PRIMARY KEY (paper_id, signer_id)
    );
    CREATE INDEX paper_signature_file ON paper_signature (file_sha256);
    COMMENT ON TABLE paper_signature IS 'Signatures (PAdES) that papers bear, each with the file as it was after it.';
    COMMENT ON COLUMN paper_signature.certificate IS 'Subject, issuer and SHA-256 of the signer''s certificate.';

    CREATE TABLE paper_preparation (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      paper_id uuid NOT NULL REFERENCES issued_paper,
      signer_id uuid NOT NULL REFERENCES person,
      file_sha256 bytea NOT NULL CHECK (octet_length(file_sha256) = 32),
      base_sha256 bytea CHECK (octet_length(base_sha256) = 32),
      made_at timestamptz(3) NOT NULL,
      UNIQUE (paper_id, signer_id)
    );
    COMMENT ON TABLE paper_preparation IS 'Files that wait for a signature made elsewhere; base is the signed file that they were prepared upon.';

    CREATE TABLE paper_recipient (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      paper_id uuid NOT NULL REFERENCES issued_paper,
      person_id uuid REFERENCES person,
      unit_id uuid REFERENCES unit,
      name text,
      address text CHECK (address <> '' AND address !~ '[[:cntrl:]]'),
      added_at timestamptz(3) NOT NULL,
      delivered_at timestamptz(3),
      mail text CHECK (mail IN ('waiting', 'sent', 'notConfigured', 'noAddress', 'failed')),
      mail_tries integer NOT NULL DEFAULT 0,
      mail_due_at timestamptz(3),
      mail_news text CHECK (mail_news IN ('issued', 'recalled', 'replaced')),
      opened_at timestamptz(3), opened_by uuid REFERENCES person,
      confirmed_at timestamptz(3), confirmed_by uuid REFERENCES person,
      CHECK (num_nonnulls(person_id, unit_id, address) = 1),
      CHECK ((address IS NULL) = (mail IS NULL)),
      UNIQUE (paper_id, person_id), UNIQUE (paper_id, unit_id)
    );
    CREATE UNIQUE INDEX paper_recipient_address ON paper_recipient (paper_id, lower(address));
    CREATE INDEX paper_recipient_person ON paper_recipient (person_id, added_at DESC, id DESC) WHERE person_id IS NOT NULL;
    CREATE INDEX paper_recipient_unit ON paper_recipient (unit_id, added_at DESC, id DESC) WHERE unit_id IS NOT NULL;
    CREATE INDEX paper_recipient_mail ON paper_recipient (mail_due_at) WHERE mail = 'waiting';
    COMMENT ON TABLE paper_recipient IS 'To whom papers went, and the receipts: a person, a unit (whoever works in it), or a mail address.';
    COMMENT ON COLUMN paper_recipient.mail_news IS 'What the mail that is on its way, or went last, tells.';

    CREATE TABLE usual_recipient (
      body_id uuid NOT NULL REFERENCES body,
      kind text NOT NULL CHECK (kind IN ('minutes', 'conclusionNotice', 'resolution', 'invitation')),
      recipients jsonb NOT NULL,
      version integer NOT NULL CHECK (version > 0),
      PRIMARY KEY (body_id, kind)
    );
    COMMENT ON TABLE usual_recipient IS 'To whom a body''s papers of a kind usually go: what their list begins with.';

    INSERT INTO issued_paper (body_id, meeting_id, kind, year, number, style, symbol, abstract, channel, issued_at)
      SELECT body_id, meeting_id, 'minutes', number_year, number, frame->'letterhead'->>'style', frame->'letterhead'->>'minutesSymbol',
        content->>'abstract', 'electronic', published_at
      FROM minutes WHERE number IS NOT NULL;
    INSERT INTO issued_paper (id, body_id, meeting_id, kind, year, number, style, symbol, abstract, channel, issued_at)
      SELECT id, body_id, meeting_id, 'invitation', number_year, number, paper->'letterhead'->>'style', paper->>'symbol',
        paper->'text'->>'abstract', 'electronic', issued_at
      FROM invitation;
    INSERT INTO number_series (body_id, kind, year, start, last)
      SELECT body_id, kind, year, min(number), max(number) FROM issued_paper GROUP BY body_id, kind, year;
    UPDATE issued_paper AS later SET replaces_id = earlier.id FROM (
      SELECT id, lag(id) OVER (PARTITION BY meeting_id ORDER BY issued_at, number) AS before FROM issued_paper WHERE kind = 'invitation'
    ) AS step JOIN issued_paper AS earlier ON earlier.id = step.before WHERE later.id = step.id;
    UPDATE issued_paper SET status = 'replaced', ended_at = later.issued_at FROM issued_paper AS later WHERE later.replaces_id = issued_paper.id;

    GRANT SELECT, INSERT, UPDATE (start, last) ON number_series TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (status, ended_at, end_reason, signed_sha256, creation_key, creation_fingerprint) ON issued_paper TO nghisu_app;
    GRANT SELECT, INSERT ON paper_signature TO nghisu_app;
    GRANT SELECT, INSERT, DELETE ON paper_preparation TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (delivered_at, mail, mail_tries, mail_due_at, mail_news, opened_at, opened_by, confirmed_at, confirmed_by)
      ON paper_recipient TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (recipients, version) ON usual_recipient TO nghisu_app;
  `)
}

/** Refuses once numbers were given here: what was issued is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM issued_paper WHERE issued_by IS NOT NULL OR content IS NOT NULL) THEN
        RAISE EXCEPTION 'there are issued papers: export the register, then drop its tables by hand';
      END IF;
    END $$;
    DROP TABLE usual_recipient, paper_recipient, paper_preparation, paper_signature, issued_paper, number_series;
  `)
}
