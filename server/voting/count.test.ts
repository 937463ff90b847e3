import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fewest, reaches, type Threshold, type VoteBase } from '../../protocol/bodies.ts'
import { namedChoices } from '../../protocol/voting.ts'
import { count, type CountingTerms } from './count.ts'

const moreThanHalf: Threshold = { numerator: 1, denominator: 2, strict: true, basis: '' }
const half: Threshold = { ...moreThanHalf, strict: false }
const twoThirds: Threshold = { numerator: 2, denominator: 3, strict: false, basis: '' }
const moreThanTwoThirds: Threshold = { ...twoThirds, strict: true }
const all: Threshold = { numerator: 1, denominator: 1, strict: false, basis: '' }

const named = (kind: VoteBase, size: number, threshold: Threshold): CountingTerms =>
  ({ kind: 'named', choices: [...namedChoices], scale: [], base: { kind, size }, threshold })

const ids = ['excellent', 'good', 'pass', 'fail']
const grading = (kind: VoteBase, size: number, threshold: Threshold): CountingTerms => ({
  kind: 'grading', choices: ids, base: { kind, size }, threshold,
  scale: ids.map((id) => ({ id, label: { vi: id, en: id }, passes: id !== 'fail' })),
})

const cast = (choices: readonly string[], counts: readonly number[]) =>
  choices.flatMap((choice, index) => Array<string>(counts[index] ?? 0).fill(choice))

describe('a named vote', () => {
  it.each<[string, VoteBase, number, Threshold, number[], { base: number, needed: number, accepted: boolean }]>([
    ['8 of 15 incumbents', 'incumbents', 15, moreThanHalf, [8, 7, 0], { base: 15, needed: 8, accepted: true }],
    ['7 of 15, all others absent', 'incumbents', 15, moreThanHalf, [7, 0, 0], { base: 15, needed: 8, accepted: false }],
    ['a tie of an even body is not more than half', 'incumbents', 14, moreThanHalf, [7, 7, 0], { base: 14, needed: 8, accepted: false }],
    ['a tie reaches at least half', 'incumbents', 14, half, [7, 7, 0], { base: 14, needed: 7, accepted: true }],
    ['abstentions count in the base', 'incumbents', 9, moreThanHalf, [4, 1, 4], { base: 9, needed: 5, accepted: false }],
    ['no ballot at all', 'incumbents', 15, moreThanHalf, [], { base: 15, needed: 8, accepted: false }],
    ['no ballot, base of ballots', 'validBallots', 15, half, [], { base: 0, needed: 1, accepted: false }],
    ['nobody entitled', 'incumbents', 0, half, [], { base: 0, needed: 1, accepted: false }],
    ['one ballot of many, base of ballots', 'validBallots', 15, moreThanHalf, [1, 0, 0], { base: 1, needed: 1, accepted: true }],
    ['abstentions among the ballots', 'validBallots', 15, moreThanHalf, [5, 0, 5], { base: 10, needed: 6, accepted: false }],
    ['6 of 9 is two thirds', 'incumbents', 9, twoThirds, [6, 3, 0], { base: 9, needed: 6, accepted: true }],
    ['6 of 9 is not more than two thirds', 'incumbents', 9, moreThanTwoThirds, [6, 3, 0], { base: 9, needed: 7, accepted: false }],
    ['two thirds of 10 is 7', 'incumbents', 10, twoThirds, [6, 0, 0], { base: 10, needed: 7, accepted: false }],
    ['those present', 'present', 10, moreThanHalf, [6, 4, 0], { base: 10, needed: 6, accepted: true }],
    ['who comes later and votes is present too', 'present', 10, moreThanHalf, [6, 5, 1], { base: 12, needed: 7, accepted: false }],
    ['all of them', 'incumbents', 3, all, [3, 0, 0], { base: 3, needed: 3, accepted: true }],
    ['all but one', 'incumbents', 3, all, [2, 0, 0], { base: 3, needed: 3, accepted: false }],
  ])('%s', (_, kind, size, threshold, counts, expected) => {
    const result = count(named(kind, size, threshold), cast(namedChoices, counts))
    expect(result).toMatchObject({ ...expected, grade: null, cast: counts.reduce((sum, one) => sum + one, 0) })
    expect(Object.values(result.counts)).toEqual(namedChoices.map((_, index) => counts[index] ?? 0))
  })
})

describe('a grading', () => {
  it.each<[string, VoteBase, number, Threshold, number[], { grade: string | null, accepted: boolean }]>([
    ['the best grade has the majority', 'incumbents', 9, moreThanHalf, [5, 4, 0, 0], { grade: 'excellent', accepted: true }],
    ['better grades count for the ones below', 'incumbents', 9, moreThanHalf, [3, 2, 2, 2], { grade: 'good', accepted: true }],
    ['only together with the lowest passing grade', 'incumbents', 9, moreThanHalf, [1, 1, 3, 4], { grade: 'pass', accepted: true }],
    ['a failing grade is a result, and not accepted', 'incumbents', 9, moreThanHalf, [1, 1, 2, 5], { grade: 'fail', accepted: false }],
    ['a tie between excellent and the rest', 'incumbents', 8, moreThanHalf, [4, 4, 0, 0], { grade: 'good', accepted: true }],
    ['absences: nobody has the majority', 'incumbents', 9, moreThanHalf, [2, 1, 0, 1], { grade: null, accepted: false }],
    ['no ballot', 'incumbents', 9, moreThanHalf, [], { grade: null, accepted: false }],
    ['no ballot, base of ballots', 'validBallots', 9, twoThirds, [], { grade: null, accepted: false }],
    ['two thirds of the ballots', 'validBallots', 9, twoThirds, [2, 2, 1, 1], { grade: 'good', accepted: true }],
    ['those present and who came later', 'present', 4, moreThanHalf, [3, 0, 0, 3], { grade: 'fail', accepted: false }],
  ])('%s', (_, kind, size, threshold, counts, expected) => {
    expect(count(grading(kind, size, threshold), cast(ids, counts))).toMatchObject(expected)
  })
})

const thresholds = fc.record({ numerator: fc.integer({ min: 1, max: 12 }), denominator: fc.integer({ min: 1, max: 12 }), strict: fc.boolean(), basis: fc.constant('') })

it('the figure that is needed reaches the threshold and one less does not', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), thresholds, (base, threshold) => {
    const needed = fewest(base, threshold)
    expect(reaches(needed, base, threshold)).toBe(true)
    expect(reaches(needed - 1, base, threshold)).toBe(false)
  }))
})

it('a grade is never lost by a better ballot', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 30 }), fc.nat(29), thresholds, (ballots, at, threshold) => {
    const index = at % ballots.length
    const better = ballots.with(index, ids[Math.max(0, ids.indexOf(ballots[index] ?? '') - 1)] ?? '')
    const place = (choices: string[]) => {
      const { grade } = count(grading('incumbents', 30, threshold), choices)
      return grade === null ? ids.length : ids.indexOf(grade)
    }
    expect(place(better)).toBeLessThanOrEqual(place(ballots))
  }))
})
