import type { Knex } from 'knex'
import type { PersonKind } from '../../protocol/identity.ts'
import type { PeopleStore } from './people.ts'

interface Row {
  id: string, kind: PersonKind, full_name: string, office: string, unit_id: string | null, unit_name: string | null, tier: number, sort_name: string
}

/** Signs that LIKE would read as wild. */
const literal = (word: string) => `%${word.replace(/[\\%_]/g, '\\$&')}%`

/** The word with just these marks: "hoa" is not in "hoà", whose tone stands at the end. */
const exactly = (word: string) => `${word.replace(/[^\p{L}\p{M}\p{N}]/gu, '\\$&')}(?![\\u0300-\\u036f])`

export function createPeopleStore(db: Knex): PeopleStore {
  return {
    async search({ folded, toned, kind, unitId, after, limit, on }) {
      const [tier, name, id] = after ?? [-1, '', '00000000-0000-0000-0000-000000000000']
      const { rows } = await db.raw<{ rows: Row[] }>(`
        WITH hit AS (
          SELECT person.id, person.kind, full_name, office, sort_name, unit.id AS unit_id, unit.name AS unit_name,
            CASE WHEN toned ~ ALL (CAST(:toned AS text[])) THEN 0 ELSE 2 END + CASE WHEN sort_name LIKE ALL (CAST(:folded AS text[])) THEN 0 ELSE 1 END AS tier
          FROM person
          LEFT JOIN account ON account.person_id = person.id
          LEFT JOIN unit_membership AS work ON work.person_id = person.id
            AND CAST(:on AS date) BETWEEN work.since AND coalesce(work.until, 'infinity')
          LEFT JOIN unit ON unit.id = work.unit_id
          WHERE folded LIKE ALL (CAST(:folded AS text[])) AND account.disabled_at IS NULL
            AND (CAST(:kind AS text) IS NULL OR person.kind = :kind) AND (CAST(:unitId AS uuid) IS NULL OR work.unit_id = :unitId)
        )
        SELECT * FROM hit WHERE (tier, sort_name, id) > (CAST(:tier AS int), CAST(:name AS text) COLLATE "C", CAST(:id AS uuid))
        ORDER BY tier, sort_name, id LIMIT :limit`, {
        folded: folded.map(literal), toned: toned.map(exactly), kind: kind ?? null, unitId: unitId ?? null, on, tier, name, id, limit,
      })
      return rows.map((row) => ({
        person: {
          id: row.id, kind: row.kind, fullName: row.full_name, office: row.office,
          unit: row.unit_id === null || row.unit_name === null ? null : { id: row.unit_id, name: row.unit_name },
        },
        position: [row.tier, row.sort_name, row.id],
      }))
    },
  }
}
