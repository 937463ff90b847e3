import { describe, expect, test } from 'vitest'
import { gridFor, shareOrder, stageOf, tileOrder } from './layout.ts'

describe('grid', () => {
  test.each([
    [1, 1, 1], [2, 2, 1], [3, 2, 2], [4, 2, 2], [9, 3, 3], [15, 4, 4],
  ])('%i tiles on a wide stage take %i columns and %i rows', (count, columns, rows) => {
    expect(gridFor(count, { width: 1200, height: 640 })).toMatchObject({ columns, rows })
  })

  test('a tall stage stacks', () => expect(gridFor(2, { width: 390, height: 600 })).toMatchObject({ columns: 1, rows: 2 }))

  test('tiles and gaps never exceed the space', () => {
    for (let count = 1; count <= 60; count++) {
      const grid = gridFor(count, { width: 777, height: 431 })
      expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count)
      expect(grid.columns * grid.width + 8 * (grid.columns - 1)).toBeLessThanOrEqual(777)
      expect(grid.rows * grid.height + 8 * (grid.rows - 1)).toBeLessThanOrEqual(431)
    }
  })

  test('no tiles need no room', () => expect(gridFor(0, { width: 100, height: 100 })).toMatchObject({ width: 0, height: 0 }))
})

describe('stage', () => {
  const many = { sharing: [], speaker: 'a', present: ['a', 'b', 'c'], wish: 'auto', still: 2 } as const
  const few = { ...many, still: 3 }
  const gallery = { kind: 'gallery' }
  test('many: the speaker', () => expect(stageOf(many)).toEqual({ kind: 'speaker', personId: 'a' }))
  test('a few stay together, whoever speaks', () => expect(stageOf(few)).toEqual(gallery))
  test('a few: the speaker for one who asks for it', () =>
    expect(stageOf({ ...few, wish: 'speaker' })).toEqual({ kind: 'speaker', personId: 'a' }))
  test('a shared screen before the speaker, the latest first', () => {
    for (const room of [many, few, { ...few, wish: 'speaker' as const }]) {
      expect(stageOf({ ...room, sharing: ['b', 'a'] })).toEqual({ kind: 'screen', personId: 'a' })
    }
  })
  test('the gallery when somebody looks for it', () => expect(stageOf({ ...many, sharing: ['b'], wish: 'gallery' })).toEqual(gallery))
  test('the gallery when the last speaker has left', () => expect(stageOf({ ...many, present: ['b', 'c', 'd'] })).toEqual(gallery))
  test('the gallery before anybody has spoken', () => expect(stageOf({ ...many, speaker: null, wish: 'speaker' })).toEqual(gallery))
})

test('screens are ordered by when they came, wherever their tiles stand; the own one never hides another', () => {
  const me = { personId: 'me', own: true }
  const [a, b] = ['a', 'b'].map((personId) => ({ personId, own: false })) as [typeof me, typeof me]
  let order = shareOrder([], [b])
  order = shareOrder(order, [a, b])
  expect(order).toEqual(['b', 'a'])
  order = shareOrder(order, [a, b, me])
  expect(order).toEqual(['me', 'b', 'a'])
  order = shareOrder(order, [b, me])
  expect(shareOrder(order, [a, b, me])).toEqual(['me', 'b', 'a'])
  expect(shareOrder(['me'], [b, me])).toEqual(['me', 'b'])
})

test('oneself stands last, the others by rank', () => {
  const tiles = [{ name: 'me', own: true, rank: 1 }, { name: 'x', own: false, rank: 3 }, { name: 'y', own: false, rank: 2 }]
  expect(tileOrder(tiles).map((tile) => tile.name)).toEqual(['y', 'x', 'me'])
})
