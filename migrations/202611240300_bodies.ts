import type { Knex } from 'knex'

/** Bodies that meet and decide, with their rules as data, and who belongs to them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE body (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      name text NOT NULL UNIQUE,
      rules jsonb NOT NULL,
      letterhead jsonb NOT NULL
    );
    COMMENT ON TABLE body IS 'Bodies; rules and letterhead as in protocol/bodies.ts (BodyRules, Letterhead).';

    CREATE TABLE membership (
      id uuid PRIMARY KEY DEFAULT uuidv7(),
      body_id uuid NOT NULL REFERENCES body,
      person_id uuid NOT NULL REFERENCES person,
      role text NOT NULL CHECK (role IN ('chair', 'clerk', 'member', 'guest')),
      office text NOT NULL,
      voting boolean NOT NULL,
      rank integer NOT NULL CHECK (rank > 0),
      since date NOT NULL,
      until date,
      CHECK (until IS NULL OR until >= since)
    );
    CREATE UNIQUE INDEX membership_current ON membership (body_id, person_id) WHERE until IS NULL;
    CREATE INDEX membership_person ON membership (person_id);
    COMMENT ON TABLE membership IS
      'Terms in a body, both days included, by the calendar of Asia/Ho_Chi_Minh; until is null while no end is set. Rank 1 is first by protocol.';

    GRANT SELECT, INSERT, UPDATE ON body, membership TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE membership, body')
}
