import type { ConnectionReport } from './media/probe-check.ts'
import type { WayVerdict } from './media/verdict.ts'

/** One line of the figures behind a check of the connection. */
export type Finding =
  | { name: 'udp' | 'tcp' | 'relay', way: WayVerdict | 'unknown' }
  | { name: 'up' | 'down', unit: 'mbps', value: number }
  | { name: 'rtt', unit: 'ms', value: number }
  | { name: 'loss', unit: 'percent', value: number }

/** What a check has found, for who wants the figures; what was not found out is left away, an absent relay too. */
export function findingsOf(report: ConnectionReport): Finding[] {
  const rounded = (value: number, digits = 0) => Number(value.toFixed(digits))
  const ways = (['udp', 'tcp', 'relay'] as const).filter((name) => report[name] !== 'notConfigured')
  return [
    ...ways.map((name) => ({ name, way: report[name] ?? 'unknown' as const })),
    ...(report.upKbps === null ? [] : [{ name: 'up' as const, unit: 'mbps' as const, value: rounded(report.upKbps / 1000, 1) }]),
    ...(report.downKbps === null ? [] : [{ name: 'down' as const, unit: 'mbps' as const, value: rounded(report.downKbps / 1000, 1) }]),
    ...(report.rttMs === null ? [] : [{ name: 'rtt' as const, unit: 'ms' as const, value: rounded(report.rttMs) }]),
    ...(report.loss === null ? [] : [{ name: 'loss' as const, unit: 'percent' as const, value: rounded(report.loss * 100, 1) }]),
  ]
}
