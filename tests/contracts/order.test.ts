import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { MeetingStatus } from '../../protocol/meetings.ts'
import type { RoomRule } from '../../protocol/order.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { AppError } from '../../server/platform/error.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'
import { openDesk, type Desk } from '../support/media-desk.ts'

/** What is decided about order in the room: by whom, what is recorded, and what the media node is told of it. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let desk: Desk
let meetingId: string

beforeAll(async () => {
  desk = openDesk()
  house = await openHouse({ media: desk.media })
  body = await house.newBody()
})
afterAll(() => house.close())
beforeEach(async () => {
  ({ meetingId } = await house.newMeeting(body, 'live'))
  desk.clear()
})

const chair = () => body.chair
const clerk = () => body.clerk
const member = () => body.member
const guest = () => body.guest
const deputy = () => body.members[1] ?? body.member
const order = () => house.domains.order
const state = async (id = meetingId) => (await house.state(id)).order
const kinds = async (id = meetingId) => (await house.entries(id)).map(({ kind }) => kind).filter((kind) => /^(order|chat)\./.test(kind))
const arrives = ({ personId }: Caller, id = meetingId) => house.domains.attendance.event(
  { event: 'peerJoined', room: id, peer: `${personId}.${randomUUID()}`, label: personId, at: Date.now() })
const rule = (caller: Caller, name: RoomRule, on = true, id = meetingId) => order().setRule(id, caller, { key: freshKey(), rule: name, on })
const hand = (caller: Caller, to: Caller | null, id = meetingId) => order().handChair(id, caller, { key: freshKey(), personId: to?.personId ?? null })
const of = (person: Caller | null) => ({ key: freshKey(), personId: person?.personId ?? null })
const ofOne = (person: Caller) => ({ key: freshKey(), personId: person.personId })
const code = (act: Promise<unknown>) => act.then(() => 'ok', (error: unknown) => {
  if (error instanceof AppError) return error.code
  throw error
})

/** Each command on somebody whom it fits, so that only who sends it decides. */
const commands: Record<string, (id: string, caller: Caller) => Promise<void>> = {
  lobby: (id, caller) => rule(caller, 'lobby', true, id),
  locked: (id, caller) => rule(caller, 'locked', true, id),
  severalScreens: (id, caller) => rule(caller, 'severalScreens', true, id),
  invitedOnly: (id, caller) => rule(caller, 'invitedOnly', true, id),
  admitAll: (id, caller) => order().admit(id, caller, of(null)),
  mute: (id, caller) => order().mute(id, caller, ofOne(guest())),
  muteAll: (id, caller) => order().mute(id, caller, of(null)),
  stopShare: (id, caller) => order().stopShare(id, caller, ofOne(guest())),
  invite: (id, caller) => order().inviteToSpeak(id, caller, { ...ofOne(guest()), on: true }),
  eject: (id, caller) => order().eject(id, caller, { ...ofOne(guest()), ban: false, reason: '' }),
  liftBan: (id, caller) => order().liftBan(id, caller, ofOne(guest())),
}
const chairs: Record<string, (id: string, caller: Caller) => Promise<void>> = {
  clerkActs: (id, caller) => rule(caller, 'clerkActs', true, id),
  takeBack: (id, caller) => hand(caller, null, id),
}

/** What a caller is answered to each, in one meeting. */
async function answers(all: typeof commands, caller: Caller, status: MeetingStatus, prepare: (id: string) => Promise<void> = async () => {}) {
  const { meetingId: id } = await house.newMeeting(body, status)
  await prepare(id)
  const told = new Set<string>()
  for (const act of Object.values(all)) told.add(await code(act(id, caller)))
  return told
}
const handed = async (id: string) => {
  await arrives(deputy(), id)
  await hand(chair(), deputy(), id)
}
const clerkActs = (id: string) => rule(chair(), 'clerkActs', true, id)

describe.each(['published', 'live'] as const)('in a %s meeting', (status) => {
  it('the chair presides while nothing was handed', async () => {
    expect(await answers({ ...commands, ...chairs }, chair(), status)).toEqual(new Set(['ok']))
  })

  it('whom the chair handed it to presides, and the chair takes it back and rules on the clerk, no more', async () => {
    expect(await answers(commands, deputy(), status, handed)).toEqual(new Set(['ok']))
    expect(await answers(commands, chair(), status, handed)).toEqual(new Set(['forbiddenInMeeting']))
    expect(await answers(chairs, chair(), status, handed)).toEqual(new Set(['ok']))
  })

  it('the clerk acts where the chair says so', async () => {
    expect(await answers({ ...commands, ...chairs }, clerk(), status)).toEqual(new Set(['forbiddenInMeeting']))
    expect(await answers(commands, clerk(), status, clerkActs)).toEqual(new Set(['ok']))
    expect(await answers(chairs, clerk(), status, clerkActs)).toEqual(new Set(['forbiddenInMeeting']))
  })

  it('nobody else does', async () => {
    for (const caller of [member(), guest()]) {
      const others = caller === guest() ? ['lowerOther'] : []
      const all = Object.fromEntries(Object.entries({ ...commands, ...chairs }).filter(([name]) => !others.includes(name)))
      expect(await answers(all, caller, status, handed)).toEqual(new Set(['forbiddenInMeeting']))
    }
    expect(await code(hand(deputy(), member()))).toBe('forbiddenInMeeting')
    expect(await answers({ ...commands, ...chairs }, await house.newPerson(), status)).toEqual(new Set(['meetingNotFound']))
  })
})

it('before the publication and after the closing there is no order to keep', async () => {
  expect(await answers({ ...commands, ...chairs }, chair(), 'draft')).toEqual(new Set(['meetingNotPublished']))
  expect(await answers({ ...commands, ...chairs }, chair(), 'closed')).toEqual(new Set(['meetingClosed']))
})

describe('what is so already', () => {
  it('is not recorded again, but told to the node again', async () => {
    for (const name of ['lobby', 'locked', 'severalScreens', 'invitedOnly', 'clerkActs'] as const) {
      await rule(chair(), name, false)
      await rule(chair(), name)
      await rule(chair(), name)
    }
    for (const on of [false, true, false, false]) await order().inviteToSpeak(meetingId, chair(), { ...ofOne(guest()), on })
    for (const ban of [false, false, true]) await order().eject(meetingId, chair(), { ...ofOne(guest()), ban, reason: '' })
    for (let n = 0; n < 2; n += 1) await order().liftBan(meetingId, chair(), ofOne(guest()))
    await arrives(deputy())
    for (const to of [null, deputy(), deputy(), null, null]) await hand(chair(), to)
    await order().admit(meetingId, chair(), of(null))
    expect(await kinds()).toEqual([
      ...Array.from({ length: 5 }, () => 'order.ruleSet'), 'order.invitedToSpeak', 'order.invitedToSpeak', 'order.ejected', 'order.ejected',
      'order.banLifted', 'order.chairHanded', 'order.chairHanded'])
    expect(desk.told.filter(([name]) => name === 'closeLabel')).toHaveLength(3)
  })

  it('nor is a command sent again under its key', async () => {
    const key = freshKey()
    for (let n = 0; n < 2; n += 1) await order().mute(meetingId, chair(), { key, personId: guest().personId })
    expect(await kinds()).toEqual(['order.muted'])
    expect(await code(order().mute(meetingId, chair(), { key, personId: member().personId }))).toBe('idempotencyKeyReused')
  })
})

it('an invitation to speak is told anew to who was invited before', async () => {
  for (const on of [true, true, false]) await order().inviteToSpeak(meetingId, chair(), { ...ofOne(guest()), on })
  expect((await house.entries(meetingId, 'order.invitedToSpeak')).map(({ data }) => data.on)).toEqual([true, true, false])
})

describe('the node is told', () => {
  const anyone = () => guest().personId

  it('who may send what, when only the invited speak', async () => {
    await rule(chair(), 'invitedOnly')
    const rights = () => Object.fromEntries(desk.told.filter(([name]) => name === 'setRights').map(([, , label, speaks]) => [label, speaks]))
    const all = [chair(), clerk(), guest(), ...body.members]
    expect(rights()).toEqual(Object.fromEntries(all.map((person) => [person.personId, person === chair() || person === clerk()])))
    desk.told.length = 0
    await order().inviteToSpeak(meetingId, chair(), { ...ofOne(guest()), on: true })
    await arrives(deputy())
    await hand(chair(), deputy())
    expect(desk.told).toEqual([['setRights', meetingId, guest().personId, true], ['setRights', meetingId, deputy().personId, true]])
    desk.told.length = 0
    await hand(chair(), null)
    expect(desk.told).toEqual([['setRights', meetingId, deputy().personId, false]])
    await rule(chair(), 'invitedOnly', false)
    expect(new Set(Object.values(rights()))).toEqual(new Set([true]))
  })

  it('to mute, to end a share, to put out, how many screens there may be', async () => {
    await order().mute(meetingId, chair(), of(null))
    await order().mute(meetingId, chair(), ofOne(guest()))
    await order().stopShare(meetingId, chair(), ofOne(guest()))
    await order().eject(meetingId, chair(), { ...ofOne(guest()), ban: true, reason: 'Gây ồn' })
    await rule(chair(), 'severalScreens')
    await rule(chair(), 'severalScreens', false)
    expect(desk.told).toEqual([
      ['mute', meetingId, { except: chair().personId }], ['mute', meetingId, { label: anyone() }],
      ['closeProducers', meetingId, anyone(), ['screen', 'screenAudio']], ['closeLabel', meetingId, anyone()],
      ['setScreenLimit', meetingId, 100], ['setScreenLimit', meetingId, 1]])
  })

  it('again when it did not answer, and nothing of what was refused', async () => {
    desk.failWith(new AppError('mediaUnavailable'), new AppError('mediaUnavailable'))
    await order().mute(meetingId, chair(), ofOne(guest()))
    expect(desk.told).toEqual([['mute', meetingId, { label: anyone() }]])
    expect(await code(order().mute(meetingId, member(), ofOne(guest())))).toBe('forbiddenInMeeting')
    expect(desk.told).toHaveLength(1)
  })

  it('last what was decided last, whoever decides at once', async () => {
    await rule(chair(), 'clerkActs')
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([true, false, true, false].map((on, index) => rule(index % 2 ? clerk() : chair(), 'invitedOnly', on)))
      const last = desk.told.filter(([name, , label]) => name === 'setRights' && label === anyone()).at(-1)
      expect(last?.[3]).toBe(!(await state()).rules.invitedOnly)
    }
  })

  it('everything anew where somebody is, once it is reached again', async () => {
    await rule(chair(), 'invitedOnly')
    await order().eject(meetingId, chair(), { ...ofOne(guest()), ban: true, reason: '' })
    desk.told.length = 0
    const peer = (person: Caller) => ({ room: meetingId, peer: `${person.personId}.${randomUUID()}`, label: person.personId, joinedAt: Date.now(), cutAt: null })
    const there = [peer(member()), { ...peer(member()), room: `probe.${randomUUID()}` }]
    const rights = (speaks: boolean) => (id: string) => ['setRights', meetingId, id, speaks]
    const all = [guest(), ...body.members].map(({ personId }) => personId)
    const expected = [
      ['setScreenLimit', meetingId, 1], ['closeLabel', meetingId, guest().personId],
      ...[chair(), clerk()].map(({ personId }) => personId).map(rights(true)), ...all.map(rights(false))]
    const sorted = (calls: unknown[][]) => calls.map((call) => JSON.stringify(call)).toSorted()
    const { reconcile, reached } = house.domains.presence
    // Where nobody is yet, somebody may hold a grant of before.
    for (const tell of [() => reconcile(there, undefined), () => reached(there), () => reached([])]) {
      desk.told.length = 0
      await tell()
      expect(sorted(desk.told.filter(([, room]) => room === meetingId))).toEqual(sorted(expected))
    }
    await rule(chair(), 'locked')
    desk.told.length = 0
    await reached([])
    expect(desk.told).toContainEqual(['voidGrants', meetingId])
  })

  it('to empty a room whose meeting is closed, once it is reached again', async () => {
    const closed = await house.newMeeting(body, 'closed')
    desk.told.length = 0
    await house.domains.presence.reached([
      { room: closed.meetingId, peer: `${guest().personId}.${randomUUID()}`, label: '', joinedAt: Date.now(), cutAt: null }])
    expect(desk.told.filter(([, room]) => room === closed.meetingId)).toEqual([['closeRoom', closed.meetingId]])
  })

  it('to let nobody in by a grant of before, when a lobby or a lock is set', async () => {
    for (const name of ['lobby', 'locked'] as const) for (const on of [true, false]) await rule(chair(), name, on)
    expect(desk.told).toEqual([['voidGrants', meetingId], ['voidGrants', meetingId]])
  })
})

describe('putting out', () => {
  it('never concerns the chair nor who presides, nor strangers', async () => {
    const eject = (who: Caller) => code(order().eject(meetingId, chair(), { ...ofOne(who), ban: true, reason: '' }))
    expect(await eject(chair())).toBe('presides')
    expect(await eject(await house.newPerson())).toBe('notParticipant')
    await clerkActs(meetingId)
    expect(await eject(clerk())).toBe('presides')
    await handed(meetingId)
    for (const who of [chair(), deputy()]) {
      expect(await code(order().eject(meetingId, deputy(), { ...ofOne(who), ban: false, reason: '' }))).toBe('presides')
    }
  })

  it('keeps its reason for the office, and takes the invitation away', async () => {
    await arrives(guest())
    await order().inviteToSpeak(meetingId, chair(), { ...ofOne(guest()), on: true })
    await order().eject(meetingId, chair(), { ...ofOne(guest()), ban: false, reason: 'Gây ồn' })
    expect(await state()).toMatchObject({ invited: [], out: [{ personId: guest().personId, ban: false }] })
    const [reason] = await house.entries(meetingId, 'order.ejectionReason')
    expect(reason?.audience).toEqual({ scope: 'office' })
    expect(JSON.stringify(await house.entries(meetingId))).not.toContain('Gây ồn')
    expect(await code(hand(chair(), guest()))).toBe('notParticipant')
  })

  it('of somebody else at the same time, or twice, leaves one entry each', async () => {
    const eject = (who: Caller) => order().eject(meetingId, chair(), { ...ofOne(who), ban: true, reason: '' })
    await Promise.all([eject(guest()), eject(guest()), eject(member())])
    expect(await kinds()).toEqual(['order.ejected', 'order.ejected'])
  })
})

describe('the chair', () => {
  it('is handed to a member or clerk who is present, and given back', async () => {
    expect(await code(hand(chair(), deputy()))).toBe('notPresent')
    expect(await code(hand(chair(), await house.newPerson()))).toBe('notParticipant')
    await arrives(guest())
    expect(await code(hand(chair(), guest()))).toBe('notParticipant')
    await handed(meetingId)
    expect((await house.domains.meetings.accessTo(meetingId, deputy()))).toMatchObject({ presides: true, viewer: { office: true } })
    expect((await house.domains.meetings.accessTo(meetingId, chair()))).toMatchObject({ presides: false, viewer: { office: true } })
    await hand(deputy(), null)
    expect((await house.domains.meetings.accessTo(meetingId, deputy()))).toMatchObject({ presides: false, viewer: { office: false } })
    expect(await code(hand(deputy(), null))).toBe('forbiddenInMeeting')
  })

  it('leads the meeting wherever it is, and comes back when the meeting closes', async () => {
    const { meetingId: id, items: [item] } = await house.newMeeting(body, 'published')
    const { meetings, agenda, voting } = house.domains
    const acts = async () => [
      await code(meetings.open(id, deputy(), freshKey())), await code(agenda.goTo(id, deputy(), freshKey(), item)),
      await code(voting.open(id, deputy(), { key: freshKey(), itemId: item, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' }))]
    expect(await acts()).toEqual(['forbiddenInMeeting', 'forbiddenInMeeting', 'forbiddenInMeeting'])
    await handed(id)
    expect(await acts()).toEqual(['ok', 'ok', 'ok'])
    expect(await code(meetings.publish(id, deputy()))).toBe('forbiddenInMeeting')
    await meetings.close(id, deputy(), freshKey())
    expect((await state(id)).presiding).toBeNull()
    expect((await meetings.accessTo(id, deputy())).viewer.office).toBe(false)
  })

  it('goes to one, also when it is handed to two at once', async () => {
    for (const person of [member(), deputy()]) await arrives(person)
    await Promise.all([hand(chair(), member()), hand(chair(), deputy())])
    const { presiding } = await state()
    const rights = await Promise.all([member(), deputy()].map(async (person) => (await house.domains.meetings.accessTo(meetingId, person)).presides))
    expect(rights).toEqual([presiding === member().personId, presiding === deputy().personId])
  })
})
