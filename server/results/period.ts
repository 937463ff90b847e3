import { addDays, localDay, startOfDay, type Day } from '../../protocol/calendar.ts'
import { monthsLater, type Month } from '../../protocol/results.ts'

/** Months as days and instants; `end` and `endDay` are the first that lie beyond. */
export interface Span { firstDay: Day, lastDay: Day, start: Date, end: Date }

export function spanOf({ from, to }: { from: Month, to: Month }): Span {
  const beyond = `${monthsLater(to, 1)}-01`
  return { firstDay: `${from}-01`, lastDay: addDays(beyond, -1), start: startOfDay(`${from}-01`), end: startOfDay(beyond) }
}

/** The last month of the period that has ended; undefined: none has. Of a month that goes on, half the meetings would be compared with all of another. */
export function lastEnded({ from, to }: { from: Month, to: Month }, now: Date): Month | undefined {
  const before = monthsLater(localDay(now).slice(0, 7), -1)
  const until = before < to ? before : to
  return until < from ? undefined : until
}
