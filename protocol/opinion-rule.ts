import { z } from 'zod'
import { Threshold } from './shares.ts'

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/** When who has not answered is reminded: at a time of the day so many working days before the last one (0: on it). */
export const OpinionReminder = z.object({ workingDaysBefore: z.int().min(0).max(30), at: ClockTime })
export type OpinionReminder = z.infer<typeof OpinionReminder>

const unlessOtherwise = 'Khi quy chế làm việc không quy định khác'

/** How a body gives written opinions (xin ý kiến bằng văn bản), from its own regulations: data, never constants in code. */
export const OpinionRule = z.object({
  /** How long its members are given, in whole working days (protocol/calendar.ts). */
  workingDays: z.object({ fewest: z.int().min(1).max(60), usual: z.int().min(1).max(60), most: z.int().min(1).max(60) })
    .refine(({ fewest, usual, most }) => fewest <= usual && usual <= most, 'are not in order')
    .default({ fewest: 3, usual: 5, most: 5 }),
  /** The time of the last day, Asia/Ho_Chi_Minh, after which no answer is taken. */
  closesAt: ClockTime.default('17:00'),
  /** The share of the incumbents asked that must agree; whoever does not is not in favour. */
  threshold: Threshold.default({ numerator: 1, denominator: 2, strict: true, basis: 'Quy định 24-QĐ/TW: quá nửa số thành viên đương nhiệm' }),
  /** What a member counts for who does not answer. `consent` is for bodies whose regulations say so. */
  silence: z.enum(['notInFavour', 'consent']).default('notInFavour'),
  /** Whose term ends before the deadline: leaves the base of the majority with their answer, or stays in it. */
  departed: z.enum(['leaves', 'stays']).default('leaves'),
  /** When members see what others answered: once it is closed, or once they have answered themselves. */
  others: z.enum(['afterClosing', 'afterOwnAnswer']).default('afterClosing'),
  /** Whether members may discuss it in writing. */
  discussion: z.boolean().default(false),
  /** So many members who demand a meeting bring the matter before one; null: members may not. */
  meetingDemandedBy: z.int().min(1).max(500).nullable().default(1),
  /** How many minutes of an agenda a matter is given that comes back to a meeting. */
  itemMinutes: z.int().min(1).max(600).default(20),
  reminders: z.array(OpinionReminder).max(10).default([{ workingDaysBefore: 1, at: '08:00' }, { workingDaysBefore: 0, at: '08:00' }]),
  basis: z.string().max(300).default(unlessOtherwise),
})
export type OpinionRule = z.output<typeof OpinionRule>
