import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { localDay } from '../protocol/calendar.ts'
import { asThen, asToday, supposed } from '../protocol/simulating.ts'
import { compareBoth, runsOf, summariseBoth, sweeps, type BothWays, type Compared, type Simulation } from '../protocol/simulation.ts'
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

function figures({ runs: _, seed: __, ...found }: Simulation): string[] {
  const range = ({ low, middle, high }: Simulation['hoursSaved'], words: (value: number) => string = one) => `${words(middle)} (${words(low)} to ${words(high)})`
  return [
    `  avoided, net of rebounds    ${range(found.avoidedPercent)} %; at least 20 % in ${one(found.runsOver20)} % of the runs, at least 10 % in ${one(found.runsOver10)} %`,
    ...found.avoidedPercent.middle < 20 ? ['                              which falls short of 20 % fewer'] : [],
    `  meetings without rules      ${range(found.meetingsBefore, (value) => value.toFixed(0))}`,
    `  meetings by the rules       ${range(found.meetingsAfter, (value) => value.toFixed(0))}`,
    `  online by the rules         ${range(found.onlinePercent)} %`,
    ...found.onlinePercent.middle < 60 ? ['                              which falls short of the 60 % of Kết luận 226-KL/TW'] : [],
    `  rebounds, of those without  ${range(found.reboundPercent)} %`,
    `  hours of members saved      ${range(found.hoursSaved, (value) => value.toFixed(0))}`,
    `  saved (an estimate)         ${range(found.saved.likely, dong)}`,
    `    each rate as it saves least ${range(found.saved.low, dong)}; most ${range(found.saved.high, dong)}`,
    `  working days to a decision  ${range(found.daysBefore)} without rules, ${range(found.daysAfter)} by them`,
    `  ways, in % of the matters   ${Object.entries(found.ways).map(([way, share]) => `${way} ${one(share)}`).join(', ')}`,
  ]
}

/** What the figures rest on; the same is on the page. */
const ASSUMED = [
  'Assumed, with rules and without alike: a unit that asks for a meeting, or cannot wait for a planned one, gets it as often as',
  'meetingsGranted says, and otherwise waits for the next that has room; meetings of a body on one day are one; a meeting has 20 minutes',
  'beside its matters. A written opinion takes five working days, three at least, and 15 minutes of each member; delegated work up to ten',
  'days; neither where the unit cannot wait so long. What comes back is met about by its own day, at once where that is past.',
  'Regular sittings keep their form; what is saved comes of fewer meetings and of meetings online together. No figure is measured:',
  'what this proves and what not is in docs/decisions/0041-simulator.md.',
]

function described(name: string, { held, notHeld }: BothWays<Simulation>): string {
  return [
    `${name}: ${held.runs} runs from seed ${held.seed}; the middle, and in brackets what nine of ten runs lie between`,
    'Where regular sittings that nothing is on are held all the same (the more cautious):', ...figures(held),
    'Where they are not held:', ...figures(notHeld), ...ASSUMED,
  ].join('\n')
}

/** What is printed of it. */
export async function simulate({ year, seeds, seed, sweep }: Wanted, db: Knex): Promise<string> {
  const { years } = createSimulating({ db })
  const runs: BothWays<Compared>[] = []
  if (year === undefined) {
    const material = await years.material(OPERATOR)
    const tried = asToday(material, material.rules, localDay(new Date()))
    for (const run of runsOf(tried, seed, seeds)) {
      runs.push(run)
      if (runs.length % 100 === 0) process.stderr.write(`${runs.length} of ${seeds} years\n`)
    }
    const lines = [described('Synthetic years of a province', summariseBoth(runs, seed))]
    if (sweep) lines.push('Avoided, in %, with one assumption at either end of its range and the others as is likely (empty sittings held but in the first line):')
    for (const { parameter, low, high } of sweep ? sweeps(tried, seed, Math.min(seeds, SWEEP_RUNS)) : []) {
      lines.push(`  ${parameter.padEnd(18)} ${one(low.middle).padStart(5)} … ${one(high.middle).padStart(5)}`)
    }
    return lines.join('\n')
  }
  const known = await years.year(OPERATOR, year)
  if (known.matters.length === 0) return `There are no accepted matters of ${year}.`
  const tried = asThen(known)
  for (let nth = 0; nth < seeds; nth += 1) runs.push(compareBoth(supposed(known, seed + nth), tried))
  return described(`${known.matters.length} matters of ${year}, by the rules of each day`, summariseBoth(runs, seed))
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
