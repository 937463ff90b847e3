import type { Knex } from 'knex'

const before = ['minutes', 'conclusionNotice', 'resolution', 'invitation']
const tables = ['number_series', 'issued_paper', 'usual_recipient', 'paper_template_version']

const kinds = (all: readonly string[]) => tables.map((table) => `
  ALTER TABLE ${table} DROP CONSTRAINT ${table}_kind_check;
  ALTER TABLE ${table} ADD CONSTRAINT ${table}_kind_check CHECK (kind IN (${all.map((kind) => `'${kind}'`).join(', ')}));`).join('')

/** Reports (báo cáo) are papers like others; that of results keeps the figures that it was made of. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(kinds([...before, 'report']))
  // Headed, signed and sent like a resolution, without what that is based upon and its formula.
  await knex.raw(`
    INSERT INTO paper_template_version (style, kind, version, since, basis, reason, template, made_at)
    SELECT style, 'report', 1, since, basis, reason, template || '{"type": "Báo cáo", "bases": [], "opening": [], "closing": []}', made_at
    FROM paper_template_version WHERE kind = 'resolution' AND version = 1;

    CREATE TABLE result_report (
      paper_id uuid PRIMARY KEY REFERENCES issued_paper,
      body_id uuid NOT NULL REFERENCES body,
      from_month text NOT NULL CHECK (from_month ~ '^\\d{4}-\\d\\d$'),
      to_month text NOT NULL CHECK (to_month ~ '^\\d{4}-\\d\\d$' AND to_month >= from_month),
      figures jsonb NOT NULL,
      sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
      by_id uuid NOT NULL REFERENCES person,
      key text NOT NULL,
      at timestamptz(3) NOT NULL,
      CONSTRAINT result_report_once UNIQUE (by_id, key)
    );
    CREATE INDEX result_report_body ON result_report (body_id, at DESC);
    COMMENT ON TABLE result_report IS
      'Reports of results that were issued, with the figures that they were made of: what happens later changes neither.';
    COMMENT ON COLUMN result_report.figures IS 'Results of protocol/results.ts, as they were when it was issued.';
    COMMENT ON COLUMN result_report.sha256 IS 'Of the figures as canonical JSON (RFC 8785): what whoever issued it had read.';
    COMMENT ON COLUMN result_report.key IS 'Of the command that issued it: a repeat finds the same report.';
    GRANT SELECT, INSERT ON result_report TO nghisu_app;
  `)
}

/** Refuses while there are reports, or templates of them that people wrote. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM issued_paper WHERE kind = 'report') OR EXISTS (SELECT FROM paper_template_version WHERE kind = 'report' AND made_by IS NOT NULL) THEN
        RAISE EXCEPTION 'there are reports, or templates of them that people wrote: they would be lost';
      END IF;
    END $$;
    DROP TABLE result_report;
    DELETE FROM number_series WHERE kind = 'report';
    DELETE FROM usual_recipient WHERE kind = 'report';
    DELETE FROM paper_template_version WHERE kind = 'report';
    ${kinds(before)}
  `)
}
