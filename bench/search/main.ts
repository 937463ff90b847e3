import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Knex } from 'knex'
import { migrateToLatest, openDatabase } from '../../server/platform/database.ts'
import { startEmbeddedPostgres, withClient } from '../../server/platform/embedded-postgres.ts'
import { createSearch, type SearchService } from '../../server/search/search.ts'
import { createSearchStore } from '../../server/search/store.ts'
import { describeMachine, format, keep, partText, verdict, type PartReport, type Report } from '../report.ts'
import { median, percentile, sorted } from '../statistics.ts'
import { asks, type Ask } from './asks.ts'
import { ilike, indexAlone, type Way } from './compared.ts'
import { seed, type Readers } from './seed.ts'
import { quick, whole, type Size } from './size.ts'

/**
 * `npm run bench:search -- [--calls 20] [--quick]`: how long a search takes over 100,000 documents of five pages, by people who
 * may read all, some or nothing of them; beside plain `ILIKE`, and the index alone without asking who may read.
 */

const GOAL_MS = 200
const ABREAST = 4
/** First calls fill what PostgreSQL and the machine keep; they do not count. */
const WARM_UP = 2
const SLOW_CALLS = 3
const LONGEST_MS = 30 * 60_000
const COMPARED = ['báo cáo', 'chuyển đổi số', 'sạt lở bờ sông', 'số 4521', 'kinh khí cầu']

const { values: options } = parseArgs({ options: { calls: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const calls = Number(options.calls ?? (options.quick ? 3 : 20))
const size = options.quick ? quick : whole
const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-search-'))
// PostgreSQL may run as another user, who has to come by here.
await chmod(folder, 0o755)
const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log: { info: () => {}, warn: console.warn } })
async function cleanUp(): Promise<void> {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
setTimeout(() => {
  console.error('The benchmark takes too long; is the machine busy?')
  void cleanUp().finally(() => process.exit(1))
}, LONGEST_MS).unref()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void cleanUp().finally(() => process.exit(1)))
const report: Report = {
  benchmark: 'search', command: `npm run bench:search${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
  takenAt: new Date().toISOString(), quick: options.quick, machine: describeMachine(), parts: [],
}
console.log(`${report.command}\n${report.machine}\n`)
try {
  await migrateToLatest(postgres.ownerUrl, postgres.url)
  const began = performance.now()
  const readers = await withClient(postgres.ownerUrl, (client) => seed(client, size))
  const seedMs = performance.now() - began
  console.log(`${documentsOf(size)} documents: there after ${format(seedMs / 1000, 0)} s`)
  const db = openDatabase(postgres.url)
  try {
    const search = createSearch({ db, store: createSearchStore() })
    report.parts.push(await timesOf(search, readers, seedMs), await comparison(db, search, readers))
  } finally {
    await db.destroy()
  }
} finally {
  await cleanUp()
}
for (const part of report.parts) console.log(`${partText(part)}\n`)
console.log(`Written to ${keep(report)}`)
process.exit(0)

function documentsOf({ meetings, items, documents }: Size): string {
  return (meetings * items * documents).toLocaleString('en')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** So many calls, `abreast` at once. */
async function repeated(count: number, abreast: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  let left = count
  await Promise.all(Array.from({ length: abreast }, async () => {
    while (left > 0) {
      left -= 1
      times.push(await timed(work))
    }
  }))
  return times
}

/** The call of a search, at the page that is asked for; and what it comes to. */
async function callOf(search: SearchService, readers: Readers, { who, q, kind, year, from = 0 }: Ask) {
  const caller = { personId: readers[who] }
  let after: string | undefined
  for (let page = 0; page < from; page += 1) {
    const { next } = await search.find(caller, { q, kind, year, after, limit: 20 })
    if (next === null) throw new Error(`${q}: there is no page ${page + 2}`)
    after = next
  }
  return () => search.find(caller, { q, kind, year, after, limit: 20 })
}

async function timesOf(search: SearchService, readers: Readers, seedMs: number): Promise<PartReport> {
  const measured: { ask: Ask, found: string, alone: number[], together: number[] }[] = []
  for (const ask of asks) {
    if (options.quick && ask.from) continue
    const call = await callOf(search, readers, ask)
    const { count, hits } = await call()
    for (let round = 1; round < WARM_UP; round += 1) await call()
    measured.push({
      ask, found: count === null ? `${hits.length}` : `${count.more ? 'over ' : ''}${count.hits}`,
      alone: await repeated(calls, 1, call), together: await repeated(calls, ABREAST, call),
    })
  }
  const p95 = (times: readonly number[]) => percentile(sorted(times), 0.95)
  const [all, abreast] = [measured.flatMap(({ alone }) => alone), measured.flatMap(({ together }) => together)]
  const slowest = measured.toSorted((a, b) => p95(b.alone) - p95(a.alone))[0]
  return {
    part: `Searches (${calls} calls each)`,
    tables: [{
      title: `Time of one search over ${documentsOf(size)} documents of ${size.pages} pages, ${size.meetings} meetings and ${size.proposals} proposals, ms`,
      columns: ['words', 'asked', 'by', 'found', 'median', 'p95', `p95, ${ABREAST} at once`],
      rows: measured.map(({ ask: { name, q, who }, found, alone, together }) => [
        name, q, who, found, format(median(alone), 0), format(p95(alone), 0), format(p95(together), 0),
      ]),
    }],
    verdicts: [
      verdict({ what: 'all searches, p95', figure: p95(all), digits: 0, unit: ' ms', atMost: GOAL_MS }),
      ...slowest ? [verdict({ what: `slowest: ${slowest.ask.name} (${slowest.ask.who}), p95`, figure: p95(slowest.alone), digits: 0, unit: ' ms', atMost: GOAL_MS })] : [],
      verdict({ what: `all searches, ${ABREAST} at once, p95`, figure: p95(abreast), digits: 0, unit: ' ms', atMost: GOAL_MS }),
    ],
    remarks: [
      'The whole of a search in the server, without the way over HTTP: what is found with its order, excerpts and count, by the product’s own code on a '
      + 'pool of connections. PostgreSQL runs on the same machine with the settings that it has in the product.',
      'clerk reads everything; member a tenth of the meetings; guest one item in each hundredth meeting; stranger nothing. The first '
      + `${WARM_UP} calls do not count, so files are in the memory of the machine.`,
      'Pages are made of phrases of offices: “báo” and “cáo” are in nearly every document, names of places in few.',
      `The database was filled in ${format(seedMs / 1000, 0)} s.`,
    ],
    raw: measured,
  }
}

async function comparison(db: Knex, search: SearchService, readers: Readers): Promise<PartReport> {
  const rows: { q: string, who: keyof Readers, search: number, ilike: number, index: number, same: string }[] = []
  for (const q of COMPARED) {
    for (const who of ['clerk', 'member'] as const) {
      const by = (way: Way) => () => way(db, readers[who], q)
      const call = await callOf(search, readers, { name: '', who, q, kind: 'document' })
      const found = [(await call()).hits.length, await by(ilike)(), await by(indexAlone)()]
      rows.push({
        q, who, search: median(await repeated(calls, 1, call)), ilike: median(await repeated(SLOW_CALLS, 1, by(ilike))),
        index: median(await repeated(SLOW_CALLS, 1, by(indexAlone))), same: found.map(String).join(' / '),
      })
    }
  }
  const ratio = (a: number, b: number) => `${format(a / b, a / b < 10 ? 1 : 0)} ×`
  return {
    part: 'Beside plain ILIKE and the index alone',
    tables: [{
      title: `Median of ${calls} searches for documents, and of ${SLOW_CALLS} in the other ways, ms; the others as so many times the search`,
      columns: ['asked', 'by', 'search', 'ILIKE', '', 'index alone', '', 'on the first page'],
      rows: rows.map((row) => [
        row.q, row.who, format(row.search, 0), format(row.ilike, 0), ratio(row.ilike, row.search), format(row.index, 0), ratio(row.index, row.search), row.same,
      ]),
    }],
    verdicts: [
      verdict({
        what: 'ILIKE as so many times the search, by who reads everything: least of all',
        figure: Math.min(...rows.filter(({ who }) => who === 'clerk').map((row) => row.ilike / row.search)), digits: 1, unit: ' ×', atLeast: 1,
      }),
    ],
    remarks: [
      'ILIKE looks for the very text in names and pages of what the person may read, latest first: it reads all of that, and misses what is written '
      + 'with other or no diacritics, or not in one piece.',
      'The index alone takes the latest of all documents with these words, whoever may read them: no rights, no order by diacritics and titles, no count, no excerpt.',
    ],
    raw: rows,
  }
}
