import { ProcedureContent } from '../../protocol/procedure-rules.ts'
import type { ProcedureGroup, ProcedureSummary } from '../../protocol/procedures.ts'
import { writeAudit } from '../platform/audit.ts'
import type { CatalogueStore, KeptProcedure } from './catalogue.ts'
import { OWN_UNITS, SHOWN_PROCEDURES } from './readable.ts'

interface VersionRow {
  id: string, code: string, version: number, content: unknown, since: string, until: string | null, reason: string, actor_id: string | null, at: Date
}
interface SummaryRow {
  id: string, code: string, group_id: string, name: string, steps: number, forms: number, days: number, unverified: boolean
  since: string, until: string | null, mine: boolean
}

const VERSIONS = `
  SELECT p.id, p.code, v.version, v.content, v.since::text AS since, v.until::text AS until, v.reason, v.actor_id, v.at
  FROM procedure p JOIN procedure_version v ON v.procedure_id = p.id`

function gather(rows: readonly VersionRow[]): KeptProcedure[] {
  const byId = Map.groupBy(rows, ({ id }) => id)
  return [...byId.values()].flatMap((all) => all[0] ? [{
    id: all[0].id, code: all[0].code,
    versions: all.map(({ version, content, since, until, reason, actor_id: actorId, at }) => (
      { version, content: ProcedureContent.parse(content), since, until, reason, actorId, at })),
  }] : [])
}

/** The catalogue in PostgreSQL. Changes of it follow one another under one lock. */
export const catalogueStore: CatalogueStore = {
  async groups(db) {
    return await db('procedure_group').orderBy('rank').select<ProcedureGroup[]>('id', 'name', 'intended')
  },

  async summaries(db, personId, on) {
    const { rows } = await db.raw<{ rows: SummaryRow[] }>(`
      WITH ${OWN_UNITS}
      SELECT p.id, p.code, v.group_id, v.content ->> 'name' AS name, jsonb_array_length(v.content -> 'steps') AS steps,
        jsonb_array_length(v.content -> 'forms') AS forms, v.since::text AS since, v.until::text AS until,
        (SELECT sum((step ->> 'days')::int)::int FROM jsonb_array_elements(v.content -> 'steps') step) AS days,
        jsonb_path_exists(v.content, '$.basis[*] \\? (@.verified == false)') AS unverified,
        EXISTS (SELECT FROM own) AND (jsonb_array_length(v.content -> 'units') = 0
          OR EXISTS (SELECT FROM own WHERE v.content -> 'units' @> to_jsonb(own.id::text))) AS mine
      FROM procedure p JOIN (${SHOWN_PROCEDURES}) v ON v.procedure_id = p.id ORDER BY p.code`, { personId, on })
    return rows.map(({ group_id: groupId, mine, ...row }): ProcedureSummary => ({
      ...row, groupId, mine, state: row.since > on ? 'coming' : row.until !== null && row.until < on ? 'ended' : 'inForce',
    }))
  },

  async procedure(db, procedureId) {
    const { rows } = await db.raw<{ rows: VersionRow[] }>(`${VERSIONS} WHERE p.id = ? ORDER BY v.version`, [procedureId])
    return gather(rows)[0]
  },

  async procedures(db) {
    const { rows } = await db.raw<{ rows: VersionRow[] }>(`${VERSIONS} ORDER BY p.code COLLATE "C", v.version`)
    return gather(rows)
  },

  async follows(db) {
    const { rows } = await db.raw<{ rows: { code: string, follows: string[] }[] }>(`
      SELECT DISTINCT ON (p.code) p.code, v.content -> 'follows' AS follows
      FROM procedure p JOIN procedure_version v ON v.procedure_id = p.id ORDER BY p.code, v.version DESC`)
    return new Map(rows.map(({ code, follows }) => [code, follows]))
  },

  async byCodes(db, codes, on) {
    const { rows } = await db.raw<{ rows: { id: string, code: string, name: string }[] }>(`
      SELECT p.id, p.code, v.content ->> 'name' AS name FROM procedure p JOIN (${SHOWN_PROCEDURES}) v ON v.procedure_id = p.id
      WHERE p.code = ANY(:codes) ORDER BY p.code`, { codes: [...codes], on })
    return rows
  },

  async unitNames(db, ids) {
    return await db('unit').whereIn('id', [...ids]).orderBy('name').select('id', 'name')
  },

  async unitsOf(db, personId, on) {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(`WITH ${OWN_UNITS} SELECT id FROM own`, { personId, on })
    return rows.map(({ id }) => id)
  },

  async lock(trx) {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', ['procedure catalogue'])
  },

  async insert(trx, code) {
    const [row] = await trx('procedure').insert({ code }).onConflict('code').ignore().returning<{ id: string }[]>('id')
    return row?.id
  },

  async insertVersions(trx, procedureId, versions, actorId, action) {
    await trx('procedure_version').insert(versions.map(({ content, ...version }) => (
      { ...version, procedure_id: procedureId, group_id: content.groupId, content: JSON.stringify(content), actor_id: actorId })))
    await writeAudit(trx, ...versions.map(({ version, since, until }) => (
      { actorId, subjectId: null, procedureId, action, data: { version, since, until } })))
  },
}
