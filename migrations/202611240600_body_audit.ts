import type { Knex } from 'knex'

/** The audit also keeps who founded a body and who came into it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE audit_entry
      ALTER subject_id DROP NOT NULL,
      ADD body_id uuid REFERENCES body,
      ADD CONSTRAINT audit_entry_of_something CHECK (subject_id IS NOT NULL OR body_id IS NOT NULL);
    CREATE INDEX audit_entry_body ON audit_entry (body_id, at) WHERE body_id IS NOT NULL;
    COMMENT ON TABLE audit_entry IS
      'Who did what to whose account or to which body, in ids and facts. Never changed, never deleted. No actor: the installation itself.';
  `)
}

/** Fails once a body was founded: its entry names nobody's account. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP INDEX audit_entry_body;
    ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_of_something, DROP body_id, ALTER subject_id SET NOT NULL;
    COMMENT ON TABLE audit_entry IS
      'Who did what to whose account, in ids and facts. Never changed, never deleted. No actor: the installation itself.';
  `)
}
