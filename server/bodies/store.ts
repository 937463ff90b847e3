import type { Knex } from 'knex'
import { BodyRules, Letterhead, type BodyKind, type BodyRole, type Membership } from '../../protocol/bodies.ts'
import { localDay, type Day } from '../../protocol/calendar.ts'
import type { PersonKind } from '../../protocol/identity.ts'
import { writeAudit } from '../platform/audit.ts'
import { AppError } from '../platform/error.ts'
import type { BodiesStore, BodyRecord, OwnBody } from './bodies.ts'

export interface BodyRow {
  id: string, name: string, kind: BodyKind, superior_unit_id: string | null, since: Day | null, until: Day | null
  rules: unknown, letterhead: unknown, version: number
}
export interface MemberRow {
  person_id: string, kind: PersonKind, full_name: string, person_office: string
  role: BodyRole, office: string, voting: boolean, rank: number, since: Day, until: Day | null
}

export const BODY = `
  SELECT body.id, body.name, body.kind, superior_unit_id, body.since::text AS since, body.until::text AS until, rules, letterhead, body.version`
export const MEMBER = `
  SELECT person_id, person.kind, person.full_name, person.office AS person_office, role, membership.office, voting, rank,
    membership.since::text AS since, membership.until::text AS until`
/** With the day bound twice. */
const IN_TERM = `
  ?::date BETWEEN membership.since AND coalesce(membership.until, 'infinity') AND ?::date <= coalesce(body.until, 'infinity')`

export function toBody({ superior_unit_id: superiorUnitId, rules, letterhead, ...row }: BodyRow): BodyRecord {
  const { id, name, kind, since, until, version } = row
  return { id, name, kind, superiorUnitId, since, until, version, rules: BodyRules.parse(rules), letterhead: Letterhead.parse(letterhead) }
}

export function toMembership(row: MemberRow): Membership {
  const person = { id: row.person_id, kind: row.kind, fullName: row.full_name, office: row.person_office }
  const { role, office, voting, rank, since, until } = row
  return { person, role, office, voting, rank, since, until }
}

/** What the database refuses of a body, as the rules know it. */
export function bodyRefusal(error: unknown): unknown {
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined
  if (constraint === 'body_current_name') return new AppError('bodyNameTaken')
  return constraint === 'body_superior_unit_id_fkey' ? new AppError('unitNotFound') : error
}

export function createBodiesStore(db: Knex): BodiesStore {
  async function bodies(where: string, values: unknown[], source: Knex = db): Promise<BodyRecord[]> {
    const { rows } = await source.raw<{ rows: BodyRow[] }>(`${BODY} FROM body ${where}`, values as string[])
    return rows.map(toBody)
  }

  return {
    bodies: (ids, trx) => bodies('WHERE id = ANY(?)', [[...ids]], trx),
    allBodies: () => bodies('ORDER BY name', []),

    async findByName(name) {
      const [found] = await bodies('WHERE tone_text(name) = tone_text(?) AND coalesce(until, \'infinity\') >= ?::date ORDER BY until', [name, localDay(new Date())])
      return found ?? null
    },

    async bodiesOf(personId, on) {
      const { rows } = await db.raw<{ rows: (BodyRow & { role: BodyRole })[] }>(`
        ${BODY}, membership.role FROM body JOIN membership ON membership.body_id = body.id
        WHERE membership.person_id = ? AND ${IN_TERM} ORDER BY body.name`, [personId, localDay(on), localDay(on)])
      return rows.map((row): OwnBody => ({ ...toBody(row), role: row.role }))
    },

    async members(bodyId, on) {
      const { rows } = await db.raw<{ rows: MemberRow[] }>(`
        ${MEMBER} FROM membership JOIN person ON person.id = membership.person_id JOIN body ON body.id = body_id
        WHERE body_id = ? AND ${IN_TERM} ORDER BY rank, person_id`, [bodyId, localDay(on), localDay(on)])
      return rows.map(toMembership)
    },

    insertBody: ({ name, kind = 'other', superiorUnitId = null, since = null, rules, letterhead, actorId = null }) => db.transaction(async (trx) => {
      const row = {
        name, kind, superior_unit_id: superiorUnitId, since,
        rules: JSON.stringify(BodyRules.parse(rules)), letterhead: JSON.stringify(Letterhead.parse(letterhead)),
      }
      const [made] = await trx('body').insert(row).returning<{ id: string }[]>('id').catch((error: unknown) => { throw bodyRefusal(error) })
      const [body] = made ? await bodies('WHERE id = ?', [made.id], trx) : []
      if (!body) throw new Error('the body was not inserted')
      await writeAudit(trx, { actorId, subjectId: null, bodyId: body.id, action: 'body.founded' })
      return body
    }),

    insertMembership: ({ bodyId, personId, since, actorId = null, ...membership }) => db.transaction(async (trx) => {
      const row = { body_id: bodyId, person_id: personId, since: localDay(since), ...membership }
      const inserted = await trx('membership').insert(row)
        .onConflict(trx.raw('(body_id, person_id) WHERE until IS NULL')).ignore().returning('id')
      if (inserted.length === 0) return false
      const data = { role: row.role, voting: row.voting, since: row.since }
      await writeAudit(trx, { actorId, subjectId: personId, bodyId, action: 'membership.began', data })
      return true
    }),
  }
}
