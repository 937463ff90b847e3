import type { Knex } from 'knex'

/** Folding of Vietnamese text, search of people, units that merge and split, terms, the working calendar. */

/** Labour Code 45/2019/QH14, article 112: the public holidays. */
const LAW = 'Điều 112 Bộ luật Lao động 45/2019/QH14'
/** Its article 111.3: a holiday on a weekly day of rest is made up for on the next working day. */
const INSTEAD = 'Điều 111 khoản 3 Bộ luật Lao động 45/2019/QH14 (nghỉ bù)'
const OPEN = 'Chưa xác nhận: đối chiếu thông báo nghỉ lễ, Tết của năm'

type CalendarRow = [day: string, kind: 'holiday' | 'swappedOff' | 'swappedWorking', name: string, basis: string]
const holiday = (name: string, basis: string, ...days: string[]) => days.map((day): CalendarRow => [day, 'holiday', name, basis])

/**
 * 2026 and 2027. Days of the law stand with their article. Which days around Tết and 2 September are taken, and what is
 * swapped, is decided year by year: where no decision was at hand, `basis` begins with "Chưa xác nhận".
 */
const CALENDAR: CalendarRow[] = [
  ...holiday('Tết Dương lịch', LAW, '2026-01-01', '2027-01-01'),
  ['2026-01-02', 'swappedOff', 'Nghỉ hoán đổi dịp Tết Dương lịch', OPEN],
  ['2026-01-10', 'swappedWorking', 'Làm bù dịp Tết Dương lịch', OPEN],
  ...holiday('Tết Nguyên đán Bính Ngọ', LAW, '2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20'),
  ...holiday('Giỗ Tổ Hùng Vương (10 tháng 3 âm lịch)', LAW, '2026-04-26', '2027-04-16'),
  ...holiday('Nghỉ bù Giỗ Tổ Hùng Vương', INSTEAD, '2026-04-27'),
  ...holiday('Ngày Chiến thắng', LAW, '2026-04-30', '2027-04-30'),
  ...holiday('Ngày Quốc tế lao động', LAW, '2026-05-01', '2027-05-01'),
  ...holiday('Nghỉ bù Ngày Quốc tế lao động', INSTEAD, '2027-05-03'),
  ['2026-08-22', 'swappedWorking', 'Làm bù dịp Quốc khánh', OPEN],
  ['2026-08-31', 'swappedOff', 'Nghỉ hoán đổi dịp Quốc khánh', OPEN],
  ...holiday('Quốc khánh', LAW, '2026-09-02', '2027-09-02'),
  ...holiday('Quốc khánh, ngày liền kề', `${OPEN}; ${LAW}`, '2026-09-01', '2027-09-03'),
  ...holiday('Ngày Văn hoá Việt Nam', `${OPEN}; Nghị quyết 80-NQ/TW ngày 07/01/2026`, '2026-11-24', '2027-11-24'),
  ...holiday('Tết Nguyên đán Đinh Mùi', `${OPEN}; ${LAW}`, '2027-02-05', '2027-02-06', '2027-02-07', '2027-02-08', '2027-02-09'),
  ...holiday('Nghỉ bù Tết Nguyên đán Đinh Mùi', `${OPEN}; ${INSTEAD}`, '2027-02-10', '2027-02-11'),
]

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE FUNCTION fold_text(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN lower(regexp_replace(normalize(translate($1, 'đĐ', 'dd'), NFD), '[\\u0300-\\u036f]', '', 'g') COLLATE pg_c_utf8);
    COMMENT ON FUNCTION fold_text IS
      'Text without Vietnamese diacritics and case, as foldText of protocol/fold.ts: for search, and for finding duplicates.';
    CREATE FUNCTION tone_text(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN regexp_replace(lower(normalize($1, NFD) COLLATE pg_c_utf8),
        '([\\u0300\\u0301\\u0303\\u0309\\u0323])([a-zđ\\u0302\\u0306\\u031b]+)', '\\2\\1', 'g');
    COMMENT ON FUNCTION tone_text IS
      'Text without case whose tones stand at the end of their syllables, as toneText of protocol/fold.ts: "uỷ" and "ủy" are one.';

    ALTER TABLE person
      ADD folded text GENERATED ALWAYS AS (fold_text(full_name || ' ' || office)) STORED,
      ADD toned text GENERATED ALWAYS AS (tone_text(full_name || ' ' || office)) STORED,
      ADD sort_name text COLLATE "C" GENERATED ALWAYS AS (fold_text(regexp_replace(full_name, '^.* ', '') || ' ' || full_name)) STORED;
    CREATE INDEX person_sort_name ON person (sort_name, id);
    COMMENT ON COLUMN person.folded IS 'Name and office to be searched.';
    COMMENT ON COLUMN person.toned IS 'Name and office to be searched by their diacritics.';
    COMMENT ON COLUMN person.sort_name IS 'The given name, which is the last word, then the whole: the order of lists.';
    DO $$ BEGIN
      IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX person_folded ON person USING gin (folded gin_trgm_ops);
      END IF;
    END $$;

    ALTER TABLE unit ADD code text CHECK (code <> ''), ADD version integer NOT NULL DEFAULT 1;
    DROP INDEX unit_current_name;
    CREATE UNIQUE INDEX unit_current_name ON unit (tone_text(name)) WHERE until IS NULL;
    CREATE UNIQUE INDEX unit_current_code ON unit (lower(code)) WHERE until IS NULL;
    COMMENT ON COLUMN unit.version IS 'Raised at each change, so that a change made upon an older one is refused.';
    CREATE TABLE unit_succession (
      predecessor_id uuid NOT NULL REFERENCES unit,
      successor_id uuid NOT NULL REFERENCES unit CHECK (successor_id <> predecessor_id),
      kind text NOT NULL CHECK (kind IN ('merger', 'split')),
      since date NOT NULL,
      PRIMARY KEY (predecessor_id, successor_id)
    );
    CREATE INDEX unit_succession_successor ON unit_succession (successor_id);
    COMMENT ON TABLE unit_succession IS
      'What became of units: a merger has several predecessors of one successor, a split one predecessor of several successors; since is the first day of the new order.';
    GRANT SELECT, INSERT ON unit_succession TO nghisu_app;

    ALTER TABLE body
      ADD kind text NOT NULL DEFAULT 'other' CHECK (kind IN
        ('executiveCommittee', 'standingCommittee', 'permanentMembers', 'peoplesCommittee', 'council', 'other')),
      ADD superior_unit_id uuid REFERENCES unit,
      ADD since date, ADD until date, ADD version integer NOT NULL DEFAULT 1,
      ADD CONSTRAINT body_days CHECK (until >= since),
      DROP CONSTRAINT body_name_key;
    CREATE UNIQUE INDEX body_current_name ON body (tone_text(name)) WHERE until IS NULL;
    CREATE INDEX body_superior_unit ON body (superior_unit_id);
    COMMENT ON COLUMN body.superior_unit_id IS 'The unit that it belongs to, where that is known.';
    COMMENT ON COLUMN body.until IS 'Its last day, by the calendar of Asia/Ho_Chi_Minh; null while no end is set.';
    ALTER TABLE membership ADD version integer NOT NULL DEFAULT 1;

    CREATE TABLE calendar_day (
      day date PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('holiday', 'swappedOff', 'swappedWorking')),
      name text NOT NULL CHECK (name <> ''),
      basis text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      changed_by uuid REFERENCES person,
      changed_at timestamptz(3) NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE calendar_day IS
      'Days that differ from their week: holidays, weekdays off by a swap, and weekend days worked for it. basis says what decided it, or that it is unconfirmed.';
    GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_day TO nghisu_app;

    ALTER TABLE audit_entry
      ADD unit_id uuid REFERENCES unit, ADD day date,
      DROP CONSTRAINT audit_entry_of_something,
      ADD CONSTRAINT audit_entry_of_something CHECK (num_nonnulls(subject_id, body_id, unit_id, day) > 0);
    CREATE INDEX audit_entry_unit ON audit_entry (unit_id, at) WHERE unit_id IS NOT NULL;
    CREATE INDEX audit_entry_day ON audit_entry (day, at) WHERE day IS NOT NULL;
    COMMENT ON TABLE audit_entry IS
      'Who did what to whose account, to which body or unit, or to which day of the working calendar, in ids and facts. Never changed, never deleted. No actor: the installation itself.';
  `)
  await knex('calendar_day').insert(CALENDAR.map(([day, kind, name, basis]) => ({ day, kind, name, basis })))
}

/** Fails once there are audit entries of units or days, or two bodies of one name. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX audit_entry_unit, audit_entry_day;
    ALTER TABLE audit_entry
      DROP CONSTRAINT audit_entry_of_something, DROP unit_id, DROP day,
      ADD CONSTRAINT audit_entry_of_something CHECK (subject_id IS NOT NULL OR body_id IS NOT NULL);
    COMMENT ON TABLE audit_entry IS
      'Who did what to whose account or to which body, in ids and facts. Never changed, never deleted. No actor: the installation itself.';
    DROP TABLE calendar_day, unit_succession;
    ALTER TABLE membership DROP version;
    DROP INDEX body_current_name, body_superior_unit;
    ALTER TABLE body DROP CONSTRAINT body_days, DROP kind, DROP superior_unit_id, DROP since, DROP until, DROP version,
      ADD CONSTRAINT body_name_key UNIQUE (name);
    DROP INDEX unit_current_name, unit_current_code;
    ALTER TABLE unit DROP code, DROP version;
    CREATE UNIQUE INDEX unit_current_name ON unit (name) WHERE until IS NULL;
    ALTER TABLE person DROP folded, DROP toned, DROP sort_name;
    DROP FUNCTION fold_text(text), tone_text(text);
  `)
}
