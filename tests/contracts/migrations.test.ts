import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Knex } from 'knex'
import { ownerKnex } from '../../server/platform/database.ts'
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts'

/** Everything that a migration makes, as sorted lines: columns, constraints, indexes, triggers, functions, rights, comments. */
const SCHEMA = `
  SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT format('trigger %s %s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT format('function %s', pg_get_functiondef(p.oid)) FROM pg_proc p
    LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
    WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND d.objid IS NULL
  UNION ALL SELECT format('grant %s %s %s', table_name, grantee, privilege_type)
    FROM information_schema.role_table_grants WHERE table_schema = 'public'
  UNION ALL SELECT format('grant %s.%s %s %s', table_name, column_name, grantee, privilege_type)
    FROM information_schema.role_column_grants WHERE table_schema = 'public'
  UNION ALL SELECT format('comment %s %s', c.relname, obj_description(c.oid))
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
`

describe('the migrations', () => {
  let database: FreshDatabase
  let owner: Knex
  beforeAll(async () => {
    database = await emptyDatabase()
    owner = ownerKnex(database.ownerUrl)
  })
  afterAll(async () => {
    await owner.destroy()
    await database.drop()
  })

  async function schema(): Promise<string[]> {
    const { rows } = await owner.raw<{ rows: { line: string }[] }>(SCHEMA)
    return rows.map((row) => row.line).filter((line) => !line.includes('knex_migrations')).sort()
  }

  it('go up, down to nothing, and up to the same again', async () => {
    const before = await schema()
    await owner.migrate.latest()
    const first = await schema()
    expect(first.length).toBeGreaterThan(before.length)

    await owner.migrate.rollback(undefined, true)
    expect(await schema()).toEqual(before)

    await owner.migrate.latest()
    expect(await schema()).toEqual(first)
  })

  it('go down and up one at a time', async () => {
    const whole = await schema()
    const [done] = await owner.migrate.list() as [{ name: string }[], unknown]
    for (const _ of done) await owner.migrate.down()
    for (const _ of done) await owner.migrate.up()
    expect(await schema()).toEqual(whole)
  })

  it('say what each table is for', async () => {
    const silent = (await schema()).filter((line) => /^comment \S+ $/.test(line))
    expect(silent).toEqual([])
  })
})
