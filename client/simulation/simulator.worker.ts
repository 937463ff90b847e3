import { asThen, asToday, supposed, type KnownYear, type SimulationMaterial } from '../../protocol/simulating.ts'
import { compareBoth, runsOf, summariseBoth, sweeps, type BothWays, type Compared, type Simulation, type Sweep, type Tried } from '../../protocol/simulation.ts'
import type { TriageRule } from '../../protocol/triage-rules.ts'

/** Reckoning takes a minute and more, in which the page still answers: so it goes on here. */

/**
 * `rules` null: those in force, in a year that was on each of its days. `year` null: synthetic years. `sweep`: what the result depends
 * on, instead of the result.
 */
export interface Order {
  material: SimulationMaterial, rules: TriageRule[] | null, today: string, year: KnownYear | null, seed: number, runs: number, sweep: boolean
}
export type News = { kind: 'progress', done: number } | { kind: 'simulation', simulation: BothWays<Simulation> } | { kind: 'sweep', sweeps: Sweep[] }

/** Progress is told so many times. */
const STEPS = 50

const tell = (news: News) => postMessage(news)

onmessage = ({ data: { material, rules, today, year, seed, runs, sweep } }: MessageEvent<Order>) => {
  const now = asToday(material, rules ?? material.rules, today)
  const then = year && asThen(year)
  const tried: Tried = then ? { ...then, ...rules && { rulesOf: now.rulesOf } } : now
  if (sweep) {
    const done: Sweep[] = []
    for (const one of sweeps(tried, seed, runs)) {
      done.push(one)
      tell({ kind: 'progress', done: done.length })
    }
    tell({ kind: 'sweep', sweeps: done })
    return
  }
  const found: BothWays<Compared>[] = []
  const step = Math.max(1, Math.round(runs / STEPS))
  for (const run of year ? supposedRuns(year, tried, seed, runs) : runsOf(tried, seed, runs)) {
    found.push(run)
    if (found.length % step === 0) tell({ kind: 'progress', done: found.length })
  }
  tell({ kind: 'simulation', simulation: summariseBoth(found, seed) })
}

function* supposedRuns(year: KnownYear, tried: Tried, seed: number, runs: number) {
  for (let nth = 0; nth < runs; nth += 1) yield compareBoth(supposed(year, seed + nth), tried)
}
