import type { Knex } from 'knex'

/** Meetings and who takes part in them. What happens in a meeting is told by its journal; these rows are its present state. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE meeting (
      id uuid PRIMARY KEY DEFAULT uuidv7() REFERENCES journal_head,
      body_id uuid NOT NULL REFERENCES body,
      title_text uuid NOT NULL REFERENCES journal_text,
      place_text uuid NOT NULL REFERENCES journal_text,
      mode text NOT NULL CHECK (mode IN ('inPerson', 'online', 'hybrid')),
      starts_at timestamptz(3) NOT NULL,
      planned_minutes integer NOT NULL CHECK (planned_minutes > 0),
      status text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'live', 'closed')),
      opened_at timestamptz(3),
      closed_at timestamptz(3),
      creator_id uuid NOT NULL REFERENCES person,
      creation_key text,
      creation_fingerprint bytea,
      CHECK ((opened_at IS NOT NULL) = (status IN ('live', 'closed'))),
      CHECK ((closed_at IS NOT NULL) = (status = 'closed')),
      CHECK (num_nulls(creation_key, creation_fingerprint) <> 1),
      CONSTRAINT meeting_created_once UNIQUE (creator_id, creation_key)
    );
    CREATE INDEX meeting_by_start ON meeting (starts_at DESC, id DESC);
    CREATE INDEX meeting_by_body ON meeting (body_id, starts_at DESC);
    CREATE INDEX meeting_live ON meeting (id) WHERE status = 'live';
    COMMENT ON TABLE meeting IS 'Meetings with their present state; title and place are erasable texts of the journal.';
    COMMENT ON COLUMN meeting.creation_key IS
      'Idempotency key of the creation, emptied with its fingerprint once a repeat can no longer come.';

    CREATE TABLE meeting_participant (
      meeting_id uuid NOT NULL REFERENCES meeting,
      person_id uuid NOT NULL REFERENCES person,
      role text NOT NULL CHECK (role IN ('chair', 'clerk', 'member', 'guest')),
      office text NOT NULL,
      voting boolean NOT NULL,
      rank integer NOT NULL,
      PRIMARY KEY (meeting_id, person_id)
    );
    CREATE INDEX meeting_participant_person ON meeting_participant (person_id, meeting_id);
    COMMENT ON TABLE meeting_participant IS
      'Who takes part and in which role, as the body had it when the meeting was created. The one source of rights in a meeting.';

    GRANT SELECT, INSERT,
      UPDATE (title_text, place_text, mode, starts_at, planned_minutes, status, opened_at, closed_at, creation_key, creation_fingerprint)
      ON meeting TO nghisu_app;
    GRANT SELECT, INSERT ON meeting_participant TO nghisu_app;
  `)
}

/** Refuses once anything was written: what happened in meetings is not taken back by a step backwards. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM meeting) THEN
        RAISE EXCEPTION 'there are meetings: export their journals, then drop the tables by hand';
      END IF;
    END $$;
    DROP TABLE meeting_participant, meeting;
  `)
}
