import type { Knex } from 'knex'
import { BodyRules, Letterhead, type BodyRole, type Membership } from '../../protocol/bodies.ts'
import type { PersonKind } from '../../protocol/identity.ts'
import { writeAudit } from '../platform/audit.ts'
import type { BodiesStore, BodyRecord, OwnBody } from './bodies.ts'

interface BodyRow { id: string, name: string, rules: unknown, letterhead: unknown }
interface MemberRow {
  person_id: string, kind: PersonKind, full_name: string, person_office: string, role: BodyRole, office: string, voting: boolean, rank: number
}

const BODY = 'SELECT body.id, body.name, body.rules, body.letterhead'
const days = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short' })

/** The calendar day of an instant, as PostgreSQL reads it. */
const dayOf = (at: Date) => days.format(at)
const IN_TERM = '?::date BETWEEN membership.since AND coalesce(membership.until, \'infinity\')'

function toBody({ id, name, rules, letterhead }: BodyRow): BodyRecord {
  return { id, name, rules: BodyRules.parse(rules), letterhead: Letterhead.parse(letterhead) }
}

function toMembership(row: MemberRow): Membership {
  const person = { id: row.person_id, kind: row.kind, fullName: row.full_name, office: row.person_office }
  return { person, role: row.role, office: row.office, voting: row.voting, rank: row.rank }
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
      const [found] = await bodies('WHERE name = ?', [name])
      return found ?? null
    },

    async bodiesOf(personId, on) {
      const { rows } = await db.raw<{ rows: (BodyRow & { role: BodyRole })[] }>(`
        ${BODY}, membership.role FROM body JOIN membership ON membership.body_id = body.id
        WHERE membership.person_id = ? AND ${IN_TERM} ORDER BY body.name`, [personId, dayOf(on)])
      return rows.map((row): OwnBody => ({ ...toBody(row), role: row.role }))
    },

    async members(bodyId, on) {
      const { rows } = await db.raw<{ rows: MemberRow[] }>(`
        SELECT person_id, person.kind, person.full_name, person.office AS person_office, role, membership.office, voting, rank
        FROM membership JOIN person ON person.id = membership.person_id
        WHERE body_id = ? AND ${IN_TERM} ORDER BY rank, person_id`, [bodyId, dayOf(on)])
      return rows.map(toMembership)
    },

    insertBody: ({ name, rules, letterhead }) => db.transaction(async (trx) => {
      const [row] = await trx('body')
        .insert({ name, rules: JSON.stringify(BodyRules.parse(rules)), letterhead: JSON.stringify(Letterhead.parse(letterhead)) })
        .returning<BodyRow[]>(['id', 'name', 'rules', 'letterhead'])
      if (!row) throw new Error('the body was not inserted')
      await writeAudit(trx, { actorId: null, subjectId: null, bodyId: row.id, action: 'body.founded' })
      return toBody(row)
    }),

    insertMembership: ({ bodyId, personId, since, ...membership }) => db.transaction(async (trx) => {
      const row = { body_id: bodyId, person_id: personId, since: dayOf(since), ...membership }
      const inserted = await trx('membership').insert(row)
        .onConflict(trx.raw('(body_id, person_id) WHERE until IS NULL')).ignore().returning('id')
      if (inserted.length === 0) return false
      const data = { role: row.role, voting: row.voting, since: row.since }
      await writeAudit(trx, { actorId: null, subjectId: personId, bodyId, action: 'membership.began', data })
      return true
    }),
  }
}
