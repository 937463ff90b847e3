import type { Knex } from 'knex'
import { BodyRules, Letterhead } from '../../protocol/bodies.ts'
import type { Day } from '../../protocol/calendar.ts'
import type { IdentityStore } from '../identity/identity.ts'
import { writeAudit } from '../platform/audit.ts'
import type { ImportStore, ImportTx } from './import.ts'
import { BODY, createBodiesStore, MEMBER, toBody, toMembership, type BodyRow, type MemberRow } from './store.ts'
import { createTermsTx } from './terms-store.ts'
import { createUnitsTx, lockUnits } from './units-store.ts'

/** The people's part, over the import's transaction. */
type Roster = Pick<IdentityStore, 'accountsNamed' | 'enrol' | 'changePeople'>

const TERMS = `
  FROM jsonb_to_recordset(?::jsonb) AS wanted ("id" uuid, "bodyId" uuid, "personId" uuid, role text, office text, voting boolean, rank integer, since date, until date)`

function createTx(trx: Knex.Transaction, actorId: string, roster: Roster): ImportTx {
  const units = createUnitsTx(trx)
  return {
    accounts: async (usernames) => new Map((await roster.accountsNamed(usernames)).map((account) => [account.username, account])),
    units: units.all,

    async bodies() {
      const { rows } = await trx.raw<{ rows: BodyRow[] }>(`${BODY} FROM body ORDER BY id FOR UPDATE`)
      return rows.map(toBody)
    },

    async workOf(personIds) {
      const { rows } = await trx.raw<{ rows: { person_id: string, unit_id: string, since: Day, ended: boolean }[] }>(`
        SELECT DISTINCT ON (person_id) person_id, unit_id, since::text AS since, until IS NOT NULL AS ended
        FROM unit_membership WHERE person_id = ANY(?) ORDER BY person_id, unit_membership.since DESC`, [[...personIds]])
      return new Map(rows.map((row) => [row.person_id, { unitId: row.ended ? null : row.unit_id, since: row.since }]))
    },

    async terms(bodyIds) {
      const { rows } = await trx.raw<{ rows: (MemberRow & { term_id: string, body_id: string, version: number })[] }>(`
        ${MEMBER}, membership.id AS term_id, body_id, membership.version
        FROM membership JOIN person ON person.id = membership.person_id WHERE body_id = ANY(?)`, [[...bodyIds]])
      return rows.map((row) => ({ ...toMembership(row), id: row.term_id, bodyId: row.body_id, version: row.version }))
    },

    enrol: (people) => roster.enrol(actorId, people),
    changePeople: (people) => roster.changePeople(actorId, people),

    async assign(work) {
      await units.assign(work)
      await units.audit(actorId, ...work.map(({ personId, unitId, since }) => ({ unitId, subjectId: personId, action: 'unit.joined', data: { since } })))
    },

    async foundBody(body) {
      await createBodiesStore(trx).insertBody({ ...body, actorId })
    },

    async changeBody(bodyId, fields) {
      const { rows: [row] } = await trx.raw<{ rows: BodyRow[] }>(`${BODY} FROM body WHERE id = ?`, [bodyId])
      if (!row) throw new Error('the body is gone')
      const tx = createTermsTx(trx, toBody(row), actorId)
      const { name, kind, superiorUnitId, since, rules, letterhead } = tx.body
      const to = { ...fields, rules: BodyRules.parse(fields.rules), letterhead: Letterhead.parse(fields.letterhead) }
      await tx.audit('body.changed', null, { from: { name, kind, superiorUnitId, since, rules, letterhead }, to })
      await tx.changeBody(to)
    },

    async beginTerms(terms) {
      await trx.raw(`
        INSERT INTO membership (body_id, person_id, role, office, voting, rank, since, until)
        SELECT "bodyId", "personId", role, office, voting, rank, since, until ${TERMS}`, [JSON.stringify(terms)])
      await writeAudit(trx, ...terms.map(({ bodyId, personId, role, voting, since, until }) => (
        { actorId, subjectId: personId, bodyId, action: 'membership.began', data: { role, voting, since, until } })))
    },

    async changeTerms(terms) {
      const { rows } = await trx.raw<{ rows: { id: string, from: object }[] }>(`
        UPDATE membership SET role = wanted.role, office = wanted.office, voting = wanted.voting, rank = wanted.rank, until = wanted.until,
          version = version + 1 ${TERMS} WHERE membership.id = wanted.id
        RETURNING membership.id, jsonb_build_object('role', old.role, 'office', old.office, 'voting', old.voting, 'rank', old.rank, 'until', old.until) AS "from"`,
      [JSON.stringify(terms)])
      const before = new Map(rows.map(({ id, from }) => [id, from]))
      await writeAudit(trx, ...terms.map(({ id: termId, bodyId, personId, role, office, voting, rank, until }) => (
        { actorId, subjectId: personId, bodyId, action: 'membership.changed', data: { termId, from: before.get(termId), to: { role, office, voting, rank, until } } })))
    },
  }
}

/** `roster` is the identity's store over a transaction. */
export function createImportStore(db: Knex, roster: (trx: Knex.Transaction) => Roster): ImportStore {
  return {
    within: (actorId, work) => db.transaction(async (trx) => {
      await lockUnits(trx)
      return await work(createTx(trx, actorId, roster(trx)))
    }),
  }
}
