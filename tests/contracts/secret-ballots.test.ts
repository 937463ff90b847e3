import { execFile } from 'node:child_process'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportRecord } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { castSecretBallot, drawCredential, getBox, openCasting, receiptText, type Box, type SignedBallot } from '../../protocol/secret-ballots.ts'
import { annulVote, closeVote, openVote, setHallVoters } from '../../protocol/voting.ts'
import { blind } from '../../client/secret-ballots/credential.ts'
import { verifyExport } from '../../server/journal/verify.ts'
import { ballotHash } from '../../server/secret-ballots/blind.ts'
import { verifyBox } from '../../server/secret-ballots/verify.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { command } from '../support/client.ts'
import { freshKey } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { approve, ballotOf, castNameless, drawnBy, reject, type Voter } from '../support/secret-voter.ts'

let assembly: Assembly
let members: Actor[]
const lines: string[] = []
const sockets = new Map<Actor, Socket>()

beforeAll(async () => {
  assembly = await startAssembly({ onLog: (line) => lines.push(line) })
  members = [assembly.member, await assembly.newMember(), await assembly.newMember()]
  for (const actor of [...Object.values(assembly.actors), ...members]) sockets.set(actor, await actor.client.socket())
})
afterAll(() => assembly.close())

const socketOf = (actor: Actor) => sockets.get(actor)!
const stateOf = (meetingId: string) => assembly.server.journal.state(meetingId, meetingReducer)
const secretsKept = () => readdir(path.join(assembly.server.config.dataDir, 'keys', 'secret-votes'))

interface Held { meetingId: string, voteId: string, publicKey: string }

/** A secret vote of a live meeting, with credentials being drawn. */
async function held(): Promise<Held> {
  const { meetingId, items: [itemId] } = await assembly.newMeeting('live')
  const opened = await command(socketOf(assembly.chair), openVote, {
    meetingId, key: freshKey(), itemId, kind: 'named', secret: true, question: 'Thông qua?', withoutQuorum: 'Diễn tập',
  })
  if (!opened.ok) throw new Error(opened.error.code)
  const state = await stateOf(meetingId)
  return { meetingId, voteId: opened.result.voteId, publicKey: state.secretBoxes[0]!.publicKey }
}

const draw = (actor: Actor, vote: Held): Promise<Voter> => drawnBy(assembly.server.domains.secretBallots, actor.caller, vote)
const starts = (actor: Actor, { meetingId, voteId }: Held) => command(socketOf(actor), openCasting, { meetingId, voteId, key: freshKey() })
const close = (actor: Actor, { meetingId, voteId }: Held) => command(socketOf(actor), closeVote, { meetingId, voteId, key: freshKey() })
const cast = (ballot: SignedBallot) => castNameless(assembly.server.origin, ballot)
const boxOf = (actor: Actor, { meetingId, voteId }: Held) => actor.client.call(getBox, { params: { meetingId, voteId } })
const codes = (findings: readonly { code: string }[]) => findings.map(({ code }) => code)

describe('a secret vote', () => {
  it('goes from credentials to a box that everybody finds their own ballot in and a stranger counts again', async () => {
    const vote = await held()
    expect(await secretsKept()).toContain(vote.voteId)
    const voters = [await draw(assembly.chair, vote), await draw(members[0]!, vote), await draw(members[1]!, vote)]
    expect((await stateOf(vote.meetingId)).votes[0]).toMatchObject({
      secret: true, castingSince: null, drawn: [assembly.chair, members[0]!, members[1]!].map(({ personId }) => personId), voted: [],
    })
    expect(await starts(assembly.chair, vote)).toMatchObject({ ok: true })

    const ballots = [await ballotOf(voters[0]!, approve), await ballotOf(voters[1]!, reject), await ballotOf(voters[2]!, approve)]
    const answers = await Promise.all(ballots.map(cast))
    for (const [index, { status, headers, body: { hash, receipt } }] of answers.entries()) {
      expect(status).toBe(200)
      expect(headers.getSetCookie()).toEqual([])
      expect(hash).toBe(ballotHash(ballots[index]!).toString('hex'))
      const key = createPublicKey(await readFile(path.join(assembly.server.config.dataDir, 'keys', 'journal.pem')))
      expect(verify(null, Buffer.from(receiptText({ voteId: vote.voteId, hash })), key, Buffer.from(receipt, 'base64url'))).toBe(true)
    }
    // Nothing in the journal, nor to be asked for, tells that there is a ballot.
    const before = await stateOf(vote.meetingId)
    expect(before.votes[0]).toMatchObject({ voted: [], result: null })
    expect((await boxOf(assembly.chair, vote)).error?.code).toBe('voteNotClosed')

    const closed = await close(assembly.clerk, vote)
    expect(closed).toMatchObject({ ok: true, result: { counts: { approve: 2, reject: 1, abstain: 0 }, cast: 3 } })
    const { body: box } = await boxOf(members[2]!, vote)
    expect(box.ballots.map((ballot) => ballotHash(ballot).toString('hex'))).toEqual(answers.map(({ body }) => body.hash).toSorted())
    expect(box).toMatchObject({ drawn: before.votes[0]?.drawn, unreadable: 0, publicKey: vote.publicKey })
    expect(verifyBox(box).findings).toEqual([])
    expect(verifyBox(box).result).toEqual(box.result)

    await until(async () => !(await secretsKept()).includes(vote.voteId))
    expect(await assembly.server.db('secret_vote').where('vote_id', vote.voteId).first('sealed_key', 'opened')).toEqual({ sealed_key: null, opened: true })
    expect(await assembly.server.db('secret_ballot').where('vote_id', vote.voteId)).toEqual([])
    // A repeat, after a cut, of what was taken is answered as before; anything else comes too late.
    expect((await cast(ballots[1]!)).body).toEqual(answers[1]!.body)
    expect((await cast(await ballotOf(voters[1]!, approve))).error?.code).toBe('voteClosed')
  })

  it('has its box in the auditor’s export, held against the root in the journal', async () => {
    const vote = await held()
    const voter = await draw(members[0]!, vote)
    await starts(assembly.chair, vote)
    await cast(await ballotOf(voter, reject))
    await close(assembly.chair, vote)
    let text = ''
    for await (const piece of await assembly.server.domains.meetings.exportJournal(vote.meetingId, assembly.chair.caller)) text += piece
    const records = JSON.parse(text) as ExportRecord[]
    expect((await verifyExport(records, [])).findings).toEqual([])
    const altered = records.map((record) => record.record === 'box' ? { ...record, ballots: record.ballots.map((ballot) => ({ ...ballot, text: ballot.text.replace('reject', 'approve') })) } : record)
    expect((await verifyExport(altered, [])).findings).toEqual([{ code: 'ballotsAltered', voteId: vote.voteId }])
    expect((await verifyExport(records.filter(({ record }) => record !== 'box'), [])).findings).toEqual([{ code: 'ballotsMissing', voteId: vote.voteId }])

    const { body: box } = await boxOf(assembly.chair, vote)
    expect(verifyBox(box, records).findings).toEqual([])
    const other = (await boxOf(assembly.chair, vote)).body
    expect(codes(verifyBox({ ...other, drawn: [] }, records).findings)).toEqual(['notOfJournal', 'moreBallotsThanDrawn'])
    // A rule more or less would give another count of the same ballots: all terms are the journal's.
    const returned = { numerator: 1, denominator: 5, strict: false, basis: '' }
    expect(codes(verifyBox({ ...other, terms: { ...other.terms, returned } }, records).findings)).toEqual(['notOfJournal'])
    expect(codes(verifyBox({ ...other, result: { ...other.result, accepted: !other.result.accepted } }, records).findings)).toEqual(['notOfJournal', 'resultDiffers'])
  })

  it('with nobody who drew, or closed before casting, comes to nothing', async () => {
    const vote = await held()
    await draw(members[0]!, vote)
    expect(await close(assembly.chair, vote)).toMatchObject({ ok: true, result: { cast: 0, accepted: false } })
    expect(verifyBox((await boxOf(assembly.chair, vote)).body).findings).toEqual([])
    expect(await starts(assembly.chair, vote)).toMatchObject({ error: { code: 'voteClosed' } })
  })

  it('whose secret is lost is closed with its ballots told as unreadable, once somebody says so; not by closing the meeting', async () => {
    const vote = await held()
    const voter = await draw(members[0]!, vote)
    await starts(assembly.chair, vote)
    await cast(await ballotOf(voter, approve))
    const { keyring, meetings } = assembly.server.domains
    await rm(path.join(assembly.server.config.dataDir, 'keys', 'secret-votes', vote.voteId))
    keyring.close() // as a server that starts anew knows it
    expect(await close(assembly.chair, vote)).toMatchObject({ error: { code: 'ballotBoxLost' } })
    await expect(meetings.close(vote.meetingId, assembly.chair.caller, freshKey())).rejects.toMatchObject({ code: 'ballotBoxLost' })
    const { meetingId, voteId } = vote
    expect(await command(socketOf(assembly.chair), closeVote, { meetingId, voteId, withoutBox: true, key: freshKey() }))
      .toMatchObject({ ok: true, result: { cast: 0, accepted: false, why: 'noBallots' } })
    expect((await boxOf(assembly.chair, vote)).body).toMatchObject({ unreadable: 1, ballots: [] })
    await meetings.close(meetingId, assembly.chair.caller, freshKey())
  })

  it('whose secret is lost is annulled like any other, for a reason', async () => {
    const vote = await held()
    const { meetingId, voteId } = vote
    const voter = await draw(members[0]!, vote)
    await starts(assembly.chair, vote)
    await cast(await ballotOf(voter, approve))
    await rm(path.join(assembly.server.config.dataDir, 'keys', 'secret-votes', voteId))
    assembly.server.domains.keyring.close()
    const annul = (actor: Actor, reason: string) => command(socketOf(actor), annulVote, { meetingId, voteId, key: freshKey(), reason })
    expect(await annul(assembly.chair, ' ')).toMatchObject({ error: { code: 'badRequest' } })
    expect(await annul(members[0]!, 'Mở nhầm')).toMatchObject({ error: { code: 'forbiddenInMeeting' } })
    expect(await annul(assembly.chair, 'Mất khoá của hòm phiếu')).toMatchObject({ ok: true, result: {} })
    expect(await assembly.server.db('secret_ballot').where('vote_id', voteId)).toEqual([])
    expect((await cast(await ballotOf(voter, approve))).error?.code).toBe('voteClosed')
    await assembly.server.domains.meetings.close(meetingId, assembly.chair.caller, freshKey())
  })
})

describe('drawing', () => {
  it('answers a repeat alike and refuses another blinded message, whatever the device', async () => {
    const vote = await held()
    const ask = async (blinded: string, actor = members[0]!, key = freshKey()) =>
      await command(socketOf(actor), drawCredential, { meetingId: vote.meetingId, voteId: vote.voteId, key, blinded })
    const [one, two] = [await blind(vote.publicKey), await blind(vote.publicKey)]
    const key = freshKey()
    const first = await ask(one.blinded, members[0], key)
    expect(first).toMatchObject({ ok: true })
    expect(await ask(one.blinded, members[0], key)).toEqual(first)
    expect(await ask(one.blinded)).toEqual(first)
    expect(await ask(two.blinded)).toMatchObject({ error: { code: 'credentialDrawn' } })
    expect(await ask(two.blinded, members[0], key)).toMatchObject({ error: { code: 'idempotencyKeyReused' } })
    const many = await Promise.all(Array.from({ length: 8 }, async () => ask((await blind(vote.publicKey)).blinded, members[1])))
    expect(many.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await stateOf(vote.meetingId)).votes[0]?.drawn).toEqual([members[0]!.personId, members[1]!.personId])
    expect(await ask('_'.repeat(341) + 'A', members[2])).toMatchObject({ error: { code: 'blindedInvalid' } })

    await starts(assembly.chair, vote)
    // The answer was lost, and casting has begun meanwhile: who drew still gets it.
    expect(await ask(one.blinded)).toEqual(first)
    expect(await ask(two.blinded, members[2])).toMatchObject({ error: { code: 'drawingEnded' } })
  })

  it('is for the electors who do not vote on paper', async () => {
    const vote = await held()
    const { meetingId, voteId } = vote
    const { blinded } = await blind(vote.publicKey)
    const ask = (actor: Actor, ids = { meetingId, voteId }) => command(socketOf(actor), drawCredential, { ...ids, key: freshKey(), blinded })
    for (const actor of [assembly.clerk, assembly.guest]) expect(await ask(actor)).toMatchObject({ error: { code: 'notEntitledToVote' } })
    for (const actor of [assembly.stranger, assembly.administrator]) expect(await ask(actor)).toMatchObject({ error: { code: 'meetingNotFound' } })
    expect(await ask(members[0]!, { meetingId: (await held()).meetingId, voteId })).toMatchObject({ error: { code: 'voteNotFound' } })

    const onPaper = (voterIds: string[]) => command(socketOf(assembly.clerk), setHallVoters, { meetingId, voteId, key: freshKey(), way: 'paper', voterIds })
    expect(await onPaper([members[0]!.personId])).toMatchObject({ ok: true })
    expect(await ask(members[0]!)).toMatchObject({ error: { code: 'votesInHall' } })
    await draw(members[1]!, vote)
    expect(await onPaper([members[0]!.personId, members[1]!.personId])).toMatchObject({ error: { code: 'alreadyVoted' } })
    for (const actor of [members[0]!, assembly.guest]) expect(await starts(actor, vote)).toMatchObject({ error: { code: 'forbiddenInMeeting' } })
    expect(await starts(assembly.stranger, vote)).toMatchObject({ error: { code: 'meetingNotFound' } })
    expect(await starts(assembly.clerk, vote)).toMatchObject({ ok: true })
    expect(await starts(assembly.clerk, vote)).toMatchObject({ error: { code: 'drawingEnded' } })
    expect((await boxOf(assembly.stranger, vote)).error?.code).toBe('meetingNotFound')
  })
})

describe('casting', () => {
  it('takes one ballot a credential, whatever the retries', async () => {
    const vote = await held()
    const [voter, other] = [await draw(members[0]!, vote), await draw(members[1]!, vote)]
    const ballot = await ballotOf(voter, approve)
    expect((await cast(ballot)).error?.code).toBe('castingNotOpen')
    await starts(assembly.chair, vote)
    const different = await Promise.all(Array.from({ length: 6 }, (_, index) => ballotOf(voter, index % 2 ? approve : reject)))
    const answers = await Promise.all([ballot, ballot, ...different, ballot].map(cast))
    const taken = answers.filter(({ status }) => status === 200)
    expect(new Set(taken.map(({ body }) => body.hash)).size).toBe(1)
    for (const { status, error } of answers) if (status !== 200) expect(error?.code).toBe('alreadyVoted')
    expect(await assembly.server.db('secret_ballot').where('vote_id', vote.voteId)).toHaveLength(1)
    const again = [ballot, ...different].find((one) => ballotHash(one).toString('hex') === taken[0]!.body.hash)!
    expect((await cast(again)).body).toEqual(taken[0]!.body)
    expect((await cast(await ballotOf(other, reject))).status).toBe(200)
    expect(await close(assembly.chair, vote)).toMatchObject({ result: { cast: 2 } })
  })

  it('refuses what is forged, tampered with, of another vote or not in its terms', async () => {
    const [vote, elsewhere] = [await held(), await held()]
    const voter = await draw(members[0]!, vote)
    const stranger = await draw(members[0]!, elsewhere)
    await starts(assembly.chair, vote)
    await starts(assembly.chair, elsewhere)
    const good = await ballotOf(voter, approve)
    const foreign = await ballotOf(stranger, approve, vote.voteId)
    const refused: [string, SignedBallot][] = [
      ['signature', { ...good, text: good.text.replace('approve', 'reject') }],
      ['signature', { ...good, signature: foreign.signature }],
      ['credential', { ...good, key: foreign.key }],
      ['credential', { ...good, credential: foreign.credential }],
      ['credential', foreign],
      ['credential', { ...good, credential: randomBytes(256).toString('base64url') }],
      ['credential', { ...good, key: randomBytes(65).toString('base64url') }],
      ['content', await ballotOf(voter, { kind: 'named', choice: 'maybe' })],
      ['content', await ballotOf(voter, { kind: 'grading', choice: 'approve' })],
      ['text', { ...good, text: '{}' }], ['text', { ...good, text: 'không phải phiếu' }],
    ]
    for (const [reason, ballot] of refused) {
      const { error } = await cast(ballot)
      expect([error?.code, error?.details['reason']]).toEqual(['ballotInvalid', reason])
    }
    expect((await cast(await ballotOf(voter, approve, freshKey()))).error?.code).toBe('voteNotFound')
    expect((await cast({ ...good, key: 'x' })).error?.code).toBe('badRequest')
    expect(await assembly.server.db('secret_ballot').where('vote_id', vote.voteId)).toEqual([])
    expect((await cast(good)).status).toBe(200)
  })

  it('knows nobody: no cookie, no session, no line of the log, no anti-forgery token', async () => {
    const vote = await held()
    const voter = await draw(members[0]!, vote)
    await starts(assembly.chair, vote)
    const ballot = await ballotOf(voter, approve)
    const sessions = () => assembly.server.db('user_session').orderBy('sid').select('sid', 'expire')
    const before = await sessions()
    lines.length = 0
    const signedIn = await members[0]!.client.call(castSecretBallot, { body: ballot })
    expect(signedIn.error?.code).toBe('cookieRefused')
    expect((await cast(ballot)).status).toBe(200)
    expect((await cast({ ...ballot, text: '{}' })).status).toBe(400)
    expect(lines).toEqual([])
    expect(await sessions()).toEqual(before)
  })

  it('the database itself refuses what the rules would, and what was altered in it shows', async () => {
    const vote = await held()
    const { db } = assembly.server
    const owner = (await import('knex')).default({ client: 'pg', connection: assembly.server.ownerUrl })
    const row = { vote_id: vote.voteId, slot: randomBytes(32), sealed: randomBytes(900) }
    const credential = { vote_id: vote.voteId, voter_id: members[0]!.personId, blinded: randomBytes(256), blind_signature: randomBytes(256) }
    try {
      await expect(db('secret_ballot').insert(row)).rejects.toMatchObject({ code: '23514' })
      await expect(db('secret_credential').insert({ ...credential, voter_id: assembly.clerk.personId })).rejects.toMatchObject({ code: '23503' })
      const voter = await draw(members[0]!, vote)
      await starts(assembly.chair, vote)
      await expect(db('secret_credential').insert({ ...credential, voter_id: members[1]!.personId })).rejects.toMatchObject({ code: '23514' })
      await expect(owner('secret_credential').delete()).rejects.toMatchObject({ code: '42501' })
      await expect(owner('secret_vote').where('vote_id', vote.voteId).update({ casting: false })).rejects.toMatchObject({ code: '42501' })
      await cast(await ballotOf(voter, approve))
      await owner('secret_ballot').insert(row)
      expect(await close(assembly.chair, vote)).toMatchObject({ ok: true, result: { cast: 1 } })
      const { body: box } = await boxOf(assembly.chair, vote)
      expect(codes(verifyBox(box).findings)).toEqual(['unreadableBallots'])
      await expect(owner('secret_box_ballot').delete()).rejects.toMatchObject({ code: '42501' })
      await expect(db('secret_ballot').insert({ ...row, slot: randomBytes(32) })).rejects.toMatchObject({ code: '23514' })
    } finally {
      await owner.destroy()
    }
  })
})

describe('the verifier', () => {
  it('runs alone, on files', async () => {
    const vote = await held()
    const voter = await draw(members[0]!, vote)
    await starts(assembly.chair, vote)
    const { body } = await cast(await ballotOf(voter, approve))
    await close(assembly.chair, vote)
    const { body: box } = await boxOf(assembly.chair, vote)
    let text = ''
    for await (const piece of await assembly.server.domains.meetings.exportJournal(vote.meetingId, assembly.chair.caller)) text += piece
    const folder = await mkdtemp(path.join(os.tmpdir(), 'ballots-'))
    const file = async (name: string, content: unknown) => {
      await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
      return path.join(folder, name)
    }
    const verifier = async (...args: string[]) => await promisify(execFile)(process.execPath, [path.resolve(import.meta.dirname, '../../server/secret-ballots/verify-cli.ts'), ...args])
      .then(({ stdout }) => ({ code: 0, stdout }), ({ code, stdout }: { code: number, stdout: string }) => ({ code, stdout }))
    try {
      const [whole, journal] = [await file('box.json', box), await file('journal.json', text)]
      const receipt = { format: 'nghisu-ballot-receipt-1', voteId: vote.voteId, ...body }
      const kept = await file('receipt.json', receipt)
      expect(await verifier(whole, '--journal', journal, '--receipt', kept)).toMatchObject({ code: 0, stdout: expect.stringContaining('VERIFIED') as string })
      const forged = await file('forged.json', { ...receipt, hash: '0'.repeat(64) })
      expect(await verifier(whole, '--journal', journal, '--receipt', forged)).toMatchObject({ code: 1, stdout: expect.stringContaining('was not signed') as string })
      const emptied = await file('emptied.json', { ...box, ballots: [] })
      expect(await verifier(emptied, '--receipt', kept)).toMatchObject({ code: 1, stdout: expect.stringContaining('is not in the box') as string })
      expect(await verifier(journal)).toMatchObject({ code: 2 })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('finds out ballots that were altered, doubled, taken out, stuffed or counted wrongly', async () => {
    const vote = await held()
    const voters = [await draw(members[0]!, vote), await draw(members[1]!, vote)]
    await starts(assembly.chair, vote)
    for (const voter of voters) await cast(await ballotOf(voter, approve))
    await close(assembly.chair, vote)
    const { body: box } = await boxOf(assembly.chair, vote)
    const found = (changes: Partial<Box>) => codes(verifyBox({ ...box, ...changes }).findings)
    const [one, two] = box.ballots as [SignedBallot, SignedBallot]
    expect(found({})).toEqual([])
    expect(found({ ballots: [{ ...one, text: one.text.replace('approve', 'reject') }, two] })).toEqual(expect.arrayContaining(['signatureWrong', 'rootDiffers', 'resultDiffers']))
    expect(found({ ballots: [{ ...one, credential: two.credential }, two] })).toEqual(expect.arrayContaining(['credentialWrong', 'rootDiffers']))
    expect(found({ ballots: [one, one, two] })).toEqual(expect.arrayContaining(['ballotDoubled', 'moreBallotsThanDrawn', 'rootDiffers']))
    expect(found({ ballots: [one] })).toEqual(['rootDiffers', 'resultDiffers'])
    expect(found({ ballots: [two, one] })).toEqual(expect.arrayContaining(['notInOrder', 'rootDiffers']))
    expect(found({ drawn: [members[0]!.personId] })).toEqual(['moreBallotsThanDrawn'])
    expect(found({ result: { ...box.result, counts: { approve: 1, reject: 1, abstain: 0 } } })).toEqual(['resultDiffers'])
    expect(found({ terms: { ...box.terms, choices: ['reject', 'abstain'] } })).toEqual(expect.arrayContaining(['contentWrong']))
  })
})
