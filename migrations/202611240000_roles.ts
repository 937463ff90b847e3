import type { Knex } from 'knex'

/**
 * The role that the server works as. It owns nothing: each migration grants it what it needs of its tables and no more.
 * Logins are given the role after the migrations (`migrateToLatest`). Role and extensions outlive `down`: the role belongs
 * to the whole cluster.
 */
export async function up(knex: Knex): Promise<void> {
  // Another database of the cluster may be creating the role at this moment: whoever comes second is content.
  await knex.raw(`
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nghisu_app') THEN
        CREATE ROLE nghisu_app NOLOGIN;
      END IF;
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role nghisu_app is missing, and % may not create it', current_user
          USING ERRCODE = 'insufficient_privilege',
            HINT = format('An administrator runs: CREATE ROLE nghisu_app; GRANT nghisu_app TO %I WITH ADMIN TRUE', current_user);
    END $$`)
  await knex.raw(`
    DO $$ BEGIN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO nghisu_app', current_schema());
    END $$`)
  await knex.raw(`
    DO $$
    DECLARE
      wanted text;
    BEGIN
      FOR wanted IN SELECT name FROM pg_available_extensions WHERE name IN ('unaccent', 'pg_trgm', 'pgcrypto') LOOP
        EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I', wanted);
      END LOOP;
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE NOTICE 'some extensions were not created: %', SQLERRM;
    END $$`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DO $$ BEGIN
      EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM nghisu_app', current_schema());
    END $$`)
}
