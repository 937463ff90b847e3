import { z } from 'zod'

/**
 * What meetings cost, in whole đồng. Every amount is an integer: factors are multiplied exactly (as BigInt), divided once, and
 * rounded half up to a đồng *in each entry*; totals are sums of entries, so that a figure always opens to what it is made of.
 * Low, likely and high come of the stated uncertainties of rates and distances. All of it is an estimate ("ước tính").
 */

/** Least, likely, most. */
export const Estimate = z.object({ low: z.int(), likely: z.int(), high: z.int() })
export type Estimate = z.infer<typeof Estimate>

/**
 * What a rate is of, with its unit: allowance (đồng a person and day away), lodging (đồng a night), threshold (km one way from
 * which travel is paid), consumption (ml of fuel a km), fuel (đồng a litre), drinks (đồng a person and half day), hall (đồng a half
 * day), paper and printing (đồng a page), speaker (đồng a half day), connection (đồng a remote place and half day), salary (đồng
 * of working time an hour and person; not cash), sessionMinutes (minutes of a half day).
 */
export const RateItem = z.enum([
  'allowance', 'lodging', 'threshold', 'consumption', 'fuel', 'drinks', 'hall', 'paper', 'printing', 'speaker', 'connection', 'salary', 'sessionMinutes',
])
export type RateItem = z.infer<typeof RateItem>

/** What entries are of. */
export const CostItem = z.enum(['travel', 'allowance', 'lodging', 'drinks', 'hall', 'paper', 'printing', 'speaker', 'connection', 'salary'])
export type CostItem = z.infer<typeof CostItem>

/** What an entry multiplies. `rate`: the amount of the rate of the entry's item. */
export const FactorName = z.enum(['people', 'kilometres', 'waysBothDirections', 'millilitresPerKilometre', 'fuelPrice', 'days', 'nights', 'sessions', 'copies', 'pages', 'speakers', 'places', 'minutes', 'rate'])
export type FactorName = z.infer<typeof FactorName>

export const CostFactor = Estimate.extend({
  name: FactorName,
  /** The rate that it is, to be looked up with its legal basis; null: a fact of the meeting. */
  rateId: z.uuid().nullable(),
})
export type CostFactor = z.infer<typeof CostFactor>

export const CostEntry = z.object({
  item: CostItem,
  /** Where its people come from; null: not of one unit. */
  unit: z.object({ id: z.uuid().nullable(), name: z.string() }).nullable(),
  factors: z.array(CostFactor),
  /** What the product of the factors is divided by, before it is rounded half up: 1000 ml a litre, 60 minutes an hour. */
  divisor: z.int().positive(),
  amount: Estimate,
})
export type CostEntry = z.infer<typeof CostEntry>

export const CostSide = z.object({
  entries: z.array(CostEntry),
  cash: Estimate,
  /** Of working time; shown apart and never added to cash. */
  salary: Estimate,
  /** People whose way is unknown: reckoned without travel. */
  unknownWays: z.int(),
})
export type CostSide = z.infer<typeof CostSide>

export interface Rate extends Estimate { id: string, item: RateItem }
/** The rate of an item on the day of the meeting; undefined: none is in force, and nothing is reckoned of it. */
export type RateBook = (item: RateItem) => Rate | undefined

/** People of one unit. */
export interface Travellers {
  unit: { id: string | null, name: string }
  /** Who attended in the hall, and who at a screen. */
  inPerson: number
  online: number
  /** By road to where the meeting is, one way; null: not known. */
  kilometres: Estimate | null
}

/** What a meeting's cost is reckoned from. */
export interface CostFacts {
  /** From opening to closing. */
  minutes: number
  travellers: readonly Travellers[]
  /** Remote places that were connected as such (điểm cầu), beside single people. */
  sites: number
  /** Pages of the papers that one person gets. */
  pages: number
  /** Speakers from outside. */
  speakers: number
}

/**
 * `inPerson`: all who attended come, and papers are printed. `online`: nobody comes, nothing is printed. `held`: as it was, with
 * papers read on screens.
 */
export type CostWay = 'inPerson' | 'held' | 'online'

export const nothing: Estimate = { low: 0, likely: 0, high: 0 }
type Level = 'low' | 'likely' | 'high'
const exactly = (value: number): Estimate => ({ low: value, likely: value, high: value })

function toNumber(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError('an amount is beyond what can be told exactly')
  return number
}

/** Half up, of what is not negative. */
export const divided = (value: bigint, by: number): bigint => (2n * value + BigInt(by)) / (2n * BigInt(by))

function product(factors: readonly Estimate[], divisor: number): Estimate {
  const at = (level: Level) => toNumber(divided(factors.reduce((whole, factor) => whole * BigInt(factor[level]), 1n), divisor))
  return { low: at('low'), likely: at('likely'), high: at('high') }
}

export function sum(estimates: readonly Estimate[]): Estimate {
  const at = (level: Level) => toNumber(estimates.reduce((whole, estimate) => whole + BigInt(estimate[level]), 0n))
  return { low: at('low'), likely: at('likely'), high: at('high') }
}

/**
 * What is saved by `less` instead of `more`. A price is the same for both, so each item is compared level by level; items are unsure
 * of their own, so the least is the sum of each item's least, and the most of each item's most.
 */
export function savedBy(more: Pick<CostSide, 'entries'>, less: Pick<CostSide, 'entries'>): Estimate {
  const of = ({ entries }: Pick<CostSide, 'entries'>, item: CostItem) => sum(entries.filter((entry) => entry.item === item).map(({ amount }) => amount))
  return sum(CostItem.options.filter((item) => item !== 'salary').map((item) => {
    const [a, b] = [of(more, item), of(less, item)]
    const levels = [a.low - b.low, a.likely - b.likely, a.high - b.high]
    return { low: Math.min(...levels), likely: a.likely - b.likely, high: Math.max(...levels) }
  }))
}

/** Half days that it took: at least one. */
export function sessionsOf(minutes: number, rates: RateBook): number {
  return Math.max(1, Math.ceil(minutes / Math.max(1, rates('sessionMinutes')?.likely ?? 240)))
}

/** What a meeting costs, or would have cost, in one way; pure, so that server, browser and tests reckon alike. */
export function meetingCost(facts: CostFacts, way: CostWay, rates: RateBook): CostSide {
  const entries: CostEntry[] = []
  const fact = (name: FactorName, value: number | Estimate): CostFactor => ({ name, rateId: null, ...typeof value === 'number' ? exactly(value) : value })
  const rated = (name: FactorName, item: RateItem): CostFactor | undefined => {
    const rate = rates(item)
    return rate && { name, rateId: rate.id, low: rate.low, likely: rate.likely, high: rate.high }
  }
  /** Where a rate is missing or a count is none, there is no entry. */
  function add(item: CostItem, unit: CostEntry['unit'], factors: readonly (CostFactor | undefined)[], divisor = 1): void {
    if (factors.some((factor) => factor === undefined || factor.high === 0)) return
    const known = factors as readonly CostFactor[]
    entries.push({ item, unit, factors: [...known], divisor, amount: product(known, divisor) })
  }

  const sessions = fact('sessions', sessionsOf(facts.minutes, rates))
  const days = Math.ceil(sessions.likely / 2)
  const threshold = rates('threshold')
  let [unknownWays, hall, places] = [0, 0, facts.sites]
  for (const { unit, inPerson, online, kilometres } of facts.travellers) {
    const people = way === 'inPerson' ? inPerson + online : way === 'held' ? inPerson : 0
    hall += people
    places += inPerson + online - people
    if (people === 0) continue
    if (kilometres === null) {
      unknownWays += people
      continue
    }
    // A low estimate pays from the longer way on, a high one from the shorter. What is not paid has no kilometres and no days.
    const paid = {
      low: kilometres.low >= (threshold?.high ?? 0), likely: kilometres.likely >= (threshold?.likely ?? 0), high: kilometres.high >= (threshold?.low ?? 0),
    }
    const where = (value: Estimate): Estimate => ({ low: paid.low ? value.low : 0, likely: paid.likely ? value.likely : 0, high: paid.high ? value.high : 0 })
    add('travel', unit, [
      fact('people', people), fact('kilometres', where(kilometres)), fact('waysBothDirections', 2), rated('millilitresPerKilometre', 'consumption'), rated('fuelPrice', 'fuel'),
    ], 1000)
    add('allowance', unit, [fact('people', people), fact('days', where(exactly(days))), rated('rate', 'allowance')])
    add('lodging', unit, [fact('people', people), fact('nights', where(exactly(days - 1))), rated('rate', 'lodging')])
  }
  add('drinks', null, [fact('people', hall), sessions, rated('rate', 'drinks')])
  if (hall > 0) add('hall', null, [sessions, rated('rate', 'hall')])
  const everybody = facts.travellers.reduce((all, { inPerson, online }) => all + inPerson + online, 0)
  if (way === 'inPerson') {
    for (const item of ['paper', 'printing'] as const) add(item, null, [fact('copies', everybody), fact('pages', facts.pages), rated('rate', item)])
  }
  add('speaker', null, [fact('speakers', facts.speakers), sessions, rated('rate', 'speaker')])
  if (way !== 'inPerson') add('connection', null, [fact('places', places), sessions, rated('rate', 'connection')])
  add('salary', null, [fact('people', everybody), fact('minutes', facts.minutes), rated('rate', 'salary')], 60)
  return {
    entries, unknownWays,
    cash: sum(entries.filter(({ item }) => item !== 'salary').map(({ amount }) => amount)),
    salary: sum(entries.filter(({ item }) => item === 'salary').map(({ amount }) => amount)),
  }
}
