import { describe, expect, it } from 'vitest'
import { flawOfHall, namedChoices, type BallotContent, type HallCount } from '../../protocol/ballots.ts'
import { countBallots, type CountingTerms } from '../../protocol/counting.ts'
import type { Majority, VoteBase } from '../../protocol/shares.ts'

const moreThanHalf: Majority = { numerator: 1, denominator: 2, strict: true, basis: '' }
const half: Majority = { ...moreThanHalf, strict: false }
const twoThirds: Majority = { numerator: 2, denominator: 3, strict: false, basis: '' }
const moreThanTwoThirds: Majority = { ...twoThirds, strict: true }
const threeQuarters: Majority = { numerator: 3, denominator: 4, strict: false, basis: '' }
const threeFifths: Majority = { numerator: 3, denominator: 5, strict: true, basis: '' }
const all: Majority = { numerator: 1, denominator: 1, strict: false, basis: '' }
const plurality: Majority = { ...moreThanHalf, plurality: true }

const ordinary = { scale: [], criteria: [], tie: 'notAdopted' as const }
const voters = (size: number) => Array.from({ length: size }, (_, index) => `v${index}`)
const named = (kind: VoteBase, size: number, threshold: Majority, more: Partial<CountingTerms> = {}): CountingTerms =>
  ({ ...ordinary, kind: 'named', choices: [...namedChoices], base: { kind, size }, threshold, electorate: voters(Math.max(size, 1)), ...more })

const ids = ['excellent', 'good', 'pass', 'fail']
const grading = (kind: VoteBase, size: number, threshold: Majority): CountingTerms => ({
  ...ordinary, kind: 'grading', choices: ids, base: { kind, size }, threshold, electorate: voters(size),
  scale: ids.map((id) => ({ id, label: { vi: id, en: id }, passes: id !== 'fail' })),
})
const cast = (kind: 'named' | 'grading' | 'options', choices: readonly string[], counts: readonly number[]): BallotContent[] =>
  choices.flatMap((choice, index) => Array<BallotContent>(counts[index] ?? 0).fill({ kind, choice }))

describe('a named vote', () => {
  it.each<[string, VoteBase, number, Majority, number[], object]>([
    ['8 of 15 incumbents', 'incumbents', 15, moreThanHalf, [8, 7, 0], { base: 15, needed: 8, accepted: true }],
    ['7 of 15, all others absent', 'incumbents', 15, moreThanHalf, [7, 0, 0], { base: 15, needed: 8, accepted: false, why: 'notReached' }],
    ['a tie of an even body is not more than half', 'incumbents', 14, moreThanHalf, [7, 7, 0], { base: 14, needed: 8, accepted: false, why: 'tied' }],
    ['a tie reaches at least half', 'incumbents', 14, half, [7, 7, 0], { base: 14, needed: 7, accepted: true }],
    ['abstentions count in the base', 'incumbents', 9, moreThanHalf, [4, 1, 4], { base: 9, needed: 5, accepted: false }],
    ['nobody for or against is no tie', 'incumbents', 9, moreThanHalf, [0, 0, 4], { accepted: false, why: 'notReached' }],
    ['no ballot at all', 'incumbents', 15, moreThanHalf, [], { base: 15, needed: 8, accepted: false, why: 'noBallots' }],
    ['no ballot, base of ballots', 'validBallots', 15, half, [], { base: 0, needed: 1, accepted: false, why: 'noBallots' }],
    ['one ballot of many, base of ballots', 'validBallots', 15, moreThanHalf, [1, 0, 0], { base: 1, needed: 1, accepted: true }],
    ['abstentions among the ballots', 'validBallots', 15, moreThanHalf, [5, 0, 5], { base: 10, needed: 6, accepted: false }],
    ['6 of 9 is two thirds', 'incumbents', 9, twoThirds, [6, 3, 0], { base: 9, needed: 6, accepted: true }],
    ['6 of 9 is not more than two thirds', 'incumbents', 9, moreThanTwoThirds, [6, 3, 0], { base: 9, needed: 7, accepted: false }],
    ['two thirds of 10 is 7', 'incumbents', 10, twoThirds, [6, 0, 0], { base: 10, needed: 7, accepted: false }],
    ['three quarters of those present', 'present', 8, threeQuarters, [6, 2, 0], { base: 8, needed: 6, accepted: true }],
    ['a share of the body’s own', 'incumbents', 10, threeFifths, [6, 4, 0], { base: 10, needed: 7, accepted: false, why: 'notReached' }],
    ['those present', 'present', 10, moreThanHalf, [6, 4, 0], { base: 10, needed: 6, accepted: true }],
    ['who comes later and votes is present too', 'present', 10, moreThanHalf, [6, 5, 1], { base: 12, needed: 7, accepted: false }],
    ['all of them', 'incumbents', 3, all, [3, 0, 0], { base: 3, needed: 3, accepted: true }],
    ['all but one', 'incumbents', 3, all, [2, 0, 0], { base: 3, needed: 3, accepted: false }],
    ['more for than against, whoever abstains or is absent', 'incumbents', 15, plurality, [2, 1, 9], { needed: 2, accepted: true }],
    ['as many for as against', 'incumbents', 15, plurality, [3, 3, 0], { needed: 4, accepted: false, why: 'tied' }],
  ])('%s', (_, kind, size, threshold, counts, expected) => {
    const result = countBallots(named(kind, size, threshold), cast('named', namedChoices, counts))
    expect(result).toMatchObject({ ...expected, grade: null, cast: counts.reduce((sum, one) => sum + one, 0) })
    expect('why' in result).toBe(!result.accepted)
    expect(Object.values(result.counts)).toEqual(namedChoices.map((_, index) => counts[index] ?? 0))
  })

  it('of which all are recused decides nothing', () => {
    expect(countBallots(named('incumbents', 9, half, { electorate: [] }), [])).toMatchObject({ base: 9, accepted: false, why: 'nobodyEntitled' })
  })

  it('decides nothing where fewer ballots came than the body asks for, papers that were not valid among them', () => {
    const terms = named('validBallots', 9, moreThanHalf, { returned: twoThirds })
    expect(countBallots(terms, cast('named', namedChoices, [5]))).toMatchObject({ accepted: false, why: 'tooFewReturned' })
    const hall: HallCount = { way: 'paper', handedOut: 1, collected: 1, invalid: 1, counts: {} }
    expect(countBallots(terms, cast('named', namedChoices, [5]), hall)).toMatchObject({ accepted: true, cast: 5, invalid: 1, base: 5 })
  })

  it.each([
    ['approve', { accepted: true, byChair: true }], ['reject', { accepted: false, why: 'tied', byChair: true }], ['abstain', { accepted: false, why: 'tied' }],
  ])('that is equal goes as the chair voted, where the law of the body has it: %s', (choice, expected) => {
    const terms = named('incumbents', 5, moreThanHalf, { tie: 'chairDecides' })
    const counts = choice === 'abstain' ? [2, 2, 1] : [2, 2, 0]
    const result = countBallots(terms, cast('named', namedChoices, counts), undefined, { kind: 'named', choice })
    expect(result).toMatchObject(expected)
    expect('byChair' in result).toBe('byChair' in expected)
    expect(countBallots({ ...terms, tie: 'notAdopted' }, cast('named', namedChoices, [2, 2, 0]), undefined, { kind: 'named', choice })).toMatchObject({ accepted: false, why: 'tied' })
    // Not a tie, so nothing for the chair to decide.
    expect(countBallots(terms, cast('named', namedChoices, [1, 2, 0]), undefined, { kind: 'named', choice: 'approve' })).toMatchObject({ accepted: false, why: 'notReached' })
  })
})

describe('a grading', () => {
  it.each<[string, VoteBase, number, Majority, number[], { grade: string | null, accepted: boolean, why?: string }]>([
    ['the best grade has the majority', 'incumbents', 9, moreThanHalf, [5, 4, 0, 0], { grade: 'excellent', accepted: true }],
    ['better grades count for the ones below', 'incumbents', 9, moreThanHalf, [3, 2, 2, 2], { grade: 'good', accepted: true }],
    ['only together with the lowest passing grade', 'incumbents', 9, moreThanHalf, [1, 1, 3, 4], { grade: 'pass', accepted: true }],
    ['a failing grade is a result, and not accepted', 'incumbents', 9, moreThanHalf, [1, 1, 2, 5], { grade: 'fail', accepted: false }],
    ['a tie between excellent and the rest', 'incumbents', 8, moreThanHalf, [4, 4, 0, 0], { grade: 'good', accepted: true }],
    ['absences: nobody has the majority', 'incumbents', 9, moreThanHalf, [2, 1, 0, 1], { grade: null, accepted: false, why: 'notReached' }],
    ['no ballot', 'incumbents', 9, moreThanHalf, [], { grade: null, accepted: false, why: 'noBallots' }],
    ['two thirds of the ballots', 'validBallots', 9, twoThirds, [2, 2, 1, 1], { grade: 'good', accepted: true }],
    ['those present and who came later', 'present', 4, moreThanHalf, [3, 0, 0, 3], { grade: 'fail', accepted: false }],
    ['the grade given most often', 'incumbents', 9, plurality, [2, 4, 3, 0], { grade: 'good', accepted: true }],
    ['two grades given as often', 'incumbents', 9, plurality, [4, 4, 1, 0], { grade: null, accepted: false, why: 'tied' }],
  ])('%s', (_, kind, size, threshold, counts, expected) => {
    expect(countBallots(grading(kind, size, threshold), cast('grading', ids, counts))).toMatchObject(expected)
  })
})

describe('a choice among options', () => {
  const options = ['o1', 'o2', 'o3']
  const terms = (threshold: Majority, kind: VoteBase = 'validBallots', size = 0): CountingTerms =>
    ({ ...ordinary, kind: 'options', choices: options, base: { kind, size }, threshold, electorate: voters(20) })
  it.each<[string, CountingTerms, number[], object]>([
    ['more than half', terms(moreThanHalf), [6, 3, 2], { accepted: true, winner: 'o1', needed: 6 }],
    ['the most, and too few: the leading two go on', terms(moreThanHalf), [5, 4, 3], { accepted: false, why: 'notReached', goOn: ['o1', 'o2'] }],
    ['all equal to the second go on with it', terms(moreThanHalf), [5, 3, 3], { accepted: false, why: 'notReached', goOn: ['o1', 'o2', 'o3'] }],
    ['half is reached by two', terms(half), [5, 5, 0], { accepted: false, why: 'tied', goOn: ['o1', 'o2'] }],
    ['of incumbents', terms(moreThanHalf, 'incumbents', 15), [7, 1, 0], { accepted: false, why: 'notReached', needed: 8 }],
    ['plurality', terms(plurality), [5, 4, 3], { accepted: true, winner: 'o1', needed: 5 }],
    ['plurality, two equal', terms(plurality), [5, 5, 3], { accepted: false, why: 'tied', goOn: ['o1', 'o2'] }],
    ['one alone has ballots, and too few: all go on', terms(moreThanHalf, 'incumbents', 15), [0, 4, 0], { accepted: false, why: 'notReached', goOn: options }],
    ['none', terms(moreThanHalf), [], { accepted: false, why: 'noBallots' }],
  ])('%s', (_, of, counts, expected) => {
    const result = countBallots(of, cast('options', options, counts))
    expect(result).toMatchObject(expected)
    expect('winner' in result).toBe(result.accepted)
  })
})

describe('an election', () => {
  const candidates = ['o1', 'o2', 'o3', 'o4']
  const terms = (seats: number, threshold: Majority, kind: VoteBase = 'validBallots', size = 0): CountingTerms => ({
    ...ordinary, kind: 'election', choices: candidates, base: { kind, size }, threshold, electorate: voters(20),
    election: { seats, method: 'strike', matter: 'workingGroup', blankAllowed: true },
  })
  /** Ballots for one candidate each would not do: a ballot names several. */
  const ballots = (...lists: [number, ...string[]][]): BallotContent[] =>
    lists.flatMap(([times, ...chosen]) => Array<BallotContent>(times).fill({ kind: 'election', chosen }))
  it.each<[string, CountingTerms, BallotContent[], object]>([
    ['those over half, most first', terms(2, moreThanHalf), ballots([6, 'o1', 'o3'], [3, 'o1', 'o2'], [1, 'o3']), { accepted: true, elected: ['o1', 'o3'], needed: 6, counts: { o1: 9, o2: 3, o3: 7, o4: 0 } }],
    ['one too few: the others go on', terms(2, moreThanHalf), ballots([6, 'o1', 'o3'], [4, 'o2'], [2, 'o4']), { accepted: false, why: 'notReached', elected: [], goOn: candidates }],
    ['one of two seats', terms(2, moreThanHalf), ballots([5, 'o1', 'o3'], [4, 'o1', 'o2'], [2, 'o4']), { accepted: false, why: 'notReached', elected: ['o1'], goOn: ['o2', 'o3', 'o4'] }],
    ['equal ones at the last seat go on alone', terms(2, half), ballots([5, 'o1', 'o2'], [5, 'o1', 'o3']), { accepted: false, why: 'tied', elected: ['o1'], goOn: ['o2', 'o3'] }],
    ['equal ones with seats for all', terms(3, half), ballots([5, 'o1', 'o2'], [5, 'o1', 'o3']), { accepted: true, elected: ['o1', 'o2', 'o3'] }],
    ['all equal and too many', terms(1, half), ballots([4, 'o1'], [4, 'o2']), { accepted: false, why: 'tied', elected: [], goOn: ['o1', 'o2'] }],
    ['who strikes everybody out counts in the base', terms(1, moreThanHalf), ballots([4, 'o1'], [4]), { accepted: false, why: 'notReached', base: 8, needed: 5 }],
    ['of incumbents', terms(1, moreThanHalf, 'incumbents', 15), ballots([8, 'o2']), { accepted: true, elected: ['o2'] }],
    ['plurality', terms(2, plurality), ballots([3, 'o1'], [2, 'o2'], [1, 'o3']), { accepted: true, elected: ['o1', 'o2'], needed: 1 }],
    ['plurality, nobody for a seat', terms(2, plurality), ballots([3, 'o1']), { accepted: false, why: 'notReached', elected: ['o1'], goOn: ['o2', 'o3', 'o4'] }],
  ])('%s', (_, of, contents, expected) => expect(countBallots(of, contents)).toMatchObject(expected))
})

describe('levels of confidence', () => {
  const terms = (threshold: Majority): CountingTerms =>
    ({ ...ordinary, kind: 'confidence', choices: ['o1', 'o2'], base: { kind: 'validBallots', size: 0 }, threshold, electorate: voters(20) })
  const levels = (times: number, o1: 'high' | 'confident' | 'low', o2: 'high' | 'confident' | 'low') => Array<BallotContent>(times).fill({ kind: 'confidence', levels: { o1, o2 } })
  it('tells of whom it is low, by more than half of the ballots', () => {
    const contents = [...levels(3, 'high', 'low'), ...levels(2, 'confident', 'low'), ...levels(4, 'low', 'confident')]
    expect(countBallots(terms(moreThanHalf), contents)).toEqual({
      counts: { 'o1.high': 3, 'o1.confident': 2, 'o1.low': 4, 'o2.high': 0, 'o2.confident': 4, 'o2.low': 5 },
      cast: 9, base: 9, needed: 5, accepted: false, grade: null, low: ['o2'],
    })
    expect(countBallots(terms(twoThirds), contents)).toMatchObject({ accepted: true, low: [] })
    expect(countBallots(terms(plurality), contents)).toMatchObject({ low: ['o1', 'o2'] })
  })
})

describe('scored criteria', () => {
  const bands = [['excellent', 90], ['good', 70], ['pass', 50], ['fail', 0]] as const
  const terms = (threshold: Majority = twoThirds): CountingTerms => ({
    ...ordinary, kind: 'scoring', choices: ['aim', 'method'], base: { kind: 'incumbents', size: 3 }, threshold, electorate: voters(3),
    criteria: [{ id: 'aim', label: { vi: '', en: '' }, max: 40, step: 0.5 }, { id: 'method', label: { vi: '', en: '' }, max: 60, step: 1 }],
    scale: bands.map(([id, from]) => ({ id, label: { vi: id, en: id }, passes: id !== 'fail', from })),
  })
  const scored = (aim: number, method: number): BallotContent => ({ kind: 'scoring', scores: { aim, method } })
  it('gives mean and spread of each and of the total, and the grade of the mean', () => {
    expect(countBallots(terms(), [scored(30.5, 50), scored(39, 60), scored(25, 40)])).toEqual({
      counts: {}, cast: 3, base: 3, needed: 2, accepted: true, grade: 'good',
      points: { aim: { mean: 31.5, deviation: 5.76, min: 25, max: 39 }, method: { mean: 50, deviation: 8.16, min: 40, max: 60 } },
      total: { mean: 81.5, deviation: 13.9, min: 65, max: 99 },
    })
    expect(countBallots(terms(), [scored(10, 20), scored(9, 20)])).toMatchObject({ accepted: false, grade: 'fail', total: { mean: 29.5 } })
  })
  it('decides nothing with too few, and takes papers of the hall one by one', () => {
    expect(countBallots(terms(), [scored(40, 60)])).toMatchObject({ accepted: false, grade: null, why: 'notReached', total: { mean: 100, deviation: 0 } })
    const hall: HallCount = { way: 'paper', handedOut: 2, collected: 2, invalid: 1, counts: {}, scored: [{ aim: 20, method: 60 }] }
    expect(flawOfHall({ ...terms(), secret: false }, hall, 2)).toBeNull()
    expect(countBallots(terms(), [scored(40, 60)], hall)).toMatchObject({ accepted: true, grade: 'excellent', cast: 2, invalid: 1, total: { mean: 90, deviation: 10, min: 80, max: 100 } })
  })
})

it.each<[string, Partial<HallCount>, string]>([
  ['hands that were not raised', { way: 'hands', collected: 3 }, 'way'], ['an invalid hand', { way: 'hands', invalid: 1 }, 'way'], ['more papers than voters', { handedOut: 5, collected: 5 }, 'handedOut'],
  ['more collected than handed out', { handedOut: 3, collected: 4 }, 'collected'], ['more invalid than collected', { invalid: 5 }, 'invalid'],
  ['a sum that does not fit', { counts: { approve: 3 } }, 'counts'], ['a choice that there is not', { counts: { approve: 3, maybe: 1 } }, 'counts'], ['points where none are given', { scored: [] }, 'counts'],
])('a count of the hall is refused for %s', (_, change, flaw) => {
  const good: HallCount = { way: 'paper', handedOut: 4, collected: 4, invalid: 0, counts: { approve: 3, reject: 1 } }
  const of = { ...named('incumbents', 9, half), secret: false }
  expect(flawOfHall(of, good, 4)).toBeNull()
  expect(flawOfHall(of, { ...good, ...change }, 4)).toBe(flaw)
})
