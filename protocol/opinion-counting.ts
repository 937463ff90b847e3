import { addWorkingDays, startOfDay, workingDaysBetween, type Day, type WorkingCalendar } from './calendar.ts'
import type { OpinionRule } from './opinion-rule.ts'
import { fewest, reaches } from './shares.ts'

/** What written opinions come to, and when they are due: pure, so that server, browser and simulator reckon alike. */

export type OpinionChoice = 'agree' | 'disagree' | 'other'

/** A member who was asked, as of the closing. */
export interface CountedMember {
  /** The last answer that came in time; null: none did. */
  choice: OpinionChoice | null
  /** Their term ended before the deadline. */
  departed: boolean
  demandsMeeting: boolean
}

export interface OpinionTally {
  asked: number
  /** Those whose term ended before the deadline. */
  departed: number
  /** What the majority is counted against: incumbents who were asked. */
  base: number
  agree: number
  disagree: number
  other: number
  silent: number
  /** In favour: those who agree, and with a rule that says so the silent. */
  inFavour: number
  /** The fewest of the base that had to be in favour. */
  needed: number
  demands: number
  outcome: 'passed' | 'rebound'
  /** Why it comes before a meeting; none where it passed. */
  causes: ('threshold' | 'demand')[]
}

/** Demands of this many members bring it before a meeting, whatever was answered. */
export function demandsMeeting(rule: Pick<OpinionRule, 'meetingDemandedBy'>, demands: number): boolean {
  return rule.meetingDemandedBy !== null && demands >= rule.meetingDemandedBy
}

/**
 * The result against the majority of incumbents. Who left before the deadline is, by the rule, out of the base with their answer
 * and their demand; "other" is not in favour, nor is silence unless the body's rule makes it consent.
 */
export function tallyOpinions(
  rule: Pick<OpinionRule, 'threshold' | 'silence' | 'departed' | 'meetingDemandedBy'>, members: readonly CountedMember[],
): OpinionTally {
  const counted = rule.departed === 'leaves' ? members.filter(({ departed }) => !departed) : members
  const of = (choice: OpinionChoice | null) => counted.filter((member) => member.choice === choice).length
  const [base, agree, silent] = [counted.length, of('agree'), of(null)]
  const inFavour = agree + (rule.silence === 'consent' ? silent : 0)
  const demands = counted.filter((member) => member.demandsMeeting).length
  const causes = [
    ...reaches(inFavour, base, rule.threshold) ? [] : ['threshold' as const], ...demandsMeeting(rule, demands) ? ['demand' as const] : [],
  ]
  return {
    asked: members.length, departed: members.filter(({ departed }) => departed).length,
    base, agree, disagree: of('disagree'), other: of('other'), silent, inFavour, needed: fewest(base, rule.threshold), demands,
    outcome: causes.length ? 'rebound' : 'passed', causes,
  }
}

/** How long members are to have: so many working days, or until a day. */
export type WantedDeadline = { workingDays: number } | { on: Day }

export type OpinionDeadline =
  | { ok: true, dueOn: Day, workingDays: number,
    /** The day off that was asked for, where the deadline had to move to the next working day. */
    movedFrom: Day | null }
  | { ok: false, why: 'tooSoon' | 'tooLate', earliest: Day, latest: Day }

/** The last day of what begins on `from`, which does not count itself. A day off moves on to the next working day. */
export function opinionDeadline(rule: Pick<OpinionRule, 'workingDays'>, from: Day, wanted: WantedDeadline, calendar: WorkingCalendar): OpinionDeadline {
  const { fewest: few, most } = rule.workingDays
  const [earliest, latest] = [addWorkingDays(from, few, calendar), addWorkingDays(from, most, calendar)]
  const dueOn = 'on' in wanted ? addWorkingDays(wanted.on, 0, calendar) : addWorkingDays(from, wanted.workingDays, calendar)
  if (dueOn < earliest) return { ok: false, why: 'tooSoon', earliest, latest }
  if (dueOn > latest) return { ok: false, why: 'tooLate', earliest, latest }
  return { ok: true, dueOn, workingDays: workingDaysBetween(from, dueOn, calendar), movedFrom: 'on' in wanted && wanted.on !== dueOn ? wanted.on : null }
}

/** The instant of a time of the day, `HH:mm`. */
export function timeOn(day: Day, time: string): Date {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return new Date(startOfDay(day).getTime() + (hours * 60 + minutes) * 60_000)
}

/** When who has not answered is reminded, earliest first; none at or after the deadline itself. */
export function reminderTimes(rule: Pick<OpinionRule, 'reminders' | 'closesAt'>, dueOn: Day, calendar: WorkingCalendar): Date[] {
  const end = timeOn(dueOn, rule.closesAt)
  const times = rule.reminders.map(({ workingDaysBefore, at }) => timeOn(addWorkingDays(dueOn, -workingDaysBefore, calendar), at).getTime())
  return [...new Set(times)].toSorted((a, b) => a - b).filter((time) => time < end.getTime()).map((time) => new Date(time))
}
