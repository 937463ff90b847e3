import { type CalendarDate, parseAbsolute, Time, toCalendarDate, toCalendarDateTime, toTime, toZoned } from '@internationalized/date'
import type { z } from 'zod'
import { MeetingDraft } from '../../protocol/convening.ts'
import type { MeetingMode } from '../../protocol/meetings.ts'
import { TIME_ZONE } from '../app/format.ts'

/** A start while it is typed in: day and time as they are at the meeting's place. */
export interface StartFields { day: CalendarDate | null, time: Time | null }

/** A meeting's facts while they are typed in. */
export interface DraftFields extends StartFields {
  title: string
  mode: MeetingMode
  place: string
  plannedMinutes: number | null
  kindId: string | null
  roomId: string | null
  /** The cases of not meeting that were ticked. */
  cautions: string[]
}

type Draft = z.output<typeof MeetingDraft>

/** The next working hour on the next day that is not a weekend: a start that a person would think of. */
export function nextStart(now: number): StartFields {
  let day = toCalendarDate(parseAbsolute(new Date(now).toISOString(), TIME_ZONE)).add({ days: 1 })
  while ([0, 6].includes(new Date(day.toString()).getUTCDay())) day = day.add({ days: 1 })
  return { day, time: new Time(8) }
}

export function emptyDraft(now: number): DraftFields {
  return { title: '', mode: 'hybrid', place: '', ...nextStart(now), plannedMinutes: 180, kindId: null, roomId: null, cautions: [] }
}

export function startFields(startsAt: string): StartFields {
  const start = parseAbsolute(startsAt, TIME_ZONE)
  return { day: toCalendarDate(start), time: toTime(start) }
}

export function draftFields({ title, mode, place, plannedMinutes, startsAt, kindId, roomId, cautions = [] }: Draft): DraftFields {
  return { title, mode, place, plannedMinutes, ...startFields(startsAt), kindId: kindId ?? null, roomId: roomId ?? null, cautions: [...cautions] }
}

/** The start as the wire has it. */
export function startOf(day: CalendarDate, time: Time): string {
  return toZoned(toCalendarDateTime(day, time), TIME_ZONE).toAbsoluteString()
}

/** The same of fields, null while one is missing. */
export const readStart = ({ day, time }: StartFields): string | null => day && time ? startOf(day, time) : null

export type DraftField = 'title' | 'place' | 'start' | 'plannedMinutes'

/** The draft as the wire wants it, or the fields that are missing or wrong. */
export function readDraft({ kindId, roomId, cautions, day, time, ...fields }: DraftFields): { draft: Draft } | { wrong: DraftField[] } {
  const wrong: DraftField[] = []
  const startsAt = readStart({ day, time })
  if (startsAt === null) wrong.push('start')
  const parsed = MeetingDraft.safeParse({
    ...fields, startsAt: startsAt ?? new Date(0).toISOString(),
    ...kindId ? { kindId } : {}, ...roomId ? { roomId } : {}, ...cautions.length ? { cautions } : {},
  })
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path[0]
    if (field === 'title' || field === 'place' || field === 'plannedMinutes') wrong.push(field)
  }
  return parsed.success && !wrong.length ? { draft: parsed.data } : { wrong }
}

const compared = ['title', 'kindId', 'mode', 'place', 'roomId', 'startsAt', 'plannedMinutes', 'cautions'] as const
export type ComparedField = typeof compared[number]

/** In which facts two drafts differ. */
export function differences(a: Draft, b: Draft): ComparedField[] {
  return compared.filter((field) => JSON.stringify(a[field] ?? null) !== JSON.stringify(b[field] ?? null))
}
