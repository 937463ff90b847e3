import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportRecord } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { annulVote, MAX_ANNULMENT, type VoteAsked } from '../../protocol/voting.ts'
import { verifyExport } from '../../server/journal/verify.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { AppError } from '../../server/platform/error.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { approve, ballotOf, drawnBy, reject, type Voter } from '../support/secret-voter.ts'

/** Votes that were opened by mistake: they are over, and nobody learns what was cast in them. */

let house: House
let committee: Awaited<ReturnType<House['newBody']>>
let { voting, meetings, minutes, secretBallots, casting, keyring } = {} as House['domains']

beforeAll(async () => {
  house = await openHouse();
  ({ voting, meetings, minutes, secretBallots, casting, keyring } = house.domains)
  committee = await house.newBody({ members: 4 })
})
afterAll(() => house.close())

type Held = Awaited<ReturnType<House['newMeeting']>>
const WHY = 'Mở nhầm nội dung'
async function open(held: Held, asked: Partial<VoteAsked> = {}): Promise<string> {
  const usual = { itemId: held.items[0], kind: 'named' as const, question: 'Thông qua?', withoutQuorum: 'Diễn tập' }
  return (await voting.open(held.meetingId, held.chair, { key: freshKey(), ...usual, ...asked })).voteId
}
const annul = (held: Held, voteId: string, { by = held.clerk, reason = WHY, key = freshKey() } = {}) =>
  voting.annul(held.meetingId, by, { key, voteId, reason })
const cast = (held: Held, voter: Caller, voteId: string, content = approve, reservedOpinion = '') =>
  voting.cast(held.meetingId, voter, { key: freshKey(), voteId, content, reservedOpinion })
const close = (held: Held, voteId: string) => voting.close(held.meetingId, held.clerk, { key: freshKey(), voteId })
const voteIn = async ({ meetingId }: Held, voteId: string) => (await house.state(meetingId)).votes.find((one) => one.voteId === voteId)
const refused = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => { if (error instanceof AppError) return error.code; throw error })
async function exported(held: Held): Promise<ExportRecord[]> {
  let text = ''
  for await (const piece of await meetings.exportJournal(held.meetingId, held.chair)) text += piece
  return JSON.parse(text)
}

/** A vote with ballots of the chair and of one member, with a reserved opinion, and a count of two others that nobody has confirmed. */
async function halfway(held: Held): Promise<string> {
  const [one, two, three] = held.members
  if (!one || !two || !three) throw new Error('too few members')
  const voteId = await open(held)
  await cast(held, held.chair, voteId)
  await cast(held, one, voteId, reject, 'Ý kiến kín')
  await voting.setHall(held.meetingId, held.clerk, { key: freshKey(), voteId, way: 'paper', voterIds: [two.personId, three.personId] })
  await voting.countHall(held.meetingId, held.clerk, {
    key: freshKey(), voteId, revision: 0, hall: { way: 'paper', handedOut: 2, collected: 2, invalid: 0, counts: { approve: 1, reject: 1 } },
  })
  return voteId
}

describe('a vote that is annulled', () => {
  it('is over without a result, for a reason that everybody sees with who gave it', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await halfway(held)
    expect(await annul(held, voteId)).toEqual({})
    const [entry, ...more] = await house.entries(held.meetingId, 'vote.annulled')
    expect(more).toEqual([])
    const reason = { $text: expect.any(String) as string, mac: expect.any(String) as string }
    expect(entry).toMatchObject({ actorId: held.clerk.personId, audience: { scope: 'item', itemId: held.items[0] } })
    expect(entry?.data).toEqual({ voteId, reason })
    const { state, texts } = await house.journal.snapshot(held.meetingId, { personId: held.member.personId, office: false, items: 'all' }, meetingReducer)
    const { annulment, ...vote } = state.votes[0]!
    expect(annulment).toEqual({ by: held.clerk.personId, reason })
    expect(texts[annulment!.reason.$text]).toBe(WHY)
    expect(vote).toMatchObject({ closedAt: entry?.at, result: null, hallResult: null, opinions: [], voted: [], hall: null, hallCount: null })
  })

  it('tells nobody what was cast, by no answer, entry, projection, kept result or export', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await halfway(held)
    await annul(held, voteId)
    await meetings.close(held.meetingId, held.chair, freshKey())
    const records = await exported(held)
    expect(records.filter((record) => record.record === 'ballots')).toEqual([])
    expect(await house.entries(held.meetingId, 'vote.opinionReserved')).toEqual([])
    expect((await verifyExport(records, [])).findings).toEqual([])
    // Nor can somebody put a box into the export that passes for one.
    const forged = records.toSpliced(-1, 0, { record: 'ballots', voteId, ballots: [] })
    expect((await verifyExport(forged, [])).findings).toContainEqual({ code: 'ballotsAltered', voteId })

    const { db } = house
    expect([await db('ballot_opinion').where({ vote_id: voteId }), await db('hall_count').where({ vote_id: voteId })]).toEqual([[], []])
    for (const voter of [held.chair, ...held.members]) expect(await voting.ownBallots(held.meetingId, voter)).toEqual({ ballots: [] })
    expect(await voting.hallCount(held.meetingId, held.chair, voteId)).toEqual({ count: null })
    const known = [
      records.filter((record) => record.record !== 'entry' || record.kind !== 'vote.opened'),
      (await house.state(held.meetingId)).votes.map(({ choices: _, ...vote }) => vote),
      await db('vote').where({ id: voteId }).select('result', 'hall', 'ballots_root'), await db('journal_result').where({ meeting_id: held.meetingId }),
      await db.transaction((trx) => voting.closedBallots(trx, held.meetingId)),
      await minutes.get(held.meetingId, held.clerk), await minutes.facts(held.meetingId, held.clerk),
    ]
    expect(JSON.stringify(known)).not.toMatch(/\bapprove\b|reject|abstain|tán thành|Ý kiến kín/)
  })

  it('stands in the minutes with who annulled it and why, and with no figure', async () => {
    const held = await house.newMeeting(committee, 'live')
    await annul(held, await halfway(held), { by: held.chair, reason: 'Nhập nhầm câu hỏi' })
    const voteId = await open(held)
    await close(held, voteId)
    await meetings.close(held.meetingId, held.chair, freshKey())
    const lines = (await minutes.get(held.meetingId, held.clerk)).content.blocks.map(({ text }) => text)
    const told = lines.findIndex((line) => line.startsWith('Cuộc biểu quyết bị huỷ'))
    expect(lines.slice(told - 1, told + 2)).toEqual([
      expect.stringMatching(/^Biểu quyết ghi tên bằng hình thức điện tử, từ .* đến .*: Thông qua\?$/),
      'Cuộc biểu quyết bị huỷ trước khi có kết quả, vì: Nhập nhầm câu hỏi. Người huỷ: đồng chí Lê Thị Thử, Chuyên viên, Uỷ viên.',
      // The vote after it.
      expect.stringMatching(/^Biểu quyết ghi tên bằng hình thức điện tử, từ /),
    ])
    expect(lines.filter((line) => line.startsWith('Có quyền biểu quyết:'))).toHaveLength(1)
  })

  it('takes nothing more, and makes room for another vote and for the closing of the meeting', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await halfway(held)
    expect(await refused(open(held))).toBe('voteAlreadyOpen')
    expect(await refused(meetings.close(held.meetingId, held.chair, freshKey()))).toBe('hallNotCounted')
    await annul(held, voteId)
    const { meetingId, clerk, members: [, , , four] } = held
    const late = [
      cast(held, four!, voteId), close(held, voteId), voting.remind(meetingId, clerk, { key: freshKey(), voteId }),
      voting.setHall(meetingId, clerk, { key: freshKey(), voteId, way: 'paper', voterIds: [] }), voting.confirmHall(meetingId, held.chair, { key: freshKey(), voteId, revision: 1 }),
    ]
    expect(await Promise.all(late.map(refused))).toEqual(late.map(() => 'voteClosed'))
    const next = await open(held)
    expect(await voteIn(held, next)).toMatchObject({ round: 1, closedAt: null, voted: [] })
    await cast(held, held.chair, next)
    expect(await close(held, next)).toMatchObject({ cast: 1 })
    await meetings.close(meetingId, held.chair, freshKey())
    expect((await house.state(meetingId)).votes.map(({ result }) => result?.cast)).toEqual([undefined, 1])
  })

  it('has no further round and is none', async () => {
    const held = await house.newMeeting(committee, 'live')
    const mistaken = await open(held)
    await annul(held, mistaken)
    expect(await refused(open(held, { previous: mistaken }))).toBe('voteTermsInvalid')
    const first = await open(held)
    await close(held, first)
    const second = await open(held, { previous: first })
    await annul(held, second)
    const again = await open(held, { previous: first })
    expect(await voteIn(held, again)).toMatchObject({ round: 2, previous: first })
    await close(held, again)
    expect(await refused(open(held, { previous: first }))).toBe('voteTermsInvalid')
  })

  it('also while ballots come takes those before it or none', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const voters = [held.chair, ...held.members]
    const [annulled, ...ballots] = await Promise.all([refused(annul(held, voteId)), ...voters.map((voter) => refused(cast(held, voter, voteId)))])
    expect(annulled).toBe('done')
    expect(ballots.filter((answer) => answer !== 'done' && answer !== 'voteClosed')).toEqual([])
    expect((await voteIn(held, voteId))?.voted).toEqual([])
  })
})

describe('annulling', () => {
  it('is for who may close the vote, once, with a reason, and not after the closing', async () => {
    const [held, elsewhere] = [await house.newMeeting(committee, 'live'), await house.newMeeting(committee, 'live')]
    const voteId = await open(held)
    const stranger = (await house.newBody()).chair
    for (const by of [held.member, held.guest]) expect(await refused(annul(held, voteId, { by }))).toBe('forbiddenInMeeting')
    expect(await refused(annul(held, voteId, { by: stranger }))).toBe('meetingNotFound')
    expect([await refused(annul(elsewhere, voteId)), await refused(annul(held, freshKey()))]).toEqual(['voteNotFound', 'voteNotFound'])
    expect(await refused(annul(held, voteId, { reason: 'Lý do\nMẬT' }))).toBe('proposalSecret')
    const input = (reason: unknown) => annulVote.input.safeParse({ meetingId: held.meetingId, key: freshKey(), voteId, reason }).success
    expect([WHY, '', ' \n ', undefined, 'a'.repeat(MAX_ANNULMENT + 1)].map(input)).toEqual([true, false, false, false, false])
    expect(await voteIn(held, voteId)).toMatchObject({ closedAt: null, annulment: null })

    const key = freshKey()
    expect([await annul(held, voteId, { key }), await annul(held, voteId, { key })]).toEqual([{}, {}])
    expect(await refused(annul(held, voteId, { key, reason: 'Lý do khác' }))).toBe('idempotencyKeyReused')
    expect(await refused(annul(held, voteId))).toBe('voteClosed')
    expect(await house.entries(held.meetingId, 'vote.annulled')).toHaveLength(1)

    const closed = await open(held)
    await cast(held, held.chair, closed)
    await close(held, closed)
    expect(await refused(annul(held, closed))).toBe('voteClosed')
    expect(await voteIn(held, closed)).toMatchObject({ annulment: null, result: { cast: 1 } })
  })

  it('is held to by the database itself', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const row = () => house.db('vote').where({ id: voteId })
    await expect(row().update({ annulled: true })).rejects.toMatchObject({ code: '23514' })
    await expect(row().update({ annulled: true, closed_at: new Date(), result: '{}', ballots_root: Buffer.alloc(32) })).rejects.toMatchObject({ code: '23514' })
    await expect(row().update({ closed_at: new Date() })).rejects.toMatchObject({ code: '23514' })
    await annul(held, voteId)
    await expect(row().update({ annulled: false, result: '{}', ballots_root: Buffer.alloc(32) })).rejects.toMatchObject({ code: '42501' })
    await expect(house.db('ballot').insert({ vote_id: voteId, voter_id: held.chair.personId, choice: '"approve"', cast_at: new Date() })).rejects.toMatchObject({ code: '23514' })
  })
})

describe('a secret vote that is annulled', () => {
  const secretRows = async (voteId: string) => [await house.db('secret_ballot').where({ vote_id: voteId }), await house.db('secret_box_ballot').where({ vote_id: voteId })]

  async function drawn(held: Held) {
    const voteId = await open(held, { secret: true })
    const publicKey = (await house.state(held.meetingId)).secretBoxes.find((box) => box.voteId === voteId)!.publicKey
    const draw = (voter: Caller): Promise<Voter> => drawnBy(secretBallots, voter, { meetingId: held.meetingId, voteId, publicKey })
    const startCasting = () => secretBallots.openCasting(held.meetingId, held.clerk, { key: freshKey(), voteId })
    return { voteId, draw, startCasting, voters: [await draw(held.chair), await draw(held.member)] as const }
  }

  it.each(['drawing', 'casting'])('while ballots are %s leaves worthless credentials, and no ballot that could be read', async (phase) => {
    const held = await house.newMeeting(committee, 'live')
    const { voteId, draw, startCasting, voters: [one, two] } = await drawn(held)
    const ballot = await ballotOf(one, reject)
    if (phase === 'casting') {
      await startCasting()
      await casting.cast(ballot)
      expect(await house.db('secret_ballot').where({ vote_id: voteId })).toHaveLength(1)
    }
    await annul(held, voteId)
    expect(await secretRows(voteId)).toEqual([[], []])
    expect(await house.db('secret_vote').where({ vote_id: voteId }).first('opened', 'sealed_key')).toEqual({ opened: true, sealed_key: null })
    await until(async () => await keyring.find(voteId) === undefined)

    const late = [casting.cast(ballot), casting.cast(await ballotOf(two, approve)), draw(held.members[1]!), startCasting()]
    expect(await Promise.all(late.map(refused))).toEqual(late.map(() => 'voteClosed'))
    expect(await refused(secretBallots.box(held.meetingId, voteId, held.chair))).toBe('voteNotClosed')
    expect(await house.db.transaction((trx) => secretBallots.boxes(trx, held.meetingId))).toEqual([])
    expect(await secretRows(voteId)).toEqual([[], []])
    expect(await voteIn(held, voteId)).toMatchObject({ drawn: [], castingSince: null, result: null, annulment: { by: held.clerk.personId } })
    const records = await exported(held)
    expect(records.filter(({ record }) => record === 'box')).toEqual([])
    expect((await verifyExport(records, [])).findings).toEqual([])

    const again = await drawn(held)
    await again.startCasting()
    await casting.cast(await ballotOf(again.voters[0], approve))
    expect(await close(held, again.voteId)).toMatchObject({ cast: 1, counts: { approve: 1 } })
    expect((await verifyExport(await exported(held), [])).findings).toEqual([])
  })

  it('in the moment of casting keeps none of them', async () => {
    const held = await house.newMeeting(committee, 'live')
    const { voteId, startCasting, voters } = await drawn(held)
    await startCasting()
    const ballots = await Promise.all(voters.map((voter) => ballotOf(voter, approve)))
    const [annulled, ...answers] = await Promise.all([refused(annul(held, voteId)), ...ballots.map((ballot) => refused(casting.cast(ballot)))])
    expect(annulled).toBe('done')
    expect(answers.filter((answer) => answer !== 'done' && answer !== 'voteClosed')).toEqual([])
    expect(await secretRows(voteId)).toEqual([[], []])
  })
})
