import { dayOf, formatSeconds } from '../app/format.ts'

/** What a field of a clock time shows: 08:05:30, as it was in Vietnam. */
export const clockOf = (instant: string) => formatSeconds(instant)

/** The instant of a clock time (08:05, 08:05:30) on the day of another instant in Vietnam; undefined for what is no time. */
export function instantOf(day: string, clock: string): string | undefined {
  if (!/^([01]\d|2[0-3])(:[0-5]\d){1,2}$/.test(clock)) return undefined
  return new Date(`${dayOf(day)}T${clock.length === 5 ? `${clock}:00` : clock}+07:00`).toISOString()
}
