import { z } from 'zod'
import { Id } from './journal.ts'
import { Person } from './identity.ts'
import { defineRoute } from './route.ts'
import { Question, QuestionId } from './survey-form.ts'

const Interval = z.object({ low: z.number(), high: z.number() })
/** After less before, with its interval. */
const Difference = Interval.extend({ difference: z.number() })

/** How often something was chosen, and its share of those who answered the question with its Wilson interval; null of nobody. */
export const Share = z.object({ count: z.int(), share: z.number().nullable(), interval: Interval.nullable() })
export type Share = z.infer<typeof Share>

/** What became of a question in a round, or in one unit of it. */
export const Figures = z.object({
  /** Who answered the question; who passed it over. */
  answered: z.int(), skipped: z.int(),
  /** By option in the form's order, `other` last; by point of a scale, from the first. Empty for free text. */
  shares: z.array(Share.extend({ id: z.string() })),
  /** Of a scale's points: mean, sample standard deviation, Student's interval of the mean. */
  mean: z.number().nullable(), deviation: z.number().nullable(), meanInterval: Interval.nullable(),
  median: z.number().nullable(),
})
export type Figures = z.infer<typeof Figures>

export const QuestionResult = z.object({
  question: Question, figures: Figures,
  /** How many free texts there are, those written to "other" included. */
  texts: z.int(),
  /** Of the other round; null where it did not ask this, or asked it otherwise. */
  before: Figures.nullable(),
  /** By option or point (Newcombe), and of the mean (Welch). */
  differences: z.array(Difference.extend({ id: z.string() }).nullable()), meanDifference: Difference.nullable(),
  /** By unit; `figures` null: withheld, so that nobody is betrayed. */
  units: z.array(z.object({ unit: z.object({ id: Id.nullable(), name: z.string() }), answered: z.int().nullable(), figures: Figures.nullable() })),
})
export type QuestionResult = z.infer<typeof QuestionResult>

const OfRound = z.object({ id: Id, name: z.string(), answers: z.int(), asked: z.int(), formNumber: z.int() })

export const SurveyResults = z.object({
  round: OfRound, before: OfRound.nullable(), anonymous: z.boolean(), fewest: z.int(), confidence: z.number(), basis: z.string(),
  /** Answers that could not be opened; not counted. */
  unreadable: z.int(),
  questions: z.array(QuestionResult),
})
export type SurveyResults = z.infer<typeof SurveyResults>

const RoundParams = z.object({ surveyId: Id, roundId: Id })
const reading = ['surveyNotFound', 'forbiddenForSurvey', 'surveyRoundNotFound', 'surveyResultsWithheld', 'ballotBoxLost'] as const
/** The round to compare with: it comes before. */
const Against = z.object({ before: Id.optional() })

export const surveyResults = defineRoute({
  id: 'surveys.results', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/results', access: 'signedIn', errors: reading,
  summary: 'Results of a round, beside those of one before it. Anonymous ones are `surveyResultsWithheld` (details.reason) while it is `open`, and where there are too `few`.',
  params: RoundParams, query: Against, response: SurveyResults,
})

export const surveyTexts = defineRoute({
  id: 'surveys.texts', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/texts/:questionId', access: 'signedIn', errors: reading,
  summary: 'What was written to a question, in no order that tells of who or when; by whom where the survey is named. Paged by `after`.',
  params: RoundParams.extend({ questionId: QuestionId }), query: z.object({ after: Id.optional(), limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: z.object({ texts: z.array(z.object({ id: Id, text: z.string(), person: Person.nullable() })), next: Id.nullable() }),
})

export const surveyResultsFile = defineRoute({
  id: 'surveys.resultsFile', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/results.xlsx', access: 'signedIn', errors: reading,
  summary: 'The same results as a workbook.', params: RoundParams, query: Against,
  response: { stream: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
})

export const surveyAnswersFile = defineRoute({
  id: 'surveys.answersFile', method: 'get', path: '/api/surveys/:surveyId/rounds/:roundId/answers.xlsx', access: 'signedIn', errors: reading,
  summary: 'All answers one by one, for the makers: anonymous ones without unit and in no order that tells of who or when.', params: RoundParams,
  response: { stream: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
})
