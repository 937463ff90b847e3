import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { OfficeHours } from '../../protocol/calendar-days.ts'
import { writeAudit } from '../platform/audit.ts'
import type { OfficeHoursStore } from './office-hours.ts'

async function latest(db: Knex, on: Day | null): Promise<OfficeHours> {
  const { rows: [row] } = await db.raw<{ rows: (Omit<OfficeHours, 'changedAt'> & { changedAt: Date })[] }>(`
    SELECT since::text AS since, to_char(opens, 'HH24:MI') AS opens, basis, version, changed_at AS "changedAt",
      (SELECT full_name FROM person WHERE person.id = changed_by) AS "changedBy"
    FROM office_hours WHERE since <= coalesce(CAST(:on AS date), 'infinity') ORDER BY office_hours.since DESC LIMIT 1`, { on: on as string })
  if (!row) throw new Error('no office hours hold on that day')
  return { ...row, changedAt: row.changedAt.toISOString() }
}

/** Office hours in PostgreSQL. */
export function createOfficeHoursStore(db: Knex): OfficeHoursStore {
  return {
    on: latest,
    latest: (source) => latest(source, null),
    change: (work) => db.transaction(async (trx) => {
      await trx.raw('LOCK TABLE office_hours IN SHARE ROW EXCLUSIVE MODE')
      return await work({
        latest: () => latest(trx, null),
        async put({ since, opens, basis }, actorId) {
          await trx.raw(`
            INSERT INTO office_hours (since, opens, basis, changed_by) VALUES (?, ?, ?, ?)
            ON CONFLICT (since) DO UPDATE SET opens = excluded.opens, basis = excluded.basis, changed_by = excluded.changed_by,
              changed_at = now(), version = office_hours.version + 1`, [since, opens, basis, actorId])
          await writeAudit(trx, { actorId, subjectId: null, day: since, action: 'officeHours.put', data: { opens, basis } })
          return await latest(trx, null)
        },
      })
    }),
  }
}
