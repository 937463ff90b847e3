import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { GivenAnswer, OpinionAnswer } from '../../protocol/opinions.ts'
import type { OpinionAccessStore } from './access.ts'
import type { AnsweringStore } from './answering.ts'
import type { ClosingStore } from './closing.ts'
import type { OpinionsStore } from './opinions.ts'
import { COLUMNS, DEPARTED, OF_ASKED, OF_OFFICE, OF_UNIT, rowsOf, SECRET, sidesOf, toOpinion, type OpinionRow, type SidesRow } from './store-rows.ts'
import type { TellingStore } from './telling.ts'

export interface AnswerRow { revision: number, choice: OpinionAnswer, text: string, at: Date }

export const toAnswer = ({ at, ...row }: AnswerRow): GivenAnswer => ({ revision: row.revision, choice: row.choice, text: row.text, at: at.toISOString() })

const answers = (db: Knex, opinionId: string, personId: string) => db('opinion_answer').where({ opinion_id: opinionId, person_id: personId })
const answerColumns = ['revision', 'choice', 'text', 'at'] as const

async function select(db: Knex, where: string, bindings: Record<string, unknown>) {
  return (await rowsOf<OpinionRow>(db, `SELECT ${COLUMNS} FROM opinion o ${where}`, bindings)).map(toOpinion)
}

async function unanswered(db: Knex, opinionId: string, on: Day): Promise<string[]> {
  const rows = await rowsOf<{ person_id: string }>(db, `
    SELECT a.person_id FROM opinion_asked a JOIN opinion o ON o.id = a.opinion_id WHERE o.id = :opinionId AND a.revision = 0 AND NOT ${DEPARTED} ORDER BY a.place`,
  { opinionId, on })
  return rows.map((row) => row.person_id)
}

/** Written opinions in PostgreSQL: what changes them. */
export const opinionsStore: OpinionAccessStore & OpinionsStore & AnsweringStore & ClosingStore & Omit<TellingStore, 'workersOn'> = {
  async findAccess(db, opinionId, personId, on) {
    const [row] = await rowsOf<OpinionRow & SidesRow & { revision: number | null, demand_at: Date | null, demand_reason: string | null }>(db, `
      SELECT ${COLUMNS}, ${OF_ASKED} AS of_asked, ${OF_OFFICE} AS of_office, ${OF_UNIT} AS of_unit, own.revision, own.demand_at, own.demand_reason
      FROM opinion o LEFT JOIN opinion_asked own ON own.opinion_id = o.id AND own.person_id = :personId WHERE o.id = :opinionId`, { opinionId, personId, on })
    const sides = row ? sidesOf(row) : []
    if (!row || !sides.length) return undefined
    const own = sides.includes('asked') && row.revision !== null ? { revision: row.revision, demandAt: row.demand_at, demandReason: row.demand_reason } : null
    return { opinion: toOpinion(row), sides, own }
  },

  async lock(trx, opinionId, how) {
    const row = trx('opinion').where({ id: opinionId }).select('id')
    await (how === 'alone' ? row.forUpdate() : row.forShare())
  },

  async insert(trx, { matterId, bodyId, title, question, rule, dueOn, dueAt, workingDays, movedFrom, at, actorId, remindAt }) {
    const [row] = await trx('opinion').insert({
      matter_id: matterId, body_id: bodyId, title, question, rule: JSON.stringify(rule), due_on: dueOn, due_at: dueAt, working_days: workingDays,
      moved_from: movedFrom, opened_at: at, opened_by: actorId, remind_at: remindAt,
      documents: trx.raw(`ARRAY(SELECT id FROM proposal_document WHERE proposal_id = ? AND removed_at IS NULL
        ORDER BY array_position(ARRAY['submission', 'draft', 'annex', 'legalBasis'], kind), id)`, [matterId]),
    }).onConflict(trx.raw(`(matter_id) WHERE state = 'open'`)).ignore().returning<{ id: string }[]>('id')
    return row?.id
  },

  async ask(trx, opinionId, bodyId, on) {
    return (await rowsOf(trx, `
      INSERT INTO opinion_asked (opinion_id, person_id, place, office)
      SELECT CAST(:opinionId AS uuid), m.person_id, row_number() OVER (ORDER BY m.rank, m.person_id), m.office FROM membership m
      WHERE m.body_id = :bodyId AND m.voting AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity')
      RETURNING person_id`, { opinionId, bodyId, on })).length
  },

  async settle(trx, matterId, settled, at, dueOn) {
    await trx('proposal').where({ id: matterId }).whereRaw('settled IS DISTINCT FROM ?', [settled])
      .update({ settled, since: at, due_on: dueOn, version: trx.raw('version + 1') })
  },

  async withdraw(trx, opinionId, { at, actorId, reason }) {
    await trx('opinion').where({ id: opinionId }).update({ state: 'withdrawn', closed_at: at, closed_by: actorId, reason, remind_at: null, version: trx.raw('version + 1') })
  },

  unanswered,

  async holdOpenOf(trx, matterId) {
    const [found] = await select(trx, `WHERE o.matter_id = :matterId AND o.state = 'open' FOR UPDATE`, { matterId })
    return found
  },

  async setSecret(trx, matterId) {
    await trx('opinion').where({ matter_id: matterId, secret_found: false }).update({ secret_found: true })
  },

  async mattersWith(db, sha256s) {
    const rows = await rowsOf<{ id: string }>(db, `
      SELECT DISTINCT paper.proposal_id AS id FROM proposal_document paper JOIN opinion o ON o.matter_id = paper.proposal_id
      WHERE paper.sha256 = ANY (CAST(:files AS bytea[])) ORDER BY id`, { files: sha256s.map((sha256) => Buffer.from(sha256, 'hex')) })
    return rows.map(({ id }) => id)
  },

  async foundSecrets(db) {
    return (await rowsOf<{ matter_id: string }>(db, `SELECT o.matter_id FROM opinion o WHERE o.state = 'open' AND ${SECRET} ORDER BY o.id`, {})).map((row) => row.matter_id)
  },

  async holdAnswer(trx, opinionId, personId) {
    const row = await trx('opinion_asked').where({ opinion_id: opinionId, person_id: personId }).forUpdate().first<{ revision: number } | undefined>('revision')
    if (!row?.revision) return undefined
    const last = await answers(trx, opinionId, personId).where({ revision: row.revision }).first<AnswerRow | undefined>(...answerColumns)
    return last && toAnswer(last)
  },

  async findAnswer(db, opinionId, personId, key) {
    const row = await answers(db, opinionId, personId).where({ key }).first<AnswerRow | undefined>(...answerColumns)
    return row && toAnswer(row)
  },

  async insertAnswer(trx, opinionId, personId, revision, { choice, text, key, at }) {
    await trx('opinion_answer').insert({ opinion_id: opinionId, person_id: personId, revision, choice, text, key, at })
    await trx('opinion_asked').where({ opinion_id: opinionId, person_id: personId }).update({ revision })
    return toAnswer({ revision, choice, text, at })
  },

  async demand(trx, opinionId, personId, { at, reason }) {
    await trx('opinion_asked').where({ opinion_id: opinionId, person_id: personId }).update({ demand_at: at, demand_reason: reason })
  },

  async findPost(db, opinionId, personId, key) {
    return await db('opinion_post').where({ opinion_id: opinionId, person_id: personId, key }).first<{ id: string, text: string } | undefined>('id', 'text')
  },

  async insertPost(trx, opinionId, { personId, at, text, key }) {
    const [made] = await trx('opinion_post').insert({ opinion_id: opinionId, person_id: personId, at, text, key })
      .onConflict(['opinion_id', 'person_id', 'key']).ignore().returning<{ id: string }[]>('id')
    return made?.id
  },

  async findOpen(db, opinionId, hold) {
    const [found] = await select(db, `WHERE o.id = :opinionId AND o.state = 'open' ${hold ? 'FOR UPDATE' : ''}`, { opinionId })
    return found
  },

  async due(db, at, limit) {
    const rows = await rowsOf<{ id: string }>(db, `
      SELECT o.id FROM opinion o
      WHERE o.state = 'open' AND (o.due_at <= :at OR EXISTS (SELECT FROM opinion_asked a WHERE a.opinion_id = o.id AND a.demand_at IS NOT NULL))
      ORDER BY o.due_at, o.id LIMIT :limit`, { at, limit })
    return rows.map(({ id }) => id)
  },

  async members(db, opinionId, on) {
    const rows = await rowsOf<{ person_id: string, choice: OpinionAnswer | null, departed: boolean, demands: boolean }>(db, `
      SELECT a.person_id, answer.choice, ${DEPARTED} AS departed, a.demand_at IS NOT NULL AS demands
      FROM opinion_asked a JOIN opinion o ON o.id = a.opinion_id
      LEFT JOIN opinion_answer answer ON answer.opinion_id = a.opinion_id AND answer.person_id = a.person_id AND answer.revision = a.revision
      WHERE a.opinion_id = :opinionId ORDER BY a.place`, { opinionId, on })
    return rows.map(({ person_id: personId, choice, departed, demands }) => ({ personId, choice, departed, demandsMeeting: demands }))
  },

  async close(trx, opinionId, { at, result, place, departed }) {
    await trx('opinion').where({ id: opinionId, state: 'open' }).update({
      state: result.outcome, closed_at: at, result: JSON.stringify(result), meeting_id: place?.meetingId ?? null, item_id: place?.itemId ?? null,
      remind_at: null, version: trx.raw('version + 1'),
    })
    if (departed.length) await trx('opinion_asked').where({ opinion_id: opinionId }).whereIn('person_id', [...departed]).update({ departed: true })
  },

  async participants(db, meetingId) {
    return await db('meeting_participant').where({ meeting_id: meetingId }).pluck('person_id')
  },

  async placed(db, matterId, bodyId, withoutItemId) {
    const [row] = await rowsOf<{ meeting_id: string, item_id: string }>(db, `
      SELECT meeting.id AS meeting_id, item.id AS item_id FROM agenda_item item JOIN meeting ON meeting.id = item.meeting_id
      WHERE item.matter_id = :matterId AND meeting.body_id = :bodyId AND item.removed_at IS NULL AND item.status IN ('pending', 'current')
        AND meeting.status NOT IN ('closed', 'cancelled') AND item.id IS DISTINCT FROM CAST(:without AS uuid)
      ORDER BY meeting.starts_at, item.id LIMIT 1`, { matterId, bodyId, without: withoutItemId ?? null })
    return row && { meetingId: row.meeting_id, itemId: row.item_id }
  },

  openOnes: (db) => select(db, `WHERE o.state = 'open'`, {}),

  async move(trx, opinionId, { dueOn, dueAt, movedFrom, remindAt }) {
    await trx('opinion').where({ id: opinionId }).update({
      due_on: dueOn, due_at: dueAt, moved_from: movedFrom, remind_at: remindAt, version: trx.raw('version + 1'),
    })
  },

  async toRemind(db, at) {
    return (await rowsOf<{ id: string }>(db, `SELECT id FROM opinion WHERE state = 'open' AND remind_at <= :at ORDER BY remind_at LIMIT 200`, { at })).map(({ id }) => id)
  },

  async holdReminder(trx, opinionId, at) {
    const [row] = await rowsOf<OpinionRow & { remind_at: Date }>(trx, `
      SELECT ${COLUMNS}, o.remind_at FROM opinion o WHERE o.id = :opinionId AND o.state = 'open' AND o.remind_at <= :at AND o.due_at > :at FOR UPDATE SKIP LOCKED`,
    { opinionId, at })
    return row && { opinion: toOpinion(row), remindAt: row.remind_at }
  },

  async setReminder(trx, opinionId, at) {
    await trx('opinion').where({ id: opinionId }).update({ remind_at: at })
  },

  async find(db, opinionId) {
    const [found] = await select(db, 'WHERE o.id = :opinionId', { opinionId })
    if (!found) throw new Error('an opinion that is told of is not there')
    return found
  },

  async asked(db, opinionId) {
    return await db('opinion_asked').where({ opinion_id: opinionId }).orderBy('place').pluck('person_id')
  },

  async officeOf(db, bodyId, on) {
    const rows = await rowsOf<{ person_id: string }>(db, `
      SELECT DISTINCT person_id FROM membership WHERE body_id = :bodyId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')`,
    { bodyId, on })
    return rows.map((row) => row.person_id)
  },

  async nameOf(db, personId) {
    return (await db('person').where({ id: personId }).first<{ full_name: string } | undefined>('full_name'))?.full_name ?? ''
  },

  async startOf(db, meetingId) {
    return (await db('meeting').where({ id: meetingId }).first<{ starts_at: Date } | undefined>('starts_at'))?.starts_at ?? null
  },
}
