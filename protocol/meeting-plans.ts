import { z } from 'zod'
import { ItemPurpose } from './agenda.ts'
import { addDays, isWorkingDay, localDay, type Day, type WorkingCalendar } from './calendar.ts'
import { Id } from './journal.ts'
import { KindCode } from './meeting-kinds.ts'
import { MeetingMode } from './meetings.ts'
import { isOutline, MAX_LEVEL } from './outline.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/** An item that meetings of a template begin with. There is none of a state secret. */
export const TemplateItem = z.object({
  title: Line(500), minutes: z.int().min(1).max(600), purpose: ItemPurpose, presenterId: Id.nullable(),
  /** Depth in the agenda's tree, 0 at the top. */
  level: z.int().min(0).max(MAX_LEVEL),
})
export type TemplateItem = z.infer<typeof TemplateItem>

export const TEMPLATE_ITEMS = 100

export const TemplateDraft = z.object({
  /** Title of its meetings, in which `{ngày}`, `{tháng}`, `{quý}` and `{năm}` stand for the day of each. */
  title: Line(300),
  kindCode: KindCode.nullable(), mode: MeetingMode, place: Line(200), roomId: Id.nullable(),
  /** Time of day in Vietnam, `08:00`. */
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  plannedMinutes: z.int().min(5).max(2880),
  items: z.array(TemplateItem).max(TEMPLATE_ITEMS).refine((items) => isOutline(items.map(({ level }) => level)), 'each at most one deeper than the one before'),
})
export type TemplateDraft = z.infer<typeof TemplateDraft>

export const MeetingTemplate = TemplateDraft.extend({ id: Id, bodyId: Id, version: z.int().positive() })
export type MeetingTemplate = z.infer<typeof MeetingTemplate>

/** The title of a template's meeting on a day. */
export function titleOn(pattern: string, startsAt: string): string {
  const [year = '', month = '', day = ''] = localDay(startsAt).split('-')
  const values: Record<string, string> = { ngày: day, tháng: String(Number(month)), quý: ['I', 'II', 'III', 'IV'][Math.floor((Number(month) - 1) / 3)] ?? '', năm: year }
  return pattern.normalize('NFC').replace(/\{(ngày|tháng|quý|năm)\}/g, (_, name: string) => values[name] ?? '')
}

const Weekday = z.int().min(1).max(7)

/**
 * When meetings of a series are, by the calendar: every week on a weekday (Monday 1 … Sunday 7), every month on the n-th
 * weekday (5: the last one) or on a day (31: the last day of shorter months). `onDayOff`: what becomes of one that is not on a
 * working day.
 */
export const SeriesRule = z.discriminatedUnion('every', [
  z.object({ every: z.literal('week'), weekday: Weekday, onDayOff: z.enum(['before', 'after', 'skip']) }),
  z.object({ every: z.literal('monthWeekday'), nth: z.int().min(1).max(5), weekday: Weekday, onDayOff: z.enum(['before', 'after', 'skip']) }),
  z.object({ every: z.literal('monthDay'), day: z.int().min(1).max(31), onDayOff: z.enum(['before', 'after', 'skip']) }),
])
export type SeriesRule = z.infer<typeof SeriesRule>

export const SERIES_MEETINGS = 60

/** A day of a series, and the one that the rule named where that is a day off. */
export interface SeriesDay { day: Day, insteadOf: Day | null }

const weekdayOf = (day: Day) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7 + 1
const two = (value: number) => String(value).padStart(2, '0')
const daysIn = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The days that a rule names from one day to another, both included, each moved to a working day; at most `SERIES_MEETINGS`. */
export function seriesDays(rule: SeriesRule, from: Day, to: Day, calendar: WorkingCalendar): SeriesDay[] {
  const found: SeriesDay[] = []
  for (const named of namedDays(rule, from, to)) {
    const day = workingDayFor(named, rule.onDayOff, calendar)
    // Moved out of the span, or onto a day that is there already.
    if (day === null || day < from || day > to || found.some((one) => one.day === day)) continue
    found.push({ day, insteadOf: day === named ? null : named })
    if (found.length === SERIES_MEETINGS) break
  }
  return found
}

function workingDayFor(named: Day, onDayOff: SeriesRule['onDayOff'], calendar: WorkingCalendar): Day | null {
  if (onDayOff === 'skip') return isWorkingDay(named, calendar) ? named : null
  let day = named
  while (!isWorkingDay(day, calendar)) day = addDays(day, onDayOff === 'before' ? -1 : 1)
  return day
}

function* namedDays(rule: SeriesRule, from: Day, to: Day): Generator<Day> {
  if (rule.every === 'week') {
    for (let day = addDays(from, (rule.weekday - weekdayOf(from) + 7) % 7); day <= to; day = addDays(day, 7)) yield day
    return
  }
  let [year, month] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))]
  for (; `${year}-${two(month)}` <= to.slice(0, 7); [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]) {
    const last = daysIn(year, month)
    let day = rule.every === 'monthDay' ? Math.min(rule.day, last) : firstOn(year, month, rule.weekday) + 7 * (rule.nth - 1)
    if (day > last) day -= 7
    const named = `${year}-${two(month)}-${two(day)}`
    if (named >= from && named <= to) yield named
  }
}

function firstOn(year: number, month: number, weekday: number): number {
  return 1 + (weekday - weekdayOf(`${year}-${two(month)}-01`) + 7) % 7
}

const OfBody = z.object({ bodyId: Id })
const OfTemplate = z.object({ bodyId: Id, templateId: Id })
const officeErrors = ['bodyNotFound', 'forbiddenInMeeting'] as const
const Key = z.string().min(8).max(64)

export const listTemplates = defineRoute({
  id: 'meetingTemplates.list', method: 'get', path: '/api/bodies/:bodyId/meeting-templates', access: 'signedIn', errors: officeErrors,
  summary: 'The templates of a body\'s meetings, for its chair and clerk.',
  params: OfBody, response: z.object({ templates: z.array(MeetingTemplate) }),
})

export const addTemplate = defineRoute({
  id: 'meetingTemplates.add', method: 'post', path: '/api/bodies/:bodyId/meeting-templates', access: 'signedIn', errors: [...officeErrors, 'templatesFull', 'proposalSecret'],
  summary: 'Chair or clerk of a body keeps a template of its meetings.',
  params: OfBody, body: TemplateDraft, response: z.object({ templateId: Id }),
})

export const changeTemplate = defineRoute({
  id: 'meetingTemplates.change', method: 'put', path: '/api/bodies/:bodyId/meeting-templates/:templateId', access: 'signedIn',
  errors: [...officeErrors, 'templateNotFound', 'templateChanged', 'proposalSecret'],
  summary: 'Chair or clerk changes a template. `version` is the one that the change began from; meetings made of it stay as they are.',
  params: OfTemplate, body: TemplateDraft.extend({ version: z.int().positive() }), response: z.object({}),
})

export const removeTemplate = defineRoute({
  id: 'meetingTemplates.remove', method: 'delete', path: '/api/bodies/:bodyId/meeting-templates/:templateId', access: 'signedIn',
  errors: [...officeErrors, 'templateNotFound'],
  summary: 'Chair or clerk gives a template up.',
  params: OfTemplate, response: z.object({}),
})

export const createSeries = defineRoute({
  id: 'meetings.createSeries', method: 'post', path: '/api/bodies/:bodyId/meeting-series', access: 'signedIn',
  errors: [...officeErrors, 'templateNotFound', 'dateInPast', 'idempotencyKeyReused', 'proposalSecret'],
  summary: 'Drafts of a template, one at each of these starts. What an interrupted call began is completed under the same key.',
  params: OfBody,
  body: z.object({
    templateId: Id, key: Key,
    startsAt: z.array(Instant).min(1).max(SERIES_MEETINGS).refine((starts) => new Set(starts).size === starts.length),
  }),
  response: z.object({ meetingIds: z.array(Id) }),
})

export const copyMeeting = defineRoute({
  id: 'meetings.copy', method: 'post', path: '/api/meetings/:meetingId/copies', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'bodyNotFound', 'dateInPast', 'idempotencyKeyReused', 'proposalSecret'],
  summary: 'Chair or clerk drafts a meeting like this one: its facts, items and their guests, no documents, nothing of a classified item.',
  params: z.object({ meetingId: Id }), body: z.object({ title: Line(300), startsAt: Instant, key: Key }),
  response: z.object({ meetingId: Id }),
})
