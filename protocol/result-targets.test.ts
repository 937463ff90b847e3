import { expect, it } from 'vitest'
import { isReached } from './result-targets.ts'

it.each([
  // 79,96 % rounds to 80,0 and misses it all the same.
  ['atLeast', 80, 1999, 2500, false], ['atLeast', 80, 2000, 2500, true], ['over', 80, 2000, 2500, false], ['over', 80, 2001, 2500, true],
  ['atLeast', 60, 3, 5, true], ['atLeast', 60, 5995, 10_000, false], ['atLeast', 20, 1, 5, true], ['atLeast', 20, -1, 5, false], ['over', 99, 0, 0, null], ['atLeast', 0, 0, 0, null],
] as const)('%s %i %%: %i of %i: %s', (reach, percent, part, whole, reached) => {
  expect(isReached({ reach, percent }, part, whole)).toBe(reached)
})
