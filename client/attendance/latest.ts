import type { AttendanceState } from '../../protocol/attendance.ts'

/** Who is in the hall, the latest first. */
export function latestInHall({ told }: AttendanceState, most: number): { personId: string, since: string }[] {
  return Object.entries(told)
    .flatMap(([personId, { inPerson }]) => inPerson.flatMap(({ from, to }) => to === null ? [{ personId, since: from }] : []))
    .toSorted((a, b) => b.since.localeCompare(a.since))
    .slice(0, most)
}
