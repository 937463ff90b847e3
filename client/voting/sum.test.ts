import { expect, test } from 'vitest'
import type { VoteResult } from '../../protocol/ballots.ts'
import { notYetVoted } from '../../protocol/vote-entries.ts'
import { confidenceOf, sumOf } from './sum.ts'

const result = (counts: Record<string, number>, needed: number, more: Partial<VoteResult> = {}): VoteResult => ({
  counts, cast: 0, base: 15, needed, accepted: true, grade: null, ...more,
})

test('a named vote: each choice stands for itself', () => {
  const lines = sumOf({ kind: 'named', choices: ['approve', 'reject', 'abstain'], result: result({ approve: 8, reject: 2 }, 8) })
  expect(lines.map(({ count, reached, carried }) => [count, reached, carried])).toEqual([[8, 8, true], [2, 2, false], [0, 0, false]])
  expect(lines[0]!.share).toBeCloseTo(8 / 15)
})

test('a grading: a grade counts those above it too', () => {
  const lines = sumOf({ kind: 'grading', choices: ['excellent', 'good', 'pass', 'fail'], result: result({ excellent: 4, good: 3, pass: 1 }, 6, { grade: 'good' }) })
  expect(lines.map(({ reached }) => reached)).toEqual([4, 7, 8, 8])
  expect(lines.find(({ carried }) => carried)?.choice).toBe('good')
})

test('an election: those elected first, then by ballots', () => {
  const lines = sumOf({ kind: 'election', choices: ['o1', 'o2', 'o3'], result: result({ o1: 3, o2: 4, o3: 9 }, 8, { elected: ['o3'] }) })
  expect(lines.map(({ choice, carried }) => [choice, carried])).toEqual([['o3', true], ['o2', false], ['o1', false]])
})

test('confidence: levels of each person', () => {
  const [first] = confidenceOf({ kind: 'confidence', choices: ['o1'], result: result({ 'o1.high': 3, 'o1.low': 9 }, 8, { low: ['o1'] }) })
  expect(first).toMatchObject({ choice: 'o1', low: true, levels: [{ level: 'high', count: 3 }, { level: 'confident', count: 0 }, { level: 'low', count: 9, share: 0.6 }] })
})

test('nothing is told before the closing', () => expect(sumOf({ kind: 'named', choices: ['approve'], result: null })).toEqual([]))

test('who has not voted: neither on screen nor in the hall, nor drawn a credential of a secret vote', () => {
  const vote = { electorate: ['a', 'b', 'c', 'd'], voted: ['b'], drawn: ['d'], secret: false, hall: { way: 'paper' as const, voterIds: ['c'] } }
  expect(notYetVoted(vote)).toEqual(['a', 'd'])
  expect(notYetVoted({ ...vote, secret: true })).toEqual(['a', 'b'])
})
