import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { BallotContent } from '../../protocol/ballots.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { unsealBallot } from '../../server/secret-ballots/sealing.ts'
import type { VoteKeys } from '../../server/secret-ballots/vote-secrets.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'
import { approve, ballotOf, drawnBy, reject } from '../support/secret-voter.ts'

/**
 * The attack: whoever owns the database, with a dump after every ballot, the rows' physical places, their transactions, what the
 * write-ahead log holds and where, and who moreover watched in which order people cast, guesses who voted what. What they may
 * learn is the published tally; their guesses must be right as often as guesses drawn from it, and no more.
 */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let meetingId: string
let itemId: string

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody({ members: 5 })
  const held = await house.newMeeting(body, 'live')
  meetingId = held.meetingId
  itemId = held.items[0]
})
afterAll(() => house.close())

/** The same numbers each time: which voter casts what, and when. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
const random = seeded(226)
const shuffled = <T>(values: readonly T[]): T[] => values.map((value) => ({ value, at: random() })).toSorted((a, b) => a.at - b.at).map(({ value }) => value)

interface BoxRow { ctid: string, xmin: string, hash: Buffer, key: string, credential: string, ballot: string, signature: string }
interface SealedRow { ctid: string, xmin: string, slot: Buffer, sealed: Buffer }
interface DrawnRow { voter_id: string, ctid: string, xmin: string, blinded: Buffer, blind_signature: Buffer }

/** What the attacker has of one vote, and the truth to hold guesses against. */
interface Round {
  truth: Map<string, string>
  castOrder: string[]
  drawn: DrawnRow[]
  electors: string[]
  /** After each ballot, what was in the table. */
  dumps: SealedRow[][]
  box: BoxRow[]
  /** What was written to the log while the box was opened, and while ballots were cast. */
  closingLog: Buffer
  castingLog: Buffer
}

/** Where this cluster's write-ahead log lies; undefined where PostgreSQL runs on another machine. */
const walFolder = ((): string | undefined => {
  const port = new URL(inject('postgres').ownerUrl).port
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const folder = readlinkSync(`/proc/${pid}/cwd`)
      const [, , , listening] = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n')
      if (listening?.trim() === port) return path.join(folder, 'pg_wal')
    } catch {
      // No process of PostgreSQL, or not ours to look at.
    }
  }
  return undefined
})()

const walNow = async () => (await house.archive.owner.raw<{ rows: { file: string, at: number }[] }>(
  'SELECT file_name AS file, file_offset AS at FROM pg_walfile_name_offset(pg_current_wal_lsn())')).rows[0]!

/** The bytes of the write-ahead log since that place. */
async function walSince(start: { file: string, at: number }): Promise<Buffer> {
  if (walFolder === undefined) return Buffer.alloc(0)
  const end = await walNow()
  const files = readdirSync(walFolder).filter((name) => name >= start.file && name <= end.file && name.length === 24).toSorted()
  const pieces = await Promise.all(files.map(async (name) => {
    const handle = await openFile(path.join(walFolder, name))
    const bytes = await handle.readFile().finally(() => handle.close())
    return bytes.subarray(name === start.file ? start.at : 0, name === end.file ? end.at + 8192 : undefined)
  }))
  return Buffer.concat(pieces)
}

const table = async <T>(name: string, columns: string, voteId: string): Promise<T[]> =>
  (await house.archive.owner.raw<{ rows: T[] }>(`SELECT ctid::text, xmin::text, ${columns} FROM ${name} WHERE vote_id = ?`, [voteId])).rows

/** One vote: half approve, half reject, who and in which order by chance. */
async function hold(voters: readonly Caller[], together: boolean, copySecret?: (voteId: string) => Promise<void>): Promise<Round> {
  const { voting, secretBallots, casting } = house.domains
  const { voteId } = await voting.open(meetingId, body.chair, { key: freshKey(), itemId, kind: 'named', secret: true, question: '?', withoutQuorum: 'Diễn tập' })
  const { publicKey } = (await house.state(meetingId)).secretBoxes.at(-1)!
  const drawn = []
  for (const caller of shuffled(voters)) drawn.push({ caller, voter: await drawnBy(secretBallots, caller, { meetingId, voteId, publicKey }) })
  await secretBallots.openCasting(meetingId, body.chair, { key: freshKey(), voteId })
  await copySecret?.(voteId)

  const contents = new Map(shuffled(voters).map(({ personId }, index): [string, BallotContent] => [personId, index < voters.length / 2 ? approve : reject]))
  const order = shuffled(drawn)
  const dumps: SealedRow[][] = []
  const beforeCasting = await walNow()
  const cast = async ({ caller, voter }: (typeof order)[number]) => casting.cast(await ballotOf(voter, contents.get(caller.personId)!))
  if (together) await Promise.all(order.map(cast))
  else for (const one of order) {
    await cast(one)
    dumps.push(await table<SealedRow>('secret_ballot', 'slot, sealed', voteId))
  }
  const castingLog = await walSince(beforeCasting)
  const beforeClosing = await walNow()
  await voting.close(meetingId, body.chair, { key: freshKey(), voteId })
  return {
    truth: new Map([...contents].map(([personId, content]) => [personId, JSON.stringify(content)])),
    castOrder: order.map(({ caller }) => caller.personId), dumps, castingLog, closingLog: await walSince(beforeClosing),
    electors: voters.map(({ personId }) => personId),
    drawn: await table<DrawnRow>('secret_credential', 'voter_id, blinded, blind_signature', voteId),
    box: await table<BoxRow>('secret_box_ballot', 'hash, key, credential, ballot, signature', voteId),
  }
}

const by = <T>(key: (one: T) => string | number) => (a: T, b: T): number => {
  const [left, right] = [key(a), key(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
const place = (ctid: string): number => {
  const [page = 0, line = 0] = ctid.slice(1, -1).split(',').map(Number)
  return page * 1000 + line
}
const choiceIn = ({ ballot }: Pick<BoxRow, 'ballot'>): string => JSON.stringify((JSON.parse(ballot) as { content: unknown }).content)
const bitsApart = (a: Buffer, b: Buffer): number => a.reduce((sum, byte, index) => sum + ((byte ^ (b[index] ?? 0)).toString(2).match(/1/g)?.length ?? 0), 0)

/** In which orders the attacker may take people to stand. */
const people: Record<string, (round: Round) => string[]> = {
  'as they cast': ({ castOrder }) => castOrder,
  'as they drew, by place': ({ drawn }) => drawn.toSorted(by(({ ctid }) => place(ctid))).map(({ voter_id: id }) => id),
  'as they drew, by transaction': ({ drawn }) => drawn.toSorted(by(({ xmin }) => Number(xmin))).map(({ voter_id: id }) => id),
  'by blinded message': ({ drawn }) => drawn.toSorted(by(({ blinded }) => blinded.toString('hex'))).map(({ voter_id: id }) => id),
  'by blind signature': ({ drawn }) => drawn.toSorted(by(({ blind_signature: signature }) => signature.toString('hex'))).map(({ voter_id: id }) => id),
  'as electors': ({ electors }) => electors,
}
const inLog = (log: Buffer, text: string) => {
  const at = log.indexOf(text)
  return at === -1 ? log.length : at
}
/** In which orders they may take ballots to stand. */
const ballots: Record<string, (round: Round) => BoxRow[]> = {
  'as they are given': ({ box }) => box,
  'by place': ({ box }) => box.toSorted(by(({ ctid }) => place(ctid))),
  'by transaction': ({ box }) => box.toSorted(by(({ xmin }) => Number(xmin))),
  'by hash': ({ box }) => box.toSorted(by(({ hash }) => hash.toString('hex'))),
  'by key': ({ box }) => box.toSorted(by(({ key }) => key)),
  'by credential': ({ box }) => box.toSorted(by(({ credential }) => Buffer.from(credential, 'base64url').toString('hex'))),
  'by signature': ({ box }) => box.toSorted(by(({ signature }) => signature)),
  'by nonce': ({ box }) => box.toSorted(by(({ ballot }) => (JSON.parse(ballot) as { nonce: string }).nonce)),
  'in the log of the closing, by text': ({ box, closingLog }) => box.toSorted(by(({ ballot }) => inLog(closingLog, ballot))),
  'in the log of the closing, by key': ({ box, closingLog }) => box.toSorted(by(({ key }) => inLog(closingLog, key))),
  'in the log of the casting': ({ box, castingLog }) => box.toSorted(by(({ key }) => inLog(castingLog, key))),
  'by place of the encrypted ones, by likeness': (round) => nearest(round, ({ slot }) => slot, ({ hash }) => hash),
  'by dump of the encrypted ones, by likeness of the key': (round) => nearest(round, ({ sealed }) => sealed.subarray(12, 77), ({ key }) => Buffer.from(key, 'base64url')),
  'by length of the encrypted ones': (round) => {
    const lengths = appeared(round).map(({ sealed }) => sealed.length)
    return round.box.toSorted(by(({ ballot }) => -lengths.indexOf(lengths.toSorted((a, b) => a - b)[ballot.length % lengths.length] ?? 0)))
  },
}

/** Encrypted ballots as they came, from dump to dump; without dumps none. */
function appeared({ dumps }: Round): SealedRow[] {
  const seen = new Set<string>()
  return dumps.flatMap((rows) => rows.filter(({ slot }) => !seen.has(slot.toString('hex')) && seen.add(slot.toString('hex'))))
}

/** For each encrypted ballot, as they came, the opened one whose bytes are nearest to it. */
function nearest(round: Round, of: (row: SealedRow) => Buffer, to: (row: BoxRow) => Buffer): BoxRow[] {
  const left = [...round.box]
  const found = appeared(round).flatMap((row) => {
    left.sort(by((one) => bitsApart(of(row), to(one))))
    return left.shift() ?? []
  })
  return [...found, ...left]
}

const guessed = (round: Round, order: readonly string[], rows: readonly Pick<BoxRow, 'ballot'>[]): number =>
  order.filter((personId, index) => rows[index] && round.truth.get(personId) === choiceIn(rows[index])).length

/**
 * The figure below and above which no guess stays by chance in five million runs of one of them: five standard deviations of
 * guesses drawn from the tally, where half of n voters approve. Of matched halves, as many are right as a hypergeometric draw says.
 */
function bounds(rounds: readonly Round[]): { low: number, high: number } {
  let mean = 0
  let variance = 0
  for (const { castOrder: { length: n } } of rounds) {
    mean += n / 2
    variance += 4 * (n / 2) ** 4 / (n ** 2 * (n - 1))
  }
  const width = 5 * Math.sqrt(variance)
  return { low: mean - width, high: mean + width }
}

function attack(rounds: readonly Round[]): { guess: string, right: number }[] {
  return Object.entries(people).flatMap(([who, order]) => Object.entries(ballots).map(([what, rows]) => ({
    guess: `people ${who}, ballots ${what}`, right: rounds.reduce((sum, round) => sum + guessed(round, order(round), rows(round)), 0),
  })))
}

describe('whoever has the database, its dumps and its log', () => {
  const voters = () => [body.chair, ...body.members]

  it.each([
    ['of two voters', 2, 28, false], ['of six voters, one after the other', 6, 10, false], ['of six voters at once', 6, 8, true],
  ])('%s learns no more than the tally', async (_, count, times, together) => {
    const rounds: Round[] = []
    for (let time = 0; time < times; time += 1) rounds.push(await hold(voters().slice(0, count), together))
    if (walFolder) {
      // The log was read where it is: it has what was published, and of what was cast nothing in the clear.
      const inClosing = rounds.flatMap(({ box, closingLog }) => box.map(({ key }) => closingLog.includes(key)))
      expect(inClosing.filter(Boolean).length).toBeGreaterThan(inClosing.length * 0.8)
      for (const { box, castingLog } of rounds) for (const { key, ballot } of box) expect(castingLog.includes(key) || castingLog.includes(ballot)).toBe(false)
    }
    for (const { dumps } of rounds) expect(new Set(dumps.flat().map(({ sealed }) => sealed.length)).size).toBeLessThanOrEqual(1)
    const { low, high } = bounds(rounds)
    const all = attack(rounds)
    expect(all.filter(({ right }) => right < low || right > high)).toEqual([])
    // The bound is one that a leak would break.
    expect(high).toBeLessThan(rounds.reduce((sum, { castOrder }) => sum + castOrder.length, 0))
  }, 120_000)

  it('and every credential fits every drawing', async () => {
    const { drawn, box } = await hold(voters(), true)
    const { publicKey } = (await house.state(meetingId)).secretBoxes.at(-1)!
    const number = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`)
    const n = number(Buffer.from(publicKey, 'base64url'))
    const toThe65537 = (value: bigint) => {
      let power = value
      for (let bit = 0; bit < 16; bit += 1) power = power * power % n
      return power * value % n
    }
    for (const { blinded, blind_signature: signature } of drawn) for (const { credential } of box) {
      // The blinding that would have made this message of that key: there is one for each pair, so that none tells of another.
      const key = Buffer.from(credential, 'base64url')
      const blinding = number(signature) * inverse(number(key), n) % n
      expect(toThe65537(blinding) * toThe65537(number(key)) % n).toBe(number(blinded))
    }
  })

  it('who moreover took the vote’s secret while it was open, reads everything: it is that which is destroyed', async () => {
    const taken: VoteKeys[] = []
    const round = await hold(voters(), false, async (voteId) => { taken.push(await house.domains.keyring.require(voteId)) })
    const opened = appeared(round).map(({ slot, sealed }) => ({ ballot: unsealBallot(taken[0]!, slot, sealed)?.text ?? '{}' }))
    expect(guessed(round, round.castOrder, opened)).toBe(6)
  })
})

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n]
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y]
  return ((x % modulus) + modulus) % modulus
}
