import { describe, expect, test } from 'vitest'
import { gridFor, stageOf, tileOrder } from './layout.ts'

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
  const room = { sharing: [], speaker: 'a', present: ['a', 'b'], wish: 'auto' } as const
  test('the speaker', () => expect(stageOf(room)).toEqual({ kind: 'speaker', personId: 'a' }))
  test('a shared screen before the speaker, the latest first', () =>
    expect(stageOf({ ...room, sharing: ['b', 'a'] })).toEqual({ kind: 'screen', personId: 'a' }))
  test('the gallery when somebody looks for it', () => expect(stageOf({ ...room, sharing: ['b'], wish: 'gallery' })).toEqual({ kind: 'gallery' }))
  test('the gallery when the last speaker has left', () => expect(stageOf({ ...room, present: ['b'] })).toEqual({ kind: 'gallery' }))
})

test('oneself stands last, the others by rank', () => {
  const tiles = [{ name: 'me', own: true, rank: 1 }, { name: 'x', own: false, rank: 3 }, { name: 'y', own: false, rank: 2 }]
  expect(tileOrder(tiles).map((tile) => tile.name)).toEqual(['y', 'x', 'me'])
})
