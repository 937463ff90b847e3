import type { PersonKind } from '../../protocol/identity.ts'
import type { AskedMember, OpinionAnswer, OpinionPost, OpinionState, OpinionSummary } from '../../protocol/opinions.ts'
import type { ProposalDocument } from '../../protocol/proposals.ts'
import type { RenditionStatus } from '../../protocol/rendition.ts'
import type { ReadingStore } from './reading.ts'
import { DEPARTED, OF_ASKED, OF_OFFICE, OF_UNIT, rowsOf, SECRET } from './store-rows.ts'
import { toAnswer } from './store.ts'

interface PersonColumns { person_id: string, kind: PersonKind, full_name: string, person_office: string }

interface SummaryRow {
  id: string, matter_id: string, title: string, body_id: string, body_name: string, unit_id: string, unit_name: string, state: OpinionState
  opened_at: Date, due_at: Date, closed_at: Date | null, asked: number, answered: number, mine: OpinionAnswer | null, to_convene: boolean, secret: boolean
}

interface DocumentRow {
  id: string, kind: ProposalDocument['kind'], name: string, sha256: Buffer, bytes: string, added_at: Date, rendition: RenditionStatus | null, as_pdf: boolean
}

const person = (row: PersonColumns) => ({ id: row.person_id, kind: row.kind, fullName: row.full_name, office: row.person_office })
const PERSON = 'person.id AS person_id, person.kind, person.full_name, person.office AS person_office'

/**
 * It came back, and nothing was done with its matter since: it was not asked about again, is dealt with in no other way, and stands on
 * no agenda of its body, planned or done.
 */
const TO_CONVENE = `(o.state = 'rebound'
  AND EXISTS (SELECT FROM proposal WHERE proposal.id = o.matter_id AND proposal.status = 'accepted' AND proposal.settled IS NULL)
  AND NOT EXISTS (SELECT FROM opinion later WHERE later.matter_id = o.matter_id AND later.opened_at > o.opened_at)
  AND NOT EXISTS (
    SELECT FROM agenda_item item JOIN meeting ON meeting.id = item.meeting_id
    WHERE item.matter_id = o.matter_id AND meeting.body_id = o.body_id AND item.removed_at IS NULL AND meeting.status <> 'cancelled'
      AND (item.status = 'done' OR item.status IN ('pending', 'current') AND meeting.status <> 'closed')))`

/** Opinions as lists show them. Bindings `:personId`, `:on`. */
const SUMMARY = `
  SELECT o.id, o.matter_id, CASE WHEN found.secret THEN '' ELSE o.title END AS title, found.secret, o.body_id, body.name AS body_name, p.unit_id, unit.name AS unit_name, o.state, o.opened_at, o.due_at, o.closed_at,
    count.asked, count.answered, own.choice AS mine, ${TO_CONVENE} AS to_convene
  FROM opinion o JOIN body ON body.id = o.body_id JOIN proposal p ON p.id = o.matter_id JOIN unit ON unit.id = p.unit_id
  CROSS JOIN LATERAL (SELECT ${SECRET} AS secret) found
  CROSS JOIN LATERAL (SELECT count(*)::integer AS asked, count(*) FILTER (WHERE revision > 0)::integer AS answered FROM opinion_asked WHERE opinion_id = o.id) count
  LEFT JOIN LATERAL (
    SELECT answer.choice FROM opinion_asked a JOIN opinion_answer answer USING (opinion_id, person_id)
    WHERE a.opinion_id = o.id AND a.person_id = :personId AND answer.revision = a.revision) own ON true`

const sides = { asked: OF_ASKED, office: OF_OFFICE, unit: OF_UNIT }

function toSummary(row: SummaryRow, side: OpinionSummary['side']): OpinionSummary {
  return {
    id: row.id, matterId: row.matter_id, title: row.title, body: { id: row.body_id, name: row.body_name }, unit: { id: row.unit_id, name: row.unit_name },
    state: row.state, openedAt: row.opened_at.toISOString(), dueAt: row.due_at.toISOString(), closedAt: row.closed_at?.toISOString() ?? null,
    asked: row.asked, answered: row.answered, mine: row.mine, side, toConvene: row.to_convene, secret: row.secret,
  }
}

/** Written opinions as they are read, in PostgreSQL. */
export const readingStore: ReadingStore = {
  async list(db, { personId, on, at }, { side, state, only, bodyId, words, before, limit }) {
    // What waits for an answer is listed by when it is due; all else latest first.
    const [by, order] = only === 'unanswered' ? ['o.due_at', 'ASC'] : ['o.opened_at', 'DESC']
    const filters = [
      sides[side], ...state ? ['o.state = :state'] : [], ...bodyId ? ['o.body_id = :bodyId'] : [],
      ...only === 'unanswered' ? [`o.state = 'open' AND o.due_at > :at AND own.choice IS NULL`] : only === 'toConvene' ? [TO_CONVENE] : [],
      ...before ? [`(${by}, o.id) ${only === 'unanswered' ? '>' : '<'} (:before, CAST(:beforeId AS uuid))`] : [], ...words.length ? ['NOT found.secret'] : [],
      ...words.map((_, index) => `position(:word${index} in o.title_folded) > 0`),
    ]
    const rows = await rowsOf<SummaryRow>(db, `${SUMMARY} WHERE ${filters.join(' AND ')} ORDER BY ${by} ${order}, o.id ${order} LIMIT :limit`, {
      personId, on, limit, ...state ? { state } : {}, ...bodyId ? { bodyId } : {}, ...only === 'unanswered' ? { at } : {},
      ...before ? { before: before.at, beforeId: before.id } : {}, ...Object.fromEntries(words.map((word, index) => [`word${index}`, word])),
    })
    return rows.map((row) => toSummary(row, side))
  },

  async summary(db, { personId, on }, opinionId, side) {
    const [row] = await rowsOf<SummaryRow>(db, `${SUMMARY} WHERE o.id = :opinionId`, { personId, on, opinionId })
    return row && toSummary(row, side)
  },

  async sidesOf(db, { personId, on, at }) {
    const bodies = async (condition: string) => await rowsOf<{ id: string, name: string }>(db, `
      SELECT DISTINCT body.id, body.name FROM membership m JOIN body ON body.id = m.body_id
      WHERE m.person_id = :personId AND ${condition} AND CAST(:on AS date) BETWEEN m.since AND coalesce(m.until, 'infinity') ORDER BY body.name`, { personId, on })
    const [offices, asked, [rest]] = await Promise.all([
      bodies(`m.role IN ('chair', 'clerk')`), bodies('m.voting'),
      rowsOf<{ unit: boolean, waiting: string }>(db, `
        SELECT EXISTS (SELECT FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')) AS unit,
          (SELECT count(*) FROM opinion o JOIN opinion_asked mine ON mine.opinion_id = o.id AND mine.person_id = :personId
            WHERE o.state = 'open' AND o.due_at > :at AND mine.revision = 0 AND ${OF_ASKED}) AS waiting`, { personId, on, at }),
    ])
    return { offices, asked, unit: rest?.unit ?? false, waiting: Number(rest?.waiting ?? 0) }
  },

  async documents(db, opinionId) {
    const rows = await rowsOf<DocumentRow>(db, `
      SELECT paper.id, paper.kind, paper.name, paper.sha256, paper.bytes, paper.added_at, rendition.status AS rendition, rendition.pdf_sha256 IS NOT NULL AS as_pdf
      FROM opinion o JOIN proposal_document paper ON paper.id = ANY (o.documents) AND paper.proposal_id = o.matter_id
      LEFT JOIN rendition ON rendition.sha256 = paper.sha256 WHERE o.id = :opinionId AND NOT ${SECRET} ORDER BY array_position(o.documents, paper.id)`, { opinionId })
    return rows.map((row): ProposalDocument => ({
      documentId: row.id, kind: row.kind, name: row.name, sha256: row.sha256.toString('hex'), bytes: Number(row.bytes), addedAt: row.added_at.toISOString(),
      readable: row.as_pdf ? 'yes' : row.rendition === 'failed' || row.rendition === 'unavailable' ? 'no' : 'soon',
    }))
  },

  async ownAnswers(db, opinionId, personId) {
    const rows = await db('opinion_answer').where({ opinion_id: opinionId, person_id: personId }).orderBy('revision', 'desc').limit(100)
      .select<{ revision: number, choice: OpinionAnswer, text: string, at: Date }[]>('revision', 'choice', 'text', 'at')
    return rows.map(toAnswer)
  },

  async members(db, opinionId, on, after, limit) {
    const rows = await rowsOf<PersonColumns & {
      place: number, office: string, revision: number, choice: OpinionAnswer | null, text: string, at: Date, gone: boolean, demands: boolean
      demand_reason: string | null
    }>(db, `
      SELECT ${PERSON}, a.place, a.office, a.revision, answer.choice, answer.text, answer.at,
        CASE WHEN o.state = 'open' THEN ${DEPARTED} ELSE a.departed END AS gone, a.demand_at IS NOT NULL AS demands, a.demand_reason
      FROM opinion_asked a JOIN opinion o ON o.id = a.opinion_id JOIN person ON person.id = a.person_id
      LEFT JOIN opinion_answer answer ON answer.opinion_id = a.opinion_id AND answer.person_id = a.person_id AND answer.revision = a.revision
      WHERE a.opinion_id = :opinionId AND a.place > :after ORDER BY a.place LIMIT :limit`, { opinionId, on, after, limit })
    return rows.map((row): AskedMember & { place: number } => ({
      place: row.place, person: person(row), office: row.office, answered: row.revision > 0, departed: row.gone, demandsMeeting: row.demands,
      demandReason: row.demand_reason ?? '', changes: Math.max(row.revision - 1, 0),
      answer: row.choice === null ? null : toAnswer({ revision: row.revision, choice: row.choice, text: row.text, at: row.at }),
    }))
  },

  async posts(db, opinionId, { before, limit, id }) {
    const rows = await rowsOf<PersonColumns & { id: string, at: Date, text: string }>(db, `
      SELECT post.id, post.at, post.text, ${PERSON} FROM opinion_post post JOIN person ON person.id = post.person_id
      WHERE post.opinion_id = :opinionId AND (CAST(:before AS uuid) IS NULL OR post.id < CAST(:before AS uuid))
        AND (CAST(:id AS uuid) IS NULL OR post.id = CAST(:id AS uuid))
      ORDER BY post.id DESC LIMIT :limit`, { opinionId, before: before ?? null, id: id ?? null, limit })
    return rows.map((row): OpinionPost => ({ id: row.id, person: person(row), at: row.at.toISOString(), text: row.text }))
  },

  async meetingKnown(db, meetingId, { personId }) {
    const [row] = await rowsOf<{ title: string | null, starts_at: Date }>(db, `
      SELECT title.body AS title, meeting.starts_at FROM meeting JOIN journal_text title ON title.id = meeting.title_text
      JOIN meeting_participant part ON part.meeting_id = meeting.id AND part.person_id = :personId AND NOT part.items_only
      WHERE meeting.id = :meetingId AND (meeting.published_at IS NOT NULL OR part.role IN ('chair', 'clerk'))`, { meetingId, personId })
    return row && { id: meetingId, title: row.title ?? '', startsAt: row.starts_at.toISOString() }
  },

  async written(db, paperId) {
    const [row] = await rowsOf<{ number: number, style: 'party' | 'state', symbol: string }>(db, 'SELECT number, style, symbol FROM issued_paper WHERE id = :paperId', { paperId })
    return row
  },

  async tasks(db, opinionId) {
    return await rowsOf<{ id: string, what: string, leadName: string, dueOn: string }>(db, `
      SELECT t.id, t.what, coalesce(unit.name, person.full_name) AS "leadName", t.due_on::text AS "dueOn" FROM task t
      LEFT JOIN unit ON unit.id = t.lead_unit_id LEFT JOIN person ON person.id = t.lead_person_id WHERE t.opinion_id = :opinionId ORDER BY t.id LIMIT 100`, { opinionId })
  },

  async document(db, opinionId, documentId) {
    const [row] = await rowsOf<{ name: string, sha256: Buffer }>(db, `
      SELECT paper.name, paper.sha256 FROM opinion o JOIN proposal_document paper ON paper.id = ANY (o.documents) AND paper.proposal_id = o.matter_id
      WHERE o.id = :opinionId AND paper.id = :documentId AND NOT ${SECRET}`, { opinionId, documentId })
    return row && { name: row.name, sha256: row.sha256.toString('hex') }
  },
}

