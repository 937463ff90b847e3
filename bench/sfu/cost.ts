import { format, verdict, type PartReport } from '../report.ts'
import { median, spread } from '../statistics.ts'
import { CONTENDERS, type Contender } from './contenders.ts'
import type { Plan } from './plan.ts'
import { interleave, loadRemarks, ratios } from './rounds.ts'
import type { Measurement } from './stage.ts'

const perPacket = ({ mediaCpu, delivered }: Measurement) => 1e6 * mediaCpu / delivered
const perPacketWithSignalling = ({ mediaCpu, signallingCpu, delivered }: Measurement) => 1e6 * (mediaCpu + signallingCpu) / delivered
const GOALS: Record<number, number> = { 20: 0.8, 60: 0.8, 120: 0.9 }

/** What a delivered packet costs: CPU time of the media process, all threads, the media side on one core, the load on another. */
export async function measureCost({ rooms, rounds }: Plan['cost']): Promise<PartReport> {
  const contenders: Contender[] = ['node', 'janusTuned', 'janusPackaged']
  const report: PartReport = {
    part: 'CPU time per delivered packet',
    tables: [{
      title: 'Microseconds per packet, median (lowest – highest) of the rounds; ratio: median of the ratios within a round',
      columns: ['viewers', ...contenders.map((one) => CONTENDERS[one]), 'ratio to tuned', 'ratio to packaged', 'with the signalling process'],
      rows: [],
    }],
    verdicts: [],
    remarks: [],
    raw: {},
  }
  const raw: Record<number, unknown> = {}
  for (const { viewers, seconds } of rooms) {
    const measured = await interleave({
      contenders, viewers, rounds, seconds, countedShare: 1, media: { cores: [0] }, load: { cores: [1] },
    })
    const toTuned = median(ratios(measured, 'node', 'janusTuned', perPacket))
    report.tables[0]?.rows.push([
      String(viewers),
      ...contenders.map((one) => {
        const { median: middle, low, high } = spread((measured.get(one) ?? []).map(perPacket))
        return `${format(middle, 1)} (${format(low, 1)} – ${format(high, 1)})`
      }),
      format(toTuned),
      format(median(ratios(measured, 'node', 'janusPackaged', perPacket))),
      format(median((measured.get('node') ?? []).map(perPacketWithSignalling)), 1),
    ])
    const goal = GOALS[viewers]
    if (goal !== undefined) report.verdicts.push(verdict({ what: `CPU × tuned Janus, ${viewers} viewers`, figure: toTuned, atMost: goal }))
    report.remarks.push(...loadRemarks(measured, viewers))
    raw[viewers] = Object.fromEntries(measured)
  }
  report.raw = raw
  return report
}
