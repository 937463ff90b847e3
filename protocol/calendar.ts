import { z } from 'zod'

/** A calendar day of Asia/Ho_Chi_Minh, `yyyy-MM-dd`. Such texts compare as days do. */
export const Day = z.iso.date().refine((day) => !day.startsWith('0000'), 'is of no year')
export type Day = z.infer<typeof Day>

/** How many years anything is planned ahead, or looked back upon: days are walked through one by one. */
const HORIZON_YEARS = 10

/** A day that a request names: within ten years of the present one. */
export const NearDay = Day.refine((day) => Math.abs(Number(day.slice(0, 4)) - Number(localDay(Date.now()).slice(0, 4))) <= HORIZON_YEARS, 'is not within ten years')

/**
 * `holiday`: a public holiday, or the day off that makes up for one on a weekly day of rest. `swappedOff`: a weekday off by
 * decision, worked off on a `swappedWorking` day, which is worked although it is a weekly day of rest.
 */
export const CalendarDayKind = z.enum(['holiday', 'swappedOff', 'swappedWorking'])
export type CalendarDayKind = z.infer<typeof CalendarDayKind>

/** The days of the year that differ from their week. */
export type WorkingCalendar = ReadonlyMap<Day, CalendarDayKind>

const DAY_MS = 24 * 3600_000
const ZONE_MS = 7 * 3600_000

const toTime = (day: Day) => Date.parse(`${day}T00:00:00Z`)
const fromTime = (time: number): Day => new Date(time).toISOString().slice(0, 10)

/** The day of an instant. Asia/Ho_Chi_Minh has been UTC+7 without summer time since 1975. */
export function localDay(at: Date | string | number): Day {
  return fromTime(new Date(at).getTime() + ZONE_MS)
}

/** When a day begins. */
export function startOfDay(day: Day): Date {
  return new Date(toTime(day) - ZONE_MS)
}

/** The day so many calendar days later, or earlier where `days` is negative. */
export function addDays(day: Day, days: number): Day {
  return fromTime(toTime(day) + days * DAY_MS)
}

/** Saturday and Sunday: the weekly days of rest of state administration (Quyết định 188/1999/QĐ-TTg). */
export function isWeekend(day: Day): boolean {
  const weekday = new Date(toTime(day)).getUTCDay()
  return weekday === 0 || weekday === 6
}

export function isWorkingDay(day: Day, calendar: WorkingCalendar): boolean {
  const kind = calendar.get(day)
  return kind === undefined ? !isWeekend(day) : kind === 'swappedWorking'
}

/**
 * The `count`-th working day after `day`, which does not count itself (Bộ luật Dân sự 2015, Điều 147); with a negative count,
 * before it. So what is due within 5 working days of a closing is due on `addWorkingDays(closing, 5)`, and what must go out
 * 3 working days before a meeting goes out on `addWorkingDays(meeting, -3)` at the latest. With 0: `day`, or the next working day.
 */
export function addWorkingDays(day: Day, count: number, calendar: WorkingCalendar): Day {
  const step = count < 0 ? -1 : 1
  let at = day
  for (let left = Math.abs(count); left > 0;) {
    at = addDays(at, step)
    if (isWorkingDay(at, calendar)) left -= 1
  }
  while (count === 0 && !isWorkingDay(at, calendar)) at = addDays(at, 1)
  return at
}

/**
 * How many working days lie from `from`, which does not count, to `to`, which does; negative where `to` is earlier. It is
 * counted outward from `from`, so it undoes `addWorkingDays`: `workingDaysBetween(day, addWorkingDays(day, n)) === n`. How many
 * working days ahead of a meeting something was sent is `-workingDaysBetween(meeting, sent)`.
 */
export function workingDaysBetween(from: Day, to: Day, calendar: WorkingCalendar): number {
  const step = to < from ? -1 : 1
  let count = 0
  for (let at = from; at !== to;) {
    at = addDays(at, step)
    if (isWorkingDay(at, calendar)) count += step
  }
  return count
}

export const CalendarDay = z.object({
  day: Day, kind: CalendarDayKind,
  /** E.g. "Tết Nguyên đán". */
  name: z.string(),
  /** What decided it; says so where that is still to be confirmed. */
  basis: z.string(),
})
export type CalendarDay = z.infer<typeof CalendarDay>

/** The days as the arithmetic takes them. */
export function workingCalendar(days: Iterable<Pick<CalendarDay, 'day' | 'kind'>>): WorkingCalendar {
  return new Map(Array.from(days, ({ day, kind }) => [day, kind]))
}
