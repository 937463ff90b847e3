import { z } from 'zod'
import { ItemPurpose } from './agenda.ts'
import { Day } from './calendar.ts'
import { Estimate, RateItem, type Rate, type RateBook } from './costs.ts'
import { defineRoute } from './route.ts'
import type { Tried } from './simulation.ts'
import { drawer, LIKELY } from './synthetic-year.ts'
import type { ReplayYear } from './replay-year.ts'
import { CautionCode, Disagreement, LegalDemand, rulesFor, TriageRule, Urgency } from './triage-rules.ts'

/** What a simulator is given by the server: rules, rates and years that were. It reckons in the browser (protocol/simulation.ts). */

const Year = z.int().min(2000).max(2199)
const Count = z.int().nonnegative()
const KnownRate = z.object({ id: z.uuid(), item: RateItem, low: Count, likely: Count, high: Count })

export const getSimulation = defineRoute({
  id: 'simulation.get', method: 'get', path: '/api/results/simulation', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'What rules are tried with: those of triage in force today (common ones, and of the caller’s bodies), today’s rates of costs, the quota, and the years of which there are matters.',
  response: z.object({
    rules: z.array(TriageRule),
    rates: z.array(KnownRate),
    /** Meetings that a body may hold, in percent of those before; of the target `fewerByRule` in force. */
    quotaPercent: Count,
    years: z.array(Year),
  }),
})
export type SimulationMaterial = z.infer<NonNullable<typeof getSimulation.response>>

/**
 * A year that was, as `ReplayYear`; what nobody can know of a matter that went another way is null. Members, rules, rates and the
 * quota are those of their days.
 */
export const KnownYear = z.object({
  days: Count,
  /** The working days, and some of the next year. */
  dates: z.array(Day).min(1),
  bodies: z.array(z.object({
    id: z.uuid().nullable(), name: z.string(),
    terms: z.array(z.object({
      from: Count, travellers: Count.nullable(),
      members: z.array(z.object({
        unit: z.object({ id: z.uuid().nullable(), name: z.string() }), inPerson: Count, online: Count, kilometres: Estimate.nullable(),
      })),
    })),
    sittings: z.array(z.object({ day: z.int(), minutes: Count, mode: z.enum(['inPerson', 'online', 'hybrid']) })),
  })),
  matters: z.array(z.object({
    body: Count, day: z.int(), asks: ItemPurpose, urgency: Urgency, disagreement: Disagreement, legal: LegalDemand, cautions: z.array(CautionCode),
    secret: z.boolean(), wantsMeeting: z.boolean(), minutes: Count, daysLeft: z.int().nullable(),
    failsInWriting: z.boolean().nullable(), comesBack: z.boolean().nullable(), onlineByHabit: z.boolean().nullable(),
  })),
  /** All versions that were in force on any of its days. */
  rules: z.array(TriageRule),
  rates: z.array(KnownRate.extend({ since: Day, until: Day.nullable() })),
  quotaPercent: Count,
})
export type KnownYear = z.infer<typeof KnownYear>

export const getSimulationYear = defineRoute({
  id: 'simulation.year', method: 'get', path: '/api/results/simulation/years/:year', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'The matters of a year that were accepted by the caller’s bodies, without their titles, as triage knew them, with the regular sittings that were held or are planned, and the members, rules and rates of its days.',
  params: z.object({ year: z.coerce.number().pipe(Year) }), response: KnownYear,
})

/** What is not known of a year's matters is drawn, as is likely for what was said of them. */
export function supposed(year: KnownYear, seed: number): ReplayYear {
  const draw = drawer(seed)
  const fails = { none: LIKELY.failsAgreed, unknown: LIKELY.failsAgreed, some: LIKELY.failsSome, strong: LIKELY.failsStrong }
  return {
    ...year, gatherDays: LIKELY.gatherDays,
    matters: year.matters.map((matter) => {
      const [written, given, habit, patience] = [draw(), draw(), draw(), draw()]
      return {
        ...matter, failsInWriting: matter.failsInWriting ?? written < fails[matter.disagreement], granted: matter.urgency !== 'normal' || patience < LIKELY.meetingsGranted,
        comesBack: matter.comesBack ?? given < LIKELY.comesBack, onlineByHabit: matter.onlineByHabit ?? habit < LIKELY.onlineByHabit,
      }
    }),
  }
}

const bookOf = (rates: readonly Rate[]): RateBook => (item) => rates.find((rate) => rate.item === item)

/** The same rules on every day, and the rates of today: for years that never were, and for rules that are tried. */
export function asToday({ rates, quotaPercent }: SimulationMaterial, rules: readonly TriageRule[], today: Day): Tried {
  const byBody = new Map<string | null, TriageRule[]>()
  const book = bookOf(rates)
  return { quotaPercent, ratesOn: () => book, rulesOf: ({ id }) => kept(byBody, id, () => rulesFor(rules, id, today)) }
}

/**
 * Rules and rates as they were on the days of a year. On days before the first version of any rule the first ones hold: with none
 * at all nothing would be proposed.
 */
export function asThen({ dates, rules, rates, quotaPercent }: KnownYear): Tried {
  const first = rules.map(({ since }) => since).sort()[0]
  const on = (day: number): Day => dates[Math.min(day, dates.length - 1)]!
  const [byDay, books] = [new Map<string, TriageRule[]>(), new Map<string, RateBook>()]
  return {
    quotaPercent,
    rulesOf: ({ id }, day) => kept(byDay, `${id} ${on(day)}`, () => rulesFor(rules, id, first !== undefined && on(day) < first ? first : on(day))),
    ratesOn(day) {
      const known = rates.filter(({ since, until }) => since <= on(day) && (until === null || on(day) <= until))
      return kept(books, known.map(({ id }) => id).join(' '), () => bookOf(known))
    },
  }
}

function kept<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}
