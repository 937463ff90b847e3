import type { Knex } from 'knex'
import type { CalendarDayKind, Day } from '../../protocol/calendar.ts'
import type { KeptCalendarDay } from '../../protocol/calendar-days.ts'
import type { PersonKind } from '../../protocol/identity.ts'
import { writeAudit } from '../platform/audit.ts'
import type { CalendarStore, CalendarTx } from './calendar.ts'

interface Row {
  day: string, kind: CalendarDayKind, name: string, basis: string, version: number, changed_at: Date
  person_id: string | null, person_kind: PersonKind, full_name: string, office: string
}

const DAYS = `
  SELECT day::text AS day, calendar_day.kind, name, basis, version, changed_at, person.id AS person_id, person.kind AS person_kind, full_name, office
  FROM calendar_day LEFT JOIN person ON person.id = changed_by`

function toDay(row: Row): KeptCalendarDay {
  const { day, kind, name, basis, version } = row
  const changedBy = row.person_id === null ? null : { id: row.person_id, kind: row.person_kind, fullName: row.full_name, office: row.office }
  return { day, kind, name, basis, version, changedBy, changedAt: row.changed_at.toISOString() }
}

async function find(db: Knex, day: Day): Promise<KeptCalendarDay | null> {
  const { rows: [row] } = await db.raw<{ rows: Row[] }>(`${DAYS} WHERE day = ?`, [day])
  return row ? toDay(row) : null
}

function createTx(trx: Knex.Transaction): CalendarTx {
  return {
    async lock(day) {
      // A day that is not there cannot be locked by its row.
      await trx.raw('LOCK TABLE calendar_day IN SHARE ROW EXCLUSIVE MODE')
      return await find(trx, day)
    },

    async put({ day, kind, name, basis }, actorId) {
      await trx.raw(`
        INSERT INTO calendar_day (day, kind, name, basis, changed_by) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (day) DO UPDATE SET kind = excluded.kind, name = excluded.name, basis = excluded.basis,
          changed_by = excluded.changed_by, changed_at = now(), version = calendar_day.version + 1`, [day, kind, name, basis, actorId])
      await writeAudit(trx, { actorId, subjectId: null, day, action: 'calendarDay.put', data: { kind, name, basis } })
      const kept = await find(trx, day)
      if (!kept) throw new Error('the day was not written')
      return kept
    },

    async remove({ day, kind, name, basis }, actorId) {
      await trx('calendar_day').where({ day }).delete()
      await writeAudit(trx, { actorId, subjectId: null, day, action: 'calendarDay.removed', data: { kind, name, basis } })
    },
  }
}

export function createCalendarStore(db: Knex): CalendarStore {
  return {
    async days(from, to) {
      const { rows } = await db.raw<{ rows: Row[] }>(`${DAYS} WHERE day BETWEEN ? AND ? ORDER BY day`, [from, to])
      return rows.map(toDay)
    },
    change: (work) => db.transaction((trx) => work(createTx(trx))),
  }
}
