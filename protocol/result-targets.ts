import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { reaches } from './shares.ts'
import { Line } from './text.ts'

/** What results are held against: percentages that are data, each with its legal basis and the day from which it is in force. */

export const TargetCode = z.enum(['fewerMeetings', 'fewerByRule', 'onlineShare', 'electronicShare', 'electronicBest'])
export type TargetCode = z.infer<typeof TargetCode>

/** `over`: more than the percentage ("trên 80 %"); `atLeast`: it is enough ("ít nhất 60 %"). */
export const TargetLimit = z.enum(['atLeast', 'over'])
export type TargetLimit = z.infer<typeof TargetLimit>

/** As it is in force. */
export const Target = z.object({ code: TargetCode, percent: z.int(), reach: TargetLimit, basis: z.string() })
export type Target = z.infer<typeof Target>

/** Whether a part of a whole reaches a target; null of nothing: there is nothing to judge. */
export function isReached({ percent, reach }: Pick<Target, 'percent' | 'reach'>, part: number, whole: number): boolean | null {
  return whole === 0 ? null : reaches(part, whole, { numerator: percent, denominator: 100, strict: reach === 'over' })
}

/** A target as it was entered. */
export const EnteredTarget = Target.extend({
  id: Id, since: Day, version: z.int().positive(),
  /** Entered by mistake: kept, and judged by no more. */
  withdrawn: z.string().nullable(),
})
export type EnteredTarget = z.infer<typeof EnteredTarget>

export const listTargets = defineRoute({
  id: 'targets.list', method: 'get', path: '/api/results/targets', access: 'signedIn', errors: ['forbiddenForResults'],
  summary: 'Every target that was ever entered, by code, the latest first day first, with its basis; for whoever may see results. In force on a day: the one of its code that began last.',
  response: z.object({ targets: z.array(EnteredTarget) }),
})

export const addTarget = defineRoute({
  id: 'targets.add', method: 'post', path: '/api/results/targets', access: 'administrator', errors: ['targetThere'],
  summary: 'A target of a code from a day on, in the place of the one before. Of one code there is one for each first day.',
  body: z.object({ code: TargetCode, percent: z.int().min(0).max(100), reach: TargetLimit, basis: Line(300), since: Day }),
  response: z.object({ target: EnteredTarget }),
})

export const withdrawTarget = defineRoute({
  id: 'targets.withdraw', method: 'put', path: '/api/results/targets/:targetId/withdrawal', access: 'administrator', errors: ['targetNotFound', 'targetChanged'],
  summary: 'Takes back a target that was entered by mistake; it stays readable with the reason.',
  params: z.object({ targetId: Id }), body: z.object({ reason: Line(300), version: z.int().positive() }), response: z.object({ target: EnteredTarget }),
})
