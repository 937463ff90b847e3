import type { Knex } from 'knex'
import type { Term } from '../../protocol/terms.ts'
import { writeAudit } from '../platform/audit.ts'
import { AppError } from '../platform/error.ts'
import type { BodyRecord } from './bodies.ts'
import { historyOf } from './history-store.ts'
import { BODY, bodyRefusal, MEMBER, toBody, toMembership, type BodyRow, type MemberRow } from './store.ts'
import type { BodyTx, TermsStore } from './terms.ts'

const TERM = `${MEMBER}, membership.id AS term_id, membership.version FROM membership JOIN person ON person.id = membership.person_id`

async function terms(db: Knex, where: string, id: string): Promise<Term[]> {
  const { rows } = await db.raw<{ rows: (MemberRow & { term_id: string, version: number })[] }>(
    `${TERM} WHERE ${where} ORDER BY rank, membership.since, membership.id`, [id])
  return rows.map((row) => ({ ...toMembership(row), id: row.term_id, version: row.version }))
}

/** Changes of one body, which the transaction holds locked. */
export function createTermsTx(trx: Knex.Transaction, body: BodyRecord, actorId: string): BodyTx {
  async function changed(change: object): Promise<BodyRecord> {
    await trx('body').where({ id: body.id }).update({ ...change, version: trx.raw('version + 1') })
      .catch((error: unknown) => { throw bodyRefusal(error) })
    const { rows: [row] } = await trx.raw<{ rows: BodyRow[] }>(`${BODY} FROM body WHERE id = ?`, [body.id])
    if (!row) throw new Error('the body is gone')
    return toBody(row)
  }

  async function term(id: string): Promise<Term> {
    const [found] = await terms(trx, 'membership.id = ?', id)
    if (!found) throw new Error('the term is gone')
    return found
  }

  return {
    body,
    changeBody: ({ name, kind, superiorUnitId, since, rules, letterhead }) => changed({
      name, kind, superior_unit_id: superiorUnitId, since, rules: JSON.stringify(rules), letterhead: JSON.stringify(letterhead),
    }),

    async endBody(until) {
      const ended = await trx('membership').where({ body_id: body.id }).where('since', '<=', until)
        .where((open) => { void open.whereNull('until').orWhere('until', '>', until) })
        .update({ until, version: trx.raw('version + 1') })
      return { body: await changed({ until }), terms: ended }
    },

    terms: () => terms(trx, 'body_id = ?', body.id),
    knows: async (personId) => await trx('person').where({ id: personId }).first('id') !== undefined,

    async insertTerm(personId, { role, office, voting, rank, since, until }) {
      const [row] = await trx('membership').insert({ body_id: body.id, person_id: personId, role, office, voting, rank, since, until })
        .returning<{ id: string }[]>('id')
      if (!row) throw new Error('the term was not inserted')
      return await term(row.id)
    },

    async changeTerm(termId, change) {
      await trx('membership').where({ id: termId, body_id: body.id }).update({ ...change, version: trx.raw('version + 1') })
      return await term(termId)
    },

    audit: (action, subjectId, data) => writeAudit(trx, { actorId, subjectId, bodyId: body.id, action, data }),
  }
}

export function createTermsStore(db: Knex): TermsStore {
  return {
    change: (bodyId, actorId, work) => db.transaction(async (trx) => {
      const { rows: [row] } = await trx.raw<{ rows: BodyRow[] }>(`${BODY} FROM body WHERE id = ? FOR UPDATE`, [bodyId])
      if (!row) throw new AppError('bodyNotFound')
      return await work(createTermsTx(trx, toBody(row), actorId))
    }),
    terms: (bodyId) => terms(db, 'body_id = ?', bodyId),
    exists: async (bodyId) => await db('body').where({ id: bodyId }).first('id') !== undefined,
    history: (bodyId) => historyOf(db, 'body_id', bodyId),
  }
}
