import { z } from 'zod'
import { addDays, CalendarDay, CalendarDayKind, Day } from './calendar.ts'
import { Person } from './identity.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/** How the working calendar is read and kept; the days and their arithmetic are in `calendar.ts`. */

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

/** When the offices of the organisation open, from a day on. */
export const OfficeHoursDraft = z.object({ since: Day, opens: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), basis: Line(300) })
export type OfficeHoursDraft = z.infer<typeof OfficeHoursDraft>
export const OfficeHours = OfficeHoursDraft.extend({
  version: z.int().positive(),
  /** The name of who wrote it last; null for what the installation brought. */
  changedBy: z.string().nullable(), changedAt: Instant,
})
export type OfficeHours = z.infer<typeof OfficeHours>

export const getOfficeHours = defineRoute({
  id: 'workingCalendar.hours', method: 'get', path: '/api/working-calendar/office-hours', access: 'administrator', errors: [],
  summary: 'When offices open, by the rule that was written last: reminders of what comes due and the weekly digest go out from then on working days.',
  response: z.object({ hours: OfficeHours }),
})

export const putOfficeHours = defineRoute({
  id: 'workingCalendar.putHours', method: 'put', path: '/api/working-calendar/office-hours', access: 'administrator', errors: ['calendarChanged', 'dateOutOfRange'],
  summary: 'Sets when offices open, from a day on that is not before the one from which the last rule holds; `seen` says which rule that was.',
  body: OfficeHoursDraft.extend({ seen: z.object({ since: Day, version: z.int().positive() }) }), response: z.object({ hours: OfficeHours }),
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
