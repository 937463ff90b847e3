import type { Knex } from 'knex'

interface SeededRate { item: string, low: number, likely: number, high: number, basis: string, since: string, until?: string }

const ASSUMED = 'Giả định của sản phẩm, cần thay bằng định mức của địa phương'
const TT40 = 'Thông tư 40/2017/TT-BTC'
const TT12 = 'Thông tư 12/2025/TT-BTC'

/** What a first start reckons with (norms of the State, and assumptions that say that they are): administrators add what is in force with them. */
const rates: SeededRate[] = [
  { item: 'allowance', low: 200_000, likely: 200_000, high: 200_000, basis: `${TT40}: phụ cấp lưu trú một ngày`, since: '2017-07-01', until: '2025-04-30' },
  { item: 'allowance', low: 300_000, likely: 300_000, high: 300_000, basis: `${TT12}: phụ cấp lưu trú một ngày; cần đối chiếu ngày hiệu lực`, since: '2025-05-01' },
  { item: 'lodging', low: 300_000, likely: 350_000, high: 450_000, basis: `${TT40}: khoán tiền thuê phòng nghỉ`, since: '2017-07-01' },
  { item: 'threshold', low: 10, likely: 15, high: 15, basis: `${TT40}: tự túc phương tiện từ 10 km (địa bàn khó khăn), 15 km (địa bàn khác)`, since: '2017-07-01' },
  { item: 'consumption', low: 200, likely: 200, high: 200, basis: `${TT40}: khoán 0,2 lít xăng một km`, since: '2017-07-01' },
  { item: 'fuel', low: 19_000, likely: 20_000, high: 22_000, basis: ASSUMED, since: '2017-07-01' },
  { item: 'drinks', low: 20_000, likely: 20_000, high: 20_000, basis: `${TT40}: nước uống một buổi (nửa ngày); chưa đối chiếu`, since: '2017-07-01' },
  { item: 'hall', low: 0, likely: 1_000_000, high: 3_000_000, basis: `${ASSUMED}: hội trường của cơ quan ở mức thấp, thuê ngoài ở mức cao`, since: '2017-07-01' },
  { item: 'paper', low: 100, likely: 100, high: 150, basis: ASSUMED, since: '2017-07-01' },
  { item: 'printing', low: 200, likely: 200, high: 350, basis: `${ASSUMED}; cùng với giấy là 300–500 đồng một trang A4`, since: '2017-07-01' },
  { item: 'speaker', low: 300_000, likely: 500_000, high: 2_000_000, basis: 'Thù lao báo cáo viên theo chức danh; chưa đối chiếu', since: '2017-07-01' },
  { item: 'connection', low: 0, likely: 50_000, high: 200_000, basis: ASSUMED, since: '2017-07-01' },
  { item: 'salary', low: 40_000, likely: 60_000, high: 100_000, basis: `${ASSUMED}; thời gian làm việc, không phải tiền mặt`, since: '2017-07-01' },
  { item: 'sessionMinutes', low: 240, likely: 240, high: 240, basis: 'Quyết định 45/2018/QĐ-TTg: một buổi là nửa ngày làm việc', since: '2017-07-01' },
]

const KL226 = 'Kết luận 226-KL/TW ngày 11/12/2025'
const targets = [
  { code: 'fewerMeetings', percent: 20, basis: 'Kết quả thí điểm của đề tài: giảm 20 % số cuộc họp', since: '2025-01-01' },
  { code: 'fewerByRule', percent: 10, basis: `${KL226}: giảm 10 % hội nghị mỗi năm`, since: '2025-12-11' },
  { code: 'onlineShare', percent: 60, basis: `${KL226}: ít nhất 60 % hội nghị trực tuyến`, since: '2025-12-11' },
  { code: 'electronicShare', percent: 80, basis: 'Kết quả thí điểm của đề tài: trên 80 % văn bản phát hành điện tử', since: '2025-01-01' },
  { code: 'electronicBest', percent: 99, basis: 'Kết quả thí điểm của đề tài: có đơn vị trên 99 %', since: '2025-01-01' },
]

/** Meetings that were not held, what is compared with, and what meetings cost. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE ledger_line (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      day date NOT NULL,
      CONSTRAINT ledger_line_once UNIQUE (body_id, day)
    );
    COMMENT ON TABLE ledger_line IS
      'One meeting that was not held: at most one a body and day (of Asia/Ho_Chi_Minh). It stands while one of its causes stands, and counts while the body did not meet on that day after all.';

    CREATE TABLE ledger_cause (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      line_id uuid NOT NULL REFERENCES ledger_line,
      matter_id uuid REFERENCES matter,
      meeting_id uuid REFERENCES meeting,
      matter_ids uuid[] NOT NULL,
      reason text NOT NULL CHECK (reason <> ''),
      by_id uuid NOT NULL REFERENCES person,
      at timestamptz(3) NOT NULL DEFAULT now(),
      reversed_at timestamptz(3),
      reversed_reason text,
      CHECK (num_nonnulls(matter_id, meeting_id) = 1),
      CHECK (num_nulls(reversed_at, reversed_reason) <> 1)
    );
    CREATE INDEX ledger_cause_line ON ledger_cause (line_id);
    CREATE UNIQUE INDEX ledger_cause_matter ON ledger_cause (matter_id) WHERE matter_id IS NOT NULL AND reversed_at IS NULL;
    CREATE UNIQUE INDEX ledger_cause_meeting ON ledger_cause (meeting_id) WHERE meeting_id IS NOT NULL AND reversed_at IS NULL;
    CREATE INDEX ledger_cause_matters ON ledger_cause USING gin (matter_ids);
    COMMENT ON TABLE ledger_cause IS
      'Why a meeting was not held: a requested one was decided otherwise (matter_id), or a planned sitting was cancelled because its whole agenda went elsewhere (meeting_id). A second cause of the same body and day makes no second line.';
    COMMENT ON COLUMN ledger_cause.matter_ids IS 'The matters that went elsewhere: one of them that comes back as a meeting (rebound) reverses the cause.';

    CREATE TABLE ledger_attendee (
      cause_id uuid NOT NULL REFERENCES ledger_cause,
      person_id uuid NOT NULL REFERENCES person,
      unit_id uuid REFERENCES unit,
      PRIMARY KEY (cause_id, person_id)
    );
    COMMENT ON TABLE ledger_attendee IS 'Who would have met, and from which unit they would have come; null: in none.';

    CREATE TABLE ledger_minutes (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      meeting_id uuid NOT NULL REFERENCES meeting,
      matter_id uuid NOT NULL REFERENCES matter,
      minutes integer NOT NULL CHECK (minutes > 0),
      people integer NOT NULL CHECK (people > 0),
      reason text NOT NULL CHECK (reason <> ''),
      by_id uuid NOT NULL REFERENCES person,
      at timestamptz(3) NOT NULL DEFAULT now(),
      reversed_at timestamptz(3),
      reversed_reason text,
      CHECK (num_nulls(reversed_at, reversed_reason) <> 1)
    );
    CREATE UNIQUE INDEX ledger_minutes_once ON ledger_minutes (meeting_id, matter_id) WHERE reversed_at IS NULL;
    CREATE INDEX ledger_minutes_body ON ledger_minutes (body_id, meeting_id);
    CREATE INDEX ledger_minutes_matter ON ledger_minutes (matter_id);
    COMMENT ON TABLE ledger_minutes IS 'Items taken off a meeting that sat anyway: planned minutes of its people that were saved, never a meeting.';

    CREATE TABLE baseline (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      year integer NOT NULL CHECK (year BETWEEN 1990 AND 2200),
      version integer NOT NULL CHECK (version > 0),
      revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
      reason text NOT NULL CHECK (reason <> ''),
      source text NOT NULL CHECK (source <> ''),
      begun_by uuid NOT NULL REFERENCES person,
      begun_at timestamptz(3) NOT NULL DEFAULT now(),
      frozen_by uuid REFERENCES person,
      frozen_at timestamptz(3),
      sha256 bytea CHECK (octet_length(sha256) = 32),
      UNIQUE (year, version),
      CHECK (num_nonnulls(frozen_by, frozen_at, sha256) IN (0, 3))
    );
    CREATE UNIQUE INDEX baseline_draft ON baseline (year) WHERE frozen_at IS NULL;
    COMMENT ON TABLE baseline IS
      'What meetings of a year are compared with, in versions. A frozen one never changes: its hash is over the canonical form of protocol/baselines.ts.';
    COMMENT ON COLUMN baseline.revision IS 'Counts the changes of a draft, so that nobody overwrites what they have not seen.';

    CREATE TABLE baseline_count (
      baseline_id uuid NOT NULL REFERENCES baseline ON DELETE CASCADE,
      body_id uuid NOT NULL REFERENCES body,
      kind text NOT NULL CHECK (kind <> ''),
      month integer NOT NULL CHECK (month BETWEEN 1 AND 12),
      meetings integer CHECK (meetings BETWEEN 0 AND 10000),
      online integer CHECK (online >= 0 AND online <= meetings),
      gap text NOT NULL DEFAULT '',
      PRIMARY KEY (baseline_id, body_id, kind, month),
      CHECK ((meetings IS NULL) = (gap <> '')),
      CHECK (num_nulls(meetings, online) <> 1)
    );
    CREATE INDEX baseline_count_body ON baseline_count (body_id);
    COMMENT ON TABLE baseline_count IS
      'Meetings held in a month of the year, by body and kind (code of meeting_kind, or "none"). gap: why there is no figure; such a month counts as none held, which is never in our favour.';
    CREATE FUNCTION baseline_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM baseline WHERE id = coalesce(OLD.baseline_id, NEW.baseline_id) AND frozen_at IS NOT NULL)
        OR (TG_OP = 'UPDATE' AND EXISTS (SELECT FROM baseline WHERE id = NEW.baseline_id AND frozen_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'a frozen baseline never changes';
      END IF;
      RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER baseline_count_frozen BEFORE INSERT OR UPDATE OR DELETE ON baseline_count
      FOR EACH ROW EXECUTE FUNCTION baseline_frozen();
    ALTER TABLE baseline_count ENABLE ALWAYS TRIGGER baseline_count_frozen;
    CREATE FUNCTION baseline_row_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.frozen_at IS NOT NULL THEN RAISE EXCEPTION 'a frozen baseline never changes'; END IF;
      RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER baseline_row_frozen BEFORE UPDATE OR DELETE ON baseline FOR EACH ROW EXECUTE FUNCTION baseline_row_frozen();
    ALTER TABLE baseline ENABLE ALWAYS TRIGGER baseline_row_frozen;

    CREATE TABLE result_target (
      code text NOT NULL CHECK (code IN ('fewerMeetings', 'fewerByRule', 'onlineShare', 'electronicShare', 'electronicBest')),
      percent integer NOT NULL CHECK (percent BETWEEN 0 AND 100),
      basis text NOT NULL CHECK (basis <> ''),
      since date NOT NULL,
      PRIMARY KEY (code, since)
    );
    COMMENT ON TABLE result_target IS 'What results are held against; in force on a day: the row of its code that began last.';

    -- A range of one word, so that "the same item" stands in an exclusion constraint without an extension.
    CREATE TYPE word_range AS RANGE (subtype = text, collation = "C");
    CREATE TABLE cost_rate (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      item text NOT NULL CHECK (item IN ('allowance', 'lodging', 'threshold', 'consumption', 'fuel', 'drinks', 'hall', 'paper', 'printing',
        'speaker', 'connection', 'salary', 'sessionMinutes')),
      low bigint NOT NULL CHECK (low >= 0),
      likely bigint NOT NULL CHECK (likely >= low),
      high bigint NOT NULL CHECK (high >= likely),
      basis text NOT NULL CHECK (basis <> ''),
      since date NOT NULL,
      until date CHECK (until >= since),
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      entered_by uuid REFERENCES person,
      entered_at timestamptz(3) NOT NULL DEFAULT now(),
      withdrawn_at timestamptz(3),
      withdrawn_reason text,
      CHECK (num_nulls(withdrawn_at, withdrawn_reason) <> 1),
      CONSTRAINT cost_rate_overlap EXCLUDE USING gist (word_range(item, item, '[]') WITH &&, daterange(since, until, '[]') WITH &&) WHERE (withdrawn_at IS NULL)
    );
    COMMENT ON TABLE cost_rate IS
      'Norms and prices that meetings are reckoned with, each with its basis and the days (both included) it is in force; of one item only one at a time. Units as in protocol/costs.ts: đồng, but km for threshold, millilitres a km for consumption, minutes for sessionMinutes.';
    COMMENT ON COLUMN cost_rate.low IS 'The stated uncertainty: the least and the most that is plausible beside what is likely.';
    COMMENT ON COLUMN cost_rate.withdrawn_at IS 'Entered by mistake: kept, and reckoned with no more.';

    CREATE TABLE unit_distance (
      unit_a uuid NOT NULL REFERENCES unit,
      unit_b uuid NOT NULL REFERENCES unit,
      low integer NOT NULL CHECK (low >= 0),
      likely integer NOT NULL CHECK (likely >= low),
      high integer NOT NULL CHECK (high >= likely AND high <= 5000),
      basis text NOT NULL CHECK (basis <> ''),
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      PRIMARY KEY (unit_a, unit_b),
      CHECK (unit_a < unit_b)
    );
    CREATE INDEX unit_distance_b ON unit_distance (unit_b);
    COMMENT ON TABLE unit_distance IS 'Kilometres by road between the seats of two units, one way.';

    CREATE INDEX meeting_by_opening ON meeting (body_id, opened_at) WHERE opened_at IS NOT NULL;
    COMMENT ON INDEX meeting_by_opening IS 'Meetings that were held, for the results.';

    GRANT SELECT, INSERT ON ledger_attendee TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (day) ON ledger_line TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (reversed_at, reversed_reason) ON ledger_cause, ledger_minutes TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (revision, reason, source, frozen_by, frozen_at, sha256) ON baseline TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON baseline_count TO nghisu_app;
    GRANT SELECT ON result_target TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (until, version, withdrawn_at, withdrawn_reason) ON cost_rate TO nghisu_app;
    GRANT SELECT, INSERT, UPDATE (low, likely, high, basis, version) ON unit_distance TO nghisu_app;
  `)
  await knex('cost_rate').insert(rates.map(({ until, ...rate }) => ({ ...rate, until: until ?? null })))
  await knex('result_target').insert(targets)
}

/** Refuses once there are frozen baselines or lines of the ledger: what was measured is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM baseline WHERE frozen_at IS NOT NULL) OR EXISTS (SELECT FROM ledger_line) OR EXISTS (SELECT FROM ledger_minutes) THEN
        RAISE EXCEPTION 'there are frozen baselines or lines of the ledger: export them, then drop their tables by hand';
      END IF;
    END $$;
    DROP INDEX meeting_by_opening;
    DROP TABLE unit_distance, cost_rate, result_target, baseline_count, baseline, ledger_minutes, ledger_attendee, ledger_cause, ledger_line;
    DROP FUNCTION baseline_frozen(), baseline_row_frozen();
    DROP TYPE word_range;
  `)
}
