import { describe, expect, test } from 'vitest'
import type { MeetingSummary } from '../../protocol/meetings.ts'
import { boundsOf, byDay, monthFrom, monthOf, shiftMonth, weeksOf } from './month.ts'

describe('a month', () => {
  test('has whole weeks from Monday, with its neighbours’ days', () => {
    const weeks = weeksOf('2026-02')
    expect(weeks.map((week) => [week[0], week[6]])).toEqual([
      ['2026-01-26', '2026-02-01'], ['2026-02-02', '2026-02-08'], ['2026-02-09', '2026-02-15'], ['2026-02-16', '2026-02-22'], ['2026-02-23', '2026-03-01'],
    ])
    expect(weeksOf('2027-02')).toHaveLength(4)
    for (const week of weeksOf('2026-11')) expect(week).toHaveLength(7)
  })

  test.each([['2026-12', 1, '2027-01'], ['2026-01', -1, '2025-12'], ['2026-05', 0, '2026-05'], ['2026-03', 14, '2027-05']])('%s and %i is %s', (month, by, other) => {
    expect(shiftMonth(month, by)).toBe(other)
  })

  test('begins and ends by the clock of Vietnam', () => {
    expect(boundsOf('2026-12')).toEqual({ from: '2026-11-30T17:00:00.000Z', before: '2026-12-31T17:00:00.000Z' })
    expect(monthOf('2026-11-30T17:00:00.000Z')).toBe('2026-12')
  })

  test('is read from an address, or not at all', () => {
    expect(['2026-11', '2026-13', '1999-11', '2026-1', '', undefined, ['2026-11']].map(monthFrom)).toEqual(['2026-11', null, null, null, null, null, null])
  })
})

test('meetings stand on their day in Vietnam, earliest first', () => {
  const meeting = (id: string, startsAt: string) => ({ id, startsAt }) as MeetingSummary
  const days = byDay([meeting('b', '2026-11-05T10:00:00.000Z'), meeting('a', '2026-11-04T17:30:00.000Z'), meeting('c', '2026-11-04T16:00:00.000Z')])
  expect([...days].map(([day, meetings]) => [day, meetings.map(({ id }) => id)])).toEqual([['2026-11-04', ['c']], ['2026-11-05', ['a', 'b']]])
})
