import type { Knex } from 'knex'

/** A vote that was opened by mistake is over without a result. Its ballots under names stay where they are, and are told to nobody. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE vote ADD COLUMN annulled boolean NOT NULL DEFAULT false;
    ALTER TABLE vote DROP CONSTRAINT vote_check;
    ALTER TABLE vote ADD CONSTRAINT vote_ended CHECK (
      CASE WHEN annulled THEN closed_at IS NOT NULL AND num_nonnulls(result, ballots_root, hall) = 0
      ELSE num_nulls(closed_at, result, ballots_root) IN (0, 3) END
    );
    COMMENT ON COLUMN vote.annulled IS 'Over without a result: nothing was counted, and no ballot of it is told to anybody.';
    COMMENT ON COLUMN vote.closed_at IS 'Since when it is over: closed with a result, or annulled without one.';
    COMMENT ON COLUMN secret_vote.opened IS 'Nothing is drawn or cast any more: the box was opened, or discarded with a vote that was annulled.';
    GRANT UPDATE (annulled) ON vote TO nghisu_app;
  `)
}

/** Refuses once a vote was annulled: the tables of before cannot hold one that is over without a result. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      IF EXISTS (SELECT FROM vote WHERE annulled) THEN
        RAISE EXCEPTION 'there are annulled votes, which the earlier tables cannot hold: export their journals first';
      END IF;
    END $$;
    ALTER TABLE vote DROP CONSTRAINT vote_ended;
    ALTER TABLE vote DROP COLUMN annulled;
    ALTER TABLE vote ADD CONSTRAINT vote_check CHECK (num_nulls(closed_at, result, ballots_root) IN (0, 3));
    COMMENT ON COLUMN vote.closed_at IS NULL;
    COMMENT ON COLUMN secret_vote.opened IS NULL;
  `)
}
