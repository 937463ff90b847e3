import type { Knex } from 'knex'
import type { Person } from '../../protocol/identity.ts'
import type { SurveySide } from '../../protocol/surveys.ts'
import type { Round } from './access.ts'
import type { Reach } from './reading.ts'

interface RoundRow {
  id: string, survey_id: string, number: number, name: string, form_number: number, opens_at: Date, closes_at: Date
  anonymous: boolean, by_unit: boolean, linked: boolean
  fewest: number, confidence: number, basis: string, version: number, counted: boolean, unreadable: number
}

export const ROUND_COLUMNS = ['id', 'survey_id', 'number', 'name', 'form_number', 'opens_at', 'closes_at', 'anonymous', 'by_unit', 'linked', 'fewest', 'confidence', 'basis', 'version', 'counted', 'unreadable']
  .map((column) => `survey_round.${column}`)

export function toRound(row: RoundRow): Round {
  return {
    id: row.id, surveyId: row.survey_id, number: row.number, name: row.name, formNumber: row.form_number, opensAt: row.opens_at, closesAt: row.closes_at,
    anonymous: row.anonymous, byUnit: row.by_unit, linked: row.linked, fewest: row.fewest, confidence: row.confidence, basis: row.basis,
    version: row.version, counted: row.counted, unreadable: row.unreadable,
  }
}

export const selectRounds = (db: Knex) => db('survey_round').select<RoundRow[]>(...ROUND_COLUMNS)

export interface PersonRow { person_id: string | null, kind: Person['kind'], full_name: string, office: string }
export const PERSON = ['person.id as person_id', 'person.kind', 'person.full_name', 'person.office']
export const toPerson = (row: PersonRow): Person => ({ id: row.person_id ?? '', kind: row.kind, fullName: row.full_name, office: row.office })

/** What a person is to a survey `s`. Bindings `:personId`, `:administrator`, `:on`, `:at`. */
export const SIDES = `array_remove(ARRAY[
  CASE WHEN (s.creator_id = :personId AND CAST(:administrator AS boolean)) OR s.body_id IN (
    SELECT body_id FROM membership WHERE person_id = :personId AND role IN ('chair', 'clerk') AND CAST(:on AS date) BETWEEN since AND coalesce(until, 'infinity')
  ) THEN 'maker' END,
  CASE WHEN EXISTS (SELECT FROM survey_reader WHERE survey_id = s.id AND person_id = :personId) THEN 'reader' END,
  CASE WHEN s.id IN (
    SELECT round.survey_id FROM survey_ticket ticket JOIN survey_round round ON round.id = ticket.round_id WHERE ticket.person_id = :personId AND round.opens_at <= :at
  ) THEN 'respondent' END], NULL)`

/** What a survey `s` is called to whom it does not make: by the form that was asked last. Binding `:at`. */
export const ASKED_TITLE = `coalesce((SELECT form.form ->> 'title' FROM survey_round asked JOIN survey_form form ON form.survey_id = asked.survey_id AND form.number = asked.form_number
  WHERE asked.survey_id = s.id AND asked.opens_at <= :at ORDER BY asked.number DESC LIMIT 1), s.title)`

export interface SurveyRow {
  id: string, body_id: string, body_name: string, title: string, anonymous: boolean, respondents_read: boolean, version: number, edited_at: Date
  sides: SurveySide[]
}

/** How many ways into rounds there are, and how many were used. */
export async function reachOf(db: Knex, roundIds: readonly string[]): Promise<Map<string, Reach>> {
  const { rows } = await db.raw<{ rows: ({ round_id: string } & Reach)[] }>(`
    SELECT round_id, count(*) FILTER (WHERE kind = 'person')::int AS invited, count(*) FILTER (WHERE kind = 'code')::int AS codes,
      count(*) FILTER (WHERE kind = 'browser')::int AS browsers, count(*) FILTER (WHERE used)::int AS answered
    FROM survey_ticket WHERE round_id = ANY (?::uuid[]) GROUP BY round_id`, [[...roundIds]])
  return new Map(rows.map(({ round_id: id, ...reach }) => [id, reach]))
}
