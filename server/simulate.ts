import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { localDay } from '../protocol/calendar.ts'
import { supposed } from '../protocol/simulating.ts'
import { compare, runsOf, summarise, sweeps, type Compared, type Simulation, type Tried } from '../protocol/simulation.ts'
import { rulesFor } from '../protocol/triage-rules.ts'
import { createSimulating } from './simulating.ts'
import { loadConfig } from './platform/config.ts'
import { describeStartError } from './platform/start-error.ts'
import { visitDatabase } from './platform/visit-database.ts'

/**
 * `npm run simulate -- [--year 2026] [--seeds 1000] [--seed 1] [--sweep]`: what the rules of triage that are in force make of years.
 * Without `--year` of synthetic ones (docs/decisions/0041); with it of the matters that this installation had then, whose unknown
 * luck is drawn so many times. `--sweep` adds what the result depends on. Reads the database alone.
 */

const USAGE = 'usage: npm run simulate -- [--year 2026] [--seeds 1000] [--seed 1] [--sweep]'

/** Nobody: whoever runs the installation may see all of it. */
const OPERATOR = { personId: '00000000-0000-0000-0000-000000000000', administrator: true }

/** Years at either end of each assumption. */
const SWEEP_RUNS = 50

interface Wanted { year: number | undefined, seeds: number, seed: number, sweep: boolean }

function wantedBy(args: string[]): Wanted | undefined {
  const whole = (text: string | undefined, least: number, most: number) => {
    const value = Number(text)
    return Number.isInteger(value) && value >= least && value <= most ? value : NaN
  }
  try {
    const { values } = parseArgs({ args, options: { year: { type: 'string' }, seeds: { type: 'string' }, seed: { type: 'string' }, sweep: { type: 'boolean' } } })
    const year = values.year === undefined ? undefined : whole(values.year, 2000, 2199)
    const [seeds, seed] = [whole(values.seeds ?? '1000', 1, 100_000), whole(values.seed ?? '1', 0, 1_000_000)]
    return [year ?? 0, seeds, seed].some(Number.isNaN) ? undefined : { year, seeds, seed, sweep: values.sweep ?? false }
  } catch {
    return undefined
  }
}

const one = (value: number) => value.toFixed(1)
const dong = (value: number) => `${Math.round(value / 1_000_000)} million đồng`

function described(name: string, { runs, seed, ...found }: Simulation): string {
  const range = ({ low, middle, high }: Simulation['saved'], words: (value: number) => string = one) => `${words(middle)} (${words(low)} to ${words(high)})`
  return [
    `${name}: ${runs} runs from seed ${seed}; the middle, and in brackets what nine of ten runs lie between`,
    `  meetings without rules      ${range(found.meetingsBefore, (value) => value.toFixed(0))}`,
    `  meetings by the rules       ${range(found.meetingsAfter, (value) => value.toFixed(0))}`,
    `  avoided, net of rebounds    ${range(found.avoidedPercent)} %; at least 20 % in ${one(found.runsOver20)} % of the runs, at least 10 % in ${one(found.runsOver10)} %`,
    `  online by the rules         ${range(found.onlinePercent)} %`,
    `  rebounds, of those without  ${range(found.reboundPercent)} %`,
    `  hours of members saved      ${range(found.hoursSaved, (value) => value.toFixed(0))}`,
    `  saved (an estimate)         ${range(found.saved, dong)}`,
    `  working days to a decision  ${range(found.daysBefore)} without rules, ${range(found.daysAfter)} by them`,
    `  ways, in % of the matters   ${Object.entries(found.ways).map(([way, share]) => `${way} ${one(share)}`).join(', ')}`,
  ].join('\n')
}

/** What is printed of it. */
export async function simulate({ year, seeds, seed, sweep }: Wanted, db: Knex): Promise<string> {
  const { years } = createSimulating({ db })
  const today = localDay(new Date())
  const { rules, rates, quotaPercent } = await years.material(OPERATOR)
  const tried: Tried = { rulesOf: ({ id }) => rulesFor(rules, id, today), rates: (item) => rates.find((rate) => rate.item === item), quotaPercent }
  const runs: Compared[] = []
  if (year === undefined) {
    for (const run of runsOf(tried, seed, seeds)) {
      runs.push(run)
      if (runs.length % 100 === 0) process.stderr.write(`${runs.length} of ${seeds} years\n`)
    }
    const lines = [described('Synthetic years of a province', summarise(runs, seed))]
    if (sweep) lines.push('Avoided, in %, with one assumption at either end of its range and the others as is likely:')
    for (const { parameter, low, high } of sweep ? sweeps(tried, seed, Math.min(seeds, SWEEP_RUNS)) : []) {
      lines.push(`  ${parameter.padEnd(18)} ${one(low.middle).padStart(5)} … ${one(high.middle).padStart(5)}`)
    }
    return lines.join('\n')
  }
  const known = await years.year(OPERATOR, year)
  if (known.matters.length === 0) return `There are no accepted matters of ${year}.`
  for (let nth = 0; nth < seeds; nth += 1) runs.push(compare(supposed(known, seed + nth), tried))
  return described(`${known.matters.length} matters of ${year}`, summarise(runs, seed))
}

if (import.meta.main) {
  const wanted = wantedBy(process.argv.slice(2))
  try {
    if (wanted) process.stdout.write(`${await visitDatabase(loadConfig(process.env), (db) => simulate(wanted, db))}\n`)
    else process.stderr.write(`${USAGE}\n`)
    process.exitCode = wanted ? 0 : 1
  } catch (error) {
    process.stderr.write(`${describeStartError(error) ?? (error instanceof Error ? error.stack ?? error.message : String(error))}\n`)
    process.exitCode = 1
  }
}
