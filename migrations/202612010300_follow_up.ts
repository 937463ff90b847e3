import type { Knex } from 'knex'

/** When offices open, by which the product tells of what comes of time; and what was put onto an agenda by rule. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE office_hours (
      since date PRIMARY KEY,
      opens time NOT NULL,
      basis text NOT NULL CHECK (basis <> ''),
      version integer NOT NULL DEFAULT 1 CHECK (version > 0),
      changed_by uuid REFERENCES person,
      changed_at timestamptz(3) NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE office_hours IS
      'From which day on the offices of the organisation open when, in Asia/Ho_Chi_Minh; the latest row that has begun holds. Reminders and weekly digests go out from then on working days.';
    COMMENT ON COLUMN office_hours.changed_by IS 'Null: what the installation brought.';
    INSERT INTO office_hours (since, opens, basis) VALUES ('2020-01-01', '07:30', 'Khi quy chế làm việc không quy định khác');
    GRANT SELECT, INSERT, UPDATE ON office_hours TO nghisu_app;

    ALTER TABLE task ADD COLUMN placed_for date;
    COMMENT ON COLUMN task.placed_for IS 'The due day after which the overdue task was put onto an agenda by rule, or found no room there: once for each day that was set.';
    GRANT UPDATE (placed_for) ON task TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE task DROP COLUMN placed_for; DROP TABLE office_hours;')
}
