import { expect, it } from 'vitest'
import { nextRow } from './row-keys.ts'

it.each([
  [-1, 1, 5, 0], [-1, -1, 5, 4], [0, 1, 5, 1], [0, -1, 5, 0], [4, 1, 5, 4], [2, -1, 5, 1],
] as const)('from %i by %i of %i is %i', (from, step, count, to) => {
  expect(nextRow(from, step, count)).toBe(to)
})
