const QUARTER_MS = 15 * 60_000
const ZONE_MS = 7 * 3600_000
const DAY_MS = 24 * 3600_000
/** As long as a slow machine takes to prepare a meeting: it is published before its start. */
const PREPARING_MS = 10 * 60_000

const quarterFrom = (ms: number) => Math.ceil(ms / QUARTER_MS) * QUARTER_MS

/** A day by the clock of Asia/Ho_Chi_Minh, counted. */
export const dayOf = (at: Date) => Math.floor((at.getTime() + ZONE_MS) / DAY_MS)

/** The earliest quarter of an hour that a meeting prepared now may begin at. */
export const earliestStart = (now: Date) => new Date(quarterFrom(now.getTime() + PREPARING_MS))

/** The next quarter of an hour after so many minutes, but still today by the clock of Asia/Ho_Chi_Minh, if enough of it is left. */
export function startToday(now: Date, minutes: number): Date {
  const earliest = earliestStart(now).getTime()
  const wanted = Math.max(earliest, quarterFrom(now.getTime() + minutes * 60_000))
  const lastOfDay = (dayOf(now) + 1) * DAY_MS - ZONE_MS - QUARTER_MS
  return new Date(lastOfDay >= earliest ? Math.min(wanted, lastOfDay) : wanted)
}
