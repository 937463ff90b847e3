import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { createDatabase, databaseAddress, startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { freePort } from '../../tests/support/ports.ts'
import { startChild, type Child } from '../child.ts'
import { endAtExit } from '../exit.ts'
import { describeMachine, format, keep, partText, verdict, type PartReport, type Report } from '../report.ts'
import { median, percentile, sorted } from '../statistics.ts'
import { measureRows, type RowRate } from './rows.ts'
import type { VoteHouse, VoteServer } from './server.ts'
import { seatVoters, type Ack } from './voters.ts'

/**
 * `npm run bench:vote -- [--voters 2000] [--rounds 5] [--part bursts|kills] [--quick]`: a burst of ballots under names over real sockets, until each is
 * acknowledged and so durable, beside what PostgreSQL itself inserts on this machine; and the same with the server and PostgreSQL
 * killed in the middle. PostgreSQL runs as a first start sets it up, with every commit flushed to the disk.
 */

const SECRET = 'only-the-benchmark-uses-this-secret'
/** So long hands take that press a button when they are asked to. */
const HANDS_MS = 5_000
const LONGEST_MS = 20 * 60_000

const { values: options } = parseArgs({
  options: { voters: { type: 'string' }, rounds: { type: 'string' }, part: { type: 'string' }, quick: { type: 'boolean', default: false } },
})
const voters = Number(options.voters ?? (options.quick ? 200 : 2000))
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5))
setTimeout(() => {
  console.error('The benchmark takes too long; is the machine busy?')
  process.exit(1)
}, LONGEST_MS).unref()

const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-vote-'))
// PostgreSQL may run as another user, who has to come by here.
await chmod(folder, 0o755)
const startPostgres = () => startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log: { info: () => {}, warn: console.warn } })
let postgres = await startPostgres()
const ownerUrl = await createDatabase(postgres.ownerUrl, 'bench_vote')
const env = {
  PORT: String(await freePort()), DATA_DIR: path.join(folder, 'server'), SESSION_SECRET: SECRET, LOG_LEVEL: 'fatal',
  DATABASE_URL: databaseAddress(postgres.url, 'bench_vote'), DATABASE_OWNER_URL: ownerUrl, MEDIA_PORT: String(await freePort()),
}
let child: Child<VoteServer>
let ended: () => void

async function startVoteServer(): Promise<string> {
  child = startChild<VoteServer>(new URL('server.ts', import.meta.url), [])
  ended = endAtExit(child.pid, path.join(folder, 'server'))
  return (await child.call('start', { env })).origin
}

const report: Report = {
  benchmark: 'vote', command: `npm run bench:vote${process.argv.slice(2).length > 0 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`,
  takenAt: new Date().toISOString(), quick: options.quick, machine: describeMachine(), parts: [],
}
console.log(`${report.command}\n${report.machine}\n`)
try {
  const origin = await startVoteServer()
  const house: VoteHouse = { origin, ...await child!.call('seed', { env, voters }) }
  if (options.part !== 'kills') report.parts.push(await measureBursts(house))
  if (options.part !== 'bursts') report.parts.push(await measureKills(house))
  await child!.call('stop', undefined)
  await child!.stop()
  ended!()
} finally {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
for (const part of report.parts) console.log(`${partText(part)}\n`)
console.log(`Written to ${keep(report)}`)
process.exit(0)

async function ballotsOf(voteId: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    return (await client.query<{ voter_id: string }>('SELECT voter_id FROM ballot WHERE vote_id = $1', [voteId])).rows.map((row) => row.voter_id)
  } finally {
    await client.end()
  }
}

interface Burst { way: 'at once' | 'as hands press', seconds: number, rate: number, acks: number[], rows: RowRate }

async function measureBursts(house: VoteHouse): Promise<PartReport> {
  const seated = await seatVoters(house, SECRET)
  const bursts: Burst[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ['at once', 'as hands press'] as const) {
      const before = await measureRows(ownerUrl, 3)
      const voteId = await child.call('openVote', house)
      const acks = await seated.cast(voteId, way === 'at once' ? 0 : HANDS_MS)
      const seconds = Math.max(...acks.map(({ at }) => at)) / 1000
      const kept = await ballotsOf(voteId)
      const counted = await child.call('closeVote', { ...house, voteId })
      if (new Set(kept).size !== voters || kept.length !== voters || counted !== voters) throw new Error(`${kept.length} ballots of ${voters} voters, ${counted} counted`)
      const after = await measureRows(ownerUrl, 3)
      const rows = { by: before.by, rate: median([before.rate, after.rate]) }
      bursts.push({ way, seconds, rate: voters / seconds, acks: acks.map(({ ms }) => ms), rows })
      console.log(`${way}: ${format(seconds, 2)} s, p99 ${format(percentile(sorted(acks.map(({ ms }) => ms)), 0.99), 0)} ms, PostgreSQL ${format(rows.rate, 0)} rows/s`)
    }
  }
  seated.leave()
  const of = (way: Burst['way']) => bursts.filter((burst) => burst.way === way)
  const p = (way: Burst['way'], share: number) => median(of(way).map(({ acks }) => percentile(sorted(acks), share)))
  const mid = (way: Burst['way'], figure: (burst: Burst) => number) => median(of(way).map(figure))
  return {
    part: `${voters} ballots under names`,
    tables: [{
      title: `Medians of ${rounds} bursts each, every ballot acknowledged and found in the table; PostgreSQL before and after each`,
      columns: ['how they come', 'all durable, s', 'ballots/s', 'acknowledged, median ms', 'p99 ms', 'PostgreSQL, rows/s', 'ratio'],
      rows: (['at once', 'as hands press'] as const).map((way) => [
        way === 'at once' ? 'all in one moment' : `within ${HANDS_MS / 1000} s`, format(mid(way, ({ seconds }) => seconds)), format(mid(way, ({ rate }) => rate), 0),
        format(p(way, 0.5), 0), format(p(way, 0.99), 0), format(mid(way, ({ rows }) => rows.rate), 0), format(mid(way, ({ rate, rows }) => rate / rows.rate)),
      ]),
    }],
    verdicts: [
      verdict({ what: 'all in one moment: all durable', figure: mid('at once', ({ seconds }) => seconds), atMost: 10, unit: ' s' }),
      verdict({ what: 'all in one moment: share of PostgreSQL’s own rate', figure: mid('at once', ({ rate, rows }) => rate / rows.rate), atLeast: 0.5 }),
      verdict({ what: `within ${HANDS_MS / 1000} s: acknowledged, p99`, figure: p('as hands press', 0.99) / 1000, atMost: 1, unit: ' s' }),
      verdict({ what: 'all in one moment: acknowledged, p99', figure: p('at once', 0.99) / 1000, atMost: 1, unit: ' s' }),
    ],
    remarks: [
      `PostgreSQL’s own rate: ${bursts[0]?.rows.by ?? ''}, one row a transaction into a table with the columns and the key of ballots.`,
      'Each voter has a WebSocket of their own to the whole server; voters, server and PostgreSQL share the machine’s cores. A ballot is a row, an entry of the journal’s chain and an idempotency key. Nobody follows the meeting.',
    ],
    raw: bursts,
  }
}

/** The server and then PostgreSQL are killed while ballots come; voters ask again with the same key. */
async function measureKills(house: VoteHouse): Promise<PartReport> {
  const seated = await seatVoters(house, SECRET, { reconnection: true })
  const voteId = await child.call('openVote', house)
  const acknowledged = new Set<string>()
  const acks: Ack[] = []
  const casting = seated.cast(voteId, HANDS_MS, (ack) => {
    acknowledged.add(ack.personId)
    acks.push(ack)
  })
  const after = async (share: number) => { while (acknowledged.size < voters * share) await wait(5) }
  const lost: number[] = []
  /** How many of those acknowledged by now are not in the table. */
  const missing = async (known: ReadonlySet<string>) => {
    const kept = new Set(await ballotsOf(voteId))
    return [...known].filter((personId) => !kept.has(personId)).length
  }

  await after(0.25)
  process.kill(child.pid, 'SIGKILL')
  await wait(100)
  const beforeServer = new Set(acknowledged)
  lost.push(await missing(beforeServer))
  await startVoteServer()
  await after(0.6)
  const beforeDatabase = new Set(acknowledged)
  process.kill(Number(readFileSync(path.join(folder, 'data', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
  for (const personId of acknowledged) beforeDatabase.add(personId)
  await postgres.stop().catch(() => {})
  postgres = await startPostgres()
  lost.push(await missing(beforeDatabase))
  await casting
  const kept = await ballotsOf(voteId)
  const counted = await child.call('closeVote', { ...house, voteId })
  seated.leave()
  const doubled = kept.length - new Set(kept).size
  return {
    part: 'kill -9 of the server and of PostgreSQL in the middle',
    tables: [{
      title: `${voters} ballots within ${HANDS_MS / 1000} s; the server is killed after a quarter of the acknowledgements, PostgreSQL after six tenths`,
      columns: ['acknowledged before the server’s kill', 'before PostgreSQL’s', 'asked more than once', 'in the table', 'counted'],
      rows: [[beforeServer.size, beforeDatabase.size, acks.filter(({ tries }) => tries > 1).length, kept.length, counted].map(String)],
    }],
    verdicts: [
      verdict({ what: 'acknowledged ballots lost', figure: lost.reduce((sum, one) => sum + one, 0) + (acknowledged.size - kept.filter((id) => acknowledged.has(id)).length), digits: 0, atMost: 0 }),
      verdict({ what: 'ballots doubled', figure: doubled, digits: 0, atMost: 0 }),
      verdict({ what: 'voters whose ballot is not counted', figure: voters - counted, digits: 0, atMost: 0 }),
    ],
    remarks: ['Whoever is not answered within 5 s, or is cut, asks again with the same key until answered.'],
    raw: { acks, lost },
  }
}
