import { z } from 'zod'
import { Day } from './calendar.ts'
import { RateItem } from './costs.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

/** The norms and prices that costs are reckoned with (protocol/costs.ts), and the distances between units: data with a basis. */

const Amount = z.int().min(0).max(1_000_000_000)
const ordered = ({ low, likely, high }: { low: number, likely: number, high: number }) => low <= likely && likely <= high
const ORDER = { path: ['likely'], message: 'must lie between low and high' }

export const CostRate = z.object({
  id: Id, item: RateItem, low: z.int(), likely: z.int(), high: z.int(), basis: z.string(),
  /** First and last day in force; null while no end is set. */
  since: Day, until: Day.nullable(), version: z.int().positive(),
  /** Entered by mistake: kept, and reckoned with no more. */
  withdrawn: z.string().nullable(),
})
export type CostRate = z.infer<typeof CostRate>

export const UnitDistance = z.object({
  from: z.object({ id: Id, name: z.string() }), to: z.object({ id: Id, name: z.string() }),
  low: z.int(), likely: z.int(), high: z.int(), basis: z.string(), version: z.int().positive(),
})
export type UnitDistance = z.infer<typeof UnitDistance>

export const listCostRates = defineRoute({
  id: 'costs.rates', method: 'get', path: '/api/costs/rates', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'Every rate that was ever entered, by item and first day, with its legal basis; for whoever may see results.',
  response: z.object({ rates: z.array(CostRate) }),
})

export const addCostRate = defineRoute({
  id: 'costs.addRate', method: 'post', path: '/api/costs/rates', access: 'administrator', errors: ['rateOverlaps'],
  summary: 'A rate of an item from a day on. Of one item there is one rate at a time: the former is to be ended first.',
  body: z.object({ item: RateItem, low: Amount, likely: Amount, high: Amount, basis: Line(300), since: Day, until: Day.nullable() })
    .refine(ordered, ORDER).refine(({ since, until }) => until === null || until >= since, { path: ['until'], message: 'lies before the first day' }),
  response: z.object({ rate: CostRate }),
})

const RateParams = z.object({ rateId: Id })
const Version = z.int().positive()
const Kilometres = z.int().min(0).max(5000)

export const endCostRate = defineRoute({
  id: 'costs.endRate', method: 'put', path: '/api/costs/rates/:rateId/end', access: 'administrator',
  errors: ['rateNotFound', 'rateChanged', 'rateOverlaps', 'dateOutOfRange'],
  summary: 'Sets the last day of a rate, or takes it away (null). Amounts never change: a new norm is a new rate.',
  params: RateParams, body: z.object({ until: Day.nullable(), version: Version }), response: z.object({ rate: CostRate }),
})

export const withdrawCostRate = defineRoute({
  id: 'costs.withdrawRate', method: 'put', path: '/api/costs/rates/:rateId/withdrawal', access: 'administrator', errors: ['rateNotFound', 'rateChanged'],
  summary: 'Takes back a rate that was entered by mistake; it stays readable with the reason.',
  params: RateParams, body: z.object({ reason: Line(300), version: Version }), response: z.object({ rate: CostRate }),
})

/** Where a page of distances ends: the ids of its units. */
const PairMark = z.string().refine((mark) => z.tuple([Id, Id]).safeParse(mark.split('~')).success, { message: 'is no mark of a page' })

export const listDistances = defineRoute({
  id: 'costs.distances', method: 'get', path: '/api/costs/distances', access: 'administrator', errors: [],
  summary: 'Kilometres by road between the seats of units, one way, by name; paged by `after` (the `next` of the page before).',
  query: z.object({
    unitId: Id.optional(), after: PairMark.optional(), limit: z.coerce.number().int().min(1).max(200).default(100),
  }),
  response: z.object({ distances: z.array(UnitDistance), next: z.string().nullable() }),
})

export const setDistance = defineRoute({
  id: 'costs.setDistance', method: 'put', path: '/api/costs/distances', access: 'administrator', errors: ['unitNotFound', 'distanceChanged'],
  summary: 'Sets how far two units are from each other. `version` is that of the distance that it was changed upon; null: there was none.',
  body: z.object({
    fromId: Id, toId: Id, low: Kilometres, likely: Kilometres, high: Kilometres, basis: Line(300), version: Version.nullable(),
  }).refine(ordered, ORDER).refine(({ fromId, toId }) => fromId !== toId, { path: ['toId'], message: 'is the same unit' }),
  response: z.object({ distance: UnitDistance }),
})
