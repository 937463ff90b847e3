import { savedBy, type Estimate, type RateBook } from './costs.ts'
import { OpinionRule } from './opinion-rule.ts'
import { replayAsAsked, replayByRules } from './replay.ts'
import { createTotals, isOfYear, type Totals } from './replay-totals.ts'
import type { ReplayAssumptions, ReplayBody, ReplayYear } from './replay-year.ts'
import { drawParameters, drawYear, LIKELY, PARAMETERS, PARAMETER_NAMES, type ParameterName, type YearParameters } from './synthetic-year.ts'
import type { TriageRule, Way } from './triage-rules.ts'

/** What rules would make of years: over many drawn ones, or over one that was. Pure; runs wherever there is time for it. */

export interface Tried {
  /** By the day, in working days of the year. */
  rulesOf: (body: ReplayBody, day: number) => readonly TriageRule[]
  ratesOn: (day: number) => RateBook
  /** Meetings that a body may hold, in percent of those that it would have held without rules (Kết luận 226-KL/TW: 10 % fewer). */
  quotaPercent: number
}

/** Written opinions take what the rule of a first start gives members; whoever is given work may decide it the next day. */
export const ASSUMPTIONS: ReplayAssumptions = {
  overheadMinutes: 20, pagesPerMatter: 15, answeringMinutes: 15, writing: OpinionRule.parse({}).workingDays, delegated: { fewest: 1, usual: 10 },
}

/** One year, with rules and without. */
export interface Compared {
  before: Totals
  after: Totals
  /** What the rules save of money; negative: they cost more. */
  saved: Estimate
  matters: number
  ways: Record<Way, number>
  /** Of the matters that went without a meeting, those that came back to one. */
  rebounds: number
  /** Share of meetings that the rules avoid, net of those that matters came back to, in percent; negative: there were more. */
  avoidedPercent: number
  onlinePercent: number
  /** Working days from a matter to its decision, on average. */
  daysBefore: number
  daysAfter: number
}

/**
 * The same where regular sittings that nothing is on are held all the same (the more cautious: what rules take off an agenda saves
 * no meeting then), and where they are not. Which of them bodies do is not known.
 */
export interface BothWays<T> { held: T, notHeld: T }

export function compare(
  year: ReplayYear, { rulesOf, ratesOn, quotaPercent }: Tried, emptyHeld: boolean, assumptions: ReplayAssumptions = ASSUMPTIONS,
): Compared {
  const circumstances = { ...assumptions, emptyHeld }
  const totals = createTotals(year, ratesOn, assumptions)
  const asked = replayAsAsked(year, circumstances)
  const ofYear = asked.meetings.filter((meeting) => isOfYear(year, meeting))
  const quotas = year.bodies.map((_, index) => ofYear.filter(({ body }) => body === index).length * quotaPercent / 100)
  const ruled = replayByRules(year, rulesOf, quotas, circumstances)
  const [before, after] = [totals(asked), totals(ruled)]
  const matters = year.matters.length
  return {
    before, after, saved: savedBy(before, after), matters, ways: ruled.ways, rebounds: ruled.rebounds,
    avoidedPercent: before.meetings ? 100 * (before.meetings - after.meetings) / before.meetings : 0,
    onlinePercent: after.meetings ? 100 * after.online / after.meetings : 0,
    daysBefore: matters ? asked.days / matters : 0, daysAfter: matters ? ruled.days / matters : 0,
  }
}

export const compareBoth = (year: ReplayYear, tried: Tried): BothWays<Compared> => ({ held: compare(year, tried, true), notHeld: compare(year, tried, false) })

/** In the middle, and what nine of ten runs lie between. */
export interface Spread { low: number, middle: number, high: number }

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  /** Linear between neighbours, as most statistics programs have it. */
  const at = (share: number) => {
    const place = (sorted.length - 1) * share
    const [under, over] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
    return under + (over - under) * (place - Math.floor(place))
  }
  return { low: at(0.05), middle: at(0.5), high: at(0.95) }
}

export interface Simulation {
  runs: number
  /** The seed of the first run; the others follow. */
  seed: number
  avoidedPercent: Spread
  /** Of the runs, those in which at least 20 % and at least 10 % of the meetings are avoided, in percent. */
  runsOver20: number
  runsOver10: number
  onlinePercent: Spread
  meetingsBefore: Spread
  meetingsAfter: Spread
  /** Of matters that went without a meeting, in percent. */
  reboundPercent: Spread
  hoursSaved: Spread
  /** In đồng: by the likely rates, and where each is as it saves least, and most (protocol/costs.ts, `savedBy`). */
  saved: { low: Spread, likely: Spread, high: Spread }
  daysBefore: Spread
  daysAfter: Spread
  /** Share of the matters that each way had, in percent, in the middle. */
  ways: Record<Way, number>
}

export function summarise(runs: readonly Compared[], seed: number): Simulation {
  const of = (value: (run: Compared) => number) => spreadOf(runs.map(value))
  const share = (holds: (run: Compared) => boolean) => runs.length ? 100 * runs.filter(holds).length / runs.length : 0
  const way = (name: Way) => of(({ ways, matters }) => matters ? 100 * ways[name] / matters : 0).middle
  return {
    runs: runs.length, seed,
    avoidedPercent: of((run) => run.avoidedPercent),
    runsOver20: share(({ avoidedPercent }) => avoidedPercent >= 20), runsOver10: share(({ avoidedPercent }) => avoidedPercent >= 10),
    onlinePercent: of((run) => run.onlinePercent),
    meetingsBefore: of(({ before }) => before.meetings), meetingsAfter: of(({ after }) => after.meetings),
    reboundPercent: of(({ ways, rebounds }) => ways.write + ways.delegate ? 100 * rebounds / (ways.write + ways.delegate) : 0),
    hoursSaved: of(({ before, after }) => before.hours - after.hours),
    saved: { low: of(({ saved }) => saved.low), likely: of(({ saved }) => saved.likely), high: of(({ saved }) => saved.high) },
    daysBefore: of((run) => run.daysBefore), daysAfter: of((run) => run.daysAfter),
    ways: { write: way('write'), delegate: way('delegate'), merge: way('merge'), online: way('online'), meet: way('meet') },
  }
}

export const summariseBoth = (runs: readonly BothWays<Compared>[], seed: number): BothWays<Simulation> => ({
  held: summarise(runs.map(({ held }) => held), seed), notHeld: summarise(runs.map(({ notHeld }) => notHeld), seed),
})

/** One run after another, so that whoever waits can be told how far it is, or stop it. Parameters are drawn anew for each. */
export function* runsOf(tried: Tried, seed: number, runs: number): Generator<BothWays<Compared>> {
  for (let nth = 0; nth < runs; nth += 1) yield compareBoth(drawYear(drawParameters(seed + nth), seed + nth), tried)
}

/** What the avoided share depends on: each assumption at either end of its range, the others as is likely. */
export interface Sweep { parameter: SweptName, low: Spread, high: Spread }
export type SweptName = ParameterName | 'heldThoughEmpty'
export const SWEPT_NAMES: SweptName[] = ['heldThoughEmpty', ...PARAMETER_NAMES]

/** All but that of the empty sittings as if these were held, the more cautious way. */
export function* sweeps(tried: Tried, seed: number, runs: number): Generator<Sweep> {
  const at = (parameters: YearParameters, emptyHeld = true) =>
    spreadOf(Array.from({ length: runs }, (_, nth) => compare(drawYear(parameters, seed + nth), tried, emptyHeld).avoidedPercent))
  yield { parameter: 'heldThoughEmpty', low: at(LIKELY, false), high: at(LIKELY, true) }
  for (const parameter of PARAMETER_NAMES) {
    yield { parameter, low: at({ ...LIKELY, [parameter]: PARAMETERS[parameter].low }), high: at({ ...LIKELY, [parameter]: PARAMETERS[parameter].high }) }
  }
}
