import { describe, expect, it } from 'vitest'
import { officialDate, officialTime, officialYear, sameMinute } from './dates.ts'

describe('dates of official papers', () => {
  it.each([
    ['2017-06-08T01:00:00.000Z', 'ngày 08 tháng 6 năm 2017'],
    ['2026-01-09T01:00:00.000Z', 'ngày 09 tháng 01 năm 2026'],
    ['2026-02-28T01:00:00.000Z', 'ngày 28 tháng 02 năm 2026'],
    ['2026-03-01T01:00:00.000Z', 'ngày 01 tháng 3 năm 2026'],
    ['2026-10-10T01:00:00.000Z', 'ngày 10 tháng 10 năm 2026'],
    ['2026-12-31T01:00:00.000Z', 'ngày 31 tháng 12 năm 2026'],
  ])('writes %s as %s', (instant, written) => {
    expect(officialDate(instant)).toBe(written)
  })

  it('counts days, hours and years in Vietnam, whatever the machine is set to', () => {
    expect(officialDate('2026-12-31T17:05:00.000Z')).toBe('ngày 01 tháng 01 năm 2027')
    expect(officialTime('2026-12-31T17:05:00.000Z')).toBe('00 giờ 05 phút')
    expect(officialYear('2026-12-31T17:05:00.000Z')).toBe(2027)
    expect(officialYear('2026-12-31T16:59:59.999Z')).toBe(2026)
  })

  it('takes two instants of one minute for one', () => {
    expect(sameMinute('2026-06-08T01:00:00.000Z', '2026-06-08T01:00:59.999Z')).toBe(true)
    expect(sameMinute('2026-06-08T01:00:00.000Z', '2026-06-08T01:01:00.000Z')).toBe(false)
    expect(sameMinute('2026-06-08T01:00:00.000Z', '2026-06-09T01:00:00.000Z')).toBe(false)
  })
})
