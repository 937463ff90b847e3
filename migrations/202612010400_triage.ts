import type { Knex } from 'knex'

const DECISION_45 = 'Quyết định 45/2018/QĐ-TTg'
const CONCLUSION_226 = 'Kết luận 226-KL/TW (11/12/2025)'
const WORKING_RULES = 'Quy chế làm việc của cấp uỷ'
const SECRETS = 'Luật Bảo vệ bí mật nhà nước số 117/2025/QH15'

type Ways = ('write' | 'delegate' | 'merge' | 'online' | 'meet')[]
const forbid = (...ways: Ways) => ({ kind: 'forbid', ways })
const require = (...ways: Ways) => ({ kind: 'require', ways })
const favour = (weight: number, ...ways: Ways) => ({ kind: 'favour', ways, weight })
const caution = (code: string) => [{ fact: 'caution', among: [code] }]
const asks = (...among: string[]) => ({ fact: 'asks', among })
const disagreement = (...among: string[]) => ({ fact: 'disagreement', among })
const atLeast = (fact: string, value: number) => ({ fact, atLeast: value, atMost: null })
const atMost = (fact: string, value: number) => ({ fact, atLeast: null, atMost: value })

/** What a first start has; administrators change it, each time by a new version. Reasons for each: docs/decisions/0037. */
const rules: [code: string, vi: string, en: string, when: object[], effect: object, document: string, clause: string][] = [
  ['secret', 'Nội dung có bí mật nhà nước chỉ xử lý tại cuộc họp trực tiếp', 'A matter with a state secret is dealt with in person alone',
    [{ fact: 'secret', is: true }], forbid('write', 'online', 'delegate'), SECRETS, 'Không soạn thảo, lưu giữ, trao đổi bí mật nhà nước trên mạng'],
  ['legalMeeting', 'Pháp luật yêu cầu phải họp thì phải họp', 'Where the law demands a meeting, the body meets',
    [{ fact: 'legal', among: ['meeting', 'inPerson'] }], require('meet', 'merge', 'online'), WORKING_RULES, 'Nội dung bắt buộc thảo luận, quyết định tại hội nghị'],
  ['legalInPerson', 'Bầu cử, bỏ phiếu kín theo luật thì họp trực tiếp', 'Statutory elections are held in person',
    [{ fact: 'legal', among: ['inPerson'] }], forbid('online', 'write', 'delegate'), 'Quy chế bầu cử trong Đảng', 'Bầu cử bằng phiếu kín tại hội nghị'],
  ['emergencyRoutine', 'Đang có thiên tai hoặc tình huống khẩn cấp: không họp về công việc thường xuyên', 'During a disaster or an emergency one does not meet about routine work',
    caution('emergency'), forbid('meet', 'merge', 'online'), DECISION_45, 'Các trường hợp không tổ chức họp'],
  ['delegatedAlready', 'Việc đã phân công, phân cấp hoặc uỷ quyền thì người được giao quyết định', 'Work that was already delegated is decided by whom it was delegated to',
    caution('delegated'), require('delegate'), DECISION_45, 'Các trường hợp không tổ chức họp'],
  ['settledOtherwise', 'Việc pháp luật quy định giải quyết bằng cách thức khác thì không họp', 'One does not meet about what the law settles in another way',
    caution('settledOtherwise'), forbid('meet', 'merge', 'online'), DECISION_45, 'Các trường hợp không tổ chức họp'],
  ['inspectInstead', 'Việc cần kiểm tra tại chỗ thì giao người kiểm tra, không họp nghe báo cáo', 'What needs inspection on site is given to somebody who inspects it, and not reported in a meeting',
    caution('insteadOfInspection'), require('delegate'), DECISION_45, 'Các trường hợp không tổ chức họp'],
  ['noTourism', 'Không kết hợp họp với tham quan, du lịch', 'A meeting is not combined with tourism',
    caution('tourism'), forbid('meet'), DECISION_45, 'Các trường hợp không tổ chức họp'],
  ['strongDisagreement', 'Còn ý kiến khác nhau lớn thì phải bàn trực tiếp với nhau', 'What is strongly disputed is discussed face to face or voice to voice',
    [disagreement('strong')], forbid('write', 'delegate'), WORKING_RULES, 'Nguyên tắc tập trung dân chủ, thảo luận trước khi quyết định'],
  ['someDisagreement', 'Có ý kiến khác nhau thì nên thảo luận', 'Where opinions differ, discussing is better',
    [disagreement('some')], favour(20, 'meet', 'merge', 'online'), WORKING_RULES, 'Nguyên tắc tập trung dân chủ, thảo luận trước khi quyết định'],
  ['writtenNeedsTime', 'Xin ý kiến bằng văn bản cần ít nhất 3 ngày làm việc', 'Written opinions take at least 3 working days',
    [atMost('daysLeft', 2)], forbid('write'), WORKING_RULES, 'Thời hạn trả lời phiếu lấy ý kiến 3–5 ngày làm việc (cần đối chiếu)'],
  ['reportInWriting', 'Báo cáo thì gửi văn bản', 'A report is sent in writing',
    [asks('report'), disagreement('none', 'unknown')], favour(40, 'write'), CONCLUSION_226, 'Không đọc lại tài liệu đã gửi'],
  ['opinionInWriting', 'Xin ý kiến, không có bất đồng thì xin bằng văn bản', 'Opinions without disagreement are asked for in writing',
    [asks('opinion'), disagreement('none', 'unknown')], favour(35, 'write'), CONCLUSION_226, 'Giảm 10 % hội nghị mỗi năm'],
  ['agreedInWriting', 'Quyết định đã thống nhất thì lấy phiếu bằng văn bản', 'A decision that is agreed is taken in writing',
    [asks('decide'), disagreement('none')], favour(30, 'write'), WORKING_RULES, 'Lấy ý kiến bằng văn bản giữa hai kỳ họp (cần đối chiếu)'],
  ['freeTime', 'Phiên đã định còn thời gian thì ghép vào, không mở phiên mới', 'A planned meeting with time left takes it in, instead of another meeting',
    [atLeast('freeMinutes', 1)], favour(25, 'merge'), CONCLUSION_226, 'Giảm 10 % hội nghị mỗi năm; lồng ghép nội dung'],
  ['travel', 'Nhiều người phải đi xa thì họp trực tuyến', 'Where many would travel far, the meeting is online',
    [atLeast('travellers', 3)], favour(15, 'online'), CONCLUSION_226, 'Ít nhất 60 % hội nghị trực tuyến'],
  ['onlineShare', 'Chưa đạt 60 % hội nghị trực tuyến trong năm', 'Fewer than 60 % of the year’s meetings were online',
    [atMost('onlinePercent', 59.9)], favour(10, 'online'), CONCLUSION_226, 'Ít nhất 60 % hội nghị trực tuyến'],
  ['immediate', 'Hoả tốc thì họp trực tuyến để họp được ngay', 'What is immediate is met about online, since that can begin at once',
    [{ fact: 'urgency', among: ['immediate'] }], favour(30, 'online'), DECISION_45, 'Họp đột xuất'],
  ['quotaNearlyUsed', 'Chỉ tiêu số cuộc họp trong năm sắp hết', 'The year’s quota of meetings is nearly used',
    [atLeast('quotaPercent', 80)], favour(15, 'write', 'delegate', 'merge'), CONCLUSION_226, 'Hạn mức hội nghị trong năm'],
  ['otherwiseMeet', 'Không có căn cứ xử lý cách khác thì họp', 'Where nothing speaks for another way, the body meets',
    [], favour(20, 'meet'), WORKING_RULES, 'Tập thể thảo luận và quyết định'],
]

/** Triage of accepted matters: its rules in versions, what the office knows, who decided what and why, and what came of it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
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
      CONSTRAINT triage_rule_version UNIQUE NULLS NOT DISTINCT (code, body_id, version)
    );
    CREATE UNIQUE INDEX triage_rule_current ON triage_rule (code, body_id) NULLS NOT DISTINCT WHERE until IS NULL;
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
  await knex('triage_rule').insert(rules.map(([code, vi, en, when, effect, document, clause]) => ({
    code, version: 1, since: '2026-01-01', name: JSON.stringify({ vi, en }), conditions: JSON.stringify(when), effect: JSON.stringify(effect),
    basis_document: document, basis_clause: clause, reason: 'Bộ quy tắc ban đầu',
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
    ALTER TABLE proposal DROP urgency, DROP disagreement, DROP wants_meeting, DROP settled;
  `)
}
