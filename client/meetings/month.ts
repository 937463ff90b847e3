import { addDays, startOfDay, type Day } from '../../protocol/calendar.ts'
import type { MeetingStatus, MeetingSummary } from '../../protocol/meetings.ts'
import { dayOf } from '../app/format.ts'

/** `2026-11` */
export type Month = string

export const monthOf = (moment: number | string): Month => dayOf(moment).slice(0, 7)

export function monthFrom(value: unknown): Month | null {
  return typeof value === 'string' && /^20\d\d-(0[1-9]|1[0-2])$/.test(value) ? value : null
}

export function shiftMonth(month: Month, by: number): Month {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by
  return `${Math.floor(count / 12)}-${String(count % 12 + 1).padStart(2, '0')}`
}

/** The weeks of a month from Monday to Sunday, with the days of its neighbours that fill them. */
export function weeksOf(month: Month): Day[][] {
  const first: Day = `${month}-01`
  const monday = addDays(first, -((new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7))
  const weeks: Day[][] = []
  for (let start = monday; start.slice(0, 7) <= month; start = addDays(start, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(start, index)))
  }
  return weeks
}

/** From when to when meetings are asked for, as the list's `from` and `before`. */
export function boundsOf(month: Month): { from: string, before: string } {
  return { from: startOfDay(`${month}-01`).toISOString(), before: startOfDay(`${shiftMonth(month, 1)}-01`).toISOString() }
}

/** Whether a meeting is not held on its day. */
export const isOff = (status: MeetingStatus) => status === 'cancelled' || status === 'postponed'

/** Meetings by their day, in the order of the day. */
export function byDay(meetings: readonly MeetingSummary[]): Map<Day, MeetingSummary[]> {
  const days = new Map<Day, MeetingSummary[]>()
  for (const meeting of meetings.toSorted((a, b) => a.startsAt.localeCompare(b.startsAt))) {
    const day = dayOf(meeting.startsAt)
    days.set(day, [...days.get(day) ?? [], meeting])
  }
  return days
}
