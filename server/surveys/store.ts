import type { Knex } from 'knex'
import type { SurveyForm } from '../../protocol/survey-form.ts'
import type { SurveyAccessStore } from './access.ts'
import type { RoundsStore } from './rounds.ts'
import { SIDES, selectRounds, toRound, type SurveyRow } from './store-rows.ts'
import type { FormVersion, SurveysStore } from './surveys.ts'

interface RuleRow { id: string, body_id: string | null, body_name: string | null, since: string, fewest: number, confidence: number, basis: string }

async function latestForm(db: Knex, surveyId: string): Promise<FormVersion> {
  const row = await db('survey_form').where({ survey_id: surveyId }).orderBy('number', 'desc').first<FormVersion | undefined>('number', 'revision', 'form')
  if (!row) throw new Error('a survey has no form')
  return row
}

async function unknownPeople(db: Knex, ids: readonly string[]): Promise<boolean> {
  return (await db('person').whereRaw('id = ANY (?::uuid[])', [[...ids]]).select('id')).length < ids.length
}

/** Surveys and their rounds in PostgreSQL. */
export const surveysStore: SurveyAccessStore & SurveysStore & RoundsStore = {
  latestForm, unknownPeople,

  async find(db, surveyId, asking) {
    const { rows: [row] } = await db.raw<{ rows: SurveyRow[] }>(`
      SELECT s.*, body.name AS body_name, ${SIDES} AS sides FROM survey s JOIN body ON body.id = s.body_id WHERE s.id = :surveyId`, { ...asking, surveyId })
    if (!row?.sides.length) return undefined
    return {
      id: row.id, bodyId: row.body_id, bodyName: row.body_name, title: row.title, anonymous: row.anonymous, respondentsRead: row.respondents_read,
      version: row.version, sides: row.sides,
    }
  },

  async lock(trx, surveyId) {
    await trx('survey').where({ id: surveyId }).forUpdate().select('id')
  },

  async rounds(db, surveyId) {
    return (await selectRounds(db).where({ survey_id: surveyId }).orderBy('number')).map(toRound)
  },

  async makesFor(db, { personId, administrator, on }) {
    const { rows } = await db.raw<{ rows: { id: string, name: string }[] }>(`
      SELECT id, name FROM body WHERE CAST(:on AS date) <= coalesce(until, 'infinity') AND (CAST(:administrator AS boolean) OR id IN (
        SELECT body_id FROM membership WHERE person_id = :personId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')))
      ORDER BY name`, { personId, administrator, on })
    return rows
  },

  async findCreation(db, creatorId, key) {
    return (await db('survey').where({ creator_id: creatorId, creation_key: key }).first<{ id: string } | undefined>('id'))?.id
  },

  async insert(trx, { bodyId, anonymous, form, creatorId, key, at }) {
    const [row] = await trx('survey').insert({ body_id: bodyId, title: form.title, anonymous, creator_id: creatorId, creation_key: key, edited_at: at })
      .onConflict(['creator_id', 'creation_key']).ignore().returning<{ id: string }[]>('id')
    if (row) await trx('survey_form').insert({ survey_id: row.id, number: 1, form: JSON.stringify(form), edited_by: creatorId, edited_at: at })
    return row?.id
  },

  async hasOpened(db, surveyId, number, at) {
    return await db('survey_round').where({ survey_id: surveyId, form_number: number }).where('opens_at', '<=', at).first('id') !== undefined
  },

  async putForm(trx, surveyId, { number, revision, form }, actorId, at) {
    const row = { revision, form: JSON.stringify(form satisfies SurveyForm), edited_by: actorId, edited_at: at }
    await (revision === 1 ? trx('survey_form').insert({ ...row, survey_id: surveyId, number }) : trx('survey_form').where({ survey_id: surveyId, number }).update(row))
    await trx('survey').where({ id: surveyId }).update({ title: form.title, edited_at: at })
  },

  async setSharing(trx, surveyId, readers, respondentsRead) {
    await trx('survey_reader').where({ survey_id: surveyId }).delete()
    if (readers.length) await trx('survey_reader').insert(readers.map((personId) => ({ survey_id: surveyId, person_id: personId })))
    const [row] = await trx('survey').where({ id: surveyId }).update({ respondents_read: respondentsRead, version: trx.raw('version + 1') }).returning<{ version: number }[]>('version')
    if (!row) throw new Error('no survey was changed')
    return row.version
  },

  async rules(db) {
    const rows = await db('survey_rule').leftJoin('body', 'body.id', 'survey_rule.body_id').orderBy([{ column: 'survey_rule.since', order: 'desc' }, { column: 'survey_rule.id', order: 'desc' }])
      .select<RuleRow[]>('survey_rule.id', 'survey_rule.body_id', 'body.name as body_name', db.raw('survey_rule.since::text AS since'), 'fewest', 'confidence', 'basis')
    return rows.map(({ body_id: id, body_name: name, ...rule }) => ({ ...rule, body: id === null ? null : { id, name: name ?? '' } }))
  },

  async insertRule(trx, { bodyId, since, fewest, confidence, basis }, actorId) {
    await trx('survey_rule').insert({ body_id: bodyId, since, fewest, confidence, basis, actor_id: actorId })
  },

  async bodyExists(db, bodyId) {
    return await db('body').where({ id: bodyId }).first('id') !== undefined
  },

  async askedTitle(db, { surveyId, formNumber }) {
    const row = await db('survey_form').where({ survey_id: surveyId, number: formNumber }).first<{ title: string } | undefined>(db.raw(`form ->> 'title' AS title`))
    if (!row) throw new Error('a round asks a form that is not there')
    return row.title
  },

  async findRoundCreation(db, surveyId, key) {
    return (await db('survey_round').where({ survey_id: surveyId, creation_key: key }).first<{ id: string } | undefined>('id'))?.id
  },

  async insertRound(trx, round) {
    const [row] = await trx('survey_round').insert({
      survey_id: round.surveyId, number: round.number, name: round.name, form_number: round.formNumber, opens_at: round.opensAt, closes_at: round.closesAt,
      anonymous: round.anonymous, by_unit: round.byUnit, linked: round.linked, fewest: round.fewest, confidence: round.confidence, basis: round.basis,
      creation_key: round.key,
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no round was inserted')
    return row.id
  },

  async invite(trx, roundId, { personIds, unitIds }, on) {
    const { rowCount } = await trx.raw<{ rowCount: number }>(`
      WITH RECURSIVE asked (id) AS (
        SELECT unnest(CAST(:unitIds AS uuid[])) UNION SELECT unit.id FROM unit JOIN asked ON unit.superior_id = asked.id
      ), works (person_id, unit_id) AS (
        SELECT person_id, unit_id FROM unit_membership WHERE CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
      )
      INSERT INTO survey_ticket (id, round_id, person_id, unit_id, kind)
      SELECT gen_random_uuid(), :roundId, person.id, works.unit_id, 'person' FROM person LEFT JOIN works ON works.person_id = person.id
      WHERE person.kind = 'person' AND (person.id = ANY (CAST(:personIds AS uuid[])) OR works.unit_id IN (SELECT id FROM asked))`, {
      roundId, on, personIds: [...personIds], unitIds: [...unitIds],
    })
    return rowCount
  },

  async makeCodes(trx, roundId, codes) {
    for (const { unitId, count } of codes) {
      await trx.raw(`INSERT INTO survey_ticket (id, round_id, unit_id, kind) SELECT gen_random_uuid(), ?, ?, 'code' FROM generate_series(1, ?::int)`, [roundId, unitId, count])
    }
  },

  async unknownUnits(db, ids, on) {
    const { rows } = await db.raw<{ rows: unknown[] }>(
      `SELECT id FROM unit WHERE id = ANY (CAST(:ids AS uuid[])) AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')`, { ids: [...ids], on })
    return rows.length < ids.length
  },

  async updateRound(trx, roundId, { name, opensAt, closesAt }) {
    const change = { ...name === undefined ? {} : { name }, ...opensAt ? { opens_at: opensAt } : {}, ...closesAt ? { closes_at: closesAt } : {} }
    const [row] = await trx('survey_round').where({ id: roundId }).update({ ...change, version: trx.raw('version + 1') }).returning<{ version: number }[]>('version')
    if (!row) throw new Error('no round was changed')
    return row.version
  },

  async holdRound(trx, roundId) {
    await trx('survey_round').where({ id: roundId }).forUpdate().select('id')
  },

  async deleteRound(trx, roundId) {
    await trx('survey_round').where({ id: roundId }).delete()
  },

  async waiting(db, roundId) {
    return await db('survey_ticket').where({ round_id: roundId, kind: 'person', used: false }).select<{ ticketId: string, personId: string }[]>('id as ticketId', 'person_id as personId')
  },

  async unannounced(db, at) {
    return await db('survey_round').join('survey_form as form', (on) => { on.on('form.survey_id', 'survey_round.survey_id').andOn('form.number', 'survey_round.form_number') })
      .where('announced', false).where('opens_at', '<=', at).where('closes_at', '>', at)
      .select('survey_round.id as roundId', 'survey_round.survey_id as surveyId', 'closes_at as closesAt', 'survey_round.anonymous', db.raw(`form.form ->> 'title' AS title`))
  },

  async markAnnounced(trx, roundId) {
    return await trx('survey_round').where({ id: roundId, announced: false }).update({ announced: true }) > 0
  },
}
