import { parseArgs } from 'node:util'
import { describeMachine, keep, partText, type PartReport, type Report } from '../report.ts'
import { measureCapacity } from './capacity.ts'
import { measureConference } from './conference.ts'
import { measureCost } from './cost.ts'
import { measureDelay } from './delay.ts'
import { measureEgress } from './egress.ts'
import { janusMissing, janusVersion } from './janus-server.ts'
import { FULL, QUICK, type Plan } from './plan.ts'
import { agreedProfiles } from './profiles.ts'

/**
 * `npm run bench:sfu -- [--quick] [--only cost,capacity,delay,egress,conference]`: the media node against Debian's Janus
 * in the same run, and the node alone in a large room. Ends by itself; see plan.ts for how long it takes.
 */

const PARTS: Record<keyof Plan, (plan: Plan) => Promise<PartReport>> = {
  cost: ({ cost }) => measureCost(cost),
  capacity: ({ capacity }) => measureCapacity(capacity),
  delay: ({ delay }) => measureDelay(delay),
  egress: ({ egress }) => measureEgress(egress),
  conference: ({ conference }) => measureConference(conference),
}
/** On a quiet machine a run takes less than that: 15 and 2 minutes. */
const LONGEST_MS = { full: 20 * 60_000, quick: 4 * 60_000 }

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } })
const names = Object.keys(PARTS) as (keyof Plan)[]
const chosen = options.only?.split(',') ?? names
const unknown = chosen.filter((name) => !names.some((known) => known === name))
const missing = janusMissing()
if (unknown.length > 0) fail(`There is no part ${unknown.join(', ')}; there are ${names.join(', ')}.`)
if (missing) fail(missing)

setTimeout(() => fail('The benchmark takes too long; is the machine busy?'), LONGEST_MS[options.quick ? 'quick' : 'full']).unref()

const report: Report = {
  benchmark: options.only ? `sfu-${chosen.join('-')}` : 'sfu',
  command: `npm run bench:sfu${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
  takenAt: new Date().toISOString(),
  quick: options.quick,
  machine: `${describeMachine()}, Janus ${janusVersion()}`,
  parts: [],
}
console.log(`${report.command}\n${report.machine}\n`)
console.log(`SRTP profile agreed with every server: ${await agreedProfiles()}\n`)
let failed = false
for (const name of names.filter((known) => chosen.includes(known))) {
  try {
    const part = await PARTS[name](options.quick ? QUICK : FULL)
    report.parts.push(part)
    console.log(`${partText(part)}\n`)
  } catch (error) {
    failed = true
    console.error(`${name} could not be measured:`, error)
  }
}
// A run with a hole in it takes nobody's place.
if (failed) fail('Nothing was written.')
console.log(`Written to ${keep(report)}`)
process.exit(0)

function fail(message: string): never {
  console.error(message)
  process.exit(1)
}
