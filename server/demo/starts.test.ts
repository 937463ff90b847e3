import { expect, test } from 'vitest'
import { dayOf, earliestStart, startToday } from './starts.ts'

const MINUTE_MS = 60_000
/** A quarter of an hour before midnight in Asia/Ho_Chi_Minh. */
const late = Date.UTC(2026, 10, 27, 16, 45)
const moments = [-35, -11, -10, -1, 0, 1, 14, 15].flatMap((minutes) => [-1, 0, 1].map((ms) => new Date(late + minutes * MINUTE_MS + ms)))

test('a meeting of the demo begins on a quarter of an hour that leaves time to prepare it, also just before one', () => {
  for (const now of moments) {
    for (const start of [earliestStart(now), startToday(now, 0), startToday(now, 180)]) {
      expect(start.getTime() % (15 * MINUTE_MS)).toBe(0)
      expect(start.getTime() - now.getTime()).toBeGreaterThanOrEqual(10 * MINUTE_MS)
    }
  }
})

test('it begins today while that is possible', () => {
  for (const now of moments) {
    expect(dayOf(startToday(now, 180)) === dayOf(now)).toBe(dayOf(earliestStart(now)) === dayOf(now))
  }
})
