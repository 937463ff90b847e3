import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countBallots } from '../../protocol/counting.ts'
import { textRefs, type ExportRecord } from '../../protocol/journal.ts'
import type { BallotContent, HallCount } from '../../protocol/ballots.ts'
import type { VoteAsked } from '../../protocol/voting.ts'
import { verifyExport } from '../../server/journal/verify.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { AppError } from '../../server/platform/error.ts'
import { someBallot } from '../support/ballots.ts'
import { bodyRules, draft, freshKey, itemDraft, moreThanHalf, openHouse, REASON, type House } from '../support/house.ts'

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let { voting, meetings, attendance } = {} as House['domains']
const label = (text: string) => ({ vi: text, en: text })

beforeAll(async () => {
  house = await openHouse();
  ({ voting, meetings, attendance } = house.domains)
  body = await house.newBody({
    members: 4,
    rules: {
      ...bodyRules.council, majority: { ...moreThanHalf, base: 'incumbents' },
      voting: {
        changeBallot: true,
        scoring: {
          criteria: [{ id: 'aim', label: label('Mục tiêu'), max: 40, step: 1 }, { id: 'method', label: label('Phương pháp'), max: 60, step: 0.5 }],
          scale: [{ id: 'excellent', label: label('Xuất sắc'), passes: true, from: 90 }, { id: 'fail', label: label('Không đạt'), passes: false, from: 0 }],
          rule: { ...moreThanHalf, base: 'incumbents' },
        },
      },
    },
  })
})
afterAll(() => house.close())

type Held = Awaited<ReturnType<House['newMeeting']>>
type Asked = Partial<VoteAsked> & Pick<VoteAsked, 'kind'>
const open = async (held: Held, asked: Asked, caller = held.chair) =>
  (await voting.open(held.meetingId, caller, { key: freshKey(), itemId: held.items[0], question: 'Ý kiến của đồng chí?', withoutQuorum: 'Diễn tập', ...asked })).voteId
const cast = (held: Held, voter: Caller, voteId: string, content: BallotContent, more: { reservedOpinion?: string, replaces?: number, key?: string } = {}) =>
  voting.cast(held.meetingId, voter, { key: freshKey(), voteId, content, ...more })
const close = (held: Held, voteId: string) => voting.close(held.meetingId, held.clerk, { key: freshKey(), voteId })
const named = (choice: string): BallotContent => ({ kind: 'named', choice })
const chose = (...chosen: string[]): BallotContent => ({ kind: 'election', chosen })
const candidates = (...names: string[]) => names.map((name) => ({ label: name }))
const inGroup = { seats: 2, method: 'strike' as const, matter: 'workingGroup' }
const voters = ({ chair, members }: Held): Caller[] => [chair, ...members]
const refused = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => { if (error instanceof AppError) return error.code; throw error })
async function exported(held: Held): Promise<ExportRecord[]> {
  let text = ''
  for await (const piece of await meetings.exportJournal(held.meetingId, held.chair)) text += piece
  return JSON.parse(text)
}

describe('each kind', () => {
  it.each<Asked>([
    { kind: 'named' }, { kind: 'grading' }, { kind: 'scoring' }, { kind: 'options', options: candidates('Phương án một', 'Phương án hai', 'Phương án ba') },
    { kind: 'election', options: candidates('Nguyễn Văn An', 'Trần Thị Bình', 'Lê Văn Chính'), election: inGroup },
    { kind: 'confidence', options: candidates('Nguyễn Văn An', 'Trần Thị Bình') },
  ])('is opened, voted on and counted as anyone recounts it: $kind', async (asked) => {
    const held = await house.newMeeting(body, 'live')
    const voteId = await open(held, asked)
    const [vote] = (await house.state(held.meetingId)).votes
    if (!vote) throw new Error('no vote')
    expect(vote.choices).toHaveLength(asked.options?.length ?? (asked.kind === 'named' ? 3 : asked.kind === 'scoring' ? 2 : 4))
    for (const { label } of asked.options ?? []) expect(JSON.stringify(vote)).not.toContain(label)
    const contents = voters(held).map((_, index) => someBallot(vote, index + 1))
    for (const [index, voter] of voters(held).entries()) {
      const content = contents[index] ?? named('')
      expect(await cast(held, voter, voteId, content)).toMatchObject({ content, revision: 1, reservedOpinion: null })
    }
    for (const wrong of [named('maybe'), { kind: 'options', choice: 'o9' }, { kind: 'confidence', levels: {} }] as BallotContent[]) {
      expect(await refused(cast(held, held.member, voteId, wrong))).toBe('choiceUnknown')
    }
    const result = await close(held, voteId)
    expect(result).toEqual(countBallots(vote, contents))
    expect((await house.state(held.meetingId)).votes[0]?.result).toEqual(result)
    expect((await verifyExport(await exported(held), [])).findings).toEqual([])
  })

  it('is refused where its ballot could not be filled in', async () => {
    const held = await house.newMeeting(body, 'live')
    const two = candidates('Một', 'Hai')
    const cases: [string, Asked][] = [
      ['one option', { kind: 'options', options: candidates('Một') }], ['the same twice', { kind: 'options', options: candidates('Một', 'một') }],
      ['options where there are none', { kind: 'named', options: two }], ['no candidates', { kind: 'election', options: [], election: inGroup }],
      ['more seats than candidates', { kind: 'election', options: two, election: { ...inGroup, seats: 3 } }], ['an election of nothing', { kind: 'election', options: two }],
      ['seats where nobody is elected', { kind: 'options', options: two, election: inGroup }], ['what this body does not elect', { kind: 'election', options: two, election: { ...inGroup, matter: 'pope' } }],
      ['who goes on, in a first round', { kind: 'options', options: two, goOn: ['o1'] }], ['a recusal without reason', { kind: 'named', recused: [{ personId: held.member.personId, reason: '' }] }],
      ['a recusal of who has no vote', { kind: 'named', recused: [{ personId: held.guest.personId, reason: 'Liên quan' }] }],
    ]
    for (const [name, asked] of cases) expect([name, await refused(open(held, asked))]).toEqual([name, 'voteTermsInvalid'])
    expect(await refused(open(held, { kind: 'named', previous: freshKey() }))).toBe('voteNotFound')
    const plain = await house.newMeeting(await house.newBody(), 'live')
    expect([await refused(open(plain, { kind: 'scoring' })), await refused(open(plain, { kind: 'grading' }))]).toEqual(['gradingNotAllowed', 'gradingNotAllowed'])
    expect((await house.state(held.meetingId)).votes).toEqual([])
  })

  it('is neither of a classified item nor worded as a secret', async () => {
    const secret = await house.newMeeting(body)
    await meetings.change(secret.meetingId, body.clerk, { ...draft({ mode: 'inPerson' }), version: 1 })
    const { itemId } = await house.domains.agenda.add(secret.meetingId, body.clerk, { ...itemDraft('x'), title: '', classified: true, key: freshKey() } as never)
    await meetings.publish(secret.meetingId, body.clerk, REASON)
    await meetings.open(secret.meetingId, body.chair, freshKey())
    expect(await refused(open(secret, { kind: 'named', itemId }))).toBe('classifiedItem')
    const held = await house.newMeeting(body, 'live')
    for (const asked of [{ kind: 'named', question: 'TỐI MẬT' }, { kind: 'options', options: candidates('Một', 'MẬT') }, { kind: 'named', recused: [{ personId: held.member.personId, reason: 'MẬT' }] }] as Asked[]) {
      expect(await refused(open(held, asked))).toBe('proposalSecret')
    }
    const voteId = await open(held, { kind: 'named' })
    expect(await refused(cast(held, held.member, voteId, named('reject'), { reservedOpinion: 'TUYỆT MẬT' }))).toBe('proposalSecret')
    expect(await house.db('ballot').where({ vote_id: voteId })).toEqual([])
  })

  it('of statutory elections none is held here, by the body’s own list with its basis', async () => {
    const held = await house.newMeeting(body, 'live')
    for (const matter of ['partyCommittee', 'congressDelegates', 'stateOffice']) {
      await expect(open(held, { kind: 'election', options: candidates('An', 'Bình'), election: { ...inGroup, matter } }))
        .rejects.toMatchObject({ code: 'statutoryElection', details: { matter, basis: expect.stringMatching(/\S/) as string } })
    }
    const own = await house.newBody({ rules: { ...bodyRules.committee, voting: { matters: [{ id: 'workingGroup', label: label('Tổ công tác'), statutory: true, basis: 'Quy chế' }] } } })
    expect(await refused(open(await house.newMeeting(own, 'live'), { kind: 'election', options: candidates('An', 'Bình'), election: inGroup }))).toBe('statutoryElection')
    expect(await house.entries(held.meetingId, 'vote.opened')).toEqual([])
  })
})

describe('who votes', () => {
  it('is not who is recused, who stays in the base or not by the body’s rule; the reason can be erased', async () => {
    const held = await house.newMeeting(body, 'live')
    const { personId } = held.member
    const voteId = await open(held, { kind: 'named', recused: [{ personId, reason: 'Người thân có quyền lợi liên quan' }] })
    const [vote] = (await house.state(held.meetingId)).votes
    expect(vote).toMatchObject({ base: { size: 5 }, recused: [{ personId }] })
    expect(vote?.electorate).not.toContain(personId)
    expect(await refused(cast(held, held.member, voteId, named('approve')))).toBe('notEntitledToVote')
    expect(JSON.stringify(await house.entries(held.meetingId))).not.toContain('Người thân')
    const [reason] = textRefs(vote?.recused)
    await house.journal.run(held.meetingId, { actorId: null }, (tx) => tx.eraseText(reason?.$text ?? '', { scope: 'meeting' }))
    const { texts } = await house.journal.read(held.meetingId, { personId: held.guest.personId, office: false, items: 'all' })
    expect(texts[reason?.$text ?? '']).toBeNull()

    const other = await house.newBody({ rules: { ...bodyRules.committee, voting: { recusedInBase: false } } })
    const meeting = await house.newMeeting(other, 'live')
    await open(meeting, { kind: 'named', recused: [{ personId: other.member.personId, reason: 'Liên quan' }] })
    expect((await house.state(meeting.meetingId)).votes[0]?.base).toEqual({ kind: 'incumbents', size: 3 })
    await meetings.close(meeting.meetingId, other.chair, freshKey())
    expect((await house.state(meeting.meetingId)).votes[0]?.result).toMatchObject({ why: 'noBallots', needed: 2 })
  })

  it('must be somebody, and enough where the body takes no reason', async () => {
    const held = await house.newMeeting(body, 'live')
    expect(await refused(open(held, { kind: 'named', recused: voters(held).map(({ personId }) => ({ personId, reason: 'Liên quan' })) }))).toBe('nobodyEntitled')
    const strict = await house.newBody({ rules: { ...bodyRules.committee, voting: { withoutQuorum: 'refused' } } })
    await expect(open(await house.newMeeting(strict, 'live'), { kind: 'named' })).rejects.toMatchObject({ code: 'quorumNotMet', details: { refused: true, present: 0 } })
  })

  it('is the member or the substitute of a seat, never both', async () => {
    const rules = { ...bodyRules.committee, substitutes: { countsForQuorum: true, mayVote: true, basis: '' } }
    const seats = await house.newBody({ rules })
    const held = await house.newMeeting(seats, 'live')
    const instead = await house.newPerson()
    const participant = { personId: instead.personId, role: 'member' as const, office: '', voting: true, rank: 9, substituteFor: seats.member.personId }
    await house.journal.run(held.meetingId, { actorId: null }, async (tx) => {
      await tx.trx('meeting_participant').insert({ meeting_id: held.meetingId, person_id: instead.personId, role: 'member', office: '', voting: true, rank: 9, substitute_for: seats.member.personId })
      tx.append({ kind: 'meeting.participantAdded', data: { participant }, audience: { scope: 'meeting' } })
    })
    const comes = ({ personId }: Caller) => attendance.event({ event: 'peerJoined', room: held.meetingId, peer: `${personId}.${freshKey()}`, label: '', at: Date.now() })
    await comes(instead)
    const first = await open(held, { kind: 'named' })
    const [vote] = (await house.state(held.meetingId)).votes
    expect(vote?.electorate).toContain(instead.personId)
    expect(vote?.electorate).not.toContain(seats.member.personId)
    expect([vote?.electorate.length, vote?.base.size]).toEqual([4, 4])
    expect(await refused(cast(held, seats.member, first, named('approve')))).toBe('notEntitledToVote')
    await cast(held, instead, first, named('approve'))
    await close(held, first)
    await comes(seats.member)
    await open(held, { kind: 'named' })
    expect((await house.state(held.meetingId)).votes[1]?.electorate).not.toContain(instead.personId)
  })
})

describe('one’s own ballot', () => {
  it('is changed where the body lets it be, which is told and not how; its history is kept and in the root', async () => {
    const held = await house.newMeeting(body, 'live')
    const voteId = await open(held, { kind: 'named' })
    await cast(held, held.member, voteId, named('reject'), { reservedOpinion: 'Chưa đánh giá hết tác động' })
    const again = () => cast(held, held.member, voteId, named('approve'), { replaces: 1 })
    const attempts = await Promise.allSettled([again(), again(), again()])
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of attempts) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'alreadyVoted' })
    expect(await refused(cast(held, held.member, voteId, named('abstain')))).toBe('alreadyVoted')
    expect((await voting.ownBallots(held.meetingId, held.member)).ballots).toMatchObject([{ content: named('approve'), revision: 2, reservedOpinion: null }])
    const told = await house.entries(held.meetingId)
    expect(told.filter(({ kind }) => kind.startsWith('vote.ballot')).map(({ kind, data }) => [kind, Object.keys(data)])).toEqual([
      ['vote.ballotCast', ['voteId', 'voterId']], ['vote.ballotChanged', ['voteId', 'voterId']]])
    expect(await close(held, voteId)).toMatchObject({ counts: { approve: 1, reject: 0 }, cast: 1 })
    expect((await house.state(held.meetingId)).votes[0]?.opinions).toEqual([])
    const records = await exported(held)
    expect(records.find((record) => record.record === 'ballots')?.ballots).toMatchObject([{ choice: 'reject' }, { choice: 'approve', revision: 2 }])
    expect((await verifyExport(records, [])).findings).toEqual([])
    const first = records.map((record) => record.record === 'ballots' ? { ...record, ballots: record.ballots.slice(0, 1) } : record)
    expect((await verifyExport(first, [])).findings).toEqual([{ code: 'ballotsAltered', voteId }, { code: 'resultWrong', voteId }])

    const fixed = await house.newMeeting(await house.newBody(), 'live')
    const vote = await open(fixed, { kind: 'named' })
    await cast(fixed, fixed.member, vote, named('reject'))
    expect(await refused(cast(fixed, fixed.member, vote, named('approve'), { replaces: 1 }))).toBe('alreadyVoted')
    const row = { vote_id: vote, voter_id: fixed.member.personId, choice: '"approve"', cast_at: new Date(), revision: 2 }
    await expect(house.db('ballot').insert(row)).rejects.toMatchObject({ code: '23505' })
  })

  it('carries a reserved opinion, which comes with the result and can be erased', async () => {
    const held = await house.newMeeting(body, 'live')
    const voteId = await open(held, { kind: 'named' })
    const reservedOpinion = 'Đề nghị đánh giá lại nguồn vốn'
    expect(await cast(held, held.member, voteId, named('reject'), { reservedOpinion })).toMatchObject({ reservedOpinion })
    await cast(held, held.chair, voteId, named('approve'))
    expect(await house.entries(held.meetingId, 'vote.opinionReserved')).toEqual([])
    expect(await house.db('journal_text').where({ meeting_id: held.meetingId, body: reservedOpinion })).toEqual([])
    await close(held, voteId)
    expect(await house.db('ballot_opinion').where({ vote_id: voteId })).toEqual([])
    const [opinion] = (await house.state(held.meetingId)).votes[0]?.opinions ?? []
    expect(opinion?.voterId).toBe(held.member.personId)
    const viewer = { personId: held.guest.personId, office: false, items: 'all' as const }
    expect((await house.journal.read(held.meetingId, viewer)).texts[opinion?.text.$text ?? '']).toBe(reservedOpinion)
    await house.journal.run(held.meetingId, { actorId: null }, (tx) => tx.eraseText(opinion?.text.$text ?? '', { scope: 'meeting' }))
    expect((await house.journal.read(held.meetingId, viewer)).texts[opinion?.text.$text ?? '']).toBeNull()
    const grading = await open(held, { kind: 'grading' })
    expect(await refused(cast(held, held.member, grading, { kind: 'grading', choice: 'good' }, { reservedOpinion }))).toBe('choiceUnknown')
  })

  it('is neither doubled nor lost by whatever order of retries, devices and reconnects', async () => {
    const act = fc.record({ voter: fc.nat(4), key: fc.nat(2), choice: fc.constantFrom('approve', 'reject', 'abstain'), waits: fc.boolean() })
    await fc.assert(fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 30 }), fc.nat(30), async (acts, closeAt) => {
      const held = await house.newMeeting(body, 'live')
      const voteId = await open(held, { kind: 'named' })
      const keys = new Map<string, string>()
      const keyOf = (voter: number, key: number) => {
        const name = `${voter} ${key}`
        keys.set(name, keys.get(name) ?? freshKey())
        return keys.get(name) ?? ''
      }
      const acknowledged = new Map<number, Set<string>>()
      const pending: Promise<unknown>[] = []
      let closing: Promise<{ cast: number }> | undefined
      for (const [index, { voter, key, choice, waits }] of acts.entries()) {
        if (index === closeAt) closing = close(held, voteId)
        const sent = cast(held, voters(held)[voter] ?? held.chair, voteId, named(choice), { key: keyOf(voter, key) }).then(
          ({ content }) => { acknowledged.set(voter, (acknowledged.get(voter) ?? new Set()).add(content.kind === 'named' ? content.choice : '')) },
          (error: unknown) => { if (!['alreadyVoted', 'idempotencyKeyReused', 'voteClosed'].includes((error as AppError).code)) throw error })
        pending.push(sent)
        if (waits) await sent
      }
      await Promise.all(pending)
      const result = await (closing ?? close(held, voteId))
      const rows: { voter_id: string, choice: string }[] = await house.db('ballot').where({ vote_id: voteId }).select('voter_id', 'choice')
      expect(result.cast).toBe(rows.length)
      expect(new Set(rows.map(({ voter_id: id }) => id)).size).toBe(rows.length)
      // What was acknowledged is there, and nothing else was ever acknowledged to that voter.
      for (const [voter, choices] of acknowledged) {
        const kept = rows.filter(({ voter_id: id }) => id === voters(held)[voter]?.personId).map(({ choice }) => choice)
        expect([...choices]).toEqual(kept)
      }
      expect(rows).toHaveLength(acknowledged.size)
      if (!closing) expect(rows).toHaveLength(new Set(acts.map(({ voter }) => voter)).size)
    }), { numRuns: 6 })
  })
})

describe('the hall', () => {
  const paper = (counts: HallCount['counts'], papers: number, more: Partial<HallCount> = {}): HallCount => ({ way: 'paper', handedOut: papers, collected: papers, invalid: 0, counts, ...more })
  const mark = (held: Held, voteId: string, people: Caller[], way: HallCount['way'] = 'paper', caller = held.clerk) =>
    voting.setHall(held.meetingId, caller, { key: freshKey(), voteId, way, voterIds: people.map(({ personId }) => personId) })
  const count = (held: Held, voteId: string, hall: HallCount, revision = 0, caller = held.clerk) =>
    voting.countHall(held.meetingId, caller, { key: freshKey(), voteId, hall, revision })
  const confirm = (held: Held, voteId: string, revision: number, caller = held.chair) =>
    voting.confirmHall(held.meetingId, caller, { key: freshKey(), voteId, revision })

  it('is counted by one and confirmed by another, and added to the screens without anybody twice', async () => {
    const held = await house.newMeeting(body, 'live')
    const [one, two, three, four] = held.members
    if (!one || !two || !three || !four) throw new Error('too few members')
    const voteId = await open(held, { kind: 'named' })
    await cast(held, one, voteId, named('approve'))
    expect(await refused(mark(held, voteId, [one, two]))).toBe('alreadyVoted')
    expect(await refused(mark(held, voteId, [held.guest]))).toBe('notEntitledToVote')
    await mark(held, voteId, [two, three, four])
    expect(await refused(cast(held, two, voteId, named('approve')))).toBe('votesInHall')
    await expect(house.db('ballot').insert({ vote_id: voteId, voter_id: two.personId, choice: '"approve"', cast_at: new Date() })).rejects.toMatchObject({ code: '23514' })
    await expect(house.db('vote_elector').where({ vote_id: voteId, voter_id: one.personId }).update({ hall_way: 'paper' })).rejects.toMatchObject({ code: '23514' })
    expect(await refused(close(held, voteId))).toBe('hallNotCounted')

    for (const bad of [paper({ approve: 4 }, 4), paper({ approve: 1 }, 3), paper({ approve: 3 }, 3, { way: 'hands' })]) expect(await refused(count(held, voteId, bad))).toBe('hallCountInvalid')
    expect(await count(held, voteId, paper({ approve: 1, reject: 2 }, 3))).toEqual({ revision: 1 })
    expect(await refused(count(held, voteId, paper({ reject: 3 }, 3)))).toBe('hallCountChanged')
    expect(await count(held, voteId, paper({ approve: 1, reject: 1 }, 3, { invalid: 1 }), 1, held.chair)).toEqual({ revision: 2 })
    expect([await refused(confirm(held, voteId, 2)), await refused(confirm(held, voteId, 1, held.clerk)), await refused(confirm(held, voteId, 2, held.member))]).toEqual(['hallCountOwn', 'hallCountChanged', 'forbiddenInMeeting'])
    expect(await refused(close(held, voteId))).toBe('hallNotCounted')
    await confirm(held, voteId, 2, held.clerk)
    await cast(held, held.chair, voteId, named('approve'))
    const result = await close(held, voteId)
    expect(result).toMatchObject({ counts: { approve: 3, reject: 1, abstain: 0 }, cast: 4, invalid: 1, base: 5, needed: 3, accepted: true })
    expect((await house.state(held.meetingId)).votes[0]?.hallResult).toEqual({
      ...paper({ approve: 1, reject: 1 }, 3, { invalid: 1 }), enteredBy: held.chair.personId, confirmedBy: held.clerk.personId,
    })
    const late = [mark(held, voteId, []), count(held, voteId, paper({}, 0)), confirm(held, voteId, 1)]
    expect(await Promise.all(late.map(refused))).toEqual(['voteClosed', 'voteClosed', 'voteClosed'])
    expect((await verifyExport(await exported(held), [])).findings).toEqual([])
  })

  it('by hands leaves out who voted on screen; who is marked anew is counted anew', async () => {
    const held = await house.newMeeting(body, 'live')
    const voteId = await open(held, { kind: 'options', options: candidates('Một', 'Hai') })
    await cast(held, held.member, voteId, { kind: 'options', choice: 'o2' })
    expect(await refused(mark(held, voteId, voters(held), 'hands'))).toBe('alreadyVoted')
    const others = voters(held).filter((one) => one !== held.member)
    await mark(held, voteId, others, 'hands')
    await count(held, voteId, paper({ o1: 3, o2: 1 }, 4, { way: 'hands' }))
    await confirm(held, voteId, 1)
    await mark(held, voteId, others.slice(1), 'hands')
    expect((await voting.hallCount(held.meetingId, held.chair, voteId)).count).toBeNull()
    expect(await refused(close(held, voteId))).toBe('hallNotCounted')
    expect(await count(held, voteId, paper({ o1: 3 }, 3, { way: 'hands' }))).toEqual({ revision: 2 })
    expect(await refused(confirm(held, voteId, 1))).toBe('hallCountChanged')
    await confirm(held, voteId, 2)
    await cast(held, held.chair, voteId, { kind: 'options', choice: 'o1' })
    expect(await close(held, voteId)).toMatchObject({ accepted: true, winner: 'o1', counts: { o1: 4, o2: 1 } })
    const scoring = await open(held, { kind: 'scoring' })
    expect(await refused(mark(held, scoring, others, 'hands'))).toBe('hallCountInvalid')
  })

  it('is the office’s to see, and a meeting does not close over a count that nobody confirmed', async () => {
    const held = await house.newMeeting(body, 'live')
    const voteId = await open(held, { kind: 'named' })
    await mark(held, voteId, [held.member])
    await count(held, voteId, paper({ approve: 1 }, 1))
    for (const caller of [held.member, held.guest]) {
      const acts = [mark(held, voteId, [], 'paper', caller), count(held, voteId, paper({}, 0), 1, caller), confirm(held, voteId, 1, caller), voting.hallCount(held.meetingId, caller, voteId),
        voting.remind(held.meetingId, caller, { key: freshKey(), voteId })]
      expect(await Promise.all(acts.map(refused))).toEqual(acts.map(() => 'forbiddenInMeeting'))
    }
    expect((await voting.hallCount(held.meetingId, held.chair, voteId)).count)
      .toMatchObject({ hall: { counts: { approve: 1 } }, enteredBy: held.clerk.personId, confirmedBy: null })
    const elsewhere = await house.newMeeting(body, 'live')
    expect(await refused(voting.hallCount(elsewhere.meetingId, held.chair, voteId))).toBe('voteNotFound')
    expect(await refused(meetings.close(held.meetingId, held.chair, freshKey()))).toBe('hallNotCounted')
    await confirm(held, voteId, 1)
    await meetings.close(held.meetingId, held.chair, freshKey())
    expect((await house.state(held.meetingId)).votes[0]).toMatchObject({ hallResult: { counts: { approve: 1 } }, result: { cast: 1 } })
  })
})

it('nothing of how anybody votes is told before the closing, by any answer, entry or kept result', async () => {
  const held = await house.newMeeting(body, 'live')
  const voteId = await open(held, { kind: 'named' })
  const [one, two] = held.members
  if (!one || !two) throw new Error('too few members')
  await cast(held, one, voteId, named('abstain'), { reservedOpinion: 'Ý kiến kín' })
  await voting.setHall(held.meetingId, held.clerk, { key: freshKey(), voteId, way: 'paper', voterIds: [two.personId] })
  await voting.countHall(held.meetingId, held.clerk, { key: freshKey(), voteId, revision: 0, hall: { way: 'paper', handedOut: 1, collected: 1, invalid: 0, counts: { reject: 1 } } })
  await voting.confirmHall(held.meetingId, held.chair, { key: freshKey(), voteId, revision: 1 })
  await voting.remind(held.meetingId, held.chair, { key: freshKey(), voteId })
  await voting.remind(held.meetingId, held.clerk, { key: freshKey(), voteId })
  expect(await house.entries(held.meetingId, 'vote.reminded')).toHaveLength(1)
  const state = await house.state(held.meetingId)
  expect(state.votes[0]).toMatchObject({
    voted: [one.personId], hall: { voterIds: [two.personId] }, hallCount: { revision: 1, confirmedBy: held.chair.personId }, hallResult: null, result: null,
  })
  const known = [
    (await exported(held)).filter((record) => record.record !== 'entry' || record.kind !== 'vote.opened'), { ...state, votes: state.votes.map(({ choices: _, ...vote }) => vote) },
    await house.db('journal_result').where({ meeting_id: held.meetingId }), await house.db('vote').where({ id: voteId }).select('result', 'hall', 'ballots_root'),
    await voting.ownBallots(held.meetingId, held.chair), await voting.ownBallots(held.meetingId, two),
    await house.db.transaction((trx) => voting.closedBallots(trx, held.meetingId)),
    await house.journal.read(held.meetingId, { personId: held.chair.personId, office: true, items: 'all' }).then(({ entries, texts }) => [entries.filter(({ kind }) => kind !== 'vote.opened'), texts]),
  ]
  expect(JSON.stringify(known)).not.toMatch(/abstain|reject|Ý kiến kín/)
})

describe('a further round', () => {
  it('of what nobody voted on is among all of them', async () => {
    const held = await house.newMeeting(body, 'live')
    const first = await open(held, { kind: 'election', options: candidates('An', 'Bình', 'Chính'), election: inGroup })
    await close(held, first)
    await open(held, { kind: 'election', previous: first, election: inGroup })
    expect((await house.state(held.meetingId)).votes[1]).toMatchObject({ round: 2, choices: ['o1', 'o2', 'o3'], election: { seats: 2 } })
  })

  it('of an election is among those that may go on, for the seats that are left, and keeps the first', async () => {
    const held = await house.newMeeting(body, 'live')
    const first = await open(held, { kind: 'election', options: candidates('An', 'Bình', 'Chính'), election: inGroup })
    const [a, b, c, d] = voters(held)
    if (!a || !b || !c || !d) throw new Error('too few')
    for (const [voter, other] of [[a, 'o2'], [b, 'o3'], [c, 'o2'], [d, 'o3']] as const) await cast(held, voter, first, chose('o1', other))
    const again = (more: Partial<VoteAsked> = {}) => open(held, { kind: 'election', previous: first, election: { ...inGroup, seats: 1 }, ...more })
    expect(await refused(again())).toBe('voteAlreadyOpen')
    expect(await close(held, first)).toMatchObject({ accepted: false, elected: ['o1'], goOn: ['o2', 'o3'], why: 'notReached' })
    for (const more of [{ goOn: ['o1', 'o2'] }, { goOn: ['o2', 'o2'] }, { election: inGroup }, { election: { ...inGroup, seats: 1, matter: 'procedural' } }, { options: candidates('Dũng') }, { kind: 'options' as const, election: undefined }]) {
      expect([more, await refused(again(more))]).toEqual([more, 'voteTermsInvalid'])
    }
    expect(await refused(again({ itemId: held.items[1] }))).toBe('voteNotFound')
    const second = await again({ goOn: ['o3'] })
    const { votes } = await house.state(held.meetingId)
    expect(votes[1]).toMatchObject({ round: 2, previous: first, choices: ['o3'], options: [votes[0]?.options[2]], election: { seats: 1 } })
    for (const voter of [a, b, c]) await cast(held, voter, second, chose('o3'))
    expect(await close(held, second)).toMatchObject({ accepted: true, elected: ['o3'] })
    expect(await refused(again())).toBe('voteTermsInvalid')
    expect((await house.state(held.meetingId)).votes[0]?.result).toMatchObject({ elected: ['o1'] })
  })

  it('of a named vote that was equal goes by the chair only where the body says so', async () => {
    for (const [tie, expected] of [['notAdopted', { accepted: false, why: 'tied' }], ['chairDecides', { accepted: true, byChair: true }]] as const) {
      const held = await house.newMeeting(await house.newBody({ rules: { ...bodyRules.committee, voting: { tie } } }), 'live')
      const voteId = await open(held, { kind: 'named' })
      await cast(held, held.chair, voteId, named('approve'))
      await cast(held, held.member, voteId, named('reject'))
      expect(await close(held, voteId)).toMatchObject(expected)
      expect(await refused(open(held, { kind: 'named', previous: voteId }))).toBe(tie === 'notAdopted' ? 'done' : 'voteTermsInvalid')
    }
  })
})
