import type { Knex } from 'knex'

/** Units of the organisation, and matters: what is followed from a unit's proposal to the finished task. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE unit (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      name text NOT NULL,
      superior_id uuid REFERENCES unit CHECK (superior_id <> id),
      since date NOT NULL,
      until date,
      CHECK (until IS NULL OR until >= since)
    );
    CREATE UNIQUE INDEX unit_current_name ON unit (name) WHERE until IS NULL;
    CREATE INDEX unit_superior ON unit (superior_id);
    COMMENT ON TABLE unit IS
      'Units (departments, offices, local committees) in a tree. since and until are whole days, both included, by the calendar of Asia/Ho_Chi_Minh; until is null while no end is set.';

    CREATE TABLE unit_membership (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      unit_id uuid NOT NULL REFERENCES unit,
      person_id uuid NOT NULL REFERENCES person,
      since date NOT NULL,
      until date,
      CHECK (until IS NULL OR until >= since)
    );
    CREATE UNIQUE INDEX unit_membership_current ON unit_membership (person_id) WHERE until IS NULL;
    CREATE INDEX unit_membership_unit ON unit_membership (unit_id);
    COMMENT ON TABLE unit_membership IS 'Who works in which unit, and so submits and follows its proposals; one unit at a time.';

    CREATE TABLE matter (id uuid PRIMARY KEY DEFAULT uuidv7());
    COMMENT ON TABLE matter IS
      'The one identity of a matter: its proposal has this id, and every agenda item that deals with it refers to it, however often it is deferred.';

    ALTER TABLE agenda_item ADD matter_id uuid REFERENCES matter;
    CREATE INDEX agenda_item_matter ON agenda_item (matter_id);

    GRANT SELECT, INSERT, UPDATE ON unit, unit_membership TO nghisu_app;
    GRANT SELECT, INSERT ON matter TO nghisu_app;
    GRANT UPDATE (matter_id) ON agenda_item TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE agenda_item DROP matter_id;
    DROP TABLE matter, unit_membership, unit;
  `)
}
