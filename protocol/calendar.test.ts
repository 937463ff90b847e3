import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDays, addWorkingDays, isWeekend, isWorkingDay, localDay, startOfDay, workingCalendar, workingDaysBetween, type CalendarDayKind, type Day,
} from './calendar.ts'

/** Tết 2026 as it was decided: off from Monday 16 to Friday 20 February; 31 August off, worked off on Saturday the 22nd. */
const tet: [Day, CalendarDayKind][] = [16, 17, 18, 19, 20].map((day) => [`2026-02-${day}`, 'holiday'])
const year = workingCalendar([
  ...tet, ['2026-08-31', 'swappedOff'] as const, ['2026-08-22', 'swappedWorking'] as const,
  ['2026-09-01', 'holiday'] as const, ['2026-09-02', 'holiday'] as const,
].map(([day, kind]) => ({ day: day as Day, kind: kind as CalendarDayKind })))

describe('days', () => {
  it('are those of Vietnam', () => {
    expect(localDay('2026-12-31T17:00:00.000Z')).toBe('2027-01-01')
    expect(localDay('2026-12-31T16:59:59.999Z')).toBe('2026-12-31')
    expect(startOfDay('2027-01-01').toISOString()).toBe('2026-12-31T17:00:00.000Z')
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
  })
})

describe('working days', () => {
  it.each([
    // After: 5 working days within an ordinary week, across Tết, across a swapped day.
    ['2026-03-02', 5, '2026-03-09'], ['2026-02-13', 1, '2026-02-23'], ['2026-02-12', 5, '2026-02-26'], ['2026-02-17', 1, '2026-02-23'],
    ['2026-08-21', 1, '2026-08-22'], ['2026-08-28', 1, '2026-09-03'], ['2026-08-20', 3, '2026-08-24'],
    // Before: papers three working days ahead of a Thursday, a Sunday, and the day after Tết.
    ['2026-03-12', -3, '2026-03-09'], ['2026-03-15', -3, '2026-03-11'], ['2026-02-23', -3, '2026-02-11'], ['2026-09-03', -1, '2026-08-28'],
    // None: the day itself, or the next that is worked.
    ['2026-03-12', 0, '2026-03-12'], ['2026-03-14', 0, '2026-03-16'], ['2026-02-14', 0, '2026-02-23'], ['2026-08-22', 0, '2026-08-22'],
  ] as const)('from %s, %i of them lead to %s', (day, count, expected) => {
    expect(addWorkingDays(day, count, year)).toBe(expected)
  })

  const EPOCH = '2026-01-01'
  const day = fc.integer({ min: -400, max: 800 }).map((offset) => addDays(EPOCH, offset))
  const kind = fc.constantFrom<CalendarDayKind>('holiday', 'swappedOff', 'swappedWorking')
  /** A year's real days, and any others, with runs of holidays as at Tết. */
  const calendar = fc.record({
    single: fc.array(fc.tuple(day, kind), { maxLength: 40 }),
    runs: fc.array(fc.tuple(day, fc.integer({ min: 1, max: 15 })), { maxLength: 6 }),
  }).map(({ single, runs }) => workingCalendar([
    ...runs.flatMap(([from, length]) => Array.from({ length }, (_, index) => ({ day: addDays(from, index), kind: 'holiday' as const }))),
    ...single.map(([at, what]) => ({ day: at, kind: what })), ...Array.from(year, ([at, what]) => ({ day: at, kind: what })),
  ]))
  const count = fc.integer({ min: -60, max: 60 })

  it('are all but weekends where nothing is decided, and what is decided otherwise', () => {
    fc.assert(fc.property(day, calendar, (at, days) => {
      const decided = days.get(at)
      expect(isWorkingDay(at, new Map())).toBe(!isWeekend(at))
      expect(isWorkingDay(at, days)).toBe(decided ? decided === 'swappedWorking' : !isWeekend(at))
    }))
  })

  it('counted from a day to the n-th after or before it are n', () => {
    fc.assert(fc.property(day, count, calendar, (from, n, days) => {
      fc.pre(n !== 0)
      const to = addWorkingDays(from, n, days)
      expect(isWorkingDay(to, days)).toBe(true)
      expect(workingDaysBetween(from, to, days)).toBe(n)
      expect(n > 0 ? to > from : to < from).toBe(true)
    }))
  })

  it('are the fewest: no day nearer has as many between', () => {
    fc.assert(fc.property(day, fc.integer({ min: 1, max: 20 }), calendar, (from, n, days) => {
      expect(workingDaysBetween(from, addDays(addWorkingDays(from, n, days), -1), days)).toBe(n - 1)
      expect(workingDaysBetween(from, addDays(addWorkingDays(from, -n, days), 1), days)).toBe(1 - n || 0)
    }))
  })

  it('add up, whichever day is stopped at between', () => {
    fc.assert(fc.property(fc.tuple(day, day, day).map((three) => three.toSorted()), calendar, ([a = '', b = '', c = ''], days) => {
      expect(workingDaysBetween(a, b, days) + workingDaysBetween(b, c, days)).toBe(workingDaysBetween(a, c, days))
    }))
  })

  it('added one after the other are those added at once, and later starts end later', () => {
    fc.assert(fc.property(day, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), calendar, (from, m, n, days) => {
      expect(addWorkingDays(addWorkingDays(from, m, days), n, days)).toBe(addWorkingDays(from, m + n, days))
      expect(addWorkingDays(addDays(from, 1), n, days) >= addWorkingDays(from, n, days)).toBe(true)
    }))
  })

  it('are one fewer for each holiday that falls on one', () => {
    fc.assert(fc.property(day, day, calendar, (from, to, days) => {
      fc.pre(from < to)
      const worked = Array.from({ length: 4 }, (_, index) => addWorkingDays(from, index + 1, days)).filter((at) => at <= to)
      const fewer = new Map([...days, ...worked.map((at) => [at, 'holiday'] as const)])
      expect(workingDaysBetween(from, to, fewer)).toBe(workingDaysBetween(from, to, days) - worked.length)
    }))
  })
})
