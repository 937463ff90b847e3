import type { Knex } from 'knex'

/** Which devices are in which meeting at this moment; stays and absences are told by the journal. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE present_device (
      meeting_id uuid NOT NULL,
      peer_id text NOT NULL,
      person_id uuid NOT NULL,
      PRIMARY KEY (meeting_id, peer_id),
      FOREIGN KEY (meeting_id, person_id) REFERENCES meeting_participant
    );
    COMMENT ON TABLE present_device IS
      'Devices in a meeting as the journal has them; compared with what the media node reports after either was away.';

    GRANT SELECT, INSERT, DELETE ON present_device TO nghisu_app;
  `)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE present_device')
}
