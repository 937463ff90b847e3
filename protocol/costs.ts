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
 * of working time an hour and person; not cash), sessionMinutes (minutes of a half day), printedShare (percent of those in the hall
 * for whom papers are printed at a meeting as it is held).
 */
export const RateItem = z.enum([
  'allowance', 'lodging', 'threshold', 'consumption', 'fuel', 'drinks', 'hall', 'paper', 'printing', 'speaker', 'connection', 'salary', 'sessionMinutes',
  'printedShare',
])
export type RateItem = z.infer<typeof RateItem>

/** What entries are of. */
export const CostItem = z.enum(['travel', 'allowance', 'lodging', 'drinks', 'hall', 'paper', 'printing', 'speaker', 'connection', 'salary'])
export type CostItem = z.infer<typeof CostItem>

/** What an entry multiplies. `rate`: the amount of the rate of the entry's item. */
export const FactorName = z.enum(['people', 'kilometres', 'waysBothDirections', 'millilitresPerKilometre', 'fuelPrice', 'days', 'nights', 'sessions', 'copies', 'pages', 'printedShare', 'speakers', 'places', 'minutes', 'rate'])
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
  /** What the product of the factors is divided by, before it is rounded half up: 1000 ml a litre, 60 minutes an hour, 100 of a percentage. */
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
  /** Costs that there were and that no rate is in force for: in no amount, neither as nothing nor as all. */
  unknown: z.array(z.object({ item: CostItem, rate: RateItem })),
})
export type CostSide = z.infer<typeof CostSide>

export interface Rate extends Estimate { id: string, item: RateItem }
/** The rate of an item on the day of the meeting; undefined: none is in force, so that its cost is unknown. */
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
  /** People by how many pages of papers were laid before each of them: guests of single items get those of their items. */
  papers: readonly { people: number, inHall: number, pages: number }[]
  /** Speakers from outside. */
  speakers: number
}

/**
 * `inPerson`: all who attended come, and papers are printed. `online`: nobody comes, nothing is printed. `held`: as it was, with
 * papers printed for the share of those in the hall that is stated (`printedShare`), and read on screens by everybody else.
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
 * of their own, so the least is the sum of each item's least, and the most of each item's most. Of an item that is unknown in either
 * nobody knows what is saved: it is left out.
 */
export function savedBy(more: Pick<CostSide, 'entries' | 'unknown'>, less: Pick<CostSide, 'entries' | 'unknown'>): Estimate {
  const of = ({ entries }: Pick<CostSide, 'entries'>, item: CostItem) => sum(entries.filter((entry) => entry.item === item).map(({ amount }) => amount))
  const unknown = new Set([...more.unknown, ...less.unknown].map(({ item }) => item))
  return sum(CostItem.options.filter((item) => item !== 'salary' && !unknown.has(item)).map((item) => {
    const [a, b] = [of(more, item), of(less, item)]
    const levels = [a.low - b.low, a.likely - b.likely, a.high - b.high]
    return { low: Math.min(...levels), likely: a.likely - b.likely, high: Math.max(...levels) }
  }))
}

/** A factor whose rate is not in force. */
interface Missing { missing: RateItem }

/** What a meeting costs, or would have cost, in one way; pure, so that server, browser and tests reckon alike. */
export function meetingCost(facts: CostFacts, way: CostWay, rates: RateBook): CostSide {
  const entries: CostEntry[] = []
  const unknown: CostSide['unknown'] = []
  const fact = (name: FactorName, value: number | Estimate): CostFactor => ({ name, rateId: null, ...typeof value === 'number' ? exactly(value) : value })
  const rated = (name: FactorName, item: RateItem): CostFactor | Missing => {
    const rate = rates(item)
    return rate ? { name, rateId: rate.id, low: rate.low, likely: rate.likely, high: rate.high } : { missing: item }
  }
  /** Of nobody and nothing there is no entry, whatever its rate. */
  function add(item: CostItem, unit: CostEntry['unit'], factors: readonly (CostFactor | Missing)[], divisor = 1): void {
    const known = factors.filter((factor): factor is CostFactor => !('missing' in factor))
    if (known.some(({ high }) => high === 0)) return
    const [lacking] = factors.filter((factor): factor is Missing => 'missing' in factor)
    if (!lacking) entries.push({ item, unit, factors: known, divisor, amount: product(known, divisor) })
    else if (!unknown.some((other) => other.item === item)) unknown.push({ item, rate: lacking.missing })
  }

  // Half days that it took: at least one.
  const half = rates('sessionMinutes')
  const halves = half && Math.max(1, Math.ceil(facts.minutes / Math.max(1, half.likely)))
  const sessions: CostFactor | Missing = halves === undefined ? { missing: 'sessionMinutes' } : fact('sessions', halves)
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
    const where = (value: Estimate): CostFactor | Missing => threshold
      ? fact('kilometres', {
          low: kilometres.low >= threshold.high ? value.low : 0, likely: kilometres.likely >= threshold.likely ? value.likely : 0,
          high: kilometres.high >= threshold.low ? value.high : 0,
        })
      : kilometres.high === 0 ? fact('kilometres', 0) : { missing: 'threshold' }
    const away = (name: 'days' | 'nights'): CostFactor | Missing => {
      if (halves === undefined) return kilometres.high === 0 ? fact(name, 0) : { missing: 'sessionMinutes' }
      const days = Math.ceil(halves / 2)
      const factor = where(exactly(name === 'days' ? days : days - 1))
      return 'missing' in factor ? (name === 'nights' && days === 1 ? fact(name, 0) : factor) : { ...factor, name }
    }
    add('travel', unit, [
      fact('people', people), where(kilometres), fact('waysBothDirections', 2), rated('millilitresPerKilometre', 'consumption'), rated('fuelPrice', 'fuel'),
    ], 1000)
    add('allowance', unit, [fact('people', people), away('days'), rated('rate', 'allowance')])
    add('lodging', unit, [fact('people', people), away('nights'), rated('rate', 'lodging')])
  }
  add('drinks', null, [fact('people', hall), sessions, rated('rate', 'drinks')])
  if (hall > 0) add('hall', null, [sessions, rated('rate', 'hall')])
  const everybody = facts.travellers.reduce((all, { inPerson, online }) => all + inPerson + online, 0)
  for (const item of ['paper', 'printing'] as const) {
    for (const { people, inHall, pages } of way === 'online' ? [] : facts.papers) {
      if (way === 'inPerson') add(item, null, [fact('copies', people), fact('pages', pages), rated('rate', item)])
      else add(item, null, [fact('copies', inHall), fact('pages', pages), rated('printedShare', 'printedShare'), rated('rate', item)], 100)
    }
  }
  add('speaker', null, [fact('speakers', facts.speakers), sessions, rated('rate', 'speaker')])
  if (way !== 'inPerson') add('connection', null, [fact('places', places), sessions, rated('rate', 'connection')])
  add('salary', null, [fact('people', everybody), fact('minutes', facts.minutes), rated('rate', 'salary')], 60)
  return {
    entries, unknownWays, unknown,
    cash: sum(entries.filter(({ item }) => item !== 'salary').map(({ amount }) => amount)),
    salary: sum(entries.filter(({ item }) => item === 'salary').map(({ amount }) => amount)),
  }
}
