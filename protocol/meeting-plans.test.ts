import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, isWorkingDay, workingCalendar } from './calendar.ts'
import { SERIES_MEETINGS, seriesDays, TemplateDraft, titleOn, type SeriesRule } from './meeting-plans.ts'

/** Tết Bính Ngọ (Monday 16 to Friday 20 February 2026), with the Saturday before worked. */
const calendar = workingCalendar([
  ...['2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20'].map((day) => ({ day, kind: 'holiday' as const })),
  { day: '2026-02-14', kind: 'swappedWorking' },
])
const days = (rule: SeriesRule, from: string, to: string) => seriesDays(rule, from, to, calendar).map(({ day, insteadOf }) => insteadOf ? `${day} for ${insteadOf}` : day)

describe('the days of a series', () => {
  it.each<[string, SeriesRule, string, string, string[]]>([
    ['the third Monday falls on Tết: after it', { every: 'monthWeekday', nth: 3, weekday: 1, onDayOff: 'after' }, '2026-01-01', '2026-03-31',
      ['2026-01-19', '2026-02-23 for 2026-02-16', '2026-03-16']],
    ['before it, on the Saturday that is worked', { every: 'monthWeekday', nth: 3, weekday: 1, onDayOff: 'before' }, '2026-01-01', '2026-03-31',
      ['2026-01-19', '2026-02-14 for 2026-02-16', '2026-03-16']],
    ['left out', { every: 'monthWeekday', nth: 3, weekday: 1, onDayOff: 'skip' }, '2026-01-01', '2026-03-31', ['2026-01-19', '2026-03-16']],
    ['every week, two on one day are one', { every: 'week', weekday: 7, onDayOff: 'after' }, '2026-02-01', '2026-02-28',
      ['2026-02-02 for 2026-02-01', '2026-02-09 for 2026-02-08', '2026-02-23 for 2026-02-15']],
    ['the last Friday', { every: 'monthWeekday', nth: 5, weekday: 5, onDayOff: 'skip' }, '2026-01-01', '2026-04-30', ['2026-01-30', '2026-02-27', '2026-03-27', '2026-04-24']],
    ['the last day of shorter months', { every: 'monthDay', day: 31, onDayOff: 'before' }, '2026-01-15', '2026-05-15',
      ['2026-01-30 for 2026-01-31', '2026-02-27 for 2026-02-28', '2026-03-31', '2026-04-30']],
    ['over the turn of a year', { every: 'monthDay', day: 1, onDayOff: 'after' }, '2025-11-20', '2026-01-05', ['2025-12-01', '2026-01-01']],
    ['moved out of the span', { every: 'monthDay', day: 31, onDayOff: 'after' }, '2026-01-01', '2026-01-31', []],
    ['nothing in an empty span', { every: 'week', weekday: 1, onDayOff: 'skip' }, '2026-03-03', '2026-03-02', []],
  ])('%s', (_, rule, from, to, expected) => { expect(days(rule, from, to)).toEqual(expected) })

  it('are working days of the span, each once and in order, at most so many', () => {
    const onDayOff = fc.constantFrom('before', 'after', 'skip')
    const weekday = fc.integer({ min: 1, max: 7 })
    const rules = fc.oneof(
      fc.record({ every: fc.constant('week'), weekday, onDayOff }),
      fc.record({ every: fc.constant('monthWeekday'), nth: fc.integer({ min: 1, max: 5 }), weekday, onDayOff }),
      fc.record({ every: fc.constant('monthDay'), day: fc.integer({ min: 1, max: 31 }), onDayOff }),
    ) as fc.Arbitrary<SeriesRule>
    fc.assert(fc.property(rules, fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 800 }), (rule, start, length) => {
      const from = addDays('2025-10-01', start)
      const to = addDays(from, length)
      const found = seriesDays(rule, from, to, calendar)
      expect(found.length).toBeLessThanOrEqual(SERIES_MEETINGS)
      expect(found.map(({ day }) => day)).toEqual([...new Set(found.map(({ day }) => day))].toSorted())
      for (const { day, insteadOf } of found) {
        expect(day >= from && day <= to && isWorkingDay(day, calendar)).toBe(true)
        if (insteadOf) expect(isWorkingDay(insteadOf, calendar)).toBe(false)
      }
    }))
  })
})

describe('a template', () => {
  it('names the day of each meeting, by the clock of Vietnam', () => {
    expect(titleOn('Thường kỳ tháng {tháng}/{năm}, quý {quý}, ngày {ngày}', '2026-06-30T17:30:00.000Z')).toBe('Thường kỳ tháng 7/2026, quý III, ngày 01')
    expect(titleOn('Phiên {khác} {năm}', '2026-01-01T01:00:00.000Z')).toBe('Phiên {khác} 2026')
    expect(titleOn('{ngày}'.normalize('NFD'), '2026-01-05T01:00:00.000Z')).toBe('05')
  })

  it('has items that make an outline, and a time of day', () => {
    const item = (level: number) => ({ title: 'Nội dung', minutes: 10, purpose: 'report', presenterId: null, level })
    const draft = { title: 'A', kindCode: null, mode: 'hybrid', place: 'B', roomId: null, time: '08:00', plannedMinutes: 60, items: [item(0), item(1), item(0)] }
    expect(TemplateDraft.safeParse(draft).success).toBe(true)
    for (const wrong of [{ items: [item(1)] }, { items: [item(0), item(2)] }, { time: '24:00' }, { time: '8:00' }, { items: Array.from({ length: 101 }, () => item(0)) }]) {
      expect(TemplateDraft.safeParse({ ...draft, ...wrong }).success).toBe(false)
    }
  })
})
