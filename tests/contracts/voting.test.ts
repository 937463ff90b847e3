import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExportRecord } from '../../protocol/journal.ts'
import type { VoteAsked } from '../../protocol/voting.ts'
import { verifyExport } from '../../server/journal/verify.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { AppError } from '../../server/platform/error.ts'
import { bodyRules, freshKey, openHouse, type House } from '../support/house.ts'

let house: House
let committee: Awaited<ReturnType<House['newBody']>>
let council: Awaited<ReturnType<House['newBody']>>
let { voting, meetings, attendance } = {} as House['domains']

beforeAll(async () => {
  house = await openHouse();
  ({ voting, meetings, attendance } = house.domains)
  committee = await house.newBody({ members: 4 })
  council = await house.newBody({ rules: bodyRules.council, members: 4 })
})
afterAll(() => house.close())

type Held = Awaited<ReturnType<House['newMeeting']>>
const open = async ({ meetingId, chair, items }: Held, kind: 'named' | 'grading' = 'named') =>
  (await voting.open(meetingId, chair, { key: freshKey(), itemId: items[0], kind, question: 'Đồng ý thông qua?', withoutQuorum: 'Diễn tập' })).voteId
const cast = (meetingId: string, voter: Caller, voteId: string, choice = 'approve', key = freshKey()) => voting.cast(meetingId, voter, { key, voteId, content: { kind: 'named', choice } })
const comes = (meetingId: string, { personId }: Caller) =>
  attendance.event({ event: 'peerJoined', room: meetingId, peer: `${personId}.${freshKey()}`, label: '', at: Date.now() })

describe('opening', () => {
  it('freezes electorate, base and majority from the rules of the body', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const electors = [committee.chair, ...committee.members].map(({ personId }) => personId)
    expect((await house.state(held.meetingId)).votes).toMatchObject([{
      voteId, kind: 'named', itemId: held.items[0], choices: ['approve', 'reject', 'abstain'], scale: [], electorate: electors,
      base: { kind: 'incumbents', size: 5 }, threshold: { numerator: 1, denominator: 2, strict: true, basis: 'Quy chế làm việc' },
      voted: [], result: null, closedAt: null,
    }])
  })

  it('counts those present, where the body does', async () => {
    const held = await house.newMeeting(council, 'live')
    for (const person of [council.chair, council.clerk, council.member, council.member]) await comes(held.meetingId, person)
    await open(held)
    expect((await house.state(held.meetingId)).votes[0]?.base).toEqual({ kind: 'present', size: 2 })
  })

  it('happens for one vote at a time, whoever presses', async () => {
    const held = await house.newMeeting(committee, 'live')
    const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => open(held)))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'voteAlreadyOpen' })
    expect(await house.entries(held.meetingId, 'vote.opened')).toHaveLength(1)
  })

  it('without quorum needs a reason, which stands in the entry with who was there', async () => {
    const held = await house.newMeeting(committee, 'live')
    const { meetingId, items: [itemId] } = held
    const ask = (withoutQuorum?: string, key = freshKey()) => voting.open(meetingId, committee.chair, { key, itemId, kind: 'named', question: '?', withoutQuorum })
    for (const person of [committee.chair, committee.member, committee.clerk, committee.guest]) await comes(meetingId, person)
    const short = { code: 'quorumNotMet', details: { present: 2, needed: 4, summoned: 5 } }
    await expect(ask()).rejects.toMatchObject(short)
    await expect(ask('')).rejects.toMatchObject(short)
    expect(await house.entries(meetingId, 'vote.opened')).toEqual([])
    const { voteId } = await ask('Việc gấp, các đồng chí vắng đã có ý kiến')
    const [entry] = await house.entries(meetingId, 'vote.opened')
    expect(entry?.data).toMatchObject({ quorum: { present: 2, summoned: 5, needed: 4, met: false }, withoutQuorum: { $text: expect.any(String) as string } })
    expect(JSON.stringify(entry)).not.toContain('Việc gấp')
    await voting.close(meetingId, committee.chair, { key: freshKey(), voteId })

    for (const person of committee.members.slice(1, 3)) await comes(meetingId, person)
    await ask('Không cần nữa')
    const { votes } = await house.state(meetingId)
    expect(votes[1]).toMatchObject({ quorum: { present: 4, summoned: 5, needed: 4, met: true } })
    expect(votes[1]).not.toHaveProperty('withoutQuorum')
    // Who may vote is another question.
    expect(votes[1]?.electorate).toEqual(votes[0]?.electorate)
  })

  it('is refused where it does not belong', async () => {
    const held = await house.newMeeting(committee, 'live')
    const elsewhere = await house.newMeeting(committee, 'published')
    const ask = (caller: Caller, meetingId: string, itemId: string, kind: 'named' | 'grading' = 'named') =>
      voting.open(meetingId, caller, { key: freshKey(), itemId, kind, question: '?', withoutQuorum: 'Diễn tập' })
    await expect(ask(committee.member, held.meetingId, held.items[0])).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(ask(council.chair, held.meetingId, held.items[0])).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(ask(committee.chair, elsewhere.meetingId, elsewhere.items[0])).rejects.toMatchObject({ code: 'meetingNotLive' })
    await expect(ask(committee.chair, held.meetingId, elsewhere.items[0])).rejects.toMatchObject({ code: 'agendaItemNotFound' })
    await expect(ask(committee.chair, held.meetingId, held.items[0], 'grading')).rejects.toMatchObject({ code: 'gradingNotAllowed' })
    expect((await house.state(held.meetingId)).votes).toEqual([])
  })
})

describe('casting', () => {
  it('takes one ballot a voter: not a second choice, not another device, not a double click', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const key = freshKey()
    const first = await cast(held.meetingId, committee.member, voteId, 'approve', key)
    expect(await cast(held.meetingId, committee.member, voteId, 'approve', key)).toEqual(first)
    await expect(cast(held.meetingId, committee.member, voteId, 'reject', key)).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    await expect(cast(held.meetingId, committee.member, voteId, 'approve')).rejects.toMatchObject({ code: 'alreadyVoted' })
    await expect(cast(held.meetingId, committee.member, voteId, 'reject')).rejects.toMatchObject({ code: 'alreadyVoted' })
    const kept: { result: unknown }[] = await house.db('journal_result').where({ meeting_id: held.meetingId, key }).select('result')
    // Nothing of what was voted.
    expect(kept).toEqual([{ result: { castAt: first.castAt, revision: 1 } }])
    expect(await voting.ownBallots(held.meetingId, committee.member)).toEqual({ ballots: [{ voteId, ...first }] })
    expect(await voting.ownBallots(held.meetingId, committee.chair)).toEqual({ ballots: [] })
    const entries = await house.entries(held.meetingId, 'vote.ballotCast')
    expect(entries.map(({ actorId, data }) => [actorId, data])).toEqual([[committee.member.personId, { voteId, voterId: committee.member.personId }]])
  })

  it('of one voter twenty times at once counts once', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, (_, index) =>
      cast(held.meetingId, committee.member, voteId, ['approve', 'reject', 'abstain'][index % 3])))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'alreadyVoted' })
    expect(await house.db('ballot').where({ vote_id: voteId })).toHaveLength(1)
    expect(await voting.close(held.meetingId, committee.chair, { key: freshKey(), voteId })).toMatchObject({ cast: 1 })
  })

  it('is for the electors of that vote', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    for (const caller of [committee.clerk, committee.guest]) {
      await expect(cast(held.meetingId, caller, voteId)).rejects.toMatchObject({ code: 'notEntitledToVote' })
    }
    await expect(cast(held.meetingId, council.member, voteId)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(cast(held.meetingId, committee.member, freshKey())).rejects.toMatchObject({ code: 'voteNotFound' })
    for (const choice of ['excellent', '', 'APPROVE', '__proto__', 'constructor']) {
      await expect(cast(held.meetingId, committee.member, voteId, choice)).rejects.toMatchObject({ code: 'choiceUnknown' })
    }
    const other = await house.newMeeting(committee, 'live')
    await expect(cast(other.meetingId, committee.member, voteId)).rejects.toMatchObject({ code: 'voteNotFound' })
    expect(await house.db('ballot').where({ vote_id: voteId })).toEqual([])
  })

  it('ends with the vote, also for who presses while it closes', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const voters = [committee.chair, ...committee.members]
    const [closed, ...ballots] = await Promise.allSettled([
      voting.close(held.meetingId, committee.chair, { key: freshKey(), voteId }), ...voters.map((voter) => cast(held.meetingId, voter, voteId)),
    ])
    const counted = closed.status === 'fulfilled' ? closed.value.cast : -1
    expect(ballots.filter(({ status }) => status === 'fulfilled')).toHaveLength(counted)
    expect(await house.db('ballot').where({ vote_id: voteId })).toHaveLength(counted)
    await expect(cast(held.meetingId, committee.member, voteId)).rejects.toMatchObject({ code: 'voteClosed' })
  })
})

describe('closing', () => {
  it('tells the result, which was held back, and the root of the ballots', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    const [one, two, three] = committee.members
    if (!one || !two || !three) throw new Error('too few members')
    for (const voter of [committee.chair, one, two]) await cast(held.meetingId, voter, voteId)
    await cast(held.meetingId, three, voteId, 'abstain')
    const open_ = await house.state(held.meetingId)
    expect(open_.votes[0]?.voted).toHaveLength(4)
    expect(JSON.stringify(await house.entries(held.meetingId, 'vote.ballotCast'))).not.toMatch(/approve|abstain/)
    const key = freshKey()
    const result = await voting.close(held.meetingId, committee.clerk, { key, voteId })
    expect(result).toEqual({ counts: { approve: 3, reject: 0, abstain: 1 }, cast: 4, base: 5, needed: 3, accepted: true, grade: null })
    expect(await voting.close(held.meetingId, committee.clerk, { key, voteId })).toEqual(result)
    await expect(voting.close(held.meetingId, committee.clerk, { key: freshKey(), voteId })).rejects.toMatchObject({ code: 'voteClosed' })
    await expect(voting.close(held.meetingId, committee.clerk, { key: freshKey(), voteId: freshKey() })).rejects.toMatchObject({ code: 'voteNotFound' })

    const root = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect((await house.entries(held.meetingId, 'vote.closed'))[0]?.data).toEqual({ voteId, result, ballotsRoot: root })
  })

  it('lets an auditor hold the ballots against that root', async () => {
    const held = await house.newMeeting(committee, 'live')
    const first = await open(held)
    await cast(held.meetingId, committee.member, first)
    await cast(held.meetingId, committee.chair, first, 'reject')
    await voting.close(held.meetingId, committee.clerk, { key: freshKey(), voteId: first })
    const running = await open(held)
    await cast(held.meetingId, committee.member, running)

    let text = ''
    for await (const piece of await house.domains.meetings.exportJournal(held.meetingId, committee.chair)) text += piece
    const records: ExportRecord[] = JSON.parse(text)
    const boxes = records.filter((record) => record.record === 'ballots')
    expect(boxes).toMatchObject([{ voteId: first, ballots: expect.arrayContaining([
      expect.objectContaining({ voterId: committee.member.personId, choice: 'approve' }),
      expect.objectContaining({ voterId: committee.chair.personId, choice: 'reject' }),
    ]) }])
    expect((await verifyExport(records, [])).findings).toEqual([])
    const altered = records.map((record) => record.record === 'ballots'
      ? { ...record, ballots: record.ballots.map((ballot) => ({ ...ballot, choice: 'approve' })) } : record)
    expect((await verifyExport(altered, [])).findings).toEqual([{ code: 'ballotsAltered', voteId: first }, { code: 'resultWrong', voteId: first }])
    const without = records.filter((record) => record.record !== 'ballots')
    expect((await verifyExport(without, [])).findings).toEqual([{ code: 'ballotsMissing', voteId: first }])
  })

  it('is an act of the office', async () => {
    const held = await house.newMeeting(committee, 'live')
    const voteId = await open(held)
    await expect(voting.close(held.meetingId, committee.member, { key: freshKey(), voteId })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(voting.close(held.meetingId, council.chair, { key: freshKey(), voteId })).rejects.toMatchObject({ code: 'meetingNotFound' })
    await meetings.close(held.meetingId, committee.chair, freshKey())
    await expect(cast(held.meetingId, committee.member, voteId)).rejects.toMatchObject({ code: 'voteClosed' })
    expect((await house.state(held.meetingId)).votes[0]?.result).toMatchObject({ cast: 0, accepted: false })
  })

  it('grades by the scale of the council', async () => {
    const held = await house.newMeeting(council, 'live')
    const voteId = await open(held, 'grading')
    const choices = ['excellent', 'good', 'excellent', 'fail', 'excellent']
    for (const [index, voter] of [council.chair, ...council.members].entries()) {
      await voting.cast(held.meetingId, voter, { key: freshKey(), voteId, content: { kind: 'grading', choice: choices[index] ?? '' } })
    }
    expect(await voting.close(held.meetingId, council.chair, { key: freshKey(), voteId })).toEqual({
      counts: { excellent: 3, good: 1, pass: 0, fail: 1 }, cast: 5, base: 5, needed: 3, accepted: true, grade: 'excellent',
    })
    await open(held)
    expect((await house.state(held.meetingId)).votes).toHaveLength(2)
  })
})

it('the database itself refuses what the rules would', async () => {
  const held = await house.newMeeting(committee, 'live')
  const voteId = await open(held)
  const ballot = { vote_id: voteId, voter_id: committee.member.personId, choice: '"approve"', cast_at: new Date(), revision: 1 }
  await cast(held.meetingId, committee.member, voteId)
  await expect(house.db('ballot').insert(ballot)).rejects.toMatchObject({ code: '23505' })
  await expect(house.db('ballot').insert({ ...ballot, voter_id: committee.clerk.personId })).rejects.toMatchObject({ code: '23503' })
  await expect(house.db('ballot').insert({ ...ballot, voter_id: committee.chair.personId, choice: '"maybe"' })).rejects.toMatchObject({ code: '23514' })
  await expect(house.db('ballot').where({ vote_id: voteId }).update({ choice: '"reject"' })).rejects.toMatchObject({ code: '42501' })
  await expect(house.archive.owner('ballot').where({ vote_id: voteId }).delete()).rejects.toMatchObject({ code: '42501' })
  await voting.close(held.meetingId, committee.chair, { key: freshKey(), voteId })
  await expect(house.db('ballot').insert({ ...ballot, voter_id: committee.chair.personId })).rejects.toMatchObject({ code: '23514' })
  await expect(house.db('vote').where({ id: voteId }).update({ result: '{}' })).rejects.toMatchObject({ code: '42501' })
})

it('a ballot takes as many statements in a vote with many electors as in one with few', async () => {
  const large = await house.newBody({ members: 60 })
  const figures = []
  for (const body of [committee, large]) {
    const held = await house.newMeeting(body, 'live')
    const voteId = await open(held)
    figures.push((await house.statements(() => cast(held.meetingId, body.member, voteId))).length)
  }
  expect(figures[1]).toBe(figures[0])
})

it('ballots of a burst are written together, each with its own voter, answer and refusal', async () => {
  const large = await house.newBody({ members: 60 })
  const held = await house.newMeeting(large, 'live')
  const voteId = await open(held)
  const [early, ...others] = large.members
  if (!early) throw new Error('too few members')
  const key = freshKey()
  await cast(held.meetingId, early, voteId, 'approve', key)
  const statements = await house.statements(async () => {
    const answers = await Promise.allSettled([
      ...others.map((voter) => cast(held.meetingId, voter, voteId)), cast(held.meetingId, large.clerk, voteId), cast(held.meetingId, early, voteId, 'approve', key),
      cast(held.meetingId, early, voteId, 'reject', key), cast(held.meetingId, large.chair, voteId, 'nonsense'), cast(held.meetingId, others[0]!, voteId),
    ])
    expect(answers.slice(0, others.length).every(({ status }) => status === 'fulfilled')).toBe(true)
    expect(answers.slice(others.length).map((answer) => answer.status === 'fulfilled' ? 'taken' : (answer.reason as { code: string }).code))
      .toEqual(['notEntitledToVote', 'taken', 'idempotencyKeyReused', 'choiceUnknown', 'alreadyVoted'])
  })
  expect(statements.filter((sql) => sql.startsWith('\n      INSERT INTO ballot')).length).toBeLessThanOrEqual(3)
  const entries = await house.entries(held.meetingId, 'vote.ballotCast')
  expect(entries.map(({ actorId }) => actorId).toSorted()).toEqual(large.members.map(({ personId }) => personId).toSorted())
  for (const { actorId, data } of entries) expect(data['voterId']).toBe(actorId)
  expect(await voting.close(held.meetingId, large.chair, { key: freshKey(), voteId })).toMatchObject({ cast: 60 })
})

const ask = async (held: Held, asked: Partial<VoteAsked> & Pick<VoteAsked, 'kind'>) =>
  (await voting.open(held.meetingId, held.chair, { key: freshKey(), itemId: held.items[0], question: '?', withoutQuorum: 'Diễn tập', ...asked })).voteId
const close = (held: Held, voteId: string) => voting.close(held.meetingId, held.clerk, { key: freshKey(), voteId })
const refused = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => { if (error instanceof AppError) return error.code; throw error })

describe('who has not voted', () => {
  it('is sent a notice when asked to, wherever they are, that tells nothing of the vote', async () => {
    const held = await house.newMeeting(committee, 'live')
    const [one, two, three, four] = held.members
    if (!one || !two || !three || !four) throw new Error('too few members')
    const told = async (voteId: string) => await house.db('notice').where({ kind: 'vote.reminded' }).whereLike('dedupe_key', `vote.reminded:${voteId}:%`).orderBy('person_id')
      .select<{ personId: string, link: string, content: object }[]>('person_id as personId', 'link', 'content')
    const voteId = await ask(held, { kind: 'named', question: 'Có kỷ luật đồng chí Q không?' })
    await cast(held.meetingId, one, voteId)
    await voting.setHall(held.meetingId, held.clerk, { key: freshKey(), voteId, way: 'paper', voterIds: [two.personId] })
    const remind = (of: string) => voting.remind(held.meetingId, held.chair, { key: freshKey(), voteId: of })
    await remind(voteId)
    await remind(voteId)
    const notices = await told(voteId)
    expect(notices.map(({ personId }) => personId)).toEqual([three.personId, four.personId].toSorted())
    expect(notices[0]).toMatchObject({ link: `/meetings/${held.meetingId}/room` })
    expect(JSON.stringify(notices)).not.toMatch(/kỷ luật|approve/)
    await voting.setHall(held.meetingId, held.clerk, { key: freshKey(), voteId, way: 'paper', voterIds: [] })
    await close(held, voteId)
    const secret = await ask(held, { kind: 'named', secret: true })
    await remind(secret)
    expect(await told(secret)).toHaveLength(4)
    expect(JSON.stringify(await told(secret))).toContain('nhận phiếu')
    const late = await ask(await house.newMeeting(committee, 'live'), { kind: 'named', secret: true })
    expect(await told(late)).toEqual([])
  })
})

describe('a special majority', () => {
  const two = [{ label: 'Một' }, { label: 'Hai' }]
  const inGroup = { seats: 2, method: 'mark' as const, matter: 'workingGroup' }
  it('is one of the body’s own, frozen at the opening, and decides as it says', async () => {
    const held = await house.newMeeting(await house.newBody({
      members: 4, rules: { ...bodyRules.committee, voting: { tie: 'chairDecides', specialMajorities: [{ id: 'rules', label: { vi: 'Sửa quy chế', en: 'Amendment' }, numerator: 4, denominator: 5, strict: false, base: 'validBallots', basis: 'Điều 30' }] } },
    }), 'live')
    for (const [kind, majority] of [['named', 'twoThirds'], ['confidence', 'rules']] as const) expect(await refused(ask(held, { kind, majority, ...kind === 'confidence' ? { options: two } : {} }))).toBe('voteTermsInvalid')
    const voteId = await ask(held, { kind: 'named', majority: 'rules' })
    expect((await house.state(held.meetingId)).votes[0]).toMatchObject({
      majority: 'rules', threshold: { numerator: 4, denominator: 5, strict: false, basis: 'Điều 30' }, base: { kind: 'validBallots' },
      // An equal vote is no four fifths, however the chair voted.
      tie: 'notAdopted',
    })
    const [a, b] = held.members
    if (!a || !b) throw new Error('too few')
    await cast(held.meetingId, a, voteId)
    await cast(held.meetingId, b, voteId, 'reject')
    expect(await close(held, voteId)).toMatchObject({ accepted: false, why: 'tied', needed: 2 })
    expect(await refused(ask(held, { kind: 'named', previous: voteId, majority: 'twoThirds' }))).toBe('voteTermsInvalid')
    await ask(held, { kind: 'named', previous: voteId })
    expect((await house.state(held.meetingId)).votes[1]).toMatchObject({ round: 2, majority: 'rules', threshold: { numerator: 4 } })
  })

  it('of two thirds and three quarters is there where a body says nothing', async () => {
    const held = await house.newMeeting(committee, 'live')
    await close(held, await ask(held, { kind: 'options', options: two, majority: 'twoThirds' }))
    await close(held, await ask(held, { kind: 'election', options: two, election: inGroup, majority: 'threeQuarters' }))
    const { votes } = await house.state(held.meetingId)
    expect(votes.map(({ threshold, base }) => [threshold.numerator, threshold.denominator, base])).toEqual([[2, 3, { kind: 'incumbents', size: 5 }], [3, 4, { kind: 'incumbents', size: 5 }]])
    expect(votes.every(({ threshold }) => !('label' in threshold) && !('id' in threshold))).toBe(true)
  })
})
