import { describe, expect, it } from 'vitest'
import { monthsOf } from './months.ts'

describe('the months of a year', () => {
  it('hold every day once, in weeks of seven from Monday on', () => {
    for (const [year, days] of [[2026, 365], [2028, 366]] as const) {
      const cells = monthsOf(year, new Map()).flatMap(({ weeks }) => weeks)
      expect(cells.every((week) => week.length === 7)).toBe(true)
      const all = cells.flat().filter((cell) => cell !== null)
      expect(new Set(all.map(({ day }) => day)).size).toBe(days)
      for (const week of cells) for (const [place, cell] of week.entries()) if (cell) expect((new Date(cell.day).getUTCDay() + 6) % 7).toBe(place)
    }
  })

  it('tell which days are worked', () => {
    const kinds = new Map([['2026-08-31', 'swappedOff'], ['2026-08-22', 'swappedWorking'], ['2026-09-02', 'holiday']] as const)
    const worked = new Map(monthsOf(2026, kinds).flatMap(({ weeks }) => weeks.flat()).flatMap((cell) => cell ? [[cell.day, cell.worked]] : []))
    expect(['2026-08-31', '2026-08-22', '2026-09-02', '2026-08-23', '2026-08-24'].map((day) => worked.get(day))).toEqual([false, true, false, false, true])
  })
})
