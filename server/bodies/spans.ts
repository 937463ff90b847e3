import type { Day } from '../../protocol/calendar.ts'
import { AppError } from '../platform/error.ts'

/** Days of units, bodies and terms: a span has its first and its last day in it, and without a last one goes on. */
export interface DaySpan { since: Day, until: Day | null }

/** Nothing that is kept here is older. */
export const FIRST_DAY = '1930-01-01'

/** Throws `dateOutOfRange`. `latest` null: however late. */
export function requireWithin(day: Day, earliest: Day, latest: Day | null): void {
  if (day < earliest || (latest !== null && day > latest)) throw new AppError('dateOutOfRange', { earliest, latest })
}

/** Whether two spans share a day. */
export const overlap = (a: DaySpan, b: DaySpan): boolean => (a.until === null || a.until >= b.since) && (b.until === null || b.until >= a.since)
