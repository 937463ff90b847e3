import { expect, test } from 'vitest'
import type { VoteResult } from '../../protocol/voting.ts'
import { notYetVoted, sumOf } from './sum.ts'

const result = (counts: Record<string, number>, needed: number, grade: string | null = null): VoteResult => ({
  counts, cast: 0, base: 15, needed, accepted: true, grade,
})

test('a named vote: each choice stands for itself', () => {
  const lines = sumOf({ kind: 'named', choices: ['approve', 'reject', 'abstain'], result: result({ approve: 8, reject: 2 }, 8) })
  expect(lines.map(({ count, reached }) => [count, reached])).toEqual([[8, 8], [2, 2], [0, 0]])
  expect(lines[0]!.share).toBeCloseTo(8 / 15)
})

test('a grading: a grade counts those above it too', () => {
  const lines = sumOf({ kind: 'grading', choices: ['excellent', 'good', 'pass', 'fail'], result: result({ excellent: 4, good: 3, pass: 1 }, 6, 'good') })
  expect(lines.map(({ reached }) => reached)).toEqual([4, 7, 8, 8])
})

test('nothing is told before the closing', () => expect(sumOf({ kind: 'named', choices: ['approve'], result: null })).toEqual([]))

test('who has not voted', () => expect(notYetVoted({ electorate: ['a', 'b', 'c'], voted: ['b'] })).toEqual(['a', 'c']))
