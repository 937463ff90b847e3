import { z } from 'zod'
import { addWorkingDays, Day, localDay, type WorkingCalendar } from './calendar.ts'
import { Id } from './journal.ts'
import type { KindRules, MeetingRoom } from './meeting-kinds.ts'
import type { MeetingMode, MeetingStatus } from './meetings.ts'
import { numberings } from './outline.ts'
import { defineRoute } from './route.ts'
import { Instant } from './text.ts'

/** `blocks`: no publishing. `needsReason`: publishing with a reason, which is recorded. `warns`: worth knowing. */
export const Severity = z.enum(['blocks', 'needsReason', 'warns'])
export type Severity = z.infer<typeof Severity>

const nothing = z.object({})
/** Another meeting in the same time; its title where the reader takes part in it, else null. */
const other = { title: z.string().nullable(), from: Instant, to: Instant }
/** The last day in time, and the working days ahead that the kind of meeting asks. */
const deadline = z.object({ lastDay: Day, days: z.int() })
/** As it is written: 1, 1.1. */
const itemNumber = z.object({ number: z.string() })

const kinds = {
  agendaEmpty: { severity: 'blocks', details: nothing },
  dateInPast: { severity: 'blocks', details: nothing },
  invitationLate: { severity: 'needsReason', details: deadline },
  /** Of the whole meeting, or with `itemId` of a paper that came after the publication. */
  papersLate: { severity: 'needsReason', details: deadline.extend({ number: z.string().exactOptional() }) },
  tooLong: { severity: 'needsReason', details: z.object({ maxMinutes: z.int(), minutes: z.int() }) },
  quotaPassed: { severity: 'needsReason', details: z.object({ held: z.int(), perYear: z.int(), scope: z.enum(['province', 'body']) }) },
  shouldNotMeet: { severity: 'needsReason', details: z.object({ cautionId: Id }) },
  roomTaken: { severity: 'needsReason', details: z.object(other) },
  personBusy: { severity: 'needsReason', details: z.object({ personIds: z.array(Id), ...other }) },
  overfull: { severity: 'warns', details: z.object({ minutes: z.int() }) },
  presenterMissing: { severity: 'warns', details: itemNumber },
  papersMissing: { severity: 'warns', details: itemNumber },
  roomTooSmall: { severity: 'warns', details: z.object({ seats: z.int(), people: z.int() }) },
  roomNotEquipped: { severity: 'warns', details: nothing },
  onlineShareLow: { severity: 'warns', details: z.object({ percent: z.int(), least: z.int() }) },
  kindMissing: { severity: 'warns', details: nothing },
  /** Overdue tasks of the body are on no agenda to come: they can be put on this one. */
  tasksOverdue: { severity: 'warns', details: z.object({ count: z.int() }) },
} as const satisfies Record<string, { severity: Severity, details: z.ZodType }>

export type FindingCode = keyof typeof kinds
type Details<C extends FindingCode> = z.infer<typeof kinds[C]['details']>
/** What stands against publishing, or is worth knowing before it; `itemId` where it is one item's. */
export type Finding = { [C in FindingCode]: { code: C, severity: Severity, itemId?: string, details: Details<C> } }[FindingCode]

const codes = Object.keys(kinds) as FindingCode[]
const schemas = codes.map((code) => z.object({
  code: z.literal(code), severity: Severity, itemId: Id.exactOptional(), details: kinds[code].details,
}))
const [first, ...rest] = schemas
if (!first) throw new Error('there are no findings')
export const Finding = z.discriminatedUnion('code', [first, ...rest]) as z.ZodType<Finding>

/** Another meeting that has this one's time, and what the two share. */
export interface Clash { title: string | null, startsAt: string, plannedMinutes: number, room: boolean, personIds: readonly string[] }

/** What the rules look at; nothing else enters. */
export interface ReadinessFacts {
  now: string
  status: MeetingStatus
  startsAt: string
  plannedMinutes: number
  mode: MeetingMode
  kind: Pick<KindRules, 'maxMinutes' | 'invitationDays' | 'papersDays' | 'quota' | 'onlinePercent'> | null
  /** The cases of not meeting that were ticked. */
  cautions: readonly string[]
  /** How many are summoned. */
  people: number
  /** In their order; `papersAt`: when each of its papers was attached. A classified item has none by law. */
  items: readonly { itemId: string, level: number, minutes: number, presenterId: string | null, classified: boolean, papersAt: readonly string[] }[]
  room: Pick<MeetingRoom, 'seats' | 'hybrid'> | null
  clashes: readonly Clash[]
  /** Of the calendar year of the start, without this meeting: by the quota's scope, those of the kind, and all of them by mode. */
  year: { sameKind: number, all: number, notInPerson: number } | null
  calendar: WorkingCalendar
  /** Overdue tasks of the body that stand on no agenda of a meeting to come. */
  tasksOverdue: number
}

const MINUTE_MS = 60_000

/** Every finding about a meeting, what blocks first. Pure: the same facts, the same findings. */
export function findReadiness(facts: ReadinessFacts): Finding[] {
  const found = [...schedule(facts), ...deadlines(facts), ...programme(facts), ...clashing(facts), ...following(facts)]
  return found.toSorted((a, b) => Severity.options.indexOf(a.severity) - Severity.options.indexOf(b.severity))
}

function finding<C extends FindingCode>(code: C, details: Details<C>, itemId?: string): Finding {
  return { code, severity: kinds[code].severity, ...(itemId ? { itemId } : {}), details } as Finding
}

const unpublished = ({ status }: ReadinessFacts) => status === 'draft' || status === 'postponed'

function schedule(facts: ReadinessFacts): Finding[] {
  const { kind, mode, year, plannedMinutes, room, people, cautions } = facts
  const found: Finding[] = []
  if (unpublished(facts) && facts.startsAt <= facts.now) found.push(finding('dateInPast', {}))
  if (!kind) found.push(finding('kindMissing', {}))
  if (kind?.maxMinutes != null && plannedMinutes > kind.maxMinutes) {
    found.push(finding('tooLong', { maxMinutes: kind.maxMinutes, minutes: plannedMinutes - kind.maxMinutes }))
  }
  if (kind?.quota && year && year.sameKind >= kind.quota.perYear) found.push(finding('quotaPassed', { held: year.sameKind, ...kind.quota }))
  if (kind?.onlinePercent != null && year && mode === 'inPerson') {
    const percent = Math.floor(100 * year.notInPerson / (year.all + 1))
    if (percent < kind.onlinePercent) found.push(finding('onlineShareLow', { percent, least: kind.onlinePercent }))
  }
  for (const cautionId of cautions) found.push(finding('shouldNotMeet', { cautionId }))
  if (room && mode === 'inPerson' && room.seats < people) found.push(finding('roomTooSmall', { seats: room.seats, people }))
  if (room && mode === 'hybrid' && !room.hybrid) found.push(finding('roomNotEquipped', {}))
  return found
}

/** The last day on which a thing is sent in time, by the kind's lead time; null where there is none. */
export function lastDayFor(startsAt: string, days: number, calendar: WorkingCalendar): Day | null {
  return days > 0 ? addWorkingDays(localDay(startsAt), -days, calendar) : null
}

function deadlines(facts: ReadinessFacts): Finding[] {
  const { kind, startsAt, calendar, now, items } = facts
  if (!kind) return []
  const [invitation, papers] = [lastDayFor(startsAt, kind.invitationDays, calendar), lastDayFor(startsAt, kind.papersDays, calendar)]
  const today = localDay(now)
  const found: Finding[] = []
  if (invitation && unpublished(facts) && today > invitation) {
    found.push(finding('invitationLate', { lastDay: invitation, days: kind.invitationDays }))
  }
  if (!papers) return found
  const details = { lastDay: papers, days: kind.papersDays }
  // Papers are sent with the programme, so those of a draft go out today at the earliest.
  if (unpublished(facts)) return today > papers && items.length ? [...found, finding('papersLate', details)] : found
  const numbers = numbersOf(items)
  for (const [index, { itemId, papersAt }] of items.entries()) {
    if (papersAt.some((at) => localDay(at) > papers)) found.push(finding('papersLate', { ...details, number: numbers[index] ?? '' }, itemId))
  }
  return found
}

const numbersOf = (items: ReadinessFacts['items']) => numberings(items.map(({ level }) => level))

function programme({ items, plannedMinutes }: ReadinessFacts): Finding[] {
  if (!items.length) return [finding('agendaEmpty', {})]
  const numbers = numbersOf(items)
  const over = items.reduce((sum, { minutes }) => sum + minutes, 0) - plannedMinutes
  return [
    ...(over > 0 ? [finding('overfull', { minutes: over })] : []),
    ...items.flatMap((item, index) => [
      ...(item.presenterId === null ? [finding('presenterMissing', { number: numbers[index] ?? '' }, item.itemId)] : []),
      ...(item.papersAt.length || item.classified ? [] : [finding('papersMissing', { number: numbers[index] ?? '' }, item.itemId)]),
    ]),
  ]
}

function clashing({ clashes }: ReadinessFacts): Finding[] {
  return clashes.flatMap(({ title, startsAt, plannedMinutes, room, personIds }) => {
    const when = { title, from: startsAt, to: new Date(Date.parse(startsAt) + plannedMinutes * MINUTE_MS).toISOString() }
    return [
      ...(room ? [finding('roomTaken', when)] : []),
      ...(personIds.length ? [finding('personBusy', { personIds: [...personIds], ...when })] : []),
    ]
  })
}

const following = (facts: ReadinessFacts): Finding[] =>
  unpublished(facts) && facts.tasksOverdue > 0 ? [finding('tasksOverdue', { count: facts.tasksOverdue })] : []

export const readinessOf = defineRoute({
  id: 'meetings.readiness', method: 'get', path: '/api/meetings/:meetingId/readiness', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting'],
  summary: 'For chair and clerk: what stands against publishing the meeting, or is worth knowing before it. Another meeting in the same time is named only to who takes part in it.',
  params: z.object({ meetingId: Id }), response: z.object({ findings: z.array(Finding) }),
})
