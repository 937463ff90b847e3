import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { mersenne } from 'pure-rand/generator/mersenne'
import type { ReplayBody, ReplayMatter, ReplayYear } from './replay-year.ts'

/**
 * A year of a province that never was, drawn by a seed. It knows nothing of triage's rules (the dependency rules forbid it): how
 * often matters are urgent, disputed or demanded by law is said here, what is to be done with them is not. None of the figures is
 * measured; each is a range that contains what offices of such committees would recognise, and runs are drawn over the whole of
 * it (docs/decisions/0041).
 */

/** Least, likely and most of each; shares are of 1. */
export const PARAMETERS = {
  /** Matters that come to a body between two of its sittings. */
  mattersPerSitting: { low: 2, likely: 4, high: 8 },
  /** Share whose unit asks for a meeting of its own. */
  asksForMeeting: { low: 0.1, likely: 0.3, high: 0.6 },
  /** Share that reports, and share that asks for opinions; the rest asks for a decision. */
  reports: { low: 0.15, likely: 0.3, high: 0.4 },
  opinions: { low: 0.15, likely: 0.3, high: 0.4 },
  /** Share that is khẩn, and hoả tốc. */
  urgent: { low: 0.05, likely: 0.12, high: 0.25 },
  immediate: { low: 0.01, likely: 0.02, high: 0.05 },
  /** Working days that a unit can wait, on average. */
  waits: { low: 6, likely: 12, high: 25 },
  /** Share about which opinions truly differ, and about which they differ strongly. */
  someDisagree: { low: 0.15, likely: 0.3, high: 0.5 },
  strongDisagree: { low: 0.03, likely: 0.08, high: 0.2 },
  /** Share whose unit does not say, or does not see, that opinions differ. */
  misjudged: { low: 0.1, likely: 0.35, high: 0.7 },
  /** Share of which the law demands a meeting, or has a state secret in it, or is one of the five cases in which one does not meet. */
  legallyMet: { low: 0.05, likely: 0.12, high: 0.3 },
  secret: { low: 0.005, likely: 0.02, high: 0.06 },
  cautioned: { low: 0.01, likely: 0.05, high: 0.12 },
  /** Minutes of a matter in a meeting, on average. */
  minutes: { low: 15, likely: 25, high: 40 },
  /** Share that fails in writing, where opinions do not differ, differ, and differ strongly. */
  failsAgreed: { low: 0.01, likely: 0.04, high: 0.12 },
  failsSome: { low: 0.08, likely: 0.25, high: 0.5 },
  failsStrong: { low: 0.4, likely: 0.7, high: 0.95 },
  /** Share that comes back from whom it was given to. */
  comesBack: { low: 0.03, likely: 0.1, high: 0.25 },
  /** Share of meetings that were online before there were rules. */
  onlineByHabit: { low: 0.05, likely: 0.2, high: 0.45 },
  /** Share of the ordinary matters for which the office convenes a meeting where the unit asks for one, or cannot wait for a planned one. */
  meetingsGranted: { low: 0.4, likely: 0.75, high: 1 },
  /** Working days by which a meeting is convened later than it could be, so that others join it. */
  gatherDays: { low: 0, likely: 2, high: 5 },
} as const

export type ParameterName = keyof typeof PARAMETERS
export type YearParameters = Record<ParameterName, number>
export const PARAMETER_NAMES = Object.keys(PARAMETERS) as ParameterName[]

/** Each at its likely value. */
export const LIKELY = Object.fromEntries(PARAMETER_NAMES.map((name) => [name, PARAMETERS[name].likely])) as YearParameters

const WORKING_DAYS = 250
/** The calendar goes on after the year, so that its last matters have a sitting to wait for: every body's next one. */
const DAYS_AFTER = 60
/** Ways there, one way, are those of a province some 100 km long. */
const group = (name: string, people: number, km: number) => ({
  unit: { id: null, name }, inPerson: people, online: 0, kilometres: { low: Math.round(km * 0.8), likely: km, high: Math.round(km * 1.25) },
})

/** Kinds of bodies, how often they sit (every so many working days), and for how long. */
const BODIES = [
  { name: 'Thường trực Tỉnh uỷ', number: 1, every: 5, minutes: 120, members: [group('Tỉnh', 5, 0)] },
  { name: 'Ban Thường vụ Tỉnh uỷ', number: 1, every: 20, minutes: 240, members: [group('Tỉnh', 12, 0), group('Xã, phường xa', 3, 45)] },
  {
    name: 'Ban Chấp hành Đảng bộ tỉnh', number: 1, every: 60, minutes: 480,
    members: [group('Tỉnh', 22, 0), group('Xã, phường gần', 10, 15), group('Xã, phường xa', 18, 50)],
  },
  { name: 'Uỷ ban nhân dân tỉnh', number: 1, every: 20, minutes: 240, members: [group('Tỉnh', 22, 0)] },
  { name: 'Ban Thường vụ Đảng uỷ xã', number: 6, every: 20, minutes: 180, members: [group('Xã', 9, 0), group('Thôn, ấp', 2, 12)] },
] as const

/** Uniform in [0, 1), the same for the same seed everywhere. */
export function drawer(seed: number): () => number {
  // Seeds that follow one another give years that have nothing in common, which xoroshiro's first draws do not.
  const source = mersenne(seed)
  return () => uniformFloat64(source)
}

/** Every parameter anywhere in its range, each by itself. */
export function drawParameters(seed: number): YearParameters {
  const draw = drawer(seed)
  const within = ({ low, high }: { low: number, high: number }) => low + draw() * (high - low)
  return Object.fromEntries(PARAMETER_NAMES.map((name) => [name, within(PARAMETERS[name])])) as YearParameters
}

/** The year of these parameters and this seed. */
export function drawYear(parameters: YearParameters, seed: number): ReplayYear {
  const draw = drawer(seed)
  const bodies: ReplayBody[] = []
  const matters: ReplayMatter[] = []
  for (const { name, number, every, minutes, members } of BODIES) {
    for (let nth = 1; nth <= number; nth += 1) {
      const sittings = Array.from({ length: Math.floor((WORKING_DAYS + DAYS_AFTER) / every) }, (_, index) => ({
        day: (index + 1) * every - 1, minutes, mode: draw() < parameters.onlineByHabit ? 'online' as const : 'inPerson' as const,
      }))
      const travelling = members.filter(({ kilometres }) => kilometres.likely >= 10).reduce((sum, { inPerson }) => sum + inPerson, 0)
      const terms = [{ from: 0, members: [...members], travellers: travelling }]
      const index = bodies.push({ id: null, name: number > 1 ? `${name} ${nth}` : name, terms, sittings }) - 1
      // Whole weeks of Thường trực bring as many matters as a month of others: its sittings are short.
      const expected = parameters.mattersPerSitting * Math.floor(WORKING_DAYS / every) * (minutes / 240)
      for (let day = exponential(draw, WORKING_DAYS / expected); day < WORKING_DAYS; day += exponential(draw, WORKING_DAYS / expected)) {
        matters.push(drawMatter(parameters, draw, index, Math.floor(day)))
      }
    }
  }
  return { days: WORKING_DAYS, gatherDays: Math.round(parameters.gatherDays), bodies, matters: matters.sort((a, b) => a.day - b.day || a.body - b.body) }
}

/** Waiting times between what comes by itself, one by one. */
const exponential = (draw: () => number, mean: number): number => -Math.log(1 - draw()) * mean

function drawMatter(parameters: YearParameters, draw: () => number, body: number, day: number): ReplayMatter {
  // Every matter takes the same number of draws, so that one parameter changes nothing of the rest of the year.
  const [kind, haste, wait, differs, seen, law, person, secret, caution, length, written, given, habit, wish, patience] = Array.from({ length: 15 }, draw) as
    [number, number, number, number, number, number, number, number, number, number, number, number, number, number, number]
  const { reports, opinions, urgent, immediate, someDisagree, strongDisagree } = parameters
  const truth = differs < strongDisagree ? 'strong' : differs < strongDisagree + someDisagree ? 'some' : 'none'
  const fails = { none: parameters.failsAgreed, some: parameters.failsSome, strong: parameters.failsStrong }[truth]
  const urgency = haste < immediate ? 'immediate' : haste < immediate + urgent ? 'urgent' : 'normal'
  const waits = Math.round(-Math.log(1 - wait) * parameters.waits)
  return {
    body, day, urgency,
    asks: kind < reports ? 'report' : kind < reports + opinions ? 'opinion' : 'decide',
    // Who misjudges says nothing, or what one would like to hear.
    disagreement: seen >= parameters.misjudged ? truth : seen < parameters.misjudged / 2 ? 'unknown' : truth === 'strong' ? 'some' : 'none',
    legal: law < parameters.legallyMet ? (person < 0.1 ? 'inPerson' : 'meeting') : 'none',
    cautions: caution < parameters.cautioned ? [CAUTIONS[Math.floor(caution / parameters.cautioned * CAUTIONS.length)]!] : [],
    secret: secret < parameters.secret,
    wantsMeeting: wish < parameters.asksForMeeting,
    granted: urgency !== 'normal' || patience < parameters.meetingsGranted,
    minutes: Math.max(5, Math.round(parameters.minutes * (0.4 + 1.2 * length))),
    daysLeft: urgency === 'immediate' ? Math.min(2, waits) : urgency === 'urgent' ? Math.min(5, waits) : waits,
    failsInWriting: written < fails, comesBack: given < parameters.comesBack, onlineByHabit: habit < parameters.onlineByHabit,
  }
}

const CAUTIONS: readonly ReplayMatter['cautions'][number][] = ['delegated', 'settledOtherwise', 'insteadOfInspection', 'emergency']
