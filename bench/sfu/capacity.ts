import { format, verdict, type PartReport } from '../report.ts'
import { CONTENDERS, type Contender } from './contenders.ts'
import type { Plan } from './plan.ts'
import { openStage, SPEAKER_STREAMS, type Measurement, type Stage } from './stage.ts'

/** Beyond this share of packets lost, or later than 500 ms, a server carries too much. */
const LOSS_LIMIT = 0.001

interface Ramp {
  stage: Stage
  steps: { consumers: number; measured: Measurement }[]
  /** It lost packets at the last step, twice. */
  ended: boolean
}

/**
 * Adds viewers to a room on one core until the server loses packets. What the sockets of the load drop is known from the
 * kernel and not counted against the server. Of the viewers one in twenty counts what it gets.
 */
export async function measureCapacity({ step, most, seconds }: Plan['capacity']): Promise<PartReport> {
  const contenders: Contender[] = ['node', 'janusTuned']
  const ramps: Ramp[] = []
  try {
    for (const contender of contenders) {
      const stage = await openStage({ contender, countedShare: 0.05, media: { cores: [0] }, load: { cores: [1] } })
      ramps.push({ stage, steps: [], ended: false })
    }
    for (let viewers = step; viewers <= most; viewers += step) {
      for (const ramp of ramps) if (!ramp.ended) await climb(ramp, step, seconds)
    }
  } finally {
    for (const { stage } of ramps) await stage.close()
  }
  return reportOf(ramps)
}

async function climb(ramp: Ramp, step: number, seconds: number): Promise<void> {
  const { stage, steps } = ramp
  await stage.addViewers(step)
  let measured = await stage.measure(seconds)
  // Once may be the machine's fault.
  if (measured.loss > LOSS_LIMIT) measured = await stage.measure(seconds)
  ramp.ended = measured.loss > LOSS_LIMIT
  steps.push({ consumers: stage.viewers() * SPEAKER_STREAMS.length, measured })
}

function reportOf(ramps: Ramp[]): PartReport {
  const carried = (ramp: Ramp) => ramp.steps.filter(({ measured }) => measured.loss <= LOSS_LIMIT).at(-1)?.consumers ?? 0
  const received = (ramp: Ramp) =>
    ramp.steps.filter(({ measured }) => measured.loadLoss <= LOSS_LIMIT && measured.loss <= LOSS_LIMIT).at(-1)?.consumers ?? 0
  const of = (contender: Contender) => ramps.find(({ stage }) => stage.contender === contender)
  const [node, janus] = [of('node'), of('janusTuned')]
  const remarks: string[] = []
  for (const ramp of ramps) {
    const name = CONTENDERS[ramp.stage.contender]
    if (!ramp.ended) remarks.push(`${name} lost nothing at the last step: its limit is higher than ${carried(ramp)} consumers.`)
    if (received(ramp) < carried(ramp)) {
      remarks.push(`${name}: beyond ${received(ramp)} consumers the load generator dropped more than 0.1 % at its own sockets; the ` +
        'server had sent these packets, and they are not counted against it.')
    }
  }
  const verdicts = node && janus ? [
    verdict({ what: 'consumers a worker carries', figure: carried(node), digits: 0, atLeast: 750 }),
    // If Janus did not end either, the two were not told apart.
    ...(janus.ended ? [verdict({ what: 'consumers × tuned Janus', figure: carried(node) / carried(janus), atLeast: 1.25 })] : []),
  ] : []
  return {
    part: 'Consumers a worker carries',
    tables: [{
      title: `One core for the media, one for the load; a camera and a microphone to each viewer, ${
        SPEAKER_STREAMS.reduce((sum, { packetsPerSecond }) => sum + packetsPerSecond, 0)} packets/s together`,
      columns: ['server', 'consumers', 'fully received by the load', 'packets/s sent', 'loss there', 'media core busy'],
      rows: ramps.map((ramp) => {
        const last = ramp.steps.filter(({ measured }) => measured.loss <= LOSS_LIMIT).at(-1)?.measured
        return [
          CONTENDERS[ramp.stage.contender], `${ramp.ended ? '' : '≥ '}${carried(ramp)}`, String(received(ramp)),
          last ? format(last.sent / last.seconds * carried(ramp) / SPEAKER_STREAMS.length, 0) : '–',
          last ? `${format(100 * last.loss, 3)} %` : '–', last ? `${format(100 * (last.busy[0] ?? 0), 0)} %` : '–',
        ]
      }),
    }],
    verdicts,
    remarks,
    raw: ramps.map(({ stage, steps }) => ({ contender: stage.contender, steps })),
  }
}
