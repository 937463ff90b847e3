import { addDays, isWeekend, type CalendarDayKind, type Day } from '../../protocol/calendar.ts'

/** A day as a month's sheet has it. */
export interface SheetDay { day: Day, number: number, kind: CalendarDayKind | null, worked: boolean }
/** A month in whole weeks from Monday on; null before its first and after its last day. */
export interface MonthSheet { month: number, weeks: (SheetDay | null)[][] }

/** The twelve months of a year. */
export function monthsOf(year: number, kinds: ReadonlyMap<Day, CalendarDayKind>): MonthSheet[] {
  return Array.from({ length: 12 }, (_, index) => {
    const month = index + 1
    const cells: (SheetDay | null)[] = []
    const first = `${year}-${String(month).padStart(2, '0')}-01`
    const weekday = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7
    for (let blank = 0; blank < weekday; blank += 1) cells.push(null)
    for (let day = first; Number(day.slice(5, 7)) === month; day = addDays(day, 1)) {
      const kind = kinds.get(day) ?? null
      cells.push({ day, number: Number(day.slice(8)), kind, worked: kind === null ? !isWeekend(day) : kind === 'swappedWorking' })
    }
    while (cells.length % 7 > 0) cells.push(null)
    return { month, weeks: Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7)) }
  })
}
