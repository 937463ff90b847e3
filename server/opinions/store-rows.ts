import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import { OpinionRule } from '../../protocol/opinion-rule.ts'
import type { OpinionResult, OpinionSide, OpinionState } from '../../protocol/opinions.ts'
import { FOUND_SECRET } from '../proposals/found-secret.ts'
import type { Opinion } from './access.ts'

/** A row of `opinion`; days as texts. */
export interface OpinionRow {
  id: string, matter_id: string, body_id: string, title: string, question: string, documents: string[], rule: unknown, opened_at: Date, opened_by: string
  due_on: Day, due_at: Date, working_days: number, moved_from: Day | null, state: OpinionState, closed_at: Date | null, reason: string
  result: OpinionResult | null, meeting_id: string | null, item_id: string | null, paper_id: string | null, secret: boolean, version: number
}

/** The notice of an opinion `o` as it is in force: what replaced it, and none once that was recalled. */
const NOTICE = `(
  WITH RECURSIVE line (id) AS (SELECT o.paper_id UNION ALL SELECT next.id FROM line JOIN issued_paper next ON next.replaces_id = line.id)
  SELECT issued_paper.id FROM line JOIN issued_paper USING (id) WHERE issued_paper.status = 'issued')`

/** A state secret was found in the matter of an opinion `o`. */
export const SECRET = `(o.secret_found OR EXISTS (SELECT FROM triage_note WHERE matter_id = o.matter_id AND secret)
  OR EXISTS (SELECT FROM proposal p WHERE p.id = o.matter_id AND ${FOUND_SECRET}))`

/** The columns of an opinion `o`. The driver would read a date as an instant of its own time zone. */
export const COLUMNS = `o.id, o.matter_id, o.body_id, o.title, o.question, o.documents, o.rule, o.opened_at, o.opened_by, o.due_on::text AS due_on, o.due_at,
  o.working_days, o.moved_from::text AS moved_from, o.state, o.closed_at, o.reason, o.result, o.meeting_id, o.item_id, ${NOTICE} AS paper_id,
  ${SECRET} AS secret, o.version`

/** Of one in whose matter a state secret was found nothing is told that anybody wrote: nobody knows which words are the secret. */
export function toOpinion(row: OpinionRow): Opinion {
  const words = (text: string) => row.secret ? '' : text
  return {
    id: row.id, matterId: row.matter_id, bodyId: row.body_id, title: words(row.title), question: words(row.question), documents: row.documents,
    rule: OpinionRule.parse(row.rule), openedAt: row.opened_at, openedBy: row.opened_by, dueOn: row.due_on, dueAt: row.due_at,
    workingDays: row.working_days, movedFrom: row.moved_from, state: row.state, closedAt: row.closed_at, reason: words(row.reason), result: row.result,
    meetingId: row.meeting_id, itemId: row.item_id, paperId: row.paper_id, secret: row.secret, version: row.version,
  }
}

const incumbentOn = (person: string, on: string) => `EXISTS (
  SELECT FROM membership m WHERE m.body_id = o.body_id AND m.person_id = ${person} AND m.voting AND ${on} BETWEEN m.since AND coalesce(m.until, 'infinity'))`

/** Was asked, and is an incumbent still. Bindings `:personId`, `:on`. */
export const OF_ASKED = `(EXISTS (SELECT FROM opinion_asked a WHERE a.opinion_id = o.id AND a.person_id = :personId) AND ${incumbentOn(':personId', 'CAST(:on AS date)')})`
/** Chair and clerks of its body. Bindings `:personId`, `:on`. */
export const OF_OFFICE = `o.body_id IN (
  SELECT body_id FROM membership WHERE person_id = :personId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity'))`
/** The drafting unit, or one that it went into by a merger or a split. Bindings `:personId`, `:on`. */
export const OF_UNIT = `o.matter_id IN (
  WITH RECURSIVE own (id) AS (
    SELECT unit_id FROM unit_membership WHERE person_id = :personId AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
    UNION SELECT predecessor_id FROM unit_succession JOIN own ON successor_id = own.id WHERE since <= CAST(:on AS date)
  ) SELECT p.id FROM proposal p WHERE p.unit_id IN (SELECT id FROM own))`

/** The terms of those asked `a` that have ended by `:on`. */
export const DEPARTED = `NOT ${incumbentOn('a.person_id', 'CAST(:on AS date)')}`

export interface SidesRow { of_asked: boolean, of_office: boolean, of_unit: boolean }

export function sidesOf(row: SidesRow): OpinionSide[] {
  return [...row.of_asked ? ['asked' as const] : [], ...row.of_office ? ['office' as const] : [], ...row.of_unit ? ['unit' as const] : []]
}

/** Rows of a query with named bindings. */
export async function rowsOf<T>(db: Knex, sql: string, bindings: Record<string, unknown>): Promise<T[]> {
  const { rows } = await db.raw<{ rows: T[] }>(sql, bindings as Record<string, string>)
  return rows
}
