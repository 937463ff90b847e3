import { parseArgs } from 'node:util'
import { describeMachine, keep, partText, type Report } from '../report.ts'
import { measureServerKills } from './server.ts'
import { measureWorkerKills } from './worker.ts'

/** `npm run bench:recovery -- [--quick]`: what kills cost, in real browsers on the real program. Ends by itself. */

const LONGEST_MS = 25 * 60_000
const { values: { quick } } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
setTimeout(() => {
  console.error('The benchmark takes too long; is the machine busy?')
  process.exit(1)
}, LONGEST_MS).unref()

const report: Report = {
  benchmark: 'recovery', command: `npm run bench:recovery${quick ? ' -- --quick' : ''}`, takenAt: new Date().toISOString(), quick,
  machine: describeMachine(), parts: [],
}
console.log(`${report.command}\n${report.machine}\n`)
for (const measure of [() => measureWorkerKills(quick ? 3 : 50), () => measureServerKills(quick ? 2 : 50)]) {
  const part = await measure()
  report.parts.push(part)
  console.log(`${partText(part)}\n`)
}
console.log(`Written to ${keep(report)}`)
process.exit(0)
