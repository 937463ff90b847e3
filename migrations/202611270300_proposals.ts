import type { Knex } from 'knex'

/** One point of a checklist: what is looked at, beside which field of the proposal it is shown, and which rule demands it. */
const point = (id: string, field: string, vi: string, en: string, basis: string) => ({ id, field, text: { vi, en }, basis })

const FORMAT = 'Quy định 399-QĐ/TW ngày 09/01/2026; Hướng dẫn 36-HD/VPTW ngày 03/4/2018'
const LEAD = 'Quyết định 45/2018/QĐ-TTg (tài liệu gửi trước ít nhất 3 ngày làm việc)'
const RULES = 'Quy chế làm việc của cấp uỷ'
const SECRETS = 'Luật Bảo vệ bí mật nhà nước số 117/2025/QH15'

const form = point('the-thuc', 'documents', 'Tờ trình đúng thể thức, có người ký', 'The submission has the prescribed layout and a signer', FORMAT)
const clear = point('noi-dung', 'summary', 'Nêu rõ sự cần thiết, phương án và kiến nghị', 'States the need, the options and what is proposed', RULES)
const powers = point('tham-quyen', 'title', 'Đúng thẩm quyền của cơ quan được trình', 'Within the powers of the body that it is submitted to', RULES)
const time = point('thoi-han', 'proposedOn', 'Ngày đề nghị kịp thời hạn gửi tài liệu', 'The proposed day leaves time to send the papers', LEAD)
const open = point('do-mat', 'documents', 'Không có nội dung thuộc bí mật nhà nước', 'Nothing in it is a state secret', SECRETS)
const based = point('can-cu', 'legalBasis', 'Căn cứ pháp lý đầy đủ, còn hiệu lực', 'The legal basis is complete and in force', RULES)
const opinions = point('lay-y-kien', 'documents', 'Có ý kiến của các cơ quan liên quan', 'The agencies concerned have given their opinion', RULES)
const drafted = point('du-thao', 'documents', 'Dự thảo văn bản phù hợp với tờ trình', 'The draft agrees with the submission', FORMAT)

/** What a first start has; administrators edit it, each time as a new version. */
const kinds = [
  {
    name: { vi: 'Chủ trương, đề án', en: 'Policy or project' }, checklist: [powers, clear, based, opinions, form, drafted, time, open],
    required: ['submission', 'draft'], check_days: 3, revise_days: 5,
  },
  {
    name: { vi: 'Ban hành văn bản', en: 'Document to be issued' }, checklist: [powers, based, form, drafted, opinions, time, open],
    required: ['submission', 'draft', 'legalBasis'], check_days: 3, revise_days: 5,
  },
  {
    name: { vi: 'Báo cáo, xin ý kiến chỉ đạo', en: 'Report or request for guidance' }, checklist: [powers, clear, form, time, open],
    required: ['submission'], check_days: 2, revise_days: 3,
  },
]

/** Proposals of units to bodies: what is proposed, by which checklist it is checked, and every step that it took. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE proposal_kind (
      kind_id uuid NOT NULL DEFAULT uuidv7(),
      version integer NOT NULL CHECK (version > 0),
      name jsonb NOT NULL,
      checklist jsonb NOT NULL,
      required text[] NOT NULL CHECK (required <@ ARRAY['submission', 'draft', 'annex', 'legalBasis']),
      check_days integer NOT NULL CHECK (check_days > 0),
      revise_days integer NOT NULL CHECK (revise_days > 0),
      basis text NOT NULL,
      since date NOT NULL,
      until date,
      actor_id uuid REFERENCES person,
      at timestamptz(3) NOT NULL DEFAULT now(),
      PRIMARY KEY (kind_id, version),
      CHECK (until IS NULL OR until >= since)
    );
    COMMENT ON TABLE proposal_kind IS
      'Kinds of procedure in versions that never change. In force on a day (of Asia/Ho_Chi_Minh): the highest version whose first day has come, unless its last day is past. Names, checklist and required documents as in protocol/proposal-kinds.ts; terms in working days. No actor: the installation itself.';

    CREATE TABLE proposal (
      id uuid PRIMARY KEY REFERENCES matter,
      unit_id uuid NOT NULL REFERENCES unit,
      body_id uuid NOT NULL REFERENCES body,
      kind_id uuid NOT NULL,
      kind_version integer,
      status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'submitted', 'returned', 'accepted', 'withdrawn')),
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      round integer NOT NULL DEFAULT 0 CHECK (round >= 0),
      since timestamptz(3) NOT NULL,
      due_on date,
      checker_id uuid REFERENCES person,
      title text NOT NULL CHECK (title <> ''),
      summary text NOT NULL,
      asks text NOT NULL CHECK (asks IN ('decide', 'opinion', 'report')),
      proposed_on date,
      legal_basis text NOT NULL,
      presenter_id uuid REFERENCES person,
      edited_at timestamptz(3) NOT NULL,
      edited_by uuid NOT NULL REFERENCES person,
      creator_id uuid NOT NULL REFERENCES person,
      creation_key text NOT NULL,
      FOREIGN KEY (kind_id, kind_version) REFERENCES proposal_kind,
      CHECK (round = 0 OR kind_version IS NOT NULL),
      CHECK (status NOT IN ('submitted', 'returned', 'accepted') OR round > 0),
      CONSTRAINT proposal_created_once UNIQUE (creator_id, creation_key)
    );
    CREATE INDEX proposal_of_unit ON proposal (unit_id, since DESC, id DESC);
    CREATE INDEX proposal_of_body ON proposal (body_id, since DESC, id DESC) WHERE round > 0;
    COMMENT ON TABLE proposal IS
      'What a unit proposes to a body, without a state secret in it. Whether it is on an agenda, put off or dealt with is read off the agenda items of its matter.';
    COMMENT ON COLUMN proposal.version IS 'Counts the changes; who changes it names the one that they began from.';
    COMMENT ON COLUMN proposal.round IS 'How often it was submitted; the office knows it from the first time on.';
    COMMENT ON COLUMN proposal.since IS 'When it came to whoever holds it: the unit, or the office of the body.';
    COMMENT ON COLUMN proposal.due_on IS 'The last day for whoever holds it.';

    CREATE TABLE proposal_document (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      proposal_id uuid NOT NULL REFERENCES proposal,
      kind text NOT NULL CHECK (kind IN ('submission', 'draft', 'annex', 'legalBasis')),
      name text NOT NULL CHECK (name <> ''),
      sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
      bytes bigint NOT NULL CHECK (bytes > 0),
      added_at timestamptz(3) NOT NULL,
      added_by uuid NOT NULL REFERENCES person,
      upload_key text NOT NULL,
      removed_at timestamptz(3),
      removed_by uuid REFERENCES person,
      CHECK (num_nulls(removed_at, removed_by) <> 1),
      UNIQUE (proposal_id, upload_key)
    );
    CREATE INDEX proposal_document_of_file ON proposal_document (sha256);
    COMMENT ON TABLE proposal_document IS
      'Documents of proposals; their files are kept outside the database under their hash. One that was taken away stays readable in what was submitted with it.';

    CREATE TABLE proposal_submission (
      proposal_id uuid NOT NULL REFERENCES proposal,
      round integer NOT NULL CHECK (round > 0),
      at timestamptz(3) NOT NULL,
      content jsonb NOT NULL,
      documents uuid[] NOT NULL,
      PRIMARY KEY (proposal_id, round)
    );
    COMMENT ON TABLE proposal_submission IS 'Each proposal as it was handed in, so that a later one shows what has changed.';

    CREATE TABLE proposal_check (
      proposal_id uuid NOT NULL,
      round integer NOT NULL,
      item_id text NOT NULL,
      state text NOT NULL CHECK (state IN ('ok', 'missing')),
      note text NOT NULL,
      revision integer NOT NULL CHECK (revision > 0),
      actor_id uuid NOT NULL REFERENCES person,
      at timestamptz(3) NOT NULL,
      PRIMARY KEY (proposal_id, round, item_id),
      FOREIGN KEY (proposal_id, round) REFERENCES proposal_submission
    );
    COMMENT ON TABLE proposal_check IS 'How the office found each point of the checklist in one submission.';

    CREATE TABLE proposal_step (
      proposal_id uuid NOT NULL REFERENCES proposal,
      seq integer NOT NULL CHECK (seq > 0),
      at timestamptz(3) NOT NULL,
      actor_id uuid NOT NULL REFERENCES person,
      kind text NOT NULL CHECK (kind IN ('drafted', 'submitted', 'checking', 'returned', 'accepted', 'withdrawn')),
      reason text NOT NULL,
      holder text NOT NULL CHECK (holder IN ('unit', 'office', 'none')),
      due_on date,
      PRIMARY KEY (proposal_id, seq)
    );
    COMMENT ON TABLE proposal_step IS
      'What happened to a proposal, who did it, who holds it from then on and until when. Never changed, never deleted.';
    CREATE TRIGGER proposal_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proposal_step
      FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    ALTER TABLE proposal_step ENABLE ALWAYS TRIGGER proposal_step_append_only;

    GRANT SELECT, INSERT ON proposal_kind, proposal_submission, proposal_step TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (state, note, revision, actor_id, at) ON proposal_check TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (removed_at, removed_by) ON proposal_document TO nghisu_app;
    GRANT SELECT, INSERT,
      UPDATE (body_id, kind_id, kind_version, status, version, round, since, due_on, checker_id, title, summary, asks, proposed_on, legal_basis,
        presenter_id, edited_at, edited_by)
      ON proposal TO nghisu_app;
  `)
  await knex('proposal_kind').insert(kinds.map(({ name, checklist, ...kind }) => ({
    ...kind, version: 1, name: JSON.stringify(name), checklist: JSON.stringify(checklist), basis: RULES, since: '2026-01-01',
  })))
}

/** Refuses once anything was proposed: what units wrote is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM proposal) THEN
        RAISE EXCEPTION 'there are proposals: export them, then drop their tables by hand';
      END IF;
    END $$;
    DROP TABLE proposal_step, proposal_check, proposal_submission, proposal_document, proposal, proposal_kind;
  `)
}
