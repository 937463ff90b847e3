import fc from 'fast-check'
import { confidenceLevels, type BallotContent, type BallotTerms, type HallCount } from '../../protocol/ballots.ts'

/** Papers that nobody handed in. */
export const emptyHall: HallCount = { way: 'paper', handedOut: 0, collected: 0, invalid: 0, counts: {} }

/** Any valid ballot of a vote. */
export function ballotsOf({ kind, choices, criteria, election }: BallotTerms): fc.Arbitrary<BallotContent> {
  const each = <T>(value: (id: string) => fc.Arbitrary<T>) => fc.record(Object.fromEntries(choices.map((id) => [id, value(id)])))
  switch (kind) {
    case 'named': case 'grading': case 'options': return fc.constantFrom(...choices).map((choice) => ({ kind, choice }))
    case 'confidence': return each(() => fc.constantFrom(...confidenceLevels)).map((levels) => ({ kind, levels }))
    case 'scoring': return each((id) => {
      const { max = 0, step = 1 } = criteria.find((one) => one.id === id) ?? {}
      return fc.nat(max / step).map((steps) => steps * step)
    }).map((scores) => ({ kind, scores }))
    case 'election': return fc.subarray(choices, { minLength: election?.blankAllowed ? 0 : 1, maxLength: Math.min(choices.length, election?.seats ?? 0) })
      .map((chosen) => ({ kind, chosen }))
  }
}

/** One of them, the same for the same number; without a vote one that none takes. */
export function someBallot(terms: BallotTerms | undefined, which: number): BallotContent {
  return terms ? fc.sample(ballotsOf(terms), { seed: which, numRuns: 1 })[0] ?? unknown : unknown
}

const unknown: BallotContent = { kind: 'named', choice: 'unknown' }
