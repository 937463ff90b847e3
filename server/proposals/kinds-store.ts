import { ProposalKind } from '../../protocol/proposal-kinds.ts'
import type { KindsStore } from './kinds.ts'

interface KindRow {
  kind_id: string
  version: number
  name: unknown
  checklist: unknown
  required: string[]
  check_days: number
  revise_days: number
  basis: string
  since: string
  until: string | null
  at: Date
}

const COLUMNS = `kind_id, version, name, checklist, required, check_days, revise_days, basis, since::text AS since, until::text AS until, at`

function toKind(row: KindRow): ProposalKind {
  return ProposalKind.parse({
    kindId: row.kind_id, version: row.version, name: row.name, checklist: row.checklist, required: row.required, checkDays: row.check_days,
    reviseDays: row.revise_days, basis: row.basis, since: row.since, until: row.until, at: row.at.toISOString(),
  })
}

/** Kinds of procedure in PostgreSQL. */
export const kindsStore: KindsStore = {
  async inForce(db, on) {
    const { rows } = await db.raw<{ rows: KindRow[] }>(`
      SELECT * FROM (
        SELECT DISTINCT ON (kind_id) ${COLUMNS} FROM proposal_kind WHERE since <= CAST(:on AS date) ORDER BY kind_id, version DESC
      ) latest WHERE coalesce(until, '9999-12-31') >= :on ORDER BY name ->> 'vi', kind_id`, { on })
    return rows.map(toKind)
  },

  async find(db, kindId, version) {
    const { rows: [row] } = await db.raw<{ rows: KindRow[] }>(`SELECT ${COLUMNS} FROM proposal_kind WHERE kind_id = ? AND version = ?`, [kindId, version])
    return row && toKind(row)
  },

  async versions(db) {
    const { rows } = await db.raw<{ rows: KindRow[] }>(`SELECT ${COLUMNS} FROM proposal_kind ORDER BY at DESC, kind_id, version DESC`)
    return rows.map(toKind)
  },

  async latest(db, kindId) {
    const [row] = await db('proposal_kind').where({ kind_id: kindId }).max<{ max: number | null }[]>('version')
    return row?.max ?? undefined
  },

  async insert(db, kindId, version, rules, actorId) {
    const { checkDays, reviseDays, name, checklist, ...same } = rules
    const [row] = await db('proposal_kind').insert({
      ...(kindId === null ? {} : { kind_id: kindId }), version, ...same, check_days: checkDays, revise_days: reviseDays, actor_id: actorId,
      name: JSON.stringify(name), checklist: JSON.stringify(checklist),
    }).onConflict(['kind_id', 'version']).ignore().returning<{ kind_id: string }[]>('kind_id')
    return row && await kindsStore.find(db, row.kind_id, version)
  },
}
