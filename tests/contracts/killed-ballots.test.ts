import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { SignedBallot } from '../../protocol/secret-ballots.ts'
import { startServer } from '../../server/app.ts'
import { loadConfig } from '../../server/platform/config.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'
import { ballotHash } from '../../server/secret-ballots/blind.ts'
import { verifyBox } from '../../server/secret-ballots/verify.ts'
import { as, bodyRules, draft, freshKey, itemDraft, REASON } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { person } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { approve, ballotOf, castNameless, drawnBy, reject } from '../support/secret-voter.ts'

/** Ballots meanwhile a server, and the PostgreSQL under it, are killed: whatever was acknowledged is in the box. */

const VOTERS = 24
let folder: string
let postgres: EmbeddedPostgres
let env: NodeJS.ProcessEnv
let program: ChildProcess

const startPostgres = () => startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log: { info: () => {}, warn: () => {} } })

async function start(): Promise<void> {
  program = spawn(process.execPath, [path.resolve(import.meta.dirname, '../support/server-program.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  await Promise.race([once(program.stdout!, 'data'), once(program, 'exit').then(([code]) => { throw new Error(`the server ended with ${code}`) })])
}

async function kill(): Promise<void> {
  program.kill('SIGKILL')
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit')
}

/** The postmaster's process, at once and without a word; its children go by themselves. */
async function killPostgres(): Promise<void> {
  const pid = Number(readFileSync(path.join(folder, 'data', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
  process.kill(pid, 'SIGKILL')
  await postgres.stop().catch(() => {})
}

const inProcess = () => startServer(loadConfig(env), { media: false, log: createLog('fatal') })

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'killed-ballots-'))
  await chmod(folder, 0o755)
  postgres = await startPostgres()
  env = {
    PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: String(await freePort()), DATA_DIR: path.join(folder, 'server'), LOG_LEVEL: 'silent',
    SESSION_SECRET: 'only-tests-use-this-session-secret', DATABASE_URL: postgres.url, DATABASE_OWNER_URL: postgres.ownerUrl,
  }
}, 60_000)

afterAll(async () => {
  await kill()
  await postgres.stop().catch(() => {})
  await rm(folder, { recursive: true, force: true })
})

it('a server and a PostgreSQL that are killed in the casting of secret ballots lose none that was acknowledged, and double none', async () => {
  const first = await inProcess()
  const { bodies, meetings, agenda, voting, secretBallots } = first.domains
  const letterhead = { style: 'party', superior: 'Tỉnh uỷ', issuer: 'Ban Thường vụ', minutesSymbol: 'BB/TU', place: 'Bình Giang' } as const
  const body = await bodies.found({ name: 'Ban Thường vụ', rules: bodyRules.committee, letterhead })
  const people = []
  for (let index = 0; index < VOTERS; index += 1) {
    const { personId } = await person(first, `voter-${index}`)
    await bodies.addMember({ bodyId: body.id, personId, role: index ? 'member' : 'chair', office: 'Uỷ viên', voting: true, rank: 1, since: new Date('2020-01-01') })
    people.push(as(personId))
  }
  const chair = people[0]!
  const { meetingId } = await meetings.create(chair, { ...draft(), bodyId: body.id, key: freshKey() })
  const { itemId } = await agenda.add(meetingId, chair, { ...itemDraft(), key: freshKey() })
  await meetings.publish(meetingId, chair, REASON)
  await meetings.open(meetingId, chair, freshKey())
  const { voteId } = await voting.open(meetingId, chair, { key: freshKey(), itemId, kind: 'named', secret: true, question: '?', withoutQuorum: 'Diễn tập' })
  const { publicKey } = (await first.journal.state(meetingId, meetingReducer)).secretBoxes[0]!
  const ballots: SignedBallot[] = []
  for (const [index, caller] of people.entries()) {
    ballots.push(await ballotOf(await drawnBy(secretBallots, caller, { meetingId, voteId, publicKey }), index % 3 ? approve : reject))
  }
  await secretBallots.openCasting(meetingId, chair, { key: freshKey(), voteId })
  await first.stop()
  await start()

  const acknowledged = new Set<string>()
  let unanswered = 0
  const { origin } = loadConfig(env)
  /** As a browser does that was given no answer: the same ballot once more. */
  async function castUntilTaken(ballot: SignedBallot): Promise<void> {
    for (;;) {
      const answer = await castNameless(origin, ballot).catch(() => undefined)
      if (answer?.status === 200) return void acknowledged.add(answer.body.hash)
      expect(answer === undefined || answer.status >= 500).toBe(true)
      unanswered += 1
      await wait(50)
    }
  }
  // The last quarter comes as PostgreSQL is killed, however long the server took to start.
  const last = Promise.withResolvers<void>()
  const casting = ballots.map(async (ballot, index) => {
    await (index < VOTERS * 3 / 4 ? wait(index * 60) : last.promise)
    await castUntilTaken(ballot)
  })
  await until(() => acknowledged.size >= VOTERS / 4)
  await kill()
  const beforeServer = acknowledged.size
  await start()
  await until(() => acknowledged.size > beforeServer)
  last.resolve()
  await killPostgres()
  const beforeDatabase = acknowledged.size
  postgres = await startPostgres()
  await Promise.all(casting)
  expect(beforeDatabase).toBeLessThan(VOTERS)
  expect(unanswered).toBeGreaterThan(0)

  await kill()
  const again = await inProcess()
  try {
    const result = await again.domains.voting.close(meetingId, chair, { key: freshKey(), voteId })
    expect(result).toMatchObject({ cast: VOTERS, counts: { reject: 8, approve: 16, abstain: 0 } })
    const box = await again.domains.secretBallots.box(meetingId, voteId, chair)
    expect(new Set(box.ballots.map((ballot) => ballotHash(ballot).toString('hex')))).toEqual(acknowledged)
    expect(verifyBox(box).findings).toEqual([])
  } finally {
    await again.stop()
  }
}, 120_000)
