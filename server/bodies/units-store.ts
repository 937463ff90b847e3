import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { Unit } from '../../protocol/units.ts'
import { writeAudit } from '../platform/audit.ts'
import { AppError } from '../platform/error.ts'
import { historyOf } from './history-store.ts'
import type { UnitRecord, UnitsStore, UnitsTx } from './units.ts'

interface UnitRow { id: string, name: string, code: string | null, superior_id: string | null, since: Day, until: Day | null, version: number }
interface ListedRow extends UnitRow { people: number, predecessors: string[], successors: string[] }
const COLUMNS = 'unit.id, unit.name, unit.code, unit.superior_id, unit.since::text AS since, unit.until::text AS until, unit.version'

/** Held by whoever changes units: a tree stays one only while one change is made at a time ("unit" in ASCII). */
const TREE_LOCK = 0x756e6974

/** Waits until nobody else changes units, until the end of the transaction. */
export async function lockUnits(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [TREE_LOCK])
}

function toRecord({ id, name, code, superior_id: superiorId, since, until, version }: UnitRow): UnitRecord {
  return { id, name, code, superiorId, since, until, version }
}

function toUnit({ people, predecessors, successors, ...row }: ListedRow): Unit {
  return { ...toRecord(row), people, predecessors, successors }
}

function isNameTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && (error.constraint === 'unit_current_name' || error.constraint === 'unit_current_code')
}

async function refusingTakenNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isNameTaken(error) ? new AppError('unitNameTaken') : error
  }
}

/** Changes of units within a transaction that holds their lock. */
export function createUnitsTx(trx: Knex.Transaction): UnitsTx {
  return {
    async all() {
      const { rows } = await trx.raw<{ rows: UnitRow[] }>(`SELECT ${COLUMNS} FROM unit`)
      return rows.map(toRecord)
    },

    insert: (units) => refusingTakenNames(async () => {
      const rows = units.map(({ name, code, superiorId, since }) => ({ name, code, superior_id: superiorId, since }))
      const made = await trx('unit').insert(rows)
        .returning<UnitRow[]>(['id', 'name', 'code', 'superior_id', trx.raw('since::text'), trx.raw('until::text'), 'version'])
      return made.map(toRecord)
    }),

    async update(ids, { name, code, superiorId, until }) {
      if (ids.length === 0) return
      const change = Object.fromEntries(Object.entries({ name, code, superior_id: superiorId, until }).filter(([, value]) => value !== undefined))
      await refusingTakenNames(() => trx('unit').whereIn('id', [...ids]).update({ ...change, version: trx.raw('version + 1') }))
    },

    async succeed(kind, pairs, since) {
      await trx('unit_succession').insert(pairs.map(({ predecessorId, successorId }) => ({
        predecessor_id: predecessorId, successor_id: successorId, kind, since,
      })))
    },

    async passPeople(from, to, since, only) {
      const who = only === undefined ? '' : 'AND person_id = ANY(:only)'
      const values = { from: [...from], to, since, only: only === undefined ? null : [...only] }
      // Who came on that very day, or will come, never worked in the old unit.
      const { rows: early } = await trx.raw<{ rows: { person_id: string }[] }>(to === null
        ? `UPDATE unit_membership SET until = since WHERE unit_id = ANY(:from) AND since >= :since AND (until IS NULL OR until >= :since) ${who} RETURNING person_id`
        : `UPDATE unit_membership SET unit_id = :to WHERE unit_id = ANY(:from) AND since >= :since AND (until IS NULL OR until >= :since) ${who} RETURNING person_id`, values)
      const { rows } = await trx.raw<{ rows: { person_id: string }[] }>(`
        UPDATE unit_membership SET until = CAST(:since AS date) - 1
        WHERE unit_id = ANY(:from) AND since < :since AND (until IS NULL OR until >= :since) ${who} RETURNING person_id`, values)
      if (to !== null && rows.length > 0) {
        await trx('unit_membership').insert(rows.map(({ person_id }) => ({ unit_id: to, person_id, since })))
      }
      return early.length + rows.length
    },

    async worksSince(personId) {
      const { rows: [row] } = await trx.raw<{ rows: { since: Day | null }[] }>(`
        SELECT (SELECT max(since)::text FROM unit_membership WHERE person_id = person.id) AS since FROM person WHERE id = ?`, [personId])
      return row?.since
    },

    async assign(work) {
      const values = { work: JSON.stringify(work) }
      const wanted = `WITH work AS (SELECT * FROM jsonb_to_recordset(CAST(:work AS jsonb)) AS row ("personId" uuid, "unitId" uuid, since date))`
      // Who came on the very day never worked where they were put first; without another unit, that day stays.
      await trx.raw(`${wanted}
        UPDATE unit_membership AS old SET unit_id = coalesce("unitId", unit_id), until = CASE WHEN "unitId" IS NULL THEN work.since END
        FROM work WHERE person_id = "personId" AND old.since = work.since`, values)
      await trx.raw(`${wanted}
        UPDATE unit_membership AS old SET until = work.since - 1
        FROM work WHERE person_id = "personId" AND old.since < work.since AND (until IS NULL OR until >= work.since)`, values)
      await trx.raw(`${wanted}
        INSERT INTO unit_membership (unit_id, person_id, since) SELECT "unitId", "personId", since FROM work
        WHERE "unitId" IS NOT NULL
          AND NOT EXISTS (SELECT FROM unit_membership AS old WHERE old.person_id = "personId" AND old.since = work.since)`, values)
    },

    audit: (actorId, ...records) => writeAudit(trx, ...records.map(({ subjectId = null, unitId, action, data }) => ({
      actorId, subjectId, action, data, ...(unitId === null ? {} : { unitId }),
    }))),
  }
}

export function createUnitsStore(db: Knex): UnitsStore {
  return {
    async units(on, ended) {
      const { rows } = await db.raw<{ rows: ListedRow[] }>(`
        SELECT ${COLUMNS},
          (SELECT count(*)::int FROM unit_membership AS work WHERE work.unit_id = unit.id
            AND :on BETWEEN work.since AND coalesce(work.until, 'infinity')) AS people,
          ARRAY(SELECT predecessor_id FROM unit_succession WHERE successor_id = unit.id ORDER BY 1) AS predecessors,
          ARRAY(SELECT successor_id FROM unit_succession WHERE predecessor_id = unit.id ORDER BY 1) AS successors
        FROM unit WHERE :ended OR until IS NULL OR until >= :on ORDER BY fold_text(name), id`, { on, ended })
      return rows.map(toUnit)
    },

    async names(ids) {
      return ids.length === 0 ? [] : await db('unit').whereIn('id', [...ids]).select<{ id: string, name: string }[]>('id', 'name')
    },

    async unitOf(personId, on) {
      const { rows: [unit] } = await db.raw<{ rows: { id: string, name: string }[] }>(`
        SELECT unit.id, unit.name FROM unit_membership AS work JOIN unit ON unit.id = work.unit_id
        WHERE work.person_id = ? AND ? BETWEEN work.since AND coalesce(work.until, 'infinity')`, [personId, on])
      return unit ?? null
    },

    history: (unitId) => historyOf(db, 'unit_id', unitId),

    change: (work) => db.transaction(async (trx) => {
      await lockUnits(trx)
      return await work(createUnitsTx(trx))
    }),
  }
}
