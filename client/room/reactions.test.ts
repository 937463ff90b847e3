import { EnhancedEventEmitter } from 'mediasoup-client/enhancedEvents'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import type { MediaRights } from '../../protocol/media-grant.ts'
import type { SessionEvents } from './media/contract.ts'
import { createReactions, isReaction, withReaction, type ShownReaction } from './reactions.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

function reactionsWith(say: MediaRights['say']) {
  const events = new EnhancedEventEmitter<SessionEvents>()
  const said: string[] = []
  const scope = effectScope(true)
  const shown = scope.run(() => createReactions({
    ownId: 'me', ownerOf: (peerId) => (peerId === 'peer' ? 'binh' : undefined),
    session: { events, rights: () => ({ publish: [], receive: [], say }), say: (channel, text) => said.push(`${channel} ${text}`) },
  }))!
  return { shown, events, said, scope, people: () => shown.reactions.value.map(({ personId }) => personId) }
}

test('one’s own reaction is shown and passed on, and nothing of it without the right or beyond a few at once', () => {
  const { shown, said, people } = reactionsWith(['reaction'])
  for (let count = 0; count < 9; count += 1) shown.react('👏')
  expect(people()).toEqual(['me', 'me', 'me', 'me'])
  expect(said).toEqual(Array(4).fill('reaction 👏'))
  vi.advanceTimersByTime(4_000)
  expect(people()).toEqual([])

  const mute = reactionsWith([])
  mute.shown.react('👏')
  expect([mute.people(), mute.said]).toEqual([[], []])
})

test('what others say is shown for a moment if it is a reaction of somebody who is there', () => {
  const { events, people, scope } = reactionsWith([])
  events.safeEmit('said', 'stranger', 'reaction', '👏')
  events.safeEmit('said', 'peer', 'reaction', 'hello')
  expect(people()).toEqual([])
  events.safeEmit('said', 'peer', 'reaction', '👏')
  vi.advanceTimersByTime(3_000)
  events.safeEmit('said', 'peer', 'reaction', '👍')
  expect(people()).toEqual(['binh', 'binh'])
  vi.advanceTimersByTime(1_000)
  expect(people()).toEqual(['binh'])
  scope.stop()
  expect(vi.getTimerCount()).toBe(0)
})

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
