import { z } from 'zod'
import { defineRoute } from './route.ts'
import { SurveyAnswers, SurveyForm } from './survey-form.ts'
import { Instant } from './text.ts'

/** Answering: over routes that know neither session nor cookie, leave no line in the log, and are told nothing but the token of a link. */

/** What stands behind `#` in a link or QR code: a round and one way into it, signed; or a shared link, signed, without a way of its own. */
export const SurveyToken = z.string().max(100).regex(/^[\w-]+$/)
/** Made by a browser for its answer, so that sending again is no second one. Not kept with it. */
const BrowserKey = z.base64url().min(22).max(64)

export const surveyLook = defineRoute({
  id: 'surveyAnswers.look', method: 'post', path: '/api/survey-answers/look', access: 'anyone', errors: ['surveyLinkInvalid', 'tooManyRequests', 'cookieRefused'],
  summary: 'What a link leads to: the form while the round is open; of a named survey, the own answer so far.',
  body: z.strictObject({ token: SurveyToken, key: BrowserKey.optional().describe('by a shared link: the browser’s own') }),
  response: z.object({
    state: z.enum(['planned', 'open', 'answered', 'closed']).describe('`answered`: this link was used, and what it said stays as it is'),
    title: z.string(), roundName: z.string(), bodyName: z.string(), opensAt: Instant, closesAt: Instant,
    anonymous: z.boolean(),
    /** The unit that the answer would be counted under; null: under none. */
    unitName: z.string().nullable(),
    form: SurveyForm.nullable(),
    thanks: z.string(),
    /** Who is asked by name, and their answer so far. */
    personName: z.string().nullable(), answers: SurveyAnswers.nullable(), revision: z.int(),
  }),
})

export const answerSurvey = defineRoute({
  id: 'surveyAnswers.answer', method: 'post', path: '/api/survey-answers', access: 'anyone',
  errors: ['surveyLinkInvalid', 'surveyNotOpen', 'surveyClosed', 'surveyAnswered', 'surveyAnswerInvalid', 'surveyAnswerChanged', 'proposalSecret', 'ballotBoxLost', 'tooManyRequests', 'cookieRefused'],
  summary: 'Takes one answer a link. Acknowledged once it is durable. What a browser sends again by the same key is answered alike and changes nothing; by another it is `surveyAnswered`. A named one may be changed until the round closes: `revision` is the one that the change began from.',
  body: z.strictObject({ token: SurveyToken, key: BrowserKey, answers: SurveyAnswers, revision: z.int().nonnegative() }),
  response: z.object({ revision: z.int(), thanks: z.string() }),
})
