import { describe, expect, test } from 'vitest'
import { fitted, sizeAfterKey, swapped } from './divider.ts'

const bounds = { total: 1000, leastFirst: 280, leastSecond: 320 }

describe('divider', () => {
  test('both parts keep their least', () => {
    expect(fitted(400, bounds)).toBe(400)
    expect(fitted(10, bounds)).toBe(320)
    expect(fitted(990, bounds)).toBe(720)
  })

  test('where there is not enough for both, the first has its least', () => {
    expect(fitted(400, { ...bounds, total: 500 })).toBe(220)
    expect(fitted(400, { ...bounds, total: 200 })).toBe(0)
  })

  test('a swap, and back', () => {
    expect(swapped(360, bounds)).toBe(640)
    expect(swapped(640, bounds)).toBe(360)
  })

  test.each([
    ['ArrowLeft', false, 424], ['ArrowRight', false, 376], ['ArrowLeft', true, 520], ['Home', false, 320], ['End', false, 720],
    ['Enter', false, 600], ['ArrowUp', false, null], ['a', false, null],
  ])('%s (shift: %s) leads from 400 to %s', (key, shift, size) => {
    expect(sizeAfterKey(key, shift, 400, bounds, 'ArrowLeft')).toBe(size)
  })

  test('a lying divider goes up and down', () => {
    expect(sizeAfterKey('ArrowUp', false, 400, bounds, 'ArrowUp')).toBe(424)
    expect(sizeAfterKey('ArrowDown', false, 400, bounds, 'ArrowUp')).toBe(376)
    expect(sizeAfterKey('ArrowLeft', false, 400, bounds, 'ArrowUp')).toBe(null)
  })
})
