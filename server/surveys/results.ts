import type { Knex } from 'knex'
import { comparable, OTHER, questionsOf, type SurveyForm } from '../../protocol/survey-form.ts'
import type { Person } from '../../protocol/identity.ts'
import type { SurveyResults } from '../../protocol/survey-results.ts'
import { writeAudit } from '../platform/audit.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { stageOf, type Round, type Survey, type SurveyAccess } from './access.ts'
import type { Counting } from './counting.ts'
import { byUnit, compared, figuresOf, type Counted, type Group } from './figures.ts'

export interface Row extends Counted { id: string, unitName: string | null, person: Person | null }

export interface Written { id: string, text: string, person: Person | null }

export interface ResultsStore {
  form(db: Knex, surveyId: string, number: number): Promise<SurveyForm>
  /** All answers of a round, by their random names. */
  answers(db: Knex, roundId: string): Promise<Row[]>
  reach(db: Knex, roundIds: readonly string[]): Promise<Map<string, { invited: number, codes: number, browsers: number, answered: number }>>
  /** What was written to a question, words to "other" included, by random names after `after`. */
  texts(db: Knex, roundId: string, questionId: string, page: { after: string | undefined, limit: number }): Promise<Written[]>
}

export interface ResultsDeps {
  db: Knex
  access: SurveyAccess
  store: ResultsStore
  counting: Pick<Counting, 'count'>
  now: () => Date
}

/** What became of rounds, for the makers of a survey, those whom they show it to, and those who are asked where they do. */
export function createResults({ db, access, store, counting, now }: ResultsDeps) {
  const mayRead = ({ sides, respondentsRead }: Survey) => sides.includes('maker') || sides.includes('reader') || (respondentsRead && sides.includes('respondent'))

  /**
   * A round whose results may be shown, counted. Of an anonymous one, what it says while it is open would be told from what it
   * said a moment before, beside the list of who has answered. Throws `surveyRoundNotFound`, `surveyResultsWithheld`.
   */
  async function readable(surveyId: string, roundId: string): Promise<{ round: Round, rows: Row[] }> {
    const round = await access.round(db, surveyId, roundId)
    const stage = stageOf(round, now())
    if (stage === 'planned') throw new AppError('surveyResultsWithheld', { reason: 'planned' })
    if (round.anonymous && stage === 'open') throw new AppError('surveyResultsWithheld', { reason: 'open', closesAt: round.closesAt.toISOString() })
    if (round.anonymous && !round.counted) await counting.count(roundId)
    const rows = await store.answers(db, roundId)
    if (round.anonymous && rows.length < round.fewest) throw new AppError('surveyResultsWithheld', { reason: 'few', fewest: round.fewest })
    return { round: await access.round(db, surveyId, roundId), rows }
  }

  async function reading(surveyId: string, caller: Caller): Promise<Survey> {
    const survey = await access.accessTo(surveyId, caller)
    // Who is asked knows the survey; that its results are not for them is no secret.
    if (!mayRead(survey)) throw new AppError('forbiddenForSurvey', { sides: survey.sides })
    return survey
  }

  function groupsOf({ byUnit: kept, anonymous }: Round, rows: readonly Row[]): Group[] {
    if (anonymous && !kept) return []
    const groups = Map.groupBy(rows, ({ unitId }) => unitId)
    if (groups.size < 2) return []
    return [...groups].map(([id, of]) => ({ id, name: of[0]?.unitName ?? '', counted: of }))
      .sort((a, b) => a.id === null ? 1 : b.id === null ? -1 : a.name.localeCompare(b.name, 'vi'))
  }

  return {
    mayRead,

    /** Throws `surveyNotFound`, `forbiddenForSurvey`, `surveyRoundNotFound`, `surveyResultsWithheld`. */
    async results(surveyId: string, roundId: string, caller: Caller, beforeId: string | undefined): Promise<{ title: string, results: SurveyResults }> {
      await reading(surveyId, caller)
      const { round, rows } = await readable(surveyId, roundId)
      if (beforeId !== undefined && (await access.round(db, surveyId, beforeId)).number >= round.number) throw new AppError('surveyRoundNotFound')
      const earlier = beforeId === undefined ? undefined : await readable(surveyId, beforeId)
      const [form, formBefore, reach] = await Promise.all([
        store.form(db, surveyId, round.formNumber), earlier && store.form(db, surveyId, earlier.round.formNumber),
        store.reach(db, [roundId, ...(beforeId ? [beforeId] : [])]),
      ])
      const { confidence, fewest, basis, anonymous, unreadable } = round
      const groups = groupsOf(round, rows)
      const asked = new Map((formBefore ? questionsOf(formBefore) : []).map((question) => [question.id, question]))
      const told = ({ id, name, formNumber }: Round, answers: readonly Row[]) => {
        const { invited = 0, codes = 0, browsers = 0 } = reach.get(id) ?? {}
        return { id, name, formNumber, answers: answers.length, asked: invited + codes + browsers }
      }
      const questions = questionsOf(form).map((question): SurveyResults['questions'][number] => {
        const figures = figuresOf(question, rows, confidence)
        const then = asked.get(question.id)
        const before = then && earlier && comparable(then, question) ? figuresOf(question, earlier.rows, confidence) : null
        const texts = rows.filter(({ answers: { [question.id]: one } }) => one && ('text' in one || ('choices' in one && one.choices.includes(OTHER)))).length
        return {
          question, figures, texts, before, ...before ? compared(before, figures, confidence) : { differences: [], meanDifference: null },
          units: byUnit(question, groups, { fewest, confidence, anonymous }),
        }
      })
      const before = earlier ? told(earlier.round, earlier.rows) : null
      return { title: form.title, results: { round: told(round, rows), before, anonymous, fewest, confidence, basis, unreadable, questions } }
    },

    /** Throws what `results` does. */
    async texts(surveyId: string, roundId: string, questionId: string, caller: Caller, { after, limit }: { after?: string | undefined, limit: number }) {
      await reading(surveyId, caller)
      await readable(surveyId, roundId)
      const found = await store.texts(db, roundId, questionId, { after, limit: limit + 1 })
      const texts = found.slice(0, limit)
      return { texts, next: found.length > limit ? texts.at(-1)?.id ?? null : null }
    },

    /** All answers, for the makers; that they were taken out is kept. Throws what `results` does. */
    async answers(surveyId: string, roundId: string, caller: Caller) {
      const survey = await access.making(surveyId, caller)
      const { round, rows } = await readable(surveyId, roundId)
      const taken = { actorId: caller.personId, subjectId: null, bodyId: survey.bodyId, action: 'survey.answersExported', data: { surveyId, roundId } }
      await db.transaction((trx) => writeAudit(trx, taken))
      return { round, rows, form: await store.form(db, surveyId, round.formNumber) }
    },
  }
}

export type Results = ReturnType<typeof createResults>
