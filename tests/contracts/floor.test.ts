import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commonFloorRule } from '../../protocol/floor-rules.ts'
import { runningTurn } from '../../protocol/floor-entries.ts'
import type { MeetingStatus } from '../../protocol/meetings.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { AppError } from '../../server/platform/error.ts'
import { bodyRules, freshKey, openHouse, type House } from '../support/house.ts'
import { until } from '../support/journal.ts'
import { openDesk, type Desk } from '../support/media-desk.ts'

/** The floor as its rules have it: who may ask, who is called up, what is recorded, and what the media node is told. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let desk: Desk
let meetingId: string
let items: readonly [string, string]

beforeAll(async () => {
  desk = openDesk()
  house = await openHouse({ media: desk.media })
  body = await house.newBody({ sites: 1, rules: { ...bodyRules.committee, floor: { ...commonFloorRule, secondsPerTurn: 300 } } })
})
afterAll(() => house.close())
beforeEach(async () => {
  ({ meetingId, items } = await house.newMeeting(body, 'live'))
  desk.clear()
})

type Request = Parameters<House['domains']['floor']['request']>[2]

const floor = () => house.domains.floor
const state = async (id = meetingId) => (await house.state(id)).floor
const entries = async (kind?: string) => (await house.entries(meetingId, kind)).filter((entry) => kind !== undefined || entry.kind.startsWith('floor.'))
const [chair, clerk, member, second, guest] = [() => body.chair, () => body.clerk, () => body.member, () => body.members[1] ?? body.member, () => body.guest]
const site = () => body.sites[0] ?? body.guest
const arrives = ({ personId }: Caller, id = meetingId) => house.domains.attendance.event(
  { event: 'peerJoined', room: id, peer: `${personId}.${randomUUID()}`, label: personId, at: Date.now() })
const leaves = async ({ personId }: Caller) => {
  const [peer = ''] = (await house.state(meetingId)).attendance.devices[personId] ?? []
  await house.domains.attendance.event({ event: 'peerLeft', room: meetingId, peer, at: Date.now(), reason: 'left' })
}
const goTo = (itemId: string | null) => house.domains.agenda.goTo(meetingId, chair(), freshKey(), itemId)
const ask = (caller: Caller, more: Partial<Request> = {}, id = meetingId) => floor().request(id, caller, {
  key: freshKey(), personId: caller.personId, itemId: items[0], kind: 'speak', replyTo: null, topic: null, speaker: null, ...more,
})
const withdraw = (caller: Caller, ...requestIds: string[]) => floor().withdraw(meetingId, caller, { key: freshKey(), requestIds })
const start = async (caller: Caller, who: { requestId: string } | { personId: string }, after?: string | null) => floor().startTurn(meetingId, caller, {
  key: freshKey(), who, after: after === undefined ? runningTurn(await state())?.turnId ?? null : after,
})
const end = (caller: Caller, turnId: string) => floor().endTurn(meetingId, caller, { key: freshKey(), turnId })
const extend = (caller: Caller, turnId: string, limitS: number, seconds = 60) =>
  floor().extendTurn(meetingId, caller, { key: freshKey(), turnId, limitS, seconds })
const code = (act: Promise<unknown>) => act.then(() => 'ok', (error: unknown) => {
  if (error instanceof AppError) return error.code
  throw error
})

describe('asking', () => {
  const unpublished: [MeetingStatus, string][] = [['draft', 'meetingNotPublished'], ['closed', 'meetingClosed']]
  it.each(unpublished)('is not possible in a %s meeting', async (status, refusal) => {
    const other = await house.newMeeting(body, status)
    expect(await code(ask(chair(), { itemId: other.items[0] }, other.meetingId))).toBe(refusal)
  })

  it('before the meeting is for an item to come, by who need not be there, and stays where they come and go', async () => {
    const other = await house.newMeeting(body, 'published')
    meetingId = other.meetingId
    await ask(member(), { itemId: other.items[1], topic: 'Về nguồn vốn' })
    await arrives(member())
    await ask(member(), { itemId: null })
    await leaves(member())
    expect((await state()).requests).toMatchObject([{ itemId: other.items[1], personId: member().personId, byId: null }])
    for (const kind of ['reply', 'pointOfOrder'] as const) expect(await code(ask(member(), { itemId: null, kind }))).toBe('agendaItemNotCurrent')
  })

  it('on what is dealt with now is of those who are there, in the room or the hall', async () => {
    await goTo(items[0])
    expect(await code(ask(member()))).toBe('notPresent')
    await house.domains.roll.checkIn.checkIn(meetingId, clerk(), { key: freshKey(), personIds: [member().personId] })
    await arrives(second())
    expect([await code(ask(member())), await code(ask(second())), await code(ask(second(), { itemId: null }))]).toEqual(['ok', 'ok', 'ok'])
    await leaves(second())
    await house.domains.roll.checkIn.checkOut(meetingId, clerk(), { key: freshKey(), personIds: [member().personId] })
    expect((await state()).requests).toEqual([])
  })

  it('twice, by two devices at once or under one key, is one request', async () => {
    await goTo(items[0])
    await arrives(member())
    const key = freshKey()
    const answers = await Promise.all([ask(member()), ask(member()), ask(member(), { key }), ask(member(), { key })])
    expect(new Set(answers.map(({ requestId }) => requestId)).size).toBe(1)
    expect(await entries('floor.requested')).toHaveLength(1)
    expect(await code(ask(member(), { key, kind: 'pointOfOrder' }))).toBe('idempotencyKeyReused')
  })

  it('is of oneself; the office puts others down, who need not be recorded as there', async () => {
    await goTo(items[0])
    expect(await code(ask(member(), { personId: second().personId }))).toBe('forbiddenInMeeting')
    expect(await code(ask(guest(), { personId: second().personId }))).toBe('forbiddenInMeeting')
    await ask(clerk(), { personId: second().personId })
    expect((await state()).requests).toMatchObject([{ personId: second().personId, byId: clerk().personId }])
    expect(await code(ask(clerk(), { personId: (await house.newPerson()).personId }))).toBe('notParticipant')
  })

  it('names who of a site’s people speaks, each once; persons name nobody', async () => {
    await goTo(items[0])
    await arrives(site())
    for (const speaker of ['Trần Văn Sơn', 'Lê Thị Mai', 'Trần Văn Sơn', null]) await ask(site(), { speaker })
    expect((await state()).requests).toHaveLength(3)
    expect(JSON.stringify(await entries())).not.toContain('Trần Văn Sơn')
    expect(await code(ask(clerk(), { personId: site().personId, speaker: 'Phạm Văn Tám' }))).toBe('ok')
    await arrives(member())
    expect(await code(ask(member(), { speaker: 'Phạm Văn Tám' }))).toBe('notASite')
  })

  it('is not possible on what was dealt with, does not exist, or is secret; nor with a secret topic', async () => {
    await goTo(items[0])
    await goTo(items[1])
    await arrives(member())
    expect(await code(ask(member(), { itemId: items[0] }))).toBe('agendaItemDealtWith')
    expect(await code(ask(member(), { itemId: randomUUID() }))).toBe('agendaItemNotFound')
    expect(await code(ask(member(), { itemId: items[1], topic: 'MẬT' }))).toBe('proposalSecret')
  })

  it('a reply answers somebody else who spoke on this item', async () => {
    await goTo(items[0])
    for (const person of [member(), second()]) await arrives(person)
    const { turnId } = await start(chair(), { personId: member().personId })
    expect(await code(ask(second(), { kind: 'reply', replyTo: randomUUID() }))).toBe('turnNotFound')
    expect(await code(ask(second(), { kind: 'reply' }))).toBe('turnNotFound')
    expect(await code(ask(member(), { kind: 'reply', replyTo: turnId }))).toBe('turnNotFound')
    expect(await code(ask(second(), { kind: 'reply', replyTo: turnId }))).toBe('ok')
    expect(await code(ask(second(), { kind: 'reply', replyTo: turnId, itemId: items[1] }))).toBe('agendaItemNotCurrent')
  })

  it('of guests is possible on their items alone, and over when they are guests no more', async () => {
    const visitor = await house.newPerson()
    await house.domains.agenda.setGuests(meetingId, items[0], clerk(), { personIds: [visitor.personId], was: [] })
    const answers: string[] = []
    for (const itemId of [items[0], items[1], null]) answers.push(await code(ask(visitor, { itemId })))
    expect(answers).toEqual(['ok', 'agendaItemNotFound', 'agendaItemNotFound'])
    expect(await code(ask(clerk(), { personId: visitor.personId, itemId: items[1] }))).toBe('agendaItemNotFound')
    await house.domains.agenda.setGuests(meetingId, items[1], clerk(), { personIds: [visitor.personId], was: [] })
    await house.domains.agenda.setGuests(meetingId, items[0], clerk(), { personIds: [], was: [visitor.personId] })
    expect((await state()).requests).toEqual([])
  })

  it('is not done without end', async () => {
    const other = await house.newBody()
    const { meetingId: id } = await house.newMeeting(other, 'published')
    await arrives(other.member, id)
    const answers: string[] = []
    for (let n = 0; n < 25; n += 1) answers.push(await code(ask(other.member, { itemId: null }, id)))
    expect(new Set(answers)).toEqual(new Set(['ok', 'tooManyRequests']))
  })
})

describe('taking a request back', () => {
  it('is its person’s, and the office’s; too late it is not found', async () => {
    const { requestId } = await ask(second())
    const other = await ask(guest())
    expect(await code(withdraw(guest(), requestId))).toBe('forbiddenInMeeting')
    expect(await code(withdraw(guest(), requestId, other.requestId))).toBe('forbiddenInMeeting')
    expect((await state()).requests).toHaveLength(2)
    expect(await code(withdraw(second(), requestId))).toBe('ok')
    expect(await code(withdraw(second(), requestId))).toBe('speakRequestNotFound')
    // What is over already is passed over.
    expect(await code(withdraw(clerk(), requestId, other.requestId))).toBe('ok')
    expect(await entries('floor.withdrawn')).toHaveLength(2)
  })

  it('is too late once it was called up, or its item is over', async () => {
    await goTo(items[0])
    const [first, later] = [await ask(clerk(), { personId: second().personId }), await ask(guest(), { itemId: items[1] })]
    await start(chair(), first)
    expect(await code(withdraw(second(), first.requestId))).toBe('speakRequestNotFound')
    await goTo(items[1])
    await goTo(null)
    expect(await code(withdraw(guest(), later.requestId))).toBe('speakRequestNotFound')
  })
})

describe('giving the floor', () => {
  beforeEach(async () => {
    await goTo(items[0])
    for (const person of [member(), second(), guest()]) await arrives(person)
  })

  it.each([
    ['a member', member], ['a guest', guest], ['the clerk', clerk],
  ])('is not for %s', async (_, who) => {
    const { requestId } = await ask(second())
    expect(await code(start(who(), { requestId }))).toBe('forbiddenInMeeting')
    const { turnId } = await start(chair(), { requestId })
    if (who() !== second()) expect(await code(end(who(), turnId))).toBe('forbiddenInMeeting')
    expect(await code(extend(who(), turnId, 300))).toBe('forbiddenInMeeting')
  })

  it('follows the queue; passing somebody over who is there is recorded', async () => {
    const asked = [await ask(member()), await ask(second()), await ask(guest(), { kind: 'pointOfOrder' })] as const
    for (const request of [asked[2], asked[1], asked[0]]) await start(chair(), request)
    await start(chair(), { personId: second().personId })
    const { turns, requests } = await state()
    expect(turns.map(({ personId, outOfOrder, why, limitS }) => [personId, outOfOrder, why, limitS])).toEqual([
      [guest().personId, false, 'next', 300], [second().personId, true, 'next', 300], [member().personId, false, 'next', 300], [second().personId, false, null, 300]])
    expect(requests).toEqual([])
  })

  it('in order passes over who is not there', async () => {
    await ask(clerk(), { personId: chair().personId })
    await start(chair(), await ask(second()))
    expect((await state()).turns[0]?.outOfOrder).toBe(false)
  })

  it('takes up the request of whoever is invited by name', async () => {
    const { requestId } = await ask(second(), { topic: 'Về nhân sự' })
    await start(chair(), { personId: second().personId })
    expect(await state()).toMatchObject({ requests: [], turns: [{ requestId, kind: 'speak', topic: { $text: expect.any(String) as string } }] })
  })

  it('by two at once begins one turn', async () => {
    await house.domains.order.setRule(meetingId, chair(), { key: freshKey(), rule: 'clerkActs', on: true })
    const asked = [await ask(member()), await ask(second())] as const
    const answers = await Promise.all([code(start(chair(), asked[0], null)), code(start(clerk(), asked[1], null))])
    expect(answers.toSorted()).toEqual(['floorChanged', 'ok'])
    expect((await state()).turns).toHaveLength(1)
    const turn = runningTurn(await state())
    const extended = await Promise.all([code(extend(chair(), turn?.turnId ?? '', 300)), code(extend(clerk(), turn?.turnId ?? '', 300, 180))])
    expect(extended.toSorted()).toEqual(['floorChanged', 'ok'])
  })

  it('is for what is dealt with now, and in a live meeting', async () => {
    const { requestId } = await ask(member(), { itemId: items[1] })
    expect(await code(start(chair(), { requestId }))).toBe('agendaItemNotCurrent')
    expect(await code(start(chair(), { requestId: randomUUID() }))).toBe('speakRequestNotFound')
    expect(await code(start(chair(), { personId: randomUUID() }))).toBe('notParticipant')
    const other = await house.newMeeting(body, 'published')
    expect(await code(floor().startTurn(other.meetingId, chair(), { key: freshKey(), who: { personId: member().personId }, after: null }))).toBe('meetingNotLive')
  })

  it('gives more time, which is recorded; a turn that is over has none to be given', async () => {
    const { turnId } = await start(chair(), { personId: member().personId })
    expect(await extend(chair(), turnId, 300, 180)).toEqual({ limitS: 480 })
    expect(await state()).toMatchObject({ turns: [{ limitS: 480, extendedS: 180 }] })
    expect(await code(extend(chair(), turnId, 300))).toBe('floorChanged')
    await end(member(), turnId)
    expect(await code(extend(chair(), turnId, 480))).toBe('turnNotFound')
    for (const caller of [member(), chair()]) expect(await code(end(caller, turnId))).toBe('ok')
    expect(await entries('floor.turnEnded')).toHaveLength(1)
    expect(await code(end(chair(), randomUUID()))).toBe('turnNotFound')
  })

  it('ends with the item, with the meeting, and when the speaker is put out', async () => {
    await start(chair(), { personId: member().personId })
    await goTo(items[1])
    await start(chair(), { personId: second().personId })
    await house.domains.order.eject(meetingId, chair(), { key: freshKey(), personId: second().personId, ban: false, reason: '' })
    await start(chair(), { personId: guest().personId })
    await house.domains.meetings.close(meetingId, chair(), freshKey())
    expect((await state()).turns.map(({ why, until }) => [why, until !== null])).toEqual([['item', true], ['putOut', true], ['meeting', true]])
  })

  it('ends where a guest of the item is one no more', async () => {
    const visitor = await house.newPerson()
    await house.domains.agenda.setGuests(meetingId, items[0], clerk(), { personIds: [visitor.personId], was: [] })
    await goTo(items[0])
    await start(chair(), { personId: visitor.personId })
    await house.domains.agenda.setGuests(meetingId, items[0], clerk(), { personIds: [], was: [visitor.personId] })
    expect((await state()).turns).toMatchObject([{ personId: visitor.personId, why: 'putOut' }])
    expect((await house.state(meetingId)).order.invited).toEqual([])
  })

  it('is told to those who may see the item alone', async () => {
    const visitor = await house.newPerson()
    await house.domains.agenda.setGuests(meetingId, items[1], clerk(), { personIds: [visitor.personId], was: [] })
    await ask(second(), { topic: 'Về nhân sự' })
    const { turnId } = await start(chair(), { personId: member().personId })
    expect(await code(end(visitor, turnId))).toBe('turnNotFound')
    expect(await floor().speaking(meetingId, visitor)).toEqual({ people: [], items: [], year: null })
  })
})

describe('microphones', () => {
  const rights = () => desk.told.filter(([name]) => name === 'setRights').map(([, , label, may]) => [label, may])
  beforeEach(async () => {
    for (const person of [member(), second()]) await arrives(person)
    await house.domains.order.setRule(meetingId, chair(), { key: freshKey(), rule: 'invitedOnly', on: true })
    desk.clear()
  })

  it('come and go with the turn', async () => {
    await start(chair(), { personId: member().personId })
    await start(chair(), { personId: second().personId })
    expect(Object.fromEntries(rights())).toEqual({ [member().personId]: false, [second().personId]: true })
    desk.clear()
    await goTo(items[0])
    expect(rights()).toEqual([[second().personId, false]])
    expect((await house.state(meetingId)).order.invited).toEqual([])
  })

  it('stay with who had them before the turn, and with who leads', async () => {
    await house.domains.order.inviteToSpeak(meetingId, chair(), { key: freshKey(), personId: member().personId, on: true })
    await end(chair(), (await start(chair(), { personId: member().personId })).turnId)
    await end(chair(), (await start(chair(), { personId: chair().personId })).turnId)
    expect((await house.state(meetingId)).order.invited).toEqual([member().personId])
    expect(new Map(rights() as [string, boolean][])).toEqual(new Map([[member().personId, true], [chair().personId, true]]))
  })
})

describe('what was spoken', () => {
  beforeEach(async () => {
    body = await house.newBody()
    const held = await house.newMeeting(body, 'live')
    meetingId = held.meetingId
    items = held.items
  })

  it('is kept at the closing, and the year told to chair and clerk by one query', async () => {
    await goTo(items[0])
    const { turnId } = await start(chair(), { personId: member().personId })
    await end(chair(), turnId)
    await start(chair(), { personId: member().personId })
    await goTo(items[1])
    await start(chair(), { personId: second().personId })
    await house.domains.meetings.close(meetingId, chair(), freshKey())
    // Seconds enough to be seen.
    await house.archive.owner('speaking_time').where({ meeting_id: meetingId, person_id: member().personId }).update({ seconds: 95 })
    const told = await floor().speaking(meetingId, member())
    const own = told.people.find(({ personId }) => personId === member().personId)
    expect([told.year, own?.turns, own?.items.map(({ itemId, turns }) => [itemId, turns])]).toEqual([null, 2, [[items[0], 2]]])
    expect(told.items.map(({ itemId, turns }) => [itemId, turns])).toEqual([[items[0], 2], [items[1], 1]])

    const later = await house.newMeeting(body, 'live')
    const statements = await house.statements(() => floor().speaking(later.meetingId, clerk()))
    expect(statements.filter((sql) => sql.includes('speaking_time'))).toHaveLength(1)
    const { year } = await floor().speaking(later.meetingId, chair())
    expect(year?.people.find(({ personId }) => personId === member().personId)).toEqual({ personId: member().personId, turns: 2, seconds: 95 })
    // A meeting itself is not in it.
    expect((await floor().speaking(meetingId, chair())).year?.people).toEqual([])
  })
})

describe('where the rule says that a turn ends with its time', () => {
  let strict: typeof body
  beforeAll(async () => {
    strict = await house.newBody({ rules: { ...bodyRules.committee, floor: { ...commonFloorRule, secondsPerTurn: 1, cutsOff: true } } })
  })
  beforeEach(async () => { ({ meetingId } = await house.newMeeting(strict, 'live')) })
  const begin = () => floor().startTurn(meetingId, strict.chair, { key: freshKey(), who: { personId: strict.member.personId }, after: null })

  it('it does, and the microphone goes with it', async () => {
    await house.domains.order.setRule(meetingId, strict.chair, { key: freshKey(), rule: 'invitedOnly', on: true })
    await begin()
    desk.clear()
    await until(async () => (await state()).turns[0]?.why === 'time')
    await until(() => desk.told.some(([name, , label, may]) => name === 'setRights' && label === strict.member.personId && may === false))
    const [ended] = await entries('floor.turnEnded')
    expect(ended?.actorId).toBeNull()
    expect((await house.state(meetingId)).order.invited).toEqual([])
  })

  it('it goes on where it was given more', async () => {
    const { turnId } = await begin()
    await floor().extendTurn(meetingId, strict.chair, { key: freshKey(), turnId, limitS: 1, seconds: 60 })
    await new Promise((resolve) => { setTimeout(resolve, 1300) })
    expect(runningTurn(await state())?.turnId).toBe(turnId)
  })

  it('it does under a server that starts after it began', async () => {
    await house.journal.run(meetingId, { actorId: strict.chair.personId }, (tx) => {
      const data = {
        turnId: randomUUID(), requestId: null, itemId: null, personId: strict.member.personId, kind: 'speak', replyTo: null, topic: null, speaker: null,
        limitS: 1, outOfOrder: false, grants: false,
      }
      tx.append({ kind: 'floor.turnStarted', data, audience: { scope: 'whole' } })
      return Promise.resolve()
    })
    await floor().resume()
    await until(async () => (await state()).turns[0]?.why === 'time')
  })
})
