import type { Knex } from 'knex'

/**
 * Published minutes whose paper was recalled may be opened again, and nothing else be done to them: they become a draft of the
 * text that was approved, which is kept from now on. The paper, with its number, stays in the register.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE minutes DROP CONSTRAINT minutes_state_gone;
    COMMENT ON COLUMN minutes.state IS
      'The Yjs document as one update, without the updates that are still in minutes_update; of published minutes as it was approved. Null: nobody wrote yet, or it was published before this was kept.';

    CREATE FUNCTION minutes_reopen_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.status = 'published' AND NEW.status = 'draft' AND num_nonnulls(NEW.symbol, NEW.paper_id) = 0
        AND (NEW.meeting_id, NEW.body_id, NEW.version, NEW.content, NEW.saved_at) = (OLD.meeting_id, OLD.body_id, OLD.version, OLD.content, OLD.saved_at)
        AND (NEW.abstract, NEW.state) IS NOT DISTINCT FROM (OLD.abstract, OLD.state)
        AND EXISTS (SELECT FROM issued_paper WHERE id = OLD.paper_id AND status = 'recalled')
      THEN RETURN NEW;
      END IF;
      RAISE EXCEPTION 'published minutes are fixed until their paper was recalled and they are opened again, and stay those of their meeting'
        USING ERRCODE = 'insufficient_privilege';
    END $$;
    DROP TRIGGER minutes_published_fixed ON minutes;
    CREATE TRIGGER minutes_published_fixed BEFORE UPDATE ON minutes
      FOR EACH ROW WHEN (OLD.status = 'published' OR NEW.meeting_id <> OLD.meeting_id OR NEW.body_id <> OLD.body_id)
      EXECUTE FUNCTION minutes_reopen_only();
    ALTER TABLE minutes ENABLE ALWAYS TRIGGER minutes_published_fixed;
  `)
}

/** The text of published minutes in blocks stays; what they were written as goes, as it did before. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TRIGGER minutes_published_fixed ON minutes;
    DROP FUNCTION minutes_reopen_only();
    UPDATE minutes SET state = NULL WHERE status = 'published';
    ALTER TABLE minutes ADD CONSTRAINT minutes_state_gone CHECK (status <> 'published' OR state IS NULL);
    COMMENT ON COLUMN minutes.state IS
      'The Yjs document as one update, without the updates that are still in minutes_update. Null: nobody wrote yet, or it was approved.';
    CREATE TRIGGER minutes_published_fixed BEFORE UPDATE ON minutes
      FOR EACH ROW WHEN (OLD.status = 'published' OR NEW.meeting_id <> OLD.meeting_id OR NEW.body_id <> OLD.body_id)
      EXECUTE FUNCTION minutes_refuse();
    ALTER TABLE minutes ENABLE ALWAYS TRIGGER minutes_published_fixed;
  `)
}
