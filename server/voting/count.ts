import { fewest, reaches } from '../../protocol/bodies.ts'
import type { VoteResult, VoteTerms } from '../../protocol/voting.ts'

/** What of a vote's terms its result depends on. */
export type CountingTerms = Pick<VoteTerms, 'kind' | 'choices' | 'scale' | 'base' | 'threshold'>

/**
 * What the result is counted against. Incumbents were counted when the vote opened, and an absence so counts as not in
 * favour. Those present were counted then too, but an elector who came later may vote as well: where more vote than were
 * present at the opening, the ballots are the base. Every ballot is valid: others are refused when they are cast.
 */
function baseOf({ base }: CountingTerms, cast: number): number {
  switch (base.kind) {
    case 'incumbents': return base.size
    case 'present': return Math.max(base.size, cast)
    case 'validBallots': return cast
  }
}

/**
 * Counts the choices of all ballots by the frozen terms. A named vote is accepted when those in favour reach the
 * threshold; an abstention counts in the base alone. A grading gives the best grade that the threshold of the base gave
 * or surpassed, and is accepted when that grade passes.
 */
export function count(terms: CountingTerms, ballots: readonly string[]): VoteResult {
  const counts = Object.fromEntries(terms.choices.map((choice) => [choice, 0]))
  for (const choice of ballots) counts[choice] = (counts[choice] ?? 0) + 1
  const cast = ballots.length
  const base = baseOf(terms, cast)
  const figures = { counts, cast, base, needed: fewest(base, terms.threshold) }
  if (terms.kind === 'named') return { ...figures, accepted: reaches(counts['approve'] ?? 0, base, terms.threshold), grade: null }
  let soFar = 0
  const grade = terms.scale.find(({ id }) => {
    soFar += counts[id] ?? 0
    return reaches(soFar, base, terms.threshold)
  })
  return { ...figures, accepted: grade?.passes ?? false, grade: grade?.id ?? null }
}
