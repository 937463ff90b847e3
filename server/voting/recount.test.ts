import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countKeys, flawOfHall, namedChoices, validBallot, type BallotContent, type HallCount, type VoteKind } from '../../protocol/ballots.ts'
import { countBallots, type CountingTerms } from '../../protocol/counting.ts'
import { fewest, reaches, type Majority, type VoteBase } from '../../protocol/shares.ts'
import { ballotsOf } from '../../tests/support/ballots.ts'

/** What holds of counting for any ballots whatever, against a recount that takes them one at a time. */

const ordinary = { scale: [], criteria: [], tie: 'notAdopted' as const }
const voters = (size: number) => Array.from({ length: size }, (_, index) => `v${index}`)
const ids = ['excellent', 'good', 'pass', 'fail']
const grading = (kind: VoteBase, size: number, threshold: Majority): CountingTerms => ({
  ...ordinary, kind: 'grading', choices: ids, base: { kind, size }, threshold, electorate: voters(size),
  scale: ids.map((id) => ({ id, label: { vi: id, en: id }, passes: id !== 'fail' })),
})

const thresholds = fc.record({
  numerator: fc.integer({ min: 1, max: 12 }), denominator: fc.integer({ min: 1, max: 12 }), strict: fc.boolean(), basis: fc.constant(''), plurality: fc.boolean(),
})
const terms = fc.record({
  kind: fc.constantFrom<VoteKind>('named', 'grading', 'scoring', 'options', 'election', 'confidence'), base: fc.constantFrom<VoteBase>('incumbents', 'present', 'validBallots'),
  options: fc.integer({ min: 2, max: 5 }), seats: fc.integer({ min: 1, max: 4 }), size: fc.integer({ min: 1, max: 30 }),
  threshold: thresholds, blankAllowed: fc.boolean(),
}).map(({ kind, base, options, seats, size, threshold, blankAllowed }): CountingTerms => {
  const listed = Array.from({ length: options }, (_, index) => `o${index + 1}`)
  const choices = kind === 'named' ? [...namedChoices] : kind === 'grading' ? ids : listed
  const label = { vi: '', en: '' }
  return {
    ...ordinary, kind, choices, base: { kind: base, size }, threshold, electorate: voters(size),
    scale: kind === 'grading' || kind === 'scoring' ? ids.map((id, index) => ({ id, label, passes: id !== 'fail', from: 40 - 10 * index })) : [],
    criteria: kind === 'scoring' ? listed.map((id) => ({ id, label, max: 10, step: 0.5 as const })) : [],
    ...kind === 'election' ? { election: { seats: Math.min(seats, options), method: 'mark' as const, matter: 'workingGroup', blankAllowed } } : {},
  }
})
const votes = terms.chain((of) => fc.record({ of: fc.constant(of), ballots: fc.array(ballotsOf(of), { maxLength: 40 }), split: fc.nat(40) }))

/** How often a ballot counts for a key, one ballot and one key at a time. */
function says(content: BallotContent, key: string): boolean {
  switch (content.kind) {
    case 'named': case 'grading': case 'options': return content.choice === key
    case 'election': return content.chosen.includes(key)
    case 'confidence': return Object.entries(content.levels).some(([id, level]) => `${id}.${level}` === key)
    case 'scoring': return false
  }
}

it('counts as a naive recount does, for every kind, in whatever order the ballots came', () => {
  fc.assert(fc.property(votes, ({ of, ballots }) => {
    for (const ballot of ballots) expect(validBallot(of, ballot)).toBe(true)
    const result = countBallots(of, ballots)
    expect(countBallots(of, ballots.toReversed())).toEqual(result)
    expect(result.cast).toBe(ballots.length)
    for (const key of countKeys(of)) expect([key, result.counts[key]]).toEqual([key, ballots.filter((ballot) => says(ballot, key)).length])
    expect(Object.keys(result.counts)).toEqual(countKeys(of))
    for (const id of of.kind === 'scoring' ? of.choices : []) {
      const given = ballots.flatMap((ballot) => ballot.kind === 'scoring' ? ballot.scores[id] ?? [] : [])
      const { mean = 0, deviation = 0 } = result.points?.[id] ?? {}
      if (!given.length) continue
      const naive = given.reduce((sum, one) => sum + one / given.length, 0)
      expect(mean).toBeCloseTo(naive, 1)
      expect(deviation).toBeCloseTo(Math.sqrt(given.reduce((sum, one) => sum + (one - naive) ** 2 / given.length, 0)), 1)
    }
    const strong = of.choices.filter((id) => reaches(result.counts[id] ?? 0, result.base, of.threshold))
    if (of.threshold.plurality || !ballots.length) return
    if (of.kind === 'named') expect(result.accepted).toBe(strong.includes('approve'))
    if (of.kind === 'options') expect(result.winner === undefined || strong.every((id) => id === result.winner || (result.counts[id] ?? 0) < (result.counts[result.winner ?? ''] ?? 0))).toBe(true)
    if (of.kind === 'election') {
      expect(result.elected?.every((id) => strong.includes(id))).toBe(true)
      expect((result.elected ?? []).length <= (of.election?.seats ?? 0)).toBe(true)
      expect(result.accepted).toBe(result.elected?.length === of.election?.seats)
      expect(result.goOn?.some((id) => result.elected?.includes(id)) ?? false).toBe(false)
    }
    if (of.kind === 'confidence') expect(result.low).toEqual(of.choices.filter((id) => reaches(result.counts[`${id}.low`] ?? 0, result.base, of.threshold)))
  }), { numRuns: 400 })
})

it('comes to the same whether ballots came on screen or were counted on paper', () => {
  fc.assert(fc.property(votes, ({ of, ballots, split }) => {
    const [onScreen, papers] = [ballots.slice(split), ballots.slice(0, split)]
    const counts = Object.fromEntries(countKeys(of).map((key) => [key, papers.filter((ballot) => says(ballot, key)).length]))
    const scored = papers.flatMap((ballot) => ballot.kind === 'scoring' ? [ballot.scores] : [])
    const hall: HallCount = { way: 'paper', handedOut: papers.length, collected: papers.length, invalid: 0, counts, ...of.kind === 'scoring' ? { scored } : {} }
    expect(flawOfHall({ ...of, secret: false }, hall, papers.length)).toBeNull()
    expect(countBallots(of, onScreen, hall)).toEqual(countBallots(of, ballots))
    if (papers.length) expect(flawOfHall({ ...of, secret: false }, hall, papers.length - 1)).toBe('handedOut')
  }), { numRuns: 200 })
})

it('a ballot is of its vote’s kind and says what is on it, once', () => {
  const of = (kind: VoteKind, more: Partial<CountingTerms> = {}) => ({ ...ordinary, kind, choices: ['o1', 'o2', 'o3'], ...more }) as CountingTerms
  const election = of('election', { election: { seats: 2, method: 'mark', matter: '', blankAllowed: false } })
  for (const chosen of [[], ['o1', 'o1'], ['o2', 'o1'], ['o1', 'o2', 'o3'], ['o4'], ['__proto__']]) expect([chosen, validBallot(election, { kind: 'election', chosen })]).toEqual([chosen, false])
  expect(validBallot(election, { kind: 'election', chosen: ['o1', 'o3'] })).toBe(true)
  expect(validBallot(of('named'), { kind: 'options', choice: 'o1' })).toBe(false)
  expect(validBallot(of('options'), { kind: 'options', choice: 'constructor' })).toBe(false)
  expect(validBallot(of('confidence'), { kind: 'confidence', levels: { o1: 'high', o2: 'low' } })).toBe(false)
  const scoring = of('scoring', { choices: ['aim'], criteria: [{ id: 'aim', label: { vi: '', en: '' }, max: 10, step: 0.5 }] })
  for (const aim of [-0.5, 10.5, 3.25, Number.NaN, Infinity]) expect([aim, validBallot(scoring, { kind: 'scoring', scores: { aim } })]).toEqual([aim, false])
  expect(validBallot(scoring, { kind: 'scoring', scores: { aim: 9.5 } })).toBe(true)
})

it('the figure that is needed reaches the threshold and one less does not', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), thresholds, (base, threshold) => {
    const needed = fewest(base, threshold)
    expect(reaches(needed, base, threshold)).toBe(true)
    expect(reaches(needed - 1, base, threshold)).toBe(false)
  }))
})

it('a grade is never lost by a better ballot', () => {
  const given = fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 30 })
  fc.assert(fc.property(given, fc.nat(29), thresholds, (ballots, at, { plurality: _, ...threshold }) => {
    const index = at % ballots.length
    const better = ballots.with(index, ids[Math.max(0, ids.indexOf(ballots[index] ?? '') - 1)] ?? '')
    const place = (choices: string[]) => {
      const { grade } = countBallots(grading('incumbents', 30, threshold), choices.map((choice) => ({ kind: 'grading', choice })))
      return grade === null ? ids.length : ids.indexOf(grade)
    }
    expect(place(better)).toBeLessThanOrEqual(place(ballots))
  }))
})
