import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MOST_WATCHED, type Watched } from '../../../protocol/media.ts'
import { createViewing, layerFor, watchedOf, type SeenPicture } from './viewing.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

test('a picture gets the smallest layer that fills its width', () => {
  expect([100, 240, 241, 480, 481, 2_000].map((width) => layerFor(width))).toEqual([0, 0, 1, 1, 2, 2])
})

test('a width near a limit keeps its layer, one that is clearly beyond does not', () => {
  expect(layerFor(250, 0)).toBe(0)
  expect(layerFor(280, 0)).toBe(1)
  expect(layerFor(230, 1)).toBe(1)
  expect(layerFor(200, 1)).toBe(0)
  expect(layerFor(1_000, 0)).toBe(2)
  expect(layerFor(100, 2)).toBe(0)
})

test('a picture that is seen twice gets the layer of the larger one; of too many the largest are kept', () => {
  expect(watchedOf([{ producerId: 'a', width: 100 }, { producerId: 'a', width: 700 }], [])).toEqual([{ producerId: 'a', layer: 2 }])
  const many = Array.from({ length: MOST_WATCHED + 5 }, (_, n) => ({ producerId: `p${n}`, width: n + 1 }))
  const watched = watchedOf(many, [])
  expect(watched).toHaveLength(MOST_WATCHED)
  expect(watched.map(({ producerId }) => producerId)).not.toContain('p4')
})

test('what is seen is told at once after a calm, and once for many changes after each other', () => {
  const told: Watched[][] = []
  let seen: SeenPicture[] = [{ producerId: 'a', width: 900 }]
  const viewing = createViewing({ seen: () => seen, tell: (watched) => told.push(watched) })
  viewing.changed()
  expect(told).toHaveLength(1)
  for (let n = 0; n < 10; n += 1) {
    seen = [{ producerId: `b${n}`, width: 900 }]
    viewing.changed()
  }
  expect(told).toHaveLength(1)
  vi.advanceTimersByTime(1_000)
  expect(told.slice(1)).toEqual([[{ producerId: 'b9', layer: 2 }]])
  viewing.changed()
  expect(told).toHaveLength(2)
})
