import fc from 'fast-check'
import jstat from 'jstat'
import { describe, expect, it } from 'vitest'
import { meanInterval, newcombe, normalQuantile, sampleOf, studentQuantile, welch, wilson } from '../../protocol/survey-statistics.ts'

/** Against jStat, another library, and against the worked examples of the papers that the methods come from. */

const count = fc.integer({ min: 1, max: 2000 }).chain((n) => fc.record({ n: fc.constant(n), count: fc.integer({ min: 0, max: n }) }))
const points = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 400 })

describe('the statistics of surveys', () => {
  it('have the quantiles of the second library', () => {
    fc.assert(fc.property(fc.double({ min: 0.5001, max: 0.9999, noNaN: true }), fc.integer({ min: 1, max: 3000 }), (p, df) => {
      expect(normalQuantile(p)).toBeCloseTo(jstat.normal.inv(p, 0, 1), 6)
      const expected = jstat.studentt.inv(p, df)
      expect(Math.abs(studentQuantile(p, df) - expected)).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)))
      expect(studentQuantile(1 - p, df)).toBeCloseTo(-studentQuantile(p, df), 8)
    }), { numRuns: 200 })
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10)
    expect(studentQuantile(0.975, 10)).toBeCloseTo(2.2281388519649385, 8)
  })

  it('have its mean, deviation and interval of the mean', () => {
    fc.assert(fc.property(points, (values) => {
      const sample = sampleOf(values)
      expect(sample.mean).toBeCloseTo(jstat.mean(values), 10)
      expect(sample.deviation).toBeCloseTo(jstat.stdev(values, true), 10)
      const reach = jstat.studentt.inv(0.975, values.length - 1) * jstat.stdev(values, true) / Math.sqrt(values.length)
      expect(meanInterval(sample, 0.95)?.high).toBeCloseTo(jstat.mean(values) + reach, 4)
    }), { numRuns: 200 })
  })

  it('have Wilson’s interval: the shares that a test by the normal distribution does not reject', () => {
    // Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
    const examples = [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]] as const
    for (const [r, n, low, high] of examples) {
      expect(wilson(r, n, 0.95)?.low).toBeCloseTo(low, 4)
      expect(wilson(r, n, 0.95)?.high).toBeCloseTo(high, 4)
    }
    fc.assert(fc.property(count, ({ count: r, n }) => {
      const { low, high } = wilson(r, n, 0.95)!
      const z = jstat.normal.inv(0.975, 0, 1)
      for (const [limit, open] of [[low, r > 0], [high, r < n]] as const) {
        if (open) expect(Math.abs(r / n - limit) / Math.sqrt(limit * (1 - limit) / n)).toBeCloseTo(z, 5)
      }
      expect(low).toBeLessThanOrEqual(r / n)
      expect(high).toBeGreaterThanOrEqual(r / n)
    }))
    expect(wilson(0, 0, 0.95)).toBeNull()
  })

  it('have Newcombe’s difference of two shares', () => {
    // Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10: first share less second.
    const examples = [
      [56, 70, 48, 80, 0.2, 0.0524, 0.3339], [9, 10, 3, 10, 0.6, 0.1705, 0.8090], [6, 7, 2, 7, 0.5714, 0.0582, 0.8062],
      [5, 56, 0, 29, 0.0893, -0.0381, 0.1926], [0, 10, 0, 20, 0, -0.1611, 0.2775], [10, 10, 0, 10, 1, 0.6075, 1],
    ] as const
    for (const [a, m, b, n, difference, low, high] of examples) {
      const found = newcombe({ count: b, n }, { count: a, n: m }, 0.95)!
      expect(found.difference).toBeCloseTo(difference, 4)
      expect(found.low).toBeCloseTo(low, 4)
      expect(found.high).toBeCloseTo(high, 4)
    }
    fc.assert(fc.property(count, count, (before, after) => {
      const there = newcombe(before, after, 0.95)!
      const back = newcombe(after, before, 0.95)!
      expect(there.low).toBeCloseTo(-back.high, 10)
      expect(there.low).toBeLessThanOrEqual(there.difference + 1e-12)
      expect(there.high).toBeLessThanOrEqual(1 + 1e-12)
    }))
  })

  it('have Welch’s difference of two means', () => {
    fc.assert(fc.property(points, points, (before, after) => {
      const found = welch(sampleOf(before), sampleOf(after), 0.95)!
      const [a, b] = [jstat.stdev(before, true) ** 2 / before.length, jstat.stdev(after, true) ** 2 / after.length]
      expect(found.difference).toBeCloseTo(jstat.mean(after) - jstat.mean(before), 10)
      if (a + b === 0) return void expect(found.low).toBe(found.high)
      const df = (a + b) ** 2 / (a * a / (before.length - 1) + b * b / (after.length - 1))
      expect(found.high - found.difference).toBeCloseTo(jstat.studentt.inv(0.975, df) * Math.sqrt(a + b), 4)
    }), { numRuns: 200 })
    expect(welch(sampleOf([1]), sampleOf([1, 2]), 0.95)).toBeNull()
  })
})
