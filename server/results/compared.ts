import type { BaselineCount } from '../../protocol/baselines.ts'
import type { Wording } from '../../protocol/meeting-kinds.ts'
import { monthsOf, type Month, type Results } from '../../protocol/results.ts'
import type { BaselineFigures } from './baselines.ts'
import { lastEnded } from './period.ts'

/** Meetings of a kind (a code, or `none`) that a body held in a month. */
export interface HeldRow { bodyId: string, month: Month, kind: string, held: number, online: number }

export interface Compared {
  rows: readonly HeldRow[]
  known: BaselineFigures | null
  bodies: readonly { id: string, name: string }[]
  kinds: readonly { code: string, name: Wording }[]
  wanted: { from: Month, to: Month }
  now: Date
}

/** What the headline counts: months that have ended, bodies that the baseline knows; null where there is nothing to compare. */
export function scopeOf({ known, bodies, wanted, now }: Pick<Compared, 'known' | 'bodies' | 'wanted' | 'now'>) {
  const until = lastEnded(wanted, now)
  const bodyIds = new Set(bodies.flatMap(({ id }) => known?.counts.some(({ bodyId }) => bodyId === id) ? [id] : []))
  return known && until !== undefined && bodyIds.size ? { until, bodyIds } : null
}

const total = <T>(rows: readonly T[], of: (row: T) => number) => rows.reduce((all, row) => all + of(row), 0)
const held = (rows: readonly HeldRow[]) => total(rows, (row) => row.held)
const online = (rows: readonly HeldRow[]) => total(rows, (row) => row.online)
// A month whose lack is explained counts as without meetings.
const were = (counts: readonly BaselineCount[]) => total(counts, ({ meetings }) => meetings ?? 0)
const wereOnline = (counts: readonly BaselineCount[]) => total(counts, (count) => count.online ?? 0)

/** Meetings that were held beside those of the baseline, of months that have ended and of bodies that it knows. */
export function compare({ rows, known, bodies, kinds, wanted, now }: Compared): Pick<Results, 'meetings' | 'headline'> {
  const scope = scopeOf({ known, bodies, wanted, now })
  const ended = new Set(scope ? monthsOf({ from: wanted.from, to: scope.until }) : [])
  const ofScope = rows.filter(({ bodyId }) => scope?.bodyIds.has(bodyId))
  const inScope = ofScope.filter(({ month }) => ended.has(month))
  const monthsOfYear = new Set([...ended].map((month) => Number(month.slice(5))))
  const counts = (known?.counts ?? []).filter(({ bodyId, month }) => scope?.bodyIds.has(bodyId) && monthsOfYear.has(month))
  return {
    meetings: {
      held: held(rows), online: online(rows),
      byMonth: monthsOf(wanted).map((month) => {
        const own = rows.filter((row) => row.month === month)
        return {
          month, held: held(own), online: online(own), compared: held(ofScope.filter((row) => row.month === month)),
          baseline: ended.has(month) ? were(counts.filter((count) => count.month === Number(month.slice(5)))) : null,
        }
      }),
      byBody: bodies.flatMap(({ id, name }) => {
        const own = rows.filter(({ bodyId }) => bodyId === id)
        const known = scope?.bodyIds.has(id) ?? false
        if (own.length === 0 && !known) return []
        return [{
          body: { id, name }, held: held(own), online: online(own), compared: held(inScope.filter(({ bodyId }) => bodyId === id)),
          baseline: known ? were(counts.filter(({ bodyId }) => bodyId === id)) : null,
        }]
      }),
      byKind: [...new Set([...counts, ...inScope].map(({ kind }) => kind))].sort().map((code) => {
        const [was, is] = [counts.filter(({ kind }) => kind === code), inScope.filter(({ kind }) => kind === code)]
        const name = kinds.find((kind) => kind.code === code)?.name ?? null
        return { code, name, baseline: were(was), baselineOnline: wereOnline(was), held: held(is), online: online(is) }
      }),
    },
    headline: known && scope
      ? {
          baselineId: known.id, year: known.year, version: known.version, sha256: known.sha256, intact: known.intact, until: scope.until,
          baseline: were(counts), held: held(inScope), fewer: were(counts) - held(inScope), baselineOnline: wereOnline(counts), online: online(inScope),
          notCompared: held(rows.filter(({ month }) => ended.has(month))) - held(inScope),
        }
      : null,
  }
}
