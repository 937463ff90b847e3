import { z } from 'zod'
import { Estimate, RateItem } from './costs.ts'
import { ItemPurpose } from './agenda.ts'
import { defineRoute } from './route.ts'
import { drawer, LIKELY } from './synthetic-year.ts'
import type { ReplayYear } from './replay-year.ts'
import { CautionCode, Disagreement, LegalDemand, TriageRule, Urgency } from './triage-rules.ts'

/** What a simulator is given by the server: rules, rates and years that were. It reckons in the browser (protocol/simulation.ts). */

const Year = z.int().min(2000).max(2199)
const Count = z.int().nonnegative()

export const getSimulation = defineRoute({
  id: 'simulation.get', method: 'get', path: '/api/results/simulation', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'What rules are tried with: those of triage in force today (common ones, and of the caller’s bodies), today’s rates of costs, the quota, and the years of which there are matters.',
  response: z.object({
    rules: z.array(TriageRule),
    rates: z.array(z.object({ id: z.uuid(), item: RateItem, low: Count, likely: Count, high: Count })),
    /** Meetings that a body may hold, in percent of those before; of the target `fewerByRule` in force. */
    quotaPercent: Count,
    years: z.array(Year),
  }),
})
export type SimulationMaterial = z.infer<NonNullable<typeof getSimulation.response>>

/** A year that was, as `ReplayYear`; what nobody can know of a matter that went another way is null. */
export const KnownYear = z.object({
  days: Count,
  bodies: z.array(z.object({
    id: z.uuid().nullable(), name: z.string(), travellers: Count.nullable(),
    members: z.array(z.object({
      unit: z.object({ id: z.uuid().nullable(), name: z.string() }), inPerson: Count, online: Count, kilometres: Estimate.nullable(),
    })),
    sittings: z.array(z.object({ day: z.int(), minutes: Count, online: z.boolean() })),
  })),
  matters: z.array(z.object({
    body: Count, day: z.int(), asks: ItemPurpose, urgency: Urgency, disagreement: Disagreement, legal: LegalDemand, cautions: z.array(CautionCode),
    secret: z.boolean(), wantsMeeting: z.boolean(), minutes: Count, daysLeft: z.int().nullable(),
    failsInWriting: z.boolean().nullable(), comesBack: z.boolean().nullable(), onlineByHabit: z.boolean().nullable(),
  })),
})
export type KnownYear = z.infer<typeof KnownYear>

export const getSimulationYear = defineRoute({
  id: 'simulation.year', method: 'get', path: '/api/results/simulation/years/:year', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'The matters of a year that were accepted by the caller’s bodies, without their titles, as triage knew them, with the sittings that were planned.',
  params: z.object({ year: z.coerce.number().pipe(Year) }), response: KnownYear,
})

/** What is not known of a year's matters is drawn, as is likely for what was said of them. */
export function supposed(year: KnownYear, seed: number): ReplayYear {
  const draw = drawer(seed)
  const fails = { none: LIKELY.failsAgreed, unknown: LIKELY.failsAgreed, some: LIKELY.failsSome, strong: LIKELY.failsStrong }
  return {
    ...year,
    matters: year.matters.map((matter) => {
      const [written, given, habit] = [draw(), draw(), draw()]
      return {
        ...matter, failsInWriting: matter.failsInWriting ?? written < fails[matter.disagreement],
        comesBack: matter.comesBack ?? given < LIKELY.comesBack, onlineByHabit: matter.onlineByHabit ?? habit < LIKELY.onlineByHabit,
      }
    }),
  }
}
