import type { SurveyAnswers, SurveyForm } from '../../protocol/survey-form.ts'
import type { ReadingStore, UnitReach } from './reading.ts'
import type { ResultsStore } from './results.ts'
import { surveysStore } from './store.ts'
import type { FormVersion } from './surveys.ts'
import { ASKED_TITLE, PERSON, reachOf, selectRounds, SIDES, toPerson, toRound, type PersonRow, type SurveyRow } from './store-rows.ts'

interface AnswerRow extends PersonRow { id: string, unit_id: string | null, unit_name: string | null, answers: SurveyAnswers }

/** What is read of surveys, in PostgreSQL. */
export const surveyReadingStore: ReadingStore & ResultsStore = {
  latestForm: surveysStore.latestForm,
  reach: reachOf,

  async list(db, asking, { side = null, search = '', before = null, limit }) {
    const { rows } = await db.raw<{ rows: SurveyRow[] }>(`
      SELECT * FROM (
        SELECT s.id, s.body_id, s.anonymous, s.edited_at, s.body_name, s.sides, CASE WHEN 'maker' = ANY (s.sides) THEN s.title ELSE ${ASKED_TITLE} END AS title
        FROM (SELECT s.*, body.name AS body_name, ${SIDES} AS sides FROM survey s JOIN body ON body.id = s.body_id
          WHERE CAST(:before AS uuid) IS NULL OR s.id < CAST(:before AS uuid)) s
        WHERE cardinality(s.sides) > 0 AND (CAST(:side AS text) IS NULL OR CAST(:side AS text) = ANY (s.sides))) found
      WHERE fold_text(title) LIKE '%' || replace(replace(replace(fold_text(:search), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' ORDER BY id DESC LIMIT :limit`, { ...asking, side, search, before, limit })
    return rows.map(({ id, title, anonymous, sides, body_id: bodyId, body_name: bodyName, edited_at: editedAt }) => ({
      id, title, bodyId, bodyName, anonymous, editedAt, sides,
    }))
  },

  async roundsOf(db, surveyIds) {
    return (await selectRounds(db).whereRaw('survey_id = ANY (?::uuid[])', [[...surveyIds]]).orderBy('number')).map(toRound)
  },

  async unitReach(db, roundIds) {
    const { rows } = await db.raw<{ rows: UnitReach[] }>(`
      SELECT ticket.round_id AS "roundId", unit.id, unit.name, count(*) FILTER (WHERE kind = 'person')::int AS invited,
        count(*) FILTER (WHERE kind = 'code')::int AS codes, count(*) FILTER (WHERE used)::int AS answered
      FROM survey_ticket ticket JOIN unit ON unit.id = ticket.unit_id WHERE ticket.round_id = ANY (?::uuid[])
      GROUP BY ticket.round_id, unit.id, unit.name ORDER BY unit.name`, [[...roundIds]])
    return rows
  },

  async own(db, roundIds, personId) {
    return await db('survey_ticket').whereRaw('round_id = ANY (?::uuid[])', [[...roundIds]]).where({ person_id: personId })
      .select<{ roundId: string, ticketId: string, used: boolean }[]>('round_id as roundId', 'id as ticketId', 'used')
  },

  async readers(db, surveyId) {
    return (await db('survey_reader').join('person', 'person.id', 'survey_reader.person_id').where({ survey_id: surveyId }).orderBy(['sort_name', 'person.id']).select<PersonRow[]>(...PERSON)).map(toPerson)
  },

  async invited(db, roundId, { waiting, after, limit }) {
    const query = db('survey_ticket as ticket').join('person', 'person.id', 'ticket.person_id').leftJoin('unit', 'unit.id', 'ticket.unit_id').where('ticket.round_id', roundId)
    if (waiting !== undefined) query.where('ticket.used', !waiting)
    const rows = await query.orderBy(['person.sort_name', 'person.id']).offset(after).limit(limit)
      .select<(PersonRow & { unit_name: string | null, used: boolean })[]>(...PERSON, 'unit.name as unit_name', 'ticket.used')
    return rows.map((row) => ({ person: toPerson(row), unit: row.unit_name, answered: row.used }))
  },

  async codes(db, roundId, unitId) {
    const query = db('survey_ticket as ticket').leftJoin('unit', 'unit.id', 'ticket.unit_id').where({ 'ticket.round_id': roundId, 'ticket.kind': 'code', 'ticket.used': false })
    if (unitId !== undefined) query.where('ticket.unit_id', unitId)
    return await query.orderBy(['unit.name', 'ticket.id']).select<{ ticketId: string, unit: string | null }[]>('ticket.id as ticketId', 'unit.name as unit')
  },

  async askedForm(db, surveyId, at) {
    return await db('survey_round').join('survey_form', (on) => {
      on.on('survey_form.survey_id', 'survey_round.survey_id').andOn('survey_form.number', 'survey_round.form_number')
    }).where('survey_round.survey_id', surveyId).where('survey_round.opens_at', '<=', at).orderBy('survey_round.number', 'desc')
      .first<FormVersion | undefined>('survey_form.number', 'survey_form.revision', 'survey_form.form')
  },

  async form(db, surveyId, number) {
    const row = await db('survey_form').where({ survey_id: surveyId, number }).first<{ form: SurveyForm } | undefined>('form')
    if (!row) throw new Error('a round asks a form that is not there')
    return row.form
  },

  async answers(db, roundId) {
    const rows = await db('survey_answer as answer').leftJoin('unit', 'unit.id', 'answer.unit_id').leftJoin('survey_ticket as ticket', 'ticket.id', 'answer.ticket_id')
      .leftJoin('person', 'person.id', 'ticket.person_id').where('answer.round_id', roundId).orderBy('answer.id')
      .select<AnswerRow[]>('answer.id', 'answer.unit_id', 'unit.name as unit_name', 'answer.answers', ...PERSON)
    return rows.map((row) => ({
      id: row.id, unitId: row.unit_id, unitName: row.unit_name, answers: row.answers, person: row.person_id === null ? null : toPerson(row),
    }))
  },

  async texts(db, roundId, questionId, { after = null, limit }) {
    const { rows } = await db.raw<{ rows: (PersonRow & { id: string, text: string })[] }>(`
      SELECT answer.id, coalesce(answers -> CAST(:questionId AS text) ->> 'text', answers -> CAST(:questionId AS text) ->> 'other') AS text, ${PERSON.join(', ')}
      FROM survey_answer answer LEFT JOIN survey_ticket ticket ON ticket.id = answer.ticket_id LEFT JOIN person ON person.id = ticket.person_id
      WHERE answer.round_id = :roundId AND coalesce(answers -> CAST(:questionId AS text) ->> 'text', answers -> CAST(:questionId AS text) ->> 'other') IS NOT NULL
        AND (CAST(:after AS uuid) IS NULL OR answer.id > CAST(:after AS uuid)) ORDER BY answer.id LIMIT :limit`, { roundId, questionId, after, limit })
    return rows.map((row) => ({ id: row.id, text: row.text, person: row.person_id === null ? null : toPerson(row) }))
  },
}
