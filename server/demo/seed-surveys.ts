import { isChoice, OTHER, questionsOf, type SurveyAnswers } from '../../protocol/survey-form.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Units } from '../bodies/units.ts'
import type { Caller } from '../platform/contract.ts'
import type { Surveying } from '../surveying.ts'
import { demoAdvice, demoCodes, demoSurvey } from './surveys.ts'
import { standingCommittee } from './province.ts'

export interface DemoSurveysDeps {
  surveying: Pick<Surveying, 'at'>
  bodies: Pick<Bodies, 'findByName'>
  units: Pick<Units, 'list'>
}

const DAY_MS = 24 * 3600_000

/** Before the pilot and after it: how things were, from 0 to 1. */
const rounds = [
  { name: 'Đợt 1 – trước thí điểm', daysAgo: 150, mood: 0.3, seed: 1 },
  { name: 'Đợt 2 – sau thí điểm', daysAgo: 40, mood: 0.62, seed: 2 },
] as const

/** The same answers at every start. */
function numbers(seed: number): () => number {
  let state = seed * 7919
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

function generated(random: () => number, mood: number): SurveyAnswers {
  const answers: SurveyAnswers = {}
  // Whoever is content is so with most things.
  const own = Math.min(1, Math.max(0, mood + (random() - 0.5) * 0.5))
  for (const question of questionsOf(demoSurvey)) {
    if (isChoice(question) && question.kind === 'multiple') {
      const choices = question.options.filter((_, index) => random() < (index < 2 ? 0.75 - own * 0.5 : 0.35)).map(({ id }) => id)
      if (choices.length) answers[question.id] = { choices }
    } else if (isChoice(question)) {
      const last = question.options.length - 1
      const at = Math.min(last, Math.floor(question.id === 'arrival' ? random() ** (0.6 + own) * (last + 1) : random() ** 0.9 * (own + 0.4) * (last + 1)))
      answers[question.id] = question.other && random() < 0.03 ? { choices: [OTHER], other: 'Tuỳ nội dung từng tuần' } : { choices: [question.options[at]!.id] }
    } else if (question.kind === 'scale') answers[question.id] = { point: 1 + Math.min(4, Math.max(0, Math.round(own * 3.6 + (random() - 0.45) * 2))) }
    else if (random() < 0.12) answers[question.id] = { text: demoAdvice[Math.floor(random() * demoAdvice.length)]! }
  }
  return answers
}

/** A survey asked twice, 400 answers each, through the ways that people answer by. What a killed start had done is gone on from. */
export async function seedSurveys({ surveying, bodies, units }: DemoSurveysDeps, clerk: Caller, now: Date): Promise<void> {
  let at = new Date(now.getTime() - 160 * DAY_MS)
  const domain = surveying.at(() => at)
  const body = await bodies.findByName(standingCommittee.name)
  if (!body) throw new Error('the body was not seeded')
  // The demo's people came into office on a day: of before it nothing is told.
  if (!(await domain.surveys.bodies(clerk)).bodies.some(({ id }) => id === body.id)) return
  const { surveyId } = await domain.surveys.create(clerk, { secrecy: 'none', bodyId: body.id, anonymous: true, form: demoSurvey, key: 'demo survey' })
  const known = new Map((await units.list(true)).map(({ code, id, until }) => [code, until === null ? id : null]))
  const codes = Object.entries(demoCodes).map(([code, count]) => ({ unitId: known.get(code) ?? null, count }))
  for (const { name, daysAgo, mood, seed } of rounds) {
    at = new Date(now.getTime() - daysAgo * DAY_MS)
    const { roundId } = await domain.rounds.add(surveyId, clerk, {
      key: `demo round ${seed}`, name, opensAt: at.toISOString(), closesAt: new Date(at.getTime() + 12 * DAY_MS).toISOString(),
      byUnit: true, personIds: [], unitIds: [], codes, link: false,
    })
    const made = (await domain.reading.get(surveyId, clerk)).rounds.find(({ id }) => id === roundId)
    if (!made) continue
    // By an earlier start perhaps, and so on other days.
    at = new Date(made.opensAt)
    const random = numbers(seed)
    const { codes: open } = await domain.reading.codes(surveyId, roundId, clerk, {})
    await Promise.all(open.map(({ link }, index) => domain.answering.answer({
      token: link.slice(link.indexOf('#') + 1), key: `demo-answer-${seed}-${index}`.padEnd(22, '-'), answers: generated(random, mood), revision: 0,
    })))
    at = now
    await domain.counting.count(roundId)
  }
}
