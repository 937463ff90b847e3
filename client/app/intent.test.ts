import { expect, test } from 'vitest'
import { createIntentKeys } from './intent.ts'

test('an intent keeps its key until it succeeded or became another', () => {
  const keys = createIntentKeys()
  const first = keys.keyFor({ title: 'a' })
  expect(keys.keyFor({ title: 'a' })).toBe(first)
  const other = keys.keyFor({ title: 'b' })
  expect(other).not.toBe(first)
  keys.succeeded()
  expect(keys.keyFor({ title: 'b' })).not.toBe(other)
})
