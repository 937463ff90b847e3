import { expect, test } from 'vitest'
import { downOf } from './probe-flow.ts'

test('the way down is known only where it carries clearly less than was sent', () => {
  expect(downOf(2_000, 400)).toBe(400)
  expect(downOf(2_000, 1_900)).toBe(null)
  expect(downOf(300, 300)).toBe(null)
  expect(downOf(0, 0)).toBe(null)
})
