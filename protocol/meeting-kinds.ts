import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { Line } from './text.ts'

/** The same in both languages of the interface. */
export const Wording = z.object({ vi: Line(300), en: Line(300) })
export type Wording = z.infer<typeof Wording>

/** The rules of a kind of meeting, each from a regulation: data, changed by a new version and never in code. */
export const KindRules = z.object({
  name: Wording,
  /** Who is invited to such a meeting. */
  attendees: Wording,
  /** Longest duration in minutes of meeting; half a day is 240, a day 480. Null: no limit. */
  maxMinutes: z.int().min(5).max(2880).nullable(),
  /** Working days that the invitation, and the papers, are sent ahead at least; 0: no lead time. */
  invitationDays: z.int().min(0).max(60),
  papersDays: z.int().min(0).max(60),
  /** How many a calendar year at most, in the whole province or of one body. */
  quota: z.object({ perYear: z.int().min(1).max(366), scope: z.enum(['province', 'body']) }).nullable(),
  /** The least share of the year's meetings, in percent, that are not in person. */
  onlinePercent: z.int().min(1).max(100).nullable(),
  /** Held by the calendar, whatever comes up; others are convened because something did. */
  regular: z.boolean().default(false),
  basis: z.object({ document: Line(200), clause: Line(300) }),
})
export type KindRules = z.infer<typeof KindRules>

/** `briefing`, `provinceWide` …: what versions of a kind have in common. */
export const KindCode = z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/)

/** One version of a kind, in force from `since` to `until`, both included; null while no end is set. */
export const MeetingKind = KindRules.extend({ id: Id, code: KindCode, since: Day, until: Day.nullable() })
export type MeetingKind = z.infer<typeof MeetingKind>

/** A case in which one does not meet (Quyết định 45/2018/QĐ-TTg). */
export const MeetingCaution = z.object({ id: Id, code: z.string(), text: Wording, basis: z.string(), since: Day, until: Day.nullable() })
export type MeetingCaution = z.infer<typeof MeetingCaution>

export const RoomFacts = z.object({
  name: Line(160), place: Line(200), seats: z.int().min(1).max(20_000),
  /** Equipped to bring remote sites in. */
  hybrid: z.boolean(),
})
export const RoomState = RoomFacts.extend({
  /** Not offered any more; meetings that were held in it keep it. */
  closed: z.boolean(),
})
export type RoomState = z.infer<typeof RoomState>
export const MeetingRoom = RoomState.extend({ id: Id })
export type MeetingRoom = z.infer<typeof MeetingRoom>

export interface InForce { since: Day, until: Day | null }

export const isInForce = ({ since, until }: InForce, on: Day) => since <= on && (until === null || on <= until)
