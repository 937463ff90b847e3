import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RoomRule } from '../../protocol/order.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { AppError } from '../../server/platform/error.ts'
import { freshKey, openHouse, type House } from '../support/house.ts'
import { openDesk, seated, type Desk } from '../support/media-desk.ts'

/** Who comes into the room, who waits before it, and who stays outside. */

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

/** A socket as far as the entrance knows one. */
class TestDoor extends EventEmitter {
  connected = true
  close(): void {
    this.connected = false
    this.emit('disconnect')
  }
}

type Others = 'ask' | 'replace' | 'beside'
const enter = (caller: Caller, more: { door?: TestDoor, deviceId?: string, others?: Others, attending?: 'full' | 'companion', id?: string } = {}) => {
  const { door = new TestDoor(), deviceId = randomUUID(), others = 'ask', attending = 'full', id = meetingId } = more
  return house.domains.entrance.enter(id, caller, { deviceId, others, attending }, door)
}
const outcome = (entering: ReturnType<typeof enter>) => entering.then((one) => one.outcome, (error: unknown) => {
  if (error instanceof AppError) return error.code
  throw error
})
const rule = (name: RoomRule, on = true) => house.domains.order.setRule(meetingId, body.chair, { key: freshKey(), rule: name, on })
const of = ({ personId }: Caller) => ({ key: freshKey(), personId })
const state = async () => (await house.state(meetingId)).order
const waiting = async () => (await state()).waiting
const entries = async () => (await house.entries(meetingId)).filter(({ kind }) => kind.startsWith('order.')).map(({ kind }) => kind)
const eject = (who: Caller, ban: boolean) => house.domains.order.eject(meetingId, body.chair, { ...of(who), ban, reason: '' })

/** The rows and the journal tell the same. */
async function expectRowsAsState(): Promise<void> {
  const rows = await house.db('waiting_person').where({ meeting_id: meetingId }).pluck('person_id')
  expect(rows.toSorted()).toEqual((await waiting()).toSorted())
}

describe('the way in', () => {
  it('is granted to participants under their own name, for what they may do', async () => {
    const deviceId = randomUUID()
    const before = Date.now()
    expect(await enter(body.guest, { deviceId })).toEqual({ outcome: 'enter', grant: 'signed', path: '/media/node', iceServers: [] })
    const [grant] = desk.granted
    expect(grant).toMatchObject({
      room: meetingId, peer: `${body.guest.personId}.${deviceId}`, label: body.guest.personId, silent: false,
      rights: { publish: ['microphone', 'camera', 'screen', 'screenAudio'], receive: ['microphone', 'camera', 'screen', 'screenAudio'], say: ['reaction'] },
    })
    expect(grant?.decidedAt).toBeGreaterThanOrEqual(before)
    await enter(body.guest, { attending: 'companion' })
    expect(desk.granted.at(-1)).toMatchObject({ silent: true })
  })

  it('lets watch, but not speak, who was not invited where only the invited speak', async () => {
    await rule('invitedOnly')
    await house.domains.order.inviteToSpeak(meetingId, body.chair, { ...of(body.member), on: true })
    for (const caller of [body.guest, body.member, body.chair, body.clerk]) await enter(caller)
    expect(desk.granted.map(({ rights }) => rights.publish.length > 0)).toEqual([false, true, true, true])
    expect(new Set(desk.granted.map(({ rights }) => rights.receive.length))).toEqual(new Set([4]))
  })

  it('is taken up after what was decided has been carried out', async () => {
    await rule('severalScreens')
    desk.told.length = 0
    await enter(body.member)
    expect(desk.told).toEqual([['setScreenLimit', meetingId, 100]])
    // A node that is out of order keeps nobody out of the others.
    desk.failWith(new AppError('mediaUnavailable'))
    expect(await outcome(enter(body.guest))).toBe('enter')
    desk.failWith(new AppError('mediaUnavailable'), new AppError('mediaUnavailable'))
    await eject(body.guest, false)
    await house.domains.order.liftBan(meetingId, body.chair, of(body.guest))
    await enter(body.guest)
    const put = desk.told.findIndex(([name]) => name === 'closeLabel')
    expect(put).toBeGreaterThan(-1)
  })

  it('is closed to others, before publication and after the closing, and without a node', async () => {
    expect(await outcome(enter(await house.newPerson()))).toBe('meetingNotFound')
    const draft = await house.newMeeting(body)
    expect(await outcome(enter(body.member, { id: draft.meetingId }))).toBe('meetingNotFound')
    expect(await outcome(enter(body.clerk, { id: draft.meetingId }))).toBe('meetingNotPublished')
    const closed = await house.newMeeting(body, 'closed')
    expect(await outcome(enter(body.clerk, { id: closed.meetingId }))).toBe('meetingClosed')
    expect(desk.granted).toEqual([])
  })
})

describe('a second device', () => {
  it('is asked about, takes over, or comes beside, up to four', async () => {
    const [first, second, away] = [randomUUID(), randomUUID(), randomUUID()]
    desk.seat(seated(body.member, meetingId, first), seated(body.member, meetingId, away, { cutAt: Date.now() }), seated(body.guest, meetingId, randomUUID()))
    expect(await enter(body.member, { deviceId: second })).toEqual({ outcome: 'elsewhere', devices: 1 })
    expect(desk.granted).toEqual([])
    expect(await outcome(enter(body.member, { deviceId: first }))).toBe('enter')
    expect(await outcome(enter(body.member, { deviceId: second, others: 'beside' }))).toBe('enter')
    expect(desk.told).toEqual([])
    expect(await outcome(enter(body.member, { deviceId: second, others: 'replace' }))).toBe('enter')
    expect(desk.told).toEqual([first, away].map((device) => ['closePeer', meetingId, `${body.member.personId}.${device}`, 'replaced']))

    const ids = Array.from({ length: 4 }, () => randomUUID())
    desk.seat(...ids.map((id) => seated(body.member, meetingId, id)))
    await expect(enter(body.member, { others: 'beside' })).rejects.toMatchObject({ code: 'tooManyDevices', details: { limit: 4 } })
    expect(await outcome(enter(body.member, { deviceId: ids[0] ?? '', others: 'beside' }))).toBe('enter')
    expect(await outcome(enter(body.member, { others: 'replace' }))).toBe('enter')
    const { meetingId: other } = await house.newMeeting(body, 'published')
    expect(await outcome(enter(body.member, { id: other }))).toBe('enter')
  })

  it('is not asked about one that was only cut off', async () => {
    desk.seat(seated(body.member, meetingId, randomUUID(), { cutAt: Date.now() }))
    expect(await outcome(enter(body.member))).toBe('enter')
  })
})

describe('the lobby', () => {
  beforeEach(() => rule('lobby'))

  it('lets chair, clerk and who presides pass, and those who are inside', async () => {
    expect(await outcome(enter(body.guest))).toBe('wait')
    for (const caller of [body.chair, body.clerk]) expect(await outcome(enter(caller))).toBe('enter')
    desk.seat(seated(body.member, meetingId, randomUUID(), { cutAt: Date.now() }))
    expect(await outcome(enter(body.member))).toBe('enter')
    const [, deputy = body.member] = body.members
    await house.domains.attendance.event({ event: 'peerJoined', room: meetingId, peer: `${deputy.personId}.${randomUUID()}`, label: '', at: Date.now() })
    expect(await outcome(enter(deputy))).toBe('enter')
    await house.domains.order.handChair(meetingId, body.chair, of(deputy))
    expect(await outcome(enter(deputy))).toBe('enter')
  })

  it('keeps whoever knocks waiting, once, seen by the office alone, until admitted', async () => {
    const door = new TestDoor()
    for (let n = 0; n < 3; n += 1) expect(await outcome(enter(body.guest, { door }))).toBe('wait')
    expect(await waiting()).toEqual([body.guest.personId])
    await expectRowsAsState()
    expect((await house.entries(meetingId, 'order.knocked')).map(({ audience }) => audience)).toEqual([{ scope: 'office' }])
    await house.domains.order.admit(meetingId, body.chair, of(body.guest))
    await expectRowsAsState()
    expect(await outcome(enter(body.guest, { door }))).toBe('enter')
    door.close()
    expect(await entries()).toEqual(['order.ruleSet', 'order.knocked', 'order.admitted'])
    expect(await outcome(enter(body.guest))).toBe('enter')
  })

  it('sends away, and that person alone is told; they may ask again', async () => {
    const door = new TestDoor()
    await enter(body.guest, { door })
    await house.domains.order.turnAway(meetingId, body.chair, of(body.guest))
    const [ended] = await house.entries(meetingId, 'order.knockEnded')
    expect(ended?.audience).toEqual({ scope: 'office', and: [body.guest.personId] })
    await expect(house.domains.order.turnAway(meetingId, body.chair, of(body.guest))).rejects.toMatchObject({ code: 'notWaiting' })
    await expect(house.domains.order.admit(meetingId, body.chair, of(body.guest))).rejects.toMatchObject({ code: 'notWaiting' })
    expect(await outcome(enter(body.guest, { door }))).toBe('wait')
    expect(await waiting()).toEqual([body.guest.personId])
  })

  it('is waited before as long as a socket lasts', async () => {
    const [laptop, phone, other] = [new TestDoor(), new TestDoor(), new TestDoor()]
    await enter(body.guest, { door: laptop })
    await enter(body.guest, { door: phone })
    await enter(body.member, { door: other })
    laptop.close()
    await house.domains.entrance.stopWaiting(meetingId, body.member, other)
    expect(await waiting()).toEqual([body.guest.personId])
    phone.close()
    await expect.poll(waiting).toEqual([])
    await expectRowsAsState()
    expect((await house.entries(meetingId, 'order.knockEnded')).map(({ audience }) => audience)).toEqual([{ scope: 'office' }, { scope: 'office' }])
  })

  it('is kept by no socket of an earlier knock, once that was answered', async () => {
    const [laptop, phone] = [new TestDoor(), new TestDoor()]
    for (const door of [laptop, phone]) await enter(body.guest, { door })
    await house.domains.order.turnAway(meetingId, body.chair, of(body.guest))
    await enter(body.guest, { door: laptop })
    laptop.close()
    await expect.poll(waiting).toEqual([])
    for (const door of [phone, new TestDoor()]) await enter(body.guest, { door })
    phone.close()
    expect(await waiting()).toEqual([body.guest.personId])
  })

  it('forgets who was gone before their knock was recorded', async () => {
    const door = new TestDoor()
    const entering = enter(body.guest, { door })
    door.close()
    await entering
    await expect.poll(waiting).toEqual([])
  })

  it('is not knocked at without end', async () => {
    const [, , third = body.member] = body.members
    const answers: string[] = []
    for (let n = 0; n < 40; n += 1) {
      const door = new TestDoor()
      answers.push(await outcome(enter(third, { door })))
      await house.domains.entrance.stopWaiting(meetingId, third, door)
    }
    expect(new Set(answers)).toEqual(new Set(['wait', 'tooManyRequests']))
    await expectRowsAsState()
  })

  it('admits all at once, but for those who were put out', async () => {
    await eject(body.member, false)
    const [, deputy = body.member] = body.members
    for (const caller of [body.guest, body.member, deputy]) await enter(caller)
    await house.domains.order.admit(meetingId, body.chair, { key: freshKey(), personId: null })
    expect(await waiting()).toEqual([body.member.personId])
    expect((await state()).admitted.toSorted()).toEqual([body.guest.personId, deputy.personId].toSorted())
  })

  it('admits whoever waits when it is opened, if there is no lock', async () => {
    await enter(body.guest)
    await rule('locked')
    await rule('lobby', false)
    expect(await waiting()).toEqual([body.guest.personId])
    await rule('locked', false)
    expect(await waiting()).toEqual([])
    expect((await state()).admitted).toEqual([body.guest.personId])
    await expectRowsAsState()
  })

  it('ends its waiting with the meeting, and with the server', async () => {
    await enter(body.guest)
    await house.domains.entrance.endOldKnocks()
    expect(await waiting()).toEqual([])
    expect((await house.entries(meetingId, 'order.knockEnded')).map(({ actorId }) => actorId)).toEqual([null])
    await enter(body.guest)
    await house.domains.meetings.close(meetingId, body.chair, freshKey())
    expect(await waiting()).toEqual([])
    await expectRowsAsState()
  })

  it('admits one of several at once exactly once', async () => {
    await enter(body.guest)
    const admit = () => house.domains.order.admit(meetingId, body.chair, of(body.guest)).then(() => 'ok', (error: AppError) => error.code)
    expect((await Promise.all([admit(), admit(), admit()])).toSorted()).toEqual(['notWaiting', 'notWaiting', 'ok'])
    expect(await house.entries(meetingId, 'order.admitted')).toHaveLength(1)
  })
})

describe('the lock', () => {
  it('keeps out who is outside, and lets those come back who are inside', async () => {
    await rule('locked')
    for (const caller of [body.member, body.guest]) expect(await outcome(enter(caller))).toBe('roomLocked')
    for (const caller of [body.chair, body.clerk]) expect(await outcome(enter(caller))).toBe('enter')
    desk.seat(seated(body.member, meetingId, randomUUID(), { cutAt: Date.now() }))
    expect(await outcome(enter(body.member))).toBe('enter')
    await rule('locked', false)
    expect(await outcome(enter(body.guest))).toBe('enter')
  })

  it('ends what was admitted before and not used; who is admitted since may come', async () => {
    await rule('lobby')
    const [, deputy = body.member] = body.members
    for (const caller of [body.guest, body.member]) await enter(caller)
    await house.domains.order.admit(meetingId, body.chair, of(body.guest))
    await rule('locked')
    expect(await outcome(enter(body.guest))).toBe('roomLocked')
    expect(await outcome(enter(deputy))).toBe('roomLocked')
    await house.domains.order.admit(meetingId, body.chair, of(body.member))
    expect(await outcome(enter(body.member))).toBe('enter')
  })
})

describe('who was put out', () => {
  it('waits though there is no lobby, also when still seen inside, and comes in when admitted', async () => {
    desk.seat(seated(body.guest, meetingId, randomUUID()))
    await eject(body.guest, false)
    expect(await outcome(enter(body.guest))).toBe('wait')
    expect(await waiting()).toEqual([body.guest.personId])
    await house.domains.order.admit(meetingId, body.chair, of(body.guest))
    expect((await state()).out).toEqual([])
    desk.seat()
    expect(await outcome(enter(body.guest))).toBe('enter')
  })

  it('is let in at once where the ejection is lifted while they wait', async () => {
    await eject(body.guest, false)
    await enter(body.guest)
    await house.domains.order.liftBan(meetingId, body.chair, of(body.guest))
    expect(await state()).toMatchObject({ waiting: [], out: [], admitted: [body.guest.personId] })
    await expectRowsAsState()
  })

  it('with a ban is refused, on whatever device, until it is lifted', async () => {
    await rule('lobby')
    const door = new TestDoor()
    await enter(body.guest, { door })
    await eject(body.guest, true)
    expect(await waiting()).toEqual([])
    await expectRowsAsState()
    for (const others of ['ask', 'replace', 'beside'] as const) expect(await outcome(enter(body.guest, { others }))).toBe('banned')
    await expect(house.domains.order.admit(meetingId, body.chair, of(body.guest))).rejects.toMatchObject({ code: 'notWaiting' })
    await rule('lobby', false)
    expect(await outcome(enter(body.guest))).toBe('banned')
    await house.domains.order.liftBan(meetingId, body.chair, of(body.guest))
    expect(await outcome(enter(body.guest))).toBe('enter')
    door.close()
  })

  it('at the moment of knocking does not wait on as if nothing was', async () => {
    await rule('lobby')
    const [answer] = await Promise.all([outcome(enter(body.guest)), eject(body.guest, true)])
    expect(['wait', 'banned']).toContain(answer)
    expect(await waiting()).toEqual([])
    await expectRowsAsState()
  })
})

describe('a trial of the connection', () => {
  it('is of two ways into a room that no meeting knows, one to send and one to receive', async () => {
    const { ways } = await house.domains.entrance.probe(meetingId, body.guest)
    expect(ways).toHaveLength(2)
    const [sender, receiver] = desk.granted
    expect(sender?.room).toMatch(/^probe\./)
    expect(receiver?.room).toBe(sender?.room)
    expect([sender?.rights, receiver?.rights]).toEqual([
      { publish: ['camera', 'microphone'], receive: [], say: [] }, { publish: [], receive: ['camera', 'microphone'], say: [] }])
    expect(desk.granted.map(({ stayMs }) => stayMs)).toEqual([60_000, 60_000])
    await eject(body.guest, true)
    await expect(house.domains.entrance.probe(meetingId, body.guest)).rejects.toMatchObject({ code: 'banned' })
  })

  it('may not be made without end, nor by strangers', async () => {
    const probe = (caller: Caller) => house.domains.entrance.probe(meetingId, caller)
    await expect(probe(await house.newPerson())).rejects.toMatchObject({ code: 'meetingNotFound' })
    for (let n = 0; n < 12; n += 1) await probe(body.member)
    await expect(probe(body.member)).rejects.toMatchObject({ code: 'tooManyRequests' })
  })
})
