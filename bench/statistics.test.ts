import { describe, expect, it } from 'vitest'
import { median, percentile, sorted, spread } from './statistics.ts'

describe('statistics', () => {
  it('takes the nearest rank as the percentile', () => {
    const hundred = sorted(Array.from({ length: 100 }, (_, n) => 100 - n))
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 1)).toBe(100)
    expect(percentile(hundred, 0)).toBe(1)
    expect(percentile(sorted([7]), 0.99)).toBe(7)
    expect(percentile(sorted([]), 0.5)).toBeNaN()
  })

  it('sorts by value, not by text', () => {
    expect([...sorted([10, 9, 100, -1])]).toEqual([-1, 9, 10, 100])
  })

  it('takes the middle value, or the mean of two', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
    expect(spread([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, n: 3 })
  })
})
