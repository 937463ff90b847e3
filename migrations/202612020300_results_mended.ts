import type { Knex } from 'knex'

const ITEMS = ['allowance', 'lodging', 'threshold', 'consumption', 'fuel', 'drinks', 'hall', 'paper', 'printing', 'speaker', 'connection', 'salary', 'sessionMinutes']
const itemsAre = (items: readonly string[]) => `
  ALTER TABLE cost_rate DROP CONSTRAINT cost_rate_item_check;
  ALTER TABLE cost_rate ADD CONSTRAINT cost_rate_item_check CHECK (item IN (${items.map((item) => `'${item}'`).join(', ')}));`

/** Targets are entered and withdrawn like rates and say how they are reached; papers that are printed for a hall have a share of their own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE result_target
      DROP CONSTRAINT result_target_pkey,
      ADD id uuid PRIMARY KEY DEFAULT uuidv7(),
      ADD reach text NOT NULL DEFAULT 'atLeast' CHECK (reach IN ('atLeast', 'over')),
      ADD version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      ADD entered_by uuid REFERENCES person,
      ADD entered_at timestamptz(3) NOT NULL DEFAULT now(),
      ADD withdrawn_at timestamptz(3),
      ADD withdrawn_reason text,
      ADD CHECK (num_nulls(withdrawn_at, withdrawn_reason) <> 1);
    CREATE UNIQUE INDEX result_target_since ON result_target (code, since) WHERE withdrawn_at IS NULL;
    UPDATE result_target SET reach = 'over' WHERE code IN ('electronicShare', 'electronicBest');
    COMMENT ON TABLE result_target IS 'What results are held against; in force on a day: the row of its code that began last and was not withdrawn.';
    COMMENT ON COLUMN result_target.reach IS 'atLeast: the percentage is enough; over: it takes more ("trên 80 %").';
    COMMENT ON COLUMN result_target.withdrawn_at IS 'Entered by mistake: kept, and judged by no more.';
    GRANT INSERT, UPDATE (version, withdrawn_at, withdrawn_reason) ON result_target TO nghisu_app;
    ${itemsAre([...ITEMS, 'printedShare'])}
  `)
  // Nothing records what an office prints, so a saving on it is not claimed until somebody states that there was one.
  await knex('cost_rate').insert({
    item: 'printedShare', low: 0, likely: 100, high: 100, since: '2017-07-01',
    basis: 'Giả định của sản phẩm: chưa ghi nhận việc in nên coi như người dự tại hội trường đều nhận bản in; cần thay bằng tỉ lệ thực tế',
  })
}

/** Refuses once people entered targets or shares: they have no place in the columns of before. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM result_target WHERE entered_by IS NOT NULL OR withdrawn_at IS NOT NULL)
        OR EXISTS (SELECT FROM cost_rate WHERE item = 'printedShare' AND (entered_by IS NOT NULL OR version > 1)) THEN
        RAISE EXCEPTION 'there are targets or shares of printing that people entered: export them, then drop them by hand';
      END IF;
    END $$;
    DELETE FROM cost_rate WHERE item = 'printedShare';
    ${itemsAre(ITEMS)}
    REVOKE INSERT, UPDATE ON result_target FROM nghisu_app;
    DROP INDEX result_target_since;
    ALTER TABLE result_target
      DROP id, DROP reach, DROP version, DROP entered_by, DROP entered_at, DROP withdrawn_at, DROP withdrawn_reason,
      ADD PRIMARY KEY (code, since);
  `)
}
