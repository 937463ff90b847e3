import type { BaselineCount } from '../../protocol/baselines.ts'

/** One series as it is edited: meetings and those online by month, January first; null where there is no figure. */
export interface Series {
  bodyId: string, kind: string, meetings: (number | null)[], online: (number | null)[]
  /** Of every month without a figure. */
  gap: string
}

const empty = (): (number | null)[] => Array.from({ length: 12 }, () => null)

export function newSeries(bodyId: string, kind: string): Series {
  return { bodyId, kind, meetings: empty(), online: empty(), gap: '' }
}

export function toSeries(counts: readonly BaselineCount[]): Series[] {
  const series = new Map<string, Series>()
  for (const { bodyId, kind, month, meetings, online, gap } of counts) {
    const key = `${bodyId} ${kind}`
    const known = series.get(key) ?? newSeries(bodyId, kind)
    series.set(key, known)
    known.meetings[month - 1] = meetings
    known.online[month - 1] = online
    if (gap && !known.gap.split('; ').includes(gap)) known.gap = known.gap ? `${known.gap}; ${gap}` : gap
  }
  return [...series.values()]
}

/** What is to be saved: months with neither a figure nor an explanation are left out, and told as gaps. */
export function toCounts(series: readonly Series[]): BaselineCount[] {
  return series.flatMap(({ bodyId, kind, meetings, online, gap }) => meetings.flatMap((count, index): BaselineCount[] => {
    const key = { bodyId, kind, month: index + 1 }
    if (count !== null) return [{ ...key, meetings: count, online: Math.min(count, online[index] ?? 0), gap: '' }]
    return gap.trim() ? [{ ...key, meetings: null, online: null, gap: gap.trim().slice(0, 300) }] : []
  }))
}
