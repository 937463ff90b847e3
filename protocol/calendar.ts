import { z } from 'zod'
import { Person } from './identity.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/** A calendar day of Asia/Ho_Chi_Minh, `yyyy-MM-dd`. Such texts compare as days do. */
export const Day = z.iso.date()
export type Day = z.infer<typeof Day>

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

/** How long a stretch of the calendar may be asked for at once. */
const MAX_CALENDAR_DAYS = 800

export const KeptCalendarDay = CalendarDay.extend({
  /** Raised at each change; to be sent with the next. */
  version: z.int().positive(),
  /** Who wrote it last; null for what the installation brought. */
  changedBy: Person.nullable(), changedAt: Instant,
})
export type KeptCalendarDay = z.infer<typeof KeptCalendarDay>

export const listCalendar = defineRoute({
  id: 'workingCalendar.list', method: 'get', path: '/api/working-calendar', access: 'signedIn', errors: [],
  summary: `Holidays and swapped days from one day to another, both included, at most ${MAX_CALENDAR_DAYS} days apart. Every other day is worked from Monday to Friday.`,
  query: z.object({ from: Day, to: Day }).refine(({ from, to }) => from <= to && to <= addDays(from, MAX_CALENDAR_DAYS), {
    path: ['to'], message: `must be within ${MAX_CALENDAR_DAYS} days after from`,
  }),
  response: z.object({ days: z.array(CalendarDay) }),
})

export const listKeptCalendar = defineRoute({
  id: 'workingCalendar.year', method: 'get', path: '/api/working-calendar/:year', access: 'administrator', errors: [],
  summary: 'The holidays and swapped days of a year with who wrote them last, for the administrator.',
  params: z.object({ year: z.coerce.number().int().min(2000).max(2100) }),
  response: z.object({ days: z.array(KeptCalendarDay) }),
})

/** Which version the caller saw: 0 where the day was an ordinary one. */
const Version = z.int().nonnegative()

export const putCalendarDay = defineRoute({
  id: 'workingCalendar.put', method: 'put', path: '/api/working-calendar/days/:day', access: 'administrator', errors: ['calendarChanged', 'calendarDayOdd'],
  summary: 'Makes a day a holiday or a swapped day, or changes it. A day that would be worked (or free) anyway is refused.',
  params: z.object({ day: Day }),
  body: z.object({ kind: CalendarDayKind, name: Line(120), basis: Line(300), version: Version }),
  response: z.object({ day: KeptCalendarDay }),
})

export const removeCalendarDay = defineRoute({
  id: 'workingCalendar.remove', method: 'delete', path: '/api/working-calendar/days/:day', access: 'administrator', errors: ['calendarChanged'],
  summary: 'Makes a day an ordinary one of its week again.',
  params: z.object({ day: Day }), query: z.object({ version: z.coerce.number().int().positive() }), response: z.object({}),
})
