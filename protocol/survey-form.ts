import { z } from 'zod'
import { Line, Paragraphs } from './text.ts'

/** What a survey asks and what answers it: pure, the same for whoever makes it, answers it, takes the answer and counts it. */

/** Short names made in the browser, which stay with a question through all versions: rounds are compared by them. */
export const QuestionId = z.string().regex(/^[a-z0-9]{4,20}$/)
export type QuestionId = z.infer<typeof QuestionId>

export const MAX_QUESTIONS = 100
const MAX_TEXT_QUESTIONS = 12
export const MAX_OPTIONS = 30
export const MAX_FREE_TEXT = 2000
export const MAX_OTHER_TEXT = 300
/** The choice whose words the respondent writes. */
export const OTHER = 'other'

const asked = { id: QuestionId, text: Line(500), help: Paragraphs(1000), required: z.boolean() }
const Option = z.strictObject({ id: QuestionId, text: Line(300) })
const offered = { options: z.array(Option).min(2).max(MAX_OPTIONS), other: z.boolean() }

/** `single`: one choice; `multiple`: several; `scale`: one of so many points; `text`: in the respondent's own words. */
export const Question = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('single'), ...asked, ...offered }),
  z.strictObject({ kind: z.literal('multiple'), ...asked, ...offered }),
  z.strictObject({ kind: z.literal('scale'), ...asked, /** One a point, from the lowest; empty where a point has none. */ labels: z.array(Paragraphs(80)).min(2).max(11) }),
  z.strictObject({ kind: z.literal('text'), ...asked, long: z.boolean() }),
])
export type Question = z.infer<typeof Question>
export type QuestionKind = Question['kind']
export type ChoiceQuestion = Extract<Question, { kind: 'single' | 'multiple' }>
export type ScaleQuestion = Extract<Question, { kind: 'scale' }>

export const Section = z.strictObject({ id: QuestionId, title: Paragraphs(200), text: Paragraphs(2000), questions: z.array(Question).max(MAX_QUESTIONS) })
export type Section = z.infer<typeof Section>

export const SurveyForm = z.strictObject({
  title: Line(300), intro: Paragraphs(3000), thanks: Paragraphs(1000), sections: z.array(Section).min(1).max(30),
}).superRefine(({ sections }, ctx) => {
  const questions = sections.flatMap((section) => section.questions)
  if (questions.length === 0 || questions.length > MAX_QUESTIONS) ctx.addIssue({ code: 'custom', path: ['sections'], message: `has 1 to ${MAX_QUESTIONS} questions` })
  if (questions.filter(({ kind }) => kind === 'text').length > MAX_TEXT_QUESTIONS) ctx.addIssue({ code: 'custom', path: ['sections'], message: `has at most ${MAX_TEXT_QUESTIONS} questions of free text` })
  if (new Set([...sections, ...questions].map(({ id }) => id)).size < sections.length + questions.length) ctx.addIssue({ code: 'custom', path: ['sections'], message: 'an id stands twice' })
  for (const question of questions) {
    if (!isChoice(question)) continue
    const ids = question.options.map(({ id }) => id)
    if (new Set(ids).size < ids.length || ids.includes(OTHER)) ctx.addIssue({ code: 'custom', path: ['sections'], message: 'an option’s id stands twice, or is kept for other' })
  }
})
export type SurveyForm = z.infer<typeof SurveyForm>

export const isChoice = (question: Question): question is ChoiceQuestion => question.kind === 'single' || question.kind === 'multiple'
export const questionsOf = ({ sections }: Pick<SurveyForm, 'sections'>): Question[] => sections.flatMap(({ questions }) => questions)

/** The words of a form, to be looked through for the stamp of a degree of secrecy. */
export function wordsOf({ title, intro, thanks, sections }: SurveyForm): string[] {
  return [title, intro, thanks, ...sections.flatMap((section) => [section.title, section.text, ...section.questions.flatMap((question) => [
    question.text, question.help, ...(isChoice(question) ? question.options.map(({ text }) => text) : []), ...(question.kind === 'scale' ? question.labels : []),
  ])])]
}

/** One question's answer. Points of a scale count from 1. */
export const SurveyAnswer = z.union([
  z.strictObject({ choices: z.array(QuestionId).min(1).max(MAX_OPTIONS + 1), other: Line(MAX_OTHER_TEXT).optional() }),
  z.strictObject({ point: z.int().min(1).max(11) }),
  z.strictObject({ text: Paragraphs(MAX_FREE_TEXT) }),
])
export type SurveyAnswer = z.infer<typeof SurveyAnswer>
/** By question; those passed over are left out. */
export const SurveyAnswers = z.record(QuestionId, SurveyAnswer)
export type SurveyAnswers = z.infer<typeof SurveyAnswers>

/**
 * `unknown`: asks nothing of this name, or offers no such choice; `wrongKind`: answers another kind of question; `tooMany`: two choices
 * of one; `otherWithoutWords`: or words without `other`.
 */
export const AnswerProblem = z.object({ questionId: z.string(), problem: z.enum(['required', 'unknown', 'wrongKind', 'tooMany', 'otherWithoutWords']) })
export type AnswerProblem = z.infer<typeof AnswerProblem>

function problemOf(question: Question, answer: SurveyAnswer | undefined): AnswerProblem['problem'] | null {
  const empty = answer === undefined || ('text' in answer && answer.text === '')
  if (empty) return question.required ? 'required' : null
  if (isChoice(question)) {
    if (!('choices' in answer)) return 'wrongKind'
    const offers = new Set([...question.options.map(({ id }) => id), ...(question.other ? [OTHER] : [])])
    if (answer.choices.some((choice) => !offers.has(choice)) || new Set(answer.choices).size < answer.choices.length) return 'unknown'
    if (question.kind === 'single' && answer.choices.length > 1) return 'tooMany'
    return answer.choices.includes(OTHER) === (answer.other !== undefined) ? null : 'otherWithoutWords'
  }
  if (question.kind === 'scale') return 'point' in answer ? (answer.point <= question.labels.length ? null : 'unknown') : 'wrongKind'
  return 'text' in answer ? null : 'wrongKind'
}

/** What is wrong with these answers to this form; none: they may be taken. */
export function answerProblems(form: SurveyForm, answers: SurveyAnswers): AnswerProblem[] {
  const questions = questionsOf(form)
  const known = new Set(questions.map(({ id }) => id))
  return [
    ...questions.flatMap((question) => {
      const problem = problemOf(question, answers[question.id])
      return problem ? [{ questionId: question.id, problem }] : []
    }),
    ...Object.keys(answers).filter((id) => !known.has(id)).map((questionId) => ({ questionId, problem: 'unknown' as const })),
  ]
}

/** The most bytes that answers to this form take as JSON: anonymous ones are all kept in this length. A character takes up to six, escaped. */
export function answerBytes(form: SurveyForm): number {
  const most = questionsOf(form).reduce((sum, question) => {
    if (question.kind === 'text') return sum + 6 * MAX_FREE_TEXT + 50
    if (question.kind === 'scale') return sum + 50
    return sum + 80 + 25 * (question.options.length + 1) + (question.other ? 6 * MAX_OTHER_TEXT : 0)
  }, 200)
  return Math.ceil(most / 256) * 256
}

/** Whether the answers of two versions of a question may be held against each other. */
export function comparable(before: Question, after: Question): boolean {
  if (before.kind !== after.kind || before.kind === 'text') return false
  if (isChoice(before) && isChoice(after)) {
    return before.other === after.other && before.options.length === after.options.length
      && before.options.every(({ id }) => after.options.some((option) => option.id === id))
  }
  return before.kind === 'scale' && after.kind === 'scale' && before.labels.length === after.labels.length
}
