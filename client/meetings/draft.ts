import { type CalendarDate, parseAbsolute, Time, toCalendarDate, toCalendarDateTime, toTime, toZoned } from '@internationalized/date'
import type { z } from 'zod'
import { MeetingDraft, type MeetingMode } from '../../protocol/meetings.ts'
import { TIME_ZONE } from '../app/format.ts'

/** A meeting's facts while they are typed in; the start is split into day and time as they are at the meeting's place. */
export interface DraftFields {
  title: string
  mode: MeetingMode
  place: string
  day: CalendarDate | null
  time: Time | null
  plannedMinutes: number | null
}

/** The next working hour on the next day that is not a weekend: a start that a person would think of. */
export function emptyDraft(now: number): DraftFields {
  let day = toCalendarDate(parseAbsolute(new Date(now).toISOString(), TIME_ZONE)).add({ days: 1 })
  while ([0, 6].includes(new Date(day.toString()).getUTCDay())) day = day.add({ days: 1 })
  return { title: '', mode: 'hybrid', place: '', day, time: new Time(8), plannedMinutes: 180 }
}

export function draftFields(facts: z.output<typeof MeetingDraft>): DraftFields {
  const start = parseAbsolute(facts.startsAt, TIME_ZONE)
  return { ...facts, day: toCalendarDate(start), time: toTime(start) }
}

/** The start as the wire has it. */
export function startOf(day: CalendarDate, time: Time): string {
  return toZoned(toCalendarDateTime(day, time), TIME_ZONE).toAbsoluteString()
}

export type DraftField = 'title' | 'place' | 'start' | 'plannedMinutes'

/** The draft as the wire wants it, or the fields that are missing or wrong. */
export function readDraft(fields: DraftFields): { draft: z.output<typeof MeetingDraft> } | { wrong: DraftField[] } {
  const wrong: DraftField[] = []
  if (!fields.day || !fields.time) wrong.push('start')
  const parsed = MeetingDraft.safeParse({
    ...fields,
    startsAt: fields.day && fields.time ? startOf(fields.day, fields.time) : new Date(0).toISOString(),
  })
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path[0]
    if (field === 'title' || field === 'place' || field === 'plannedMinutes') wrong.push(field)
  }
  return parsed.success && !wrong.length ? { draft: parsed.data } : { wrong }
}
