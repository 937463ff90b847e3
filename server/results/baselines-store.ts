import type { Knex } from 'knex'
import type { BaselineCount } from '../../protocol/baselines.ts'
import type { BaselineRow, BaselinesStore } from './baselines.ts'

interface Row {
  id: string, year: number, version: number, revision: number, reason: string, source: string, begun_at: Date, frozen_at: Date | null, sha256: Buffer | null
}
const COLUMNS = ['id', 'year', 'version', 'revision', 'reason', 'source', 'begun_at', 'frozen_at', 'sha256'] as const

const toRow = ({ begun_at: begunAt, frozen_at: frozenAt, sha256, ...row }: Row): BaselineRow => ({
  id: row.id, year: row.year, version: row.version, revision: row.revision, reason: row.reason, source: row.source,
  begunAt: begunAt.toISOString(), frozenAt: frozenAt?.toISOString() ?? null, sha256: sha256?.toString('hex') ?? null,
})

async function counts(db: Knex, id: string): Promise<BaselineCount[]> {
  return await db('baseline_count').where({ baseline_id: id }).orderBy(['body_id', 'kind', 'month'])
    .select<BaselineCount[]>('body_id as bodyId', 'kind', 'month', 'meetings', 'online', 'gap')
}

/** As one value, so that thousands are one statement. */
async function insertCounts(trx: Knex.Transaction, id: string, written: readonly BaselineCount[]): Promise<void> {
  await trx.raw(`
    INSERT INTO baseline_count (baseline_id, body_id, kind, month, meetings, online, gap)
    SELECT CAST(:id AS uuid), "bodyId", kind, month, meetings, online, gap
    FROM jsonb_to_recordset(CAST(:counts AS jsonb)) AS count ("bodyId" uuid, kind text, month int, meetings int, online int, gap text)`, { id, counts: JSON.stringify(written) })
}

export const baselinesStore: BaselinesStore = {
  counts,

  async list(db, bodyIds) {
    const { rows } = await db.raw<{ rows: (Row & { meetings: number })[] }>(`
      SELECT ${COLUMNS.map((column) => `b.${column}`).join(', ')}, coalesce((
        SELECT sum(c.meetings) FROM baseline_count c WHERE c.baseline_id = b.id AND (CAST(:bodyIds AS uuid[]) IS NULL OR c.body_id = ANY (CAST(:bodyIds AS uuid[])))), 0)::int AS meetings
      FROM baseline b ORDER BY b.year DESC, b.version DESC`, { bodyIds: bodyIds && [...bodyIds] })
    return rows.map(({ meetings, ...row }) => ({ ...toRow(row), meetings }))
  },

  async find(db, id) {
    const row = await db('baseline').where({ id }).first<Row | undefined>(...COLUMNS)
    return row && toRow(row)
  },

  async lock(trx, id) {
    const row = await trx('baseline').where({ id }).forUpdate().first<Row | undefined>(...COLUMNS)
    return row && toRow(row)
  },

  async begin(trx, { year, reason, source, byId }) {
    const { rows: [row] } = await trx.raw<{ rows: Row[] }>(`
      INSERT INTO baseline (year, version, reason, source, begun_by)
      SELECT CAST(:year AS int), coalesce(max(version), 0) + 1, :reason, :source, CAST(:byId AS uuid) FROM baseline WHERE year = :year
      ON CONFLICT DO NOTHING RETURNING *`, { year, reason, source, byId })
    if (!row) return undefined
    await trx.raw(`
      INSERT INTO baseline_count (baseline_id, body_id, kind, month, meetings, online, gap)
      SELECT CAST(:id AS uuid), c.body_id, c.kind, c.month, c.meetings, c.online, c.gap FROM baseline_count c
      JOIN baseline b ON b.id = c.baseline_id WHERE b.year = :year AND b.version = CAST(:version AS int) - 1`, { id: row.id, year, version: row.version })
    return toRow(row)
  },

  async draftOf(db, year) {
    return (await db('baseline').where({ year }).whereNull('frozen_at').first<{ id: string } | undefined>('id'))?.id
  },

  async put(trx, id, { reason, source, counts: written }) {
    await trx('baseline').where({ id }).update({ reason, source, revision: trx.raw('revision + 1') })
    await trx('baseline_count').where({ baseline_id: id }).delete()
    await insertCounts(trx, id, written)
  },

  async freeze(trx, id, { byId, at, sha256 }) {
    await trx('baseline').where({ id }).update({ frozen_by: byId, frozen_at: at, sha256: Buffer.from(sha256, 'hex') })
  },

  async unknown(db, written) {
    const { rows: [row] } = await db.raw<{ rows: { bodies: boolean, kinds: boolean }[] }>(`
      SELECT EXISTS (SELECT FROM unnest(CAST(:bodies AS uuid[])) AS id WHERE NOT EXISTS (SELECT FROM body WHERE body.id = id.id)) AS bodies,
        EXISTS (SELECT FROM unnest(CAST(:kinds AS text[])) AS code WHERE code <> 'none' AND NOT EXISTS (SELECT FROM meeting_kind WHERE meeting_kind.code = code.code)) AS kinds`,
    { bodies: [...new Set(written.map(({ bodyId }) => bodyId))], kinds: [...new Set(written.map(({ kind }) => kind))] })
    return row?.bodies ? 'body' : row?.kinds ? 'kind' : null
  },

  async bodyNames(db, ids) {
    return await db('body').whereRaw('id = ANY (?::uuid[])', [[...ids]]).orderBy('name').select<{ id: string, name: string }[]>('id', 'name')
  },

  async latest(db, year, before) {
    const { rows: [row] } = await db.raw<{ rows: Row[] }>(`
      SELECT ${COLUMNS.join(', ')} FROM baseline b
      WHERE b.frozen_at IS NOT NULL AND CASE WHEN CAST(:year AS int) IS NULL THEN b.year < :before ELSE b.year = :year END
      ORDER BY b.year DESC, b.version DESC LIMIT 1`, { year: year ?? null, before })
    return row && toRow(row)
  },
}
