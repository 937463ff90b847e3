import type { Knex } from 'knex'
import type { MeetingCaution, MeetingKind, MeetingRoom, Wording } from '../../protocol/meeting-kinds.ts'
import { writeAudit } from '../platform/audit.ts'
import { isTaken } from '../platform/database.ts'
import type { RulesStore } from './rules.ts'

interface KindRow {
  id: string, code: string, name: Wording, attendees: Wording, max_minutes: number | null, invitation_days: number, papers_days: number
  quota_per_year: number | null, quota_scope: 'province' | 'body' | null, online_percent: number | null, regular: boolean
  basis_document: string, basis_clause: string, since: string, until: string | null
}
interface CautionRow { id: string, code: string, text: Wording, basis_document: string, since: string, until: string | null }

/** Days as text: a driver's Date would be a moment of the machine's zone. */
const KINDS = `
  SELECT id, code, name, attendees, max_minutes, invitation_days, papers_days, quota_per_year, quota_scope, online_percent, regular,
    basis_document, basis_clause, since::text, until::text FROM meeting_kind`

function toKind(row: KindRow): MeetingKind {
  return {
    id: row.id, code: row.code, name: row.name, attendees: row.attendees, maxMinutes: row.max_minutes,
    invitationDays: row.invitation_days, papersDays: row.papers_days,
    quota: row.quota_per_year !== null && row.quota_scope !== null ? { perYear: row.quota_per_year, scope: row.quota_scope } : null,
    onlinePercent: row.online_percent, regular: row.regular, basis: { document: row.basis_document, clause: row.basis_clause },
    since: row.since, until: row.until,
  }
}

function toCaution({ id, code, text, basis_document: basis, since, until }: CautionRow): MeetingCaution {
  return { id, code, text, basis, since, until }
}

async function kinds(db: Knex, where: string, values: string[]): Promise<MeetingKind[]> {
  const { rows } = await db.raw<{ rows: KindRow[] }>(`${KINDS} ${where}`, values)
  return rows.map(toKind)
}

const roomColumns = ['id', 'name', 'place', 'seats', 'hybrid', 'closed']

/** Kinds, cautions and rooms in PostgreSQL. */
export const rulesStore: RulesStore = {
  async all(db) {
    const [found, cautions, rooms] = await Promise.all([
      kinds(db, 'ORDER BY code, since', []),
      db.raw<{ rows: CautionRow[] }>('SELECT id, code, text, basis_document, since::text, until::text FROM meeting_caution ORDER BY id'),
      db('meeting_room').orderBy('name').select<MeetingRoom[]>(...roomColumns),
    ])
    return { kinds: found, cautions: cautions.rows.map(toCaution), rooms }
  },

  async kind(db, kindId) {
    const [found] = await kinds(db, 'WHERE id = ?', [kindId])
    return found ?? null
  },

  async room(db, roomId) {
    return await db('meeting_room').where({ id: roomId }).first<MeetingRoom | undefined>(...roomColumns) ?? null
  },

  async countCautions(db, ids) {
    const { rows } = await db.raw<{ rows: { count: number }[] }>('SELECT count(*)::integer AS count FROM meeting_caution WHERE id = ANY(?::uuid[])', [[...ids]])
    return rows[0]?.count ?? 0
  },

  change: (db, work) => db.transaction(async (trx) => await work({
    async latest(code) {
      // Two first versions of one kind wait for each other here, where there is no row to lock yet.
      await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`meeting_kind ${code}`])
      const [found] = await kinds(trx, 'WHERE code = ? ORDER BY since DESC LIMIT 1', [code])
      return found ?? null
    },
    async find(kindId) {
      const [found] = await kinds(trx, 'WHERE id = ? FOR UPDATE', [kindId])
      return found ?? null
    },
    async insertKind(kind, actorId) {
      const [row] = await trx('meeting_kind').insert({
        code: kind.code, name: JSON.stringify(kind.name), attendees: JSON.stringify(kind.attendees), max_minutes: kind.maxMinutes,
        invitation_days: kind.invitationDays, papers_days: kind.papersDays,
        quota_per_year: kind.quota?.perYear ?? null, quota_scope: kind.quota?.scope ?? null, online_percent: kind.onlinePercent, regular: kind.regular,
        basis_document: kind.basis.document, basis_clause: kind.basis.clause, since: kind.since,
      }).returning<{ id: string }[]>('id')
      if (!row) throw new Error('no kind of meeting was inserted')
      await writeAudit(trx, { actorId, subjectId: null, meetingRuleId: row.id, action: 'meetingKind.revised', data: { code: kind.code, since: kind.since } })
      return row.id
    },
    async endKind(kindId, until, actorId) {
      await trx('meeting_kind').where({ id: kindId }).update({ until })
      await writeAudit(trx, { actorId, subjectId: null, meetingRuleId: kindId, action: 'meetingKind.ended', data: { until } })
    },
  })),

  insertRoom: (db, { name, place, seats, hybrid }, actorId) => db.transaction(async (trx) => {
    const [row] = await trx('meeting_room').insert({ name, place, seats, hybrid }).onConflict('name').ignore().returning<{ id: string }[]>('id')
    if (!row) return null
    await writeAudit(trx, { actorId, subjectId: null, meetingRuleId: row.id, action: 'meetingRoom.added', data: { seats, hybrid } })
    return row.id
  }),

  async updateRoom(db, roomId, { name, place, seats, hybrid, closed }, before, actorId) {
    return await db.transaction(async (trx) => {
      const changed = await trx('meeting_room').where({ ...before, id: roomId }).update({ name, place, seats, hybrid, closed })
      if (changed === 0) return { now: await rulesStore.room(trx, roomId) }
      await writeAudit(trx, { actorId, subjectId: null, meetingRuleId: roomId, action: 'meetingRoom.changed', data: { seats, hybrid, closed } })
      return 'done' as const
    }).catch((error: unknown) => {
      if (isTaken(error)) return 'nameTaken' as const
      throw error
    })
  },
}
