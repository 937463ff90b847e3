import { expect, test } from 'vitest'
import { isReaction, withReaction, type ShownReaction } from './reactions.ts'

test('only what is among the reactions is one', () => {
  expect(isReaction('👏')).toBe(true)
  expect(['', 'hello', '👏👏', '<b>'].some(isReaction)).toBe(false)
})

test('nobody fills the screen alone, and of too many the latest are shown', () => {
  let shown: readonly ShownReaction[] = []
  for (let id = 0; id < 10; id += 1) shown = withReaction(shown, { id, personId: 'a', reaction: '👏' })
  expect(shown).toHaveLength(4)
  for (let id = 10; id < 100; id += 1) shown = withReaction(shown, { id, personId: `p${id}`, reaction: '👍' })
  expect(shown).toHaveLength(40)
  expect(shown.at(-1)?.id).toBe(99)
})
