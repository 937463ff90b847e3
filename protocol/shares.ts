import { z } from 'zod'

/**
 * A share that a count must reach, as data: `strict` means "more than" (quá nửa = 1/2 strict), else "at least"
 * (two thirds = 2/3, not strict). `basis` names the regulation it is taken from.
 */
export const Threshold = z.object({
  numerator: z.int().positive(), denominator: z.int().positive(), strict: z.boolean(), basis: z.string(),
})
export type Threshold = z.infer<typeof Threshold>

/** Whether `count` out of `base` reaches the threshold. Integers only, so nothing is lost to rounding. */
export function reaches(count: number, base: number, threshold: Omit<Threshold, 'basis'>): boolean {
  const left = count * threshold.denominator
  const right = base * threshold.numerator
  return base > 0 && (threshold.strict ? left > right : left >= right)
}

/** The fewest of `base` that reach the threshold. Of a base of none nothing ever reaches it: then 1. */
export function fewest(base: number, { numerator, denominator, strict }: Threshold): number {
  if (base === 0) return 1
  const share = base * numerator
  const rest = share % denominator
  const whole = (share - rest) / denominator
  return strict || rest > 0 ? whole + 1 : whole
}

/** What a vote is counted against: all incumbents of the body, those present, or the valid ballots. */
export const VoteBase = z.enum(['incumbents', 'present', 'validBallots'])
export type VoteBase = z.infer<typeof VoteBase>

/** What a vote must reach: the share, or with `plurality` only more than every other choice; the share is then passed over. */
export const Majority = Threshold.extend({ plurality: z.boolean().exactOptional() })
export type Majority = z.infer<typeof Majority>

/**
 * One grade of a scale, best first. `passes` is false for the grades that reject the work. `from`: for scored criteria, the
 * fewest points of the mean total that give it.
 */
export const Grade = z.object({
  id: z.string(), label: z.object({ vi: z.string(), en: z.string() }), passes: z.boolean(), from: z.number().min(0).exactOptional(),
})
export type Grade = z.infer<typeof Grade>
