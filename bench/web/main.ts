import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { describeMachine, format, keep, partText, verdict, type PartReport, type Report, type Verdict } from '../report.ts'
import { median, percentile, sorted } from '../statistics.ts'
import type { Ask } from './asks.ts'
import { openHouse, type Call } from './house.ts'
import { divided, whole, type Size } from './size.ts'

/**
 * `npm run bench:web -- [--calls 50] [--quick]`: what the server spends on each list and page of convening with a province's
 * figures, and whether it sends as many SQL statements for it as with a tenth of them.
 */

const GOAL_MS = 100
const ABREAST = 8
/** First calls fill what the server keeps; they do not count. */
const WARM_UP = 5
const FILES = 10
const LONGEST_MS = 15 * 60_000

const { values: options } = parseArgs({ options: { calls: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const calls = Number(options.calls ?? (options.quick ? 3 : 50))
const size = options.quick ? divided(whole, 10) : whole
setTimeout(() => {
  console.error('The benchmark takes too long; is the machine busy?')
  process.exit(1)
}, LONGEST_MS).unref()

interface Measured { ask: Ask, alone: Call[], together: Call[] }

const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-web-'))
// PostgreSQL may run as another user, who has to come by here.
await chmod(folder, 0o755)
const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log: { info: () => {}, warn: console.warn } })
const report: Report = {
  benchmark: 'web', command: `npm run bench:web${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
  takenAt: new Date().toISOString(), quick: options.quick, machine: describeMachine(), parts: [],
}
console.log(`${report.command}\n${report.machine}\n`)
try {
  const small = await measureAll(divided(size, 10), Math.min(calls, 5), 0)
  const large = await measureAll(size, calls, calls)
  report.parts.push(timesOf(large, small), filesOf(large, small))
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
for (const part of report.parts) console.log(`${partText(part)}\n`)
console.log(`Written to ${keep(report)}`)
process.exit(0)

async function measureAll(of: Size, alone: number, together: number): Promise<{ size: Size, seedMs: number, measured: Measured[] }> {
  const house = await openHouse(postgres, of)
  try {
    console.log(`${of.people} people, ${of.meetings} meetings, ${of.proposals} proposals: there after ${format(house.seedMs / 1000, 1)} s`)
    const measured: Measured[] = []
    for (const ask of house.asks) {
      await house.measure(ask, ask.file ? 1 : Math.min(WARM_UP, alone), 1)
      measured.push({
        ask, alone: await house.measure(ask, ask.file ? Math.min(FILES, alone) : alone, 1),
        together: ask.file || together === 0 ? [] : await house.measure(ask, together, ABREAST),
      })
    }
    return { size: of, seedMs: house.seedMs, measured }
  } finally {
    await house.close()
  }
}

type Round = Awaited<ReturnType<typeof measureAll>>

function label({ name, who }: Ask): string {
  return who === 'nobody' ? name : `${name} (${who})`
}

function p95(of: Call[]): number {
  return percentile(sorted(of.map(({ ms }) => ms)), 0.95)
}

function middle(of: Call[]): number {
  return median(of.map(({ ms }) => ms))
}

/** The most that any of the calls took: one that now and then asks more is not constant. */
function statements({ alone }: Measured): number {
  return median(alone.map((call) => call.statements))
}

/** Each of the large round beside the same ask of the small one. */
function pairs(large: Round, small: Round, wanted: (ask: Ask) => boolean): [Measured, Measured][] {
  return large.measured.flatMap((one, index) => {
    const before = small.measured[index]
    return before && wanted(one.ask) ? [[one, before] satisfies [Measured, Measured]] : []
  })
}

function constancy(both: [Measured, Measured][]): Verdict[] {
  const differing = both.filter(([one, before]) => statements(one) !== statements(before))
  return [
    verdict({ what: 'requests whose number of SQL statements depends on how much there is', figure: differing.length, digits: 0, atMost: 0 }),
    ...differing.map(([one, before]) => (
      verdict({ what: `${label(one.ask)}: SQL statements more than at a tenth`, figure: Math.abs(statements(one) - statements(before)), digits: 0, atMost: 0 })
    )),
  ]
}

function timesOf(large: Round, small: Round): PartReport {
  const both = pairs(large, small, ({ file }) => !file)
  const slowest = both.map(([one]) => one).toSorted((a, b) => p95(b.alone) - p95(a.alone))
  const missed = slowest.filter(({ alone }, index) => index === 0 || p95(alone) > GOAL_MS)
  return {
    part: `Lists and pages (${calls} calls each)`,
    tables: [{
      title: `Time at the server, ms, with ${facts(large.size)}; SQL statements of one request there and with a tenth of all that`,
      columns: ['asked', 'answer, kB', 'median', 'p95', `median, ${ABREAST} at once`, `p95, ${ABREAST} at once`, 'statements', 'at a tenth'],
      rows: both.map(([one, before]) => [
        label(one.ask), format((one.alone[0]?.bytes ?? 0) / 1000, 1), format(middle(one.alone), 1), format(p95(one.alone), 1),
        format(middle(one.together), 1), format(p95(one.together), 1), String(statements(one)), String(statements(before)),
      ]),
    }],
    verdicts: [
      ...missed.map(({ ask, alone }, index) => (
        verdict({ what: `${index === 0 ? 'slowest: ' : ''}${label(ask)}, p95`, figure: p95(alone), digits: 1, unit: ' ms', atMost: GOAL_MS })
      )),
      ...constancy(both),
    ],
    remarks: [
      'From the request’s head being read to its last byte being handed to the network, in a process of its own; who asks, and PostgreSQL, share the machine.',
      `Statements are all that the server sends to PostgreSQL for the request, those of the session too; the median of the calls. The first ${WARM_UP} calls do not count.`,
      'The state of a meeting comes over a socket (`meeting:follow`): the attendance list and the table of answers are read from it.',
      `The database was filled in ${format(large.seedMs / 1000, 0)} s.`,
    ],
    raw: both.map(([one, before]) => ({ asked: label(one.ask), alone: one.alone, together: one.together, atATenth: before.alone })),
  }
}

function filesOf(large: Round, small: Round): PartReport {
  const both = pairs(large, small, ({ file }) => file === true)
  return {
    part: `Files that are made for each download (${Math.min(FILES, calls)} each)`,
    tables: [{
      title: `Time at the server, ms; of ${large.size.people} people`,
      columns: ['asked', 'file, kB', 'median', 'p95', 'statements', 'at a tenth'],
      rows: both.map(([one, before]) => [
        label(one.ask), format((one.alone[0]?.bytes ?? 0) / 1000, 1), format(middle(one.alone), 0), format(p95(one.alone), 0),
        String(statements(one)), String(statements(before)),
      ]),
    }],
    verdicts: constancy(both),
    remarks: ['A PDF is set in a thread of its own, in which time meetings go on.'],
    raw: both.map(([one, before]) => ({ asked: label(one.ask), alone: one.alone, atATenth: before.alone })),
  }
}

function facts({ people, units, items, guests, documents, proposals, meetings, bodies }: Size): string {
  return `${people} people in ${units} units and ${bodies + 1} bodies, a meeting of all of them with ${items} items, ${guests} guests of items and ${
    documents} documents, ${proposals} proposals, ${meetings} meetings in a year`
}
