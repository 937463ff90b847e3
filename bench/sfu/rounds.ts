import type { Contender } from './contenders.ts'
import { openStage, type Measurement, type Stage, type StageOptions } from './stage.ts'

export type Rounds = Map<Contender, Measurement[]>

/**
 * Measures contenders against each other: all of them stand at once with the same number of viewers, and take turns, in
 * another order each round, so that what disturbs the machine disturbs them alike.
 */
export async function interleave(options: Omit<StageOptions, 'contender'> & {
  contenders: Contender[]
  viewers: number
  rounds: number
  seconds: number
}): Promise<Rounds> {
  const { contenders, viewers, rounds, seconds, ...stageOptions } = options
  const stages: Stage[] = []
  try {
    for (const contender of contenders) {
      const stage = await openStage({ ...stageOptions, contender })
      stages.push(stage)
      await stage.addViewers(viewers)
    }
    const measured: Rounds = new Map(contenders.map((contender) => [contender, []]))
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < stages.length; turn += 1) {
        const stage = stages[(round + turn) % stages.length]
        if (stage) measured.get(stage.contender)?.push(await stage.measure(seconds))
      }
    }
    return measured
  } finally {
    for (const stage of stages) await stage.close()
  }
}

/** What `figure` is of one contender in comparison with another, round by round. */
export function ratios(rounds: Rounds, of: Contender, to: Contender, figure: (one: Measurement) => number): number[] {
  const others = rounds.get(to) ?? []
  return (rounds.get(of) ?? []).flatMap((one, n) => {
    const other = others[n]
    return other ? [figure(one) / figure(other)] : []
  })
}

/** A remark where the load, not the server, was at its limit; a measurement of that kind says nothing of the server. */
export function loadRemarks(rounds: Rounds, viewers: number): string[] {
  const all = [...rounds.values()].flat()
  const worst = Math.max(...all.map(({ loadLoss }) => loadLoss))
  const lost = Math.max(...all.map(({ loss }) => loss))
  return [
    ...(worst > 0.001 ? [`At ${viewers} viewers the load generator dropped up to ${(100 * worst).toFixed(2)} % itself.`] : []),
    ...(lost > 0.001 ? [`At ${viewers} viewers up to ${(100 * lost).toFixed(2)} % were lost or later than 500 ms in a round.`] : []),
  ]
}
