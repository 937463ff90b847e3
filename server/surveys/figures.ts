import { isChoice, OTHER, type Question, type SurveyAnswer, type SurveyAnswers } from '../../protocol/survey-form.ts'
import type { Figures, QuestionResult } from '../../protocol/survey-results.ts'
import { meanInterval, newcombe, sampleOf, welch, wilson, type Sample } from '../../protocol/survey-statistics.ts'

/** One respondent's answers as they are counted. */
export interface Counted { unitId: string | null, answers: SurveyAnswers }

/** What may be chosen: options in the form's order with `other` last, or points from the first. */
export function idsOf(question: Question): string[] {
  if (isChoice(question)) return [...question.options.map(({ id }) => id), ...(question.other ? [OTHER] : [])]
  return question.kind === 'scale' ? question.labels.map((_, index) => String(index + 1)) : []
}

const chosen = (answer: SurveyAnswer): string[] => 'choices' in answer ? answer.choices : 'point' in answer ? [String(answer.point)] : []

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

export function figuresOf(question: Question, counted: readonly Counted[], confidence: number): Figures {
  const given = counted.flatMap(({ answers }) => answers[question.id] ?? [])
  const answered = given.length
  const times = new Map<string, number>()
  for (const answer of given) for (const id of chosen(answer)) times.set(id, (times.get(id) ?? 0) + 1)
  const points = question.kind === 'scale' ? given.flatMap((answer) => 'point' in answer ? answer.point : []) : []
  const sample = sampleOf(points)
  return {
    answered, skipped: counted.length - answered,
    shares: idsOf(question).map((id) => {
      const count = times.get(id) ?? 0
      return { id, count, share: answered ? count / answered : null, interval: wilson(count, answered, confidence) }
    }),
    mean: sample.mean, deviation: sample.deviation, meanInterval: meanInterval(sample, confidence), median: median(points),
  }
}

const sampleIn = ({ answered, mean, deviation }: Figures): Sample => ({ n: answered, mean, deviation })

/** Two rounds held against each other, as independent samples: anonymous answers are of nobody, and so of no pairs. */
export function compared(before: Figures, after: Figures, confidence: number): Pick<QuestionResult, 'differences' | 'meanDifference'> {
  return {
    differences: after.shares.map(({ id, count }) => {
      const then = before.shares.find((share) => share.id === id)
      const difference = then && newcombe({ count: then.count, n: before.answered }, { count, n: after.answered }, confidence)
      return difference ? { id, ...difference } : null
    }),
    meanDifference: welch(sampleIn(before), sampleIn(after), confidence),
  }
}

export interface Group { id: string | null, name: string, counted: readonly Counted[] }

/**
 * Which groups' figures on a question are withheld: those that fewer than `fewest` answered it in; and as many others,
 * smallest first, that what is left of the whole when the shown ones are taken off it is of at least two groups and `fewest` answers.
 */
export function withheld(groups: readonly { id: string | null, answered: number }[], fewest: number): Set<string | null> {
  const bySize = groups.filter(({ answered }) => answered > 0).toSorted((a, b) => a.answered - b.answered)
  const hidden = bySize.filter(({ answered }) => answered < fewest)
  const rest = bySize.slice(hidden.length)
  const sum = () => hidden.reduce((total, { answered }) => total + answered, 0)
  while (hidden.length && rest.length && (hidden.length < 2 || sum() < fewest)) hidden.push(rest.shift()!)
  return new Set(hidden.map(({ id }) => id))
}

export function byUnit(question: Question, groups: readonly Group[], rules: { fewest: number, confidence: number, anonymous: boolean }): QuestionResult['units'] {
  if (question.kind === 'text') return []
  const figures = groups.map((group) => ({ group, of: figuresOf(question, group.counted, rules.confidence) }))
  const hidden = rules.anonymous ? withheld(figures.map(({ group, of }) => ({ id: group.id, answered: of.answered })), rules.fewest) : new Set<string | null>()
  return figures.filter(({ of }) => of.answered > 0).map(({ group: { id, name }, of }) =>
    hidden.has(id) ? { unit: { id, name }, answered: null, figures: null } : { unit: { id, name }, answered: of.answered, figures: of })
}
