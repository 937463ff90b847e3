import { describe, expect, test } from 'vitest'
import { shareOrder, stageOf, type Choice } from './stage-choice.ts'

describe('stage', () => {
  const many: Choice = {
    wish: 'auto', pinned: null, screens: [], away: [], speaker: 'a', present: new Set(['a', 'b', 'c', 'screen a', 'screen b']),
    people: 3, still: 2,
  }
  const few: Choice = { ...many, still: 3 }
  const shared: Choice = { ...few, screens: ['screen b', 'screen a'] }
  const gallery = { kind: 'gallery' }

  test('many: the speaker', () => expect(stageOf(many)).toEqual({ kind: 'speaker', key: 'a' }))
  test('a few stay together, whoever speaks', () => expect(stageOf(few)).toEqual(gallery))
  test('a few: the speaker for one who asks for it', () => expect(stageOf({ ...few, wish: 'speaker' })).toEqual({ kind: 'speaker', key: 'a' }))
  test('many: the gallery for one who asks for it', () => expect(stageOf({ ...many, wish: 'gallery' })).toEqual(gallery))

  test('a shared screen before all else, the latest first', () => {
    for (const wish of ['auto', 'gallery', 'speaker', 'presentation'] as const) {
      expect(stageOf({ ...shared, wish })).toEqual({ kind: 'screen', key: 'screen a' })
    }
  })

  test('not for one who turned away from it, until another begins or one asks for it again', () => {
    const turned: Choice = { ...shared, wish: 'gallery', screens: ['screen b'], away: ['screen b'] }
    expect(stageOf(turned)).toEqual(gallery)
    expect(stageOf({ ...turned, screens: ['screen b', 'screen a'] })).toEqual({ kind: 'screen', key: 'screen a' })
    expect(stageOf({ ...turned, wish: 'presentation' })).toEqual({ kind: 'screen', key: 'screen b' })
  })

  test('what is pinned stays, whoever speaks or shares', () => {
    expect(stageOf({ ...shared, pinned: 'c' })).toEqual({ kind: 'pinned', key: 'c' })
    expect(stageOf({ ...many, wish: 'gallery', pinned: 'c' })).toEqual({ kind: 'pinned', key: 'c' })
  })

  test('who is pinned and left makes room', () => expect(stageOf({ ...shared, pinned: 'gone' })).toEqual({ kind: 'screen', key: 'screen a' }))
  test('the gallery when the last speaker has left', () => expect(stageOf({ ...many, speaker: 'gone' })).toEqual(gallery))
  test('the gallery when nobody has spoken or presides', () => expect(stageOf({ ...many, speaker: null, wish: 'speaker' })).toEqual(gallery))
  test('without a screen a presentation is as usual', () => expect(stageOf({ ...few, wish: 'presentation' })).toEqual(gallery))
})

test('screens are ordered by when they came, wherever their tiles stand', () => {
  let order = shareOrder([], ['b'])
  order = shareOrder(order, ['a', 'b'])
  expect(order).toEqual(['b', 'a'])
  order = shareOrder(order, ['a'])
  expect(shareOrder(order, ['a', 'b'])).toEqual(['a', 'b'])
})
