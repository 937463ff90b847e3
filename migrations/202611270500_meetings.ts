import type { Knex } from 'knex'

const DECISION_45 = 'Quyết định 45/2018/QĐ-TTg'
const CONCLUSION_226 = 'Kết luận 226-KL/TW (11/12/2025)'
const HALF_DAY = 240
const DAY = 480

interface SeededKind {
  code: string, vi: string, en: string, attendeesVi: string, attendeesEn: string, maxMinutes: number | null, leadDays: number,
  quota?: [perYear: number, scope: 'province' | 'body'], onlinePercent?: number, document: string, clause: string, since: string
}

/** Of the state side, by Quyết định 45/2018/QĐ-TTg: invitation and papers three working days ahead unless đột xuất. */
const state = (code: string, vi: string, en: string, maxMinutes: number, attendeesVi: string, attendeesEn: string): SeededKind => ({
  code, vi, en, attendeesVi, attendeesEn, maxMinutes, leadDays: 3, document: DECISION_45,
  clause: 'Thời gian tiến hành cuộc họp; giấy mời và tài liệu gửi trước ít nhất 03 ngày làm việc', since: '2019-01-01',
})

const heads = ['Thủ trưởng cơ quan, người đứng đầu các đơn vị', 'Head of the office and of its units'] as const
const concerned = ['Cơ quan, đơn vị liên quan trực tiếp', 'Offices and units that are directly concerned'] as const

const kinds: SeededKind[] = [
  state('briefing', 'Họp giao ban', 'Briefing', HALF_DAY, ...heads),
  state('working', 'Họp giải quyết công việc', 'Working meeting', HALF_DAY, ...concerned),
  state('advisory', 'Họp tham mưu, tư vấn', 'Advisory meeting', HALF_DAY, 'Chuyên gia, người làm công tác tham mưu', 'Experts and advisers'),
  state('coordination', 'Họp điều phối', 'Coordination meeting', HALF_DAY, ...concerned),
  state('professional', 'Họp chuyên môn', 'Professional meeting', DAY, 'Người làm công tác chuyên môn', 'Professionals of the field'),
  state('review', 'Họp sơ kết, tổng kết', 'Review meeting', DAY, ...heads),
  state('thematic', 'Họp chuyên đề', 'Thematic meeting', DAY, ...concerned),
  state('training', 'Họp tập huấn, triển khai', 'Training or roll-out', 2 * DAY, 'Người được tập huấn, người triển khai', 'Those who are trained or roll out'),
  {
    code: 'adHoc', vi: 'Họp đột xuất', en: 'Ad hoc meeting', attendeesVi: concerned[0], attendeesEn: concerned[1], maxMinutes: HALF_DAY, leadDays: 0,
    document: DECISION_45, clause: 'Trường hợp đột xuất không theo thời hạn gửi giấy mời', since: '2019-01-01',
  },
  {
    code: 'committeeRegular', vi: 'Hội nghị thường kỳ của cấp uỷ', en: 'Regular conference of a committee',
    attendeesVi: 'Thành viên cấp uỷ; khách mời theo từng nội dung', attendeesEn: 'Members of the committee; guests for single items',
    maxMinutes: null, leadDays: 3, document: 'Quy chế làm việc của cấp uỷ', clause: 'Cần đối chiếu với quy chế đang có hiệu lực', since: '2020-01-01',
  },
  {
    code: 'provinceWide', vi: 'Hội nghị toàn tỉnh', en: 'Province-wide conference',
    attendeesVi: 'Đại biểu toàn tỉnh, trực tuyến đến cơ sở', attendeesEn: 'Delegates of the whole province, streamed to the grassroots',
    maxMinutes: null, leadDays: 3, quota: [2, 'province'], onlinePercent: 60, document: CONCLUSION_226,
    clause: 'Cấp tỉnh không quá 02 hội nghị toàn tỉnh một năm; ít nhất 60 % hội nghị trực tuyến', since: '2025-12-11',
  },
  {
    code: 'communeWide', vi: 'Hội nghị toàn xã', en: 'Commune-wide conference',
    attendeesVi: 'Đại biểu toàn xã', attendeesEn: 'Delegates of the whole commune', maxMinutes: 720, leadDays: 3, quota: [3, 'body'],
    document: CONCLUSION_226, clause: 'Cấp xã không quá 03 hội nghị toàn xã một năm; hội nghị quan trọng không quá 1,5 ngày', since: '2025-12-11',
  },
  {
    code: 'dissemination', vi: 'Hội nghị quán triệt', en: 'Conference to convey a resolution',
    attendeesVi: 'Cán bộ, đảng viên thuộc phạm vi quán triệt', attendeesEn: 'Those whom the resolution concerns', maxMinutes: HALF_DAY, leadDays: 3,
    document: CONCLUSION_226, clause: 'Hội nghị quán triệt không quá ½ ngày', since: '2025-12-11',
  },
]

const cautions = [
  ['emergency', 'Công việc thường xuyên, trong khi đang có thiên tai hoặc tình huống khẩn cấp', 'Routine work during a disaster or an emergency'],
  ['delegated', 'Việc đã phân công, phân cấp hoặc uỷ quyền cho cấp dưới', 'Work that was already delegated'],
  ['settledOtherwise', 'Việc pháp luật quy định giải quyết bằng cách thức khác, không qua họp', 'Work that the law settles in another way'],
  ['insteadOfInspection', 'Nghe báo cáo thay cho việc cần kiểm tra tại chỗ', 'Hearing reports instead of inspecting on site'],
  ['tourism', 'Kết hợp họp với tham quan, du lịch', 'Combining the meeting with tourism'],
] as const

/** Kinds with their rules, rooms, templates; what a meeting is of them; postponed and cancelled meetings. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE meeting_kind (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      code text NOT NULL CHECK (code ~ '^[a-z][A-Za-z0-9]{1,39}$'),
      name jsonb NOT NULL,
      attendees jsonb NOT NULL,
      max_minutes integer CHECK (max_minutes > 0),
      invitation_days integer NOT NULL CHECK (invitation_days >= 0),
      papers_days integer NOT NULL CHECK (papers_days >= 0),
      quota_per_year integer CHECK (quota_per_year > 0),
      quota_scope text CHECK (quota_scope IN ('province', 'body')),
      online_percent integer CHECK (online_percent BETWEEN 1 AND 100),
      basis_document text NOT NULL,
      basis_clause text NOT NULL,
      since date NOT NULL,
      until date,
      CHECK (num_nulls(quota_per_year, quota_scope) <> 1),
      CHECK (until IS NULL OR until >= since),
      CONSTRAINT meeting_kind_version UNIQUE (code, since)
    );
    CREATE UNIQUE INDEX meeting_kind_current ON meeting_kind (code) WHERE until IS NULL;
    COMMENT ON TABLE meeting_kind IS
      'Kinds of meetings with their rules; one row a version. A change of rules is a new row of the same code, and meetings keep the row they were convened under. since and until are days of Asia/Ho_Chi_Minh, both included.';
    COMMENT ON COLUMN meeting_kind.max_minutes IS 'Longest duration in minutes of meeting: half a day is 240, a day 480. Null: no limit.';
    COMMENT ON COLUMN meeting_kind.invitation_days IS 'Working days that the invitation is sent ahead.';
    COMMENT ON COLUMN meeting_kind.papers_days IS 'Working days that papers are sent ahead.';
    COMMENT ON COLUMN meeting_kind.quota_per_year IS 'How many a calendar year at most, counted by quota_scope.';
    COMMENT ON COLUMN meeting_kind.online_percent IS 'The least share of the year''s meetings, in percent, that are online or hybrid.';

    CREATE TABLE meeting_caution (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      code text NOT NULL UNIQUE,
      text jsonb NOT NULL,
      basis_document text NOT NULL,
      since date NOT NULL,
      until date
    );
    COMMENT ON TABLE meeting_caution IS 'Cases in which one does not meet (Quyết định 45/2018/QĐ-TTg): the checklist at convening.';

    CREATE TABLE meeting_room (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      name text NOT NULL UNIQUE,
      place text NOT NULL,
      seats integer NOT NULL CHECK (seats > 0),
      hybrid boolean NOT NULL,
      closed boolean NOT NULL DEFAULT false
    );
    COMMENT ON TABLE meeting_room IS 'Rooms that meetings are held in. hybrid: equipped to bring remote sites in. closed: not offered any more.';

    CREATE TABLE meeting_template (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      content jsonb NOT NULL,
      saved_by uuid NOT NULL REFERENCES person,
      saved_at timestamptz(3) NOT NULL DEFAULT now()
    );
    CREATE INDEX meeting_template_body ON meeting_template (body_id, id);
    COMMENT ON TABLE meeting_template IS 'Templates of a body''s meetings; content as in protocol/meeting-plans.ts (TemplateDraft). Nothing of a classified item.';

    ALTER TABLE meeting DROP CONSTRAINT meeting_status_check;
    ALTER TABLE meeting
      ADD CONSTRAINT meeting_status_check CHECK (status IN ('draft', 'published', 'postponed', 'cancelled', 'live', 'closed')),
      ADD kind_id uuid REFERENCES meeting_kind,
      ADD room_id uuid REFERENCES meeting_room,
      ADD published_at timestamptz(3);
    UPDATE meeting SET published_at = coalesce(
      (SELECT min(at) FROM journal_entry WHERE journal_entry.meeting_id = meeting.id AND kind = 'meeting.published'), opened_at, starts_at)
      WHERE status <> 'draft';
    ALTER TABLE meeting ADD CONSTRAINT meeting_published_at CHECK (status IN ('draft', 'cancelled') OR published_at IS NOT NULL);
    CREATE INDEX meeting_by_room ON meeting (room_id, starts_at) WHERE room_id IS NOT NULL;
    CREATE INDEX meeting_by_kind ON meeting (kind_id, starts_at) WHERE kind_id IS NOT NULL;
    COMMENT ON COLUMN meeting.kind_id IS 'The version of the kind''s rules that it was convened under.';
    COMMENT ON COLUMN meeting.published_at IS 'Since when others than chair and clerk know of it; null for drafts, and for drafts that were cancelled.';

    ALTER TABLE audit_entry
      ADD meeting_rule_id uuid,
      DROP CONSTRAINT audit_entry_of_something,
      ADD CONSTRAINT audit_entry_of_something CHECK (num_nonnulls(subject_id, body_id, unit_id, day, meeting_rule_id) > 0);
    CREATE INDEX audit_entry_meeting_rule ON audit_entry (meeting_rule_id, at) WHERE meeting_rule_id IS NOT NULL;
    COMMENT ON COLUMN audit_entry.meeting_rule_id IS 'The version of a kind of meeting, or the room, that it tells of.';

    GRANT SELECT, INSERT, UPDATE (until) ON meeting_kind TO nghisu_app;
    GRANT SELECT ON meeting_caution TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (name, place, seats, hybrid, closed) ON meeting_room TO nghisu_app;
    GRANT SELECT, INSERT, DELETE, UPDATE (version, content, saved_by, saved_at) ON meeting_template TO nghisu_app;
    GRANT UPDATE (kind_id, room_id, published_at) ON meeting TO nghisu_app;
  `)
  await knex('meeting_kind').insert(kinds.map((kind) => ({
    code: kind.code, name: JSON.stringify({ vi: kind.vi, en: kind.en }),
    attendees: JSON.stringify({ vi: kind.attendeesVi, en: kind.attendeesEn }),
    max_minutes: kind.maxMinutes, invitation_days: kind.leadDays, papers_days: kind.leadDays,
    quota_per_year: kind.quota?.[0] ?? null, quota_scope: kind.quota?.[1] ?? null, online_percent: kind.onlinePercent ?? null,
    basis_document: kind.document, basis_clause: kind.clause, since: kind.since,
  })))
  await knex('meeting_caution').insert(cautions.map(([code, vi, en]) => ({
    code, text: JSON.stringify({ vi, en }), basis_document: DECISION_45, since: '2019-01-01',
  })))
}

/**
 * Refuses once a meeting was postponed or cancelled, and fails once rules were changed: what happened is not taken back by a
 * step backwards.
 */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM meeting WHERE status IN ('postponed', 'cancelled')) THEN
        RAISE EXCEPTION 'there are postponed or cancelled meetings: export their journals, then change the tables by hand';
      END IF;
    END $$;
    ALTER TABLE meeting DROP published_at, DROP room_id, DROP kind_id, DROP CONSTRAINT meeting_status_check;
    ALTER TABLE meeting ADD CONSTRAINT meeting_status_check CHECK (status IN ('draft', 'published', 'live', 'closed'));
    DROP INDEX audit_entry_meeting_rule;
    ALTER TABLE audit_entry
      DROP CONSTRAINT audit_entry_of_something, DROP meeting_rule_id,
      ADD CONSTRAINT audit_entry_of_something CHECK (num_nonnulls(subject_id, body_id, unit_id, day) > 0);
    DROP TABLE meeting_template, meeting_room, meeting_caution, meeting_kind;
  `)
}
