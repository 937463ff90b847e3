import type { Knex } from 'knex'
import type { SurveyAnswers, SurveyForm } from '../../protocol/survey-form.ts'
import type { Round } from './access.ts'
import type { AnsweringStore, Sealed } from './answering.ts'
import type { CountingStore } from './counting.ts'
import { selectRounds, toRound } from './store-rows.ts'

async function held(trx: Knex.Transaction, roundId: string, lock: 'SHARE' | 'UPDATE'): Promise<Round | undefined> {
  const query = selectRounds(trx).where({ id: roundId })
  const [row] = await (lock === 'SHARE' ? query.forShare() : query.forUpdate())
  return row && toRound(row)
}

/** Tickets and answers in PostgreSQL. */
export const answeringStore: AnsweringStore & CountingStore = {
  async asked(db, roundId) {
    const [row] = await selectRounds(db).where({ id: roundId })
    if (!row) return undefined
    const more = await db('survey').join('body', 'body.id', 'survey.body_id')
      .join('survey_form', (on) => { on.on('survey_form.survey_id', 'survey.id').andOnVal('survey_form.number', row.form_number) })
      .where('survey.id', row.survey_id).first<{ form: SurveyForm, bodyName: string } | undefined>('survey_form.form', 'body.name as bodyName')
    return more && { round: toRound(row), form: more.form, title: more.form.title, bodyName: more.bodyName }
  },

  async ticket(db, ticketId) {
    return await db('survey_ticket as ticket').leftJoin('unit', 'unit.id', 'ticket.unit_id').leftJoin('person', 'person.id', 'ticket.person_id').where('ticket.id', ticketId)
      .first('ticket.id', 'ticket.round_id as roundId', 'ticket.used', 'ticket.unit_id as unitId', 'unit.name as unitName', 'person.full_name as personName')
  },

  shareRound: (trx, roundId) => held(trx, roundId, 'SHARE'),

  async use(trx, roundId, uses) {
    const sorted = uses.toSorted((a, b) => a.ticketId < b.ticketId ? -1 : 1)
    const [browsers, others] = [sorted.filter(({ browser }) => browser), sorted.filter(({ browser }) => !browser)]
    const used: { ticketId: string, unitId: string | null }[] = []
    if (browsers.length) {
      const { rows } = await trx.raw<{ rows: typeof used }>(`
        INSERT INTO survey_ticket (id, round_id, kind, used, receipt) SELECT unnest(?::uuid[]), ?, 'browser', true, unnest(?::bytea[])
        ON CONFLICT DO NOTHING RETURNING id AS "ticketId", unit_id AS "unitId"`, [browsers.map(({ ticketId }) => ticketId), roundId, browsers.map(({ receipt }) => receipt)])
      used.push(...rows)
    }
    if (others.length) {
      const ids = others.map(({ ticketId }) => ticketId)
      // In the order of their ids, so that two batches with some in common wait for each other and do not deadlock.
      await trx.raw('SELECT id FROM survey_ticket WHERE id = ANY (?::uuid[]) ORDER BY id FOR UPDATE', [ids])
      const { rows } = await trx.raw<{ rows: typeof used }>(`
        UPDATE survey_ticket SET used = true, receipt = given.receipt FROM unnest(?::uuid[], ?::bytea[]) AS given (id, receipt)
        WHERE survey_ticket.id = given.id AND round_id = ? AND NOT used RETURNING survey_ticket.id AS "ticketId", unit_id AS "unitId"`, [ids, others.map(({ receipt }) => receipt), roundId])
      used.push(...rows)
    }
    return used
  },

  async receipts(trx, ticketIds) {
    const rows = await trx('survey_ticket').whereRaw('id = ANY (?::uuid[])', [[...ticketIds]]).where('used', true).select<{ id: string, receipt: Buffer }[]>('id', 'receipt')
    return new Map(rows.map(({ id, receipt }) => [id, receipt]))
  },

  async largeUnits(trx, roundId, fewest) {
    return new Set(await trx('survey_ticket').where({ round_id: roundId }).whereNotNull('unit_id').groupBy('unit_id').havingRaw('count(*) >= ?', [fewest]).pluck<string[]>('unit_id'))
  },

  async insertSealed(trx, roundId, sealed) {
    if (!sealed.length) return
    const inOrder: Sealed[] = sealed.toSorted((a, b) => a.slot.compare(b.slot))
    await trx.raw('INSERT INTO survey_sealed (round_id, slot, sealed) SELECT ?, unnest(?::bytea[]), unnest(?::bytea[])', [roundId, inOrder.map(({ slot }) => slot), inOrder.map((one) => one.sealed)])
  },

  async named(db, ticketId) {
    return await db('survey_answer').where({ ticket_id: ticketId }).first<{ answers: SurveyAnswers, revision: number } | undefined>('answers', 'revision')
  },

  async putNamed(trx, ticket, answers, revision) {
    const said = JSON.stringify(answers)
    const [row] = revision === 0
      ? await trx('survey_answer').insert({ round_id: ticket.roundId, ticket_id: ticket.id, unit_id: ticket.unitId, answers: said })
        .onConflict('ticket_id').ignore().returning<{ revision: number }[]>('revision')
      : await trx('survey_answer').where({ ticket_id: ticket.id, revision }).update({ answers: said, revision: revision + 1 }).returning<{ revision: number }[]>('revision')
    return row?.revision
  },

  holdForCounting: (trx, roundId) => held(trx, roundId, 'UPDATE'),

  async takeSealed(trx, roundId) {
    const rows = await trx('survey_sealed').where({ round_id: roundId }).orderBy('slot').select<Sealed[]>('slot', 'sealed')
    await trx('survey_sealed').where({ round_id: roundId }).delete()
    return rows
  },

  async publish(trx, roundId, answers, unreadable) {
    if (answers.length) {
      await trx.raw(`
        INSERT INTO survey_answer (id, round_id, unit_id, answers)
        SELECT id, ?, "unitId", answers FROM jsonb_to_recordset(?::jsonb) AS given (id uuid, "unitId" uuid, answers jsonb)`, [roundId, JSON.stringify(answers)])
    }
    await trx('survey_round').where({ id: roundId }).update({ counted: true, unreadable })
  },

  async uncounted(db, at) {
    return await db('survey_round').where({ anonymous: true, counted: false }).where('closes_at', '<=', at).pluck<string[]>('id')
  },
}

/** Which of these are rounds whose answers are still sealed: their keys are kept. */
export async function sealedRounds(db: Knex, roundIds: readonly string[]): Promise<string[]> {
  return await db('survey_round').whereRaw('id = ANY (?::uuid[])', [[...roundIds]]).where({ anonymous: true, counted: false }).pluck<string[]>('id')
}
