import { describe, expect, it } from 'vitest'
import { commonFloorRule } from '../../protocol/floor-rules.ts'
import { precedenceChoices, precedenceKey } from './floor-rule.ts'

describe('the order of the queue as a rule', () => {
  it('has a name each, also one that is not offered', () => {
    expect([commonFloorRule.precedence, [], ['reply'] as const, ['speak', 'reply'] as const].map(precedenceKey))
      .toEqual(['pointOfOrder_reply', 'none', 'reply', 'own'])
    const keys = precedenceChoices([]).map(precedenceKey)
    expect([keys.length, new Set(keys).size, keys.includes('own')]).toEqual([5, 5, false])
  })

  it('offers what it is, whatever that is', () => {
    expect(precedenceChoices(['speak']).at(-1)).toEqual(['speak'])
  })
})
