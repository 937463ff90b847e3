import { format, verdict, type PartReport } from '../report.ts'
import { median, spread } from '../statistics.ts'
import { allCores, CONTENDERS, type Contender } from './contenders.ts'
import type { Plan } from './plan.ts'
import { interleave, loadRemarks, ratios } from './rounds.ts'

/** Viewers whose packets are timed; those beyond them receive and decrypt, at the lowest priority. */
const TIMED = 20

/** From the speaker's send call to a viewer's callback, by one clock, both sides on the same cores. */
export async function measureDelay({ rooms, rounds }: Plan['delay']): Promise<PartReport> {
  const contenders: Contender[] = ['node', 'janusTuned']
  const report: PartReport = {
    part: 'Forwarding delay',
    tables: [{
      title: 'Milliseconds: median of the rounds of the 99th percentile (of the median packet)',
      columns: ['viewers', ...contenders.map((one) => CONTENDERS[one]), 'ratio to tuned'],
      rows: [],
    }],
    verdicts: [],
    remarks: [],
    raw: {},
  }
  const raw: Record<number, unknown> = {}
  for (const { viewers, seconds } of rooms) {
    const measured = await interleave({
      contenders, viewers, rounds, seconds, countedShare: Math.min(1, TIMED / viewers), media: allCores, load: allCores,
    })
    const ratio = median(ratios(measured, 'node', 'janusTuned', ({ p99 }) => p99))
    report.tables[0]?.rows.push([
      String(viewers),
      ...contenders.map((one) => {
        const all = measured.get(one) ?? []
        const p99 = spread(all.map((each) => each.p99))
        return `${format(p99.median, 1)}, ${format(p99.low, 1)} – ${format(p99.high, 1)} (${format(median(all.map(({ p50 }) => p50)), 1)})`
      }),
      format(ratio),
    ])
    report.verdicts.push(verdict({ what: `delay p99 × tuned Janus, ${viewers} viewers`, figure: ratio, atMost: 1 }))
    report.remarks.push(...loadRemarks(measured, viewers))
    raw[viewers] = Object.fromEntries(measured)
  }
  report.raw = raw
  return report
}
