import { monthsOf, type Month, type Results } from '../../protocol/results.ts'
import type { BaselineFigures } from './baselines.ts'
import { lastEnded } from './period.ts'

/** Meetings that a body held in a month. */
export interface HeldRow { bodyId: string, month: Month, held: number, online: number }

export interface Compared {
  rows: readonly HeldRow[]
  known: BaselineFigures | null
  bodies: readonly { id: string, name: string }[]
  wanted: { from: Month, to: Month }
  now: Date
}

const held = (rows: readonly HeldRow[]) => rows.reduce((all, row) => all + row.held, 0)
const online = (rows: readonly HeldRow[]) => rows.reduce((all, row) => all + row.online, 0)

/** Meetings that were held beside those of the baseline, of months that have ended and of bodies that it knows. */
export function compare({ rows, known, bodies, wanted, now }: Compared): Pick<Results, 'meetings' | 'headline'> {
  const compared = new Set(bodies.flatMap(({ id }) => known?.counts.some(({ bodyId }) => bodyId === id) ? [id] : []))
  /** Of the baseline's same months. */
  const baselineOf = (months: readonly Month[], of: (bodyId: string) => boolean) => (known?.counts ?? [])
    .filter(({ bodyId, month }) => compared.has(bodyId) && of(bodyId) && months.some((each) => Number(each.slice(5)) === month))
    .reduce((all, { meetings }) => all + meetings, 0)
  const until = lastEnded(wanted, now)
  const ended = until === undefined ? [] : monthsOf({ from: wanted.from, to: until })
  const inEnded = rows.filter(({ month }) => ended.includes(month))
  const ofCompared = (some: readonly HeldRow[]) => some.filter(({ bodyId }) => compared.has(bodyId))
  const [was, is] = [baselineOf(ended, () => true), held(ofCompared(inEnded))]
  return {
    meetings: {
      held: held(rows), online: online(rows),
      byMonth: monthsOf(wanted).map((month) => {
        const own = rows.filter((row) => row.month === month)
        const baseline = compared.size ? baselineOf([month], () => true) : null
        return { month, held: held(own), online: online(own), compared: held(ofCompared(own)), baseline }
      }),
      byBody: bodies.flatMap(({ id, name }) => {
        const own = rows.filter(({ bodyId }) => bodyId === id)
        if (own.length === 0 && !compared.has(id)) return []
        const baseline = compared.has(id) ? baselineOf(ended, (bodyId) => bodyId === id) : null
        const comparable = held(ofCompared(inEnded.filter(({ bodyId }) => bodyId === id)))
        return [{ body: { id, name }, held: held(own), online: online(own), compared: comparable, baseline }]
      }),
    },
    headline: known && until !== undefined && compared.size
      ? {
          baselineId: known.id, year: known.year, version: known.version, sha256: known.sha256, until,
          baseline: was, held: is, fewer: was - is, notCompared: held(inEnded) - is,
        }
      : null,
  }
}
