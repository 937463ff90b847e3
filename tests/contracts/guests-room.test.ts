import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../../server/platform/contract.ts'
import { freshKey, openHouse, REASON, type House } from '../support/house.ts'
import { openDesk, seated, type Desk } from '../support/media-desk.ts'

/** Guests of single items at the door of the room: they wait for theirs, are called in with it, and shown out after it. */

let house: House
let desk: Desk
let body: Awaited<ReturnType<House['newBody']>>
let guest: Caller
let meetingId: string
let mine: string
let theirs: string

beforeAll(async () => {
  desk = openDesk()
  house = await openHouse({ media: desk.media })
  body = await house.newBody()
})
afterAll(() => house.close())
beforeEach(async () => {
  desk.clear()
  guest = await house.newPerson()
  const made = await house.newMeeting(body);
  ({ meetingId, items: [mine, theirs] } = made)
  await house.domains.agenda.setGuests(meetingId, mine, body.clerk, { personIds: [guest.personId], was: [] })
  await house.domains.meetings.publish(meetingId, body.clerk, REASON)
  await house.domains.meetings.open(meetingId, body.chair, freshKey())
})

const newDoor = () => Object.assign(new EventEmitter(), { connected: true })
const enter = async (door = newDoor(), caller = guest) =>
  (await house.domains.entrance.enter(meetingId, caller, { deviceId: randomUUID(), others: 'beside', attending: 'full' }, door)).outcome
const goTo = (itemId: string | null) => house.domains.agenda.goTo(meetingId, body.chair, freshKey(), itemId)
const order = async () => (await house.state(meetingId)).order
const arrives = (caller = guest) => house.domains.attendance.event({
  event: 'peerJoined', room: meetingId, peer: `${caller.personId}.${randomUUID()}`, label: caller.personId, at: Date.now(),
})
const putOut = () => desk.told.filter(([what, , label]) => what === 'closeLabel' && label === guest.personId).length

describe('a guest of a single item', () => {
  it('waits for it, which the office sees, and comes in by themselves when it begins', async () => {
    await goTo(theirs)
    expect(await enter()).toBe('wait')
    expect(await order()).toMatchObject({ waiting: [guest.personId], waitingFor: { [guest.personId]: mine } })
    const [knock] = await house.entries(meetingId, 'order.knocked')
    expect(knock).toMatchObject({ audience: { scope: 'office' }, data: { personId: guest.personId, itemId: mine } })
    expect(desk.granted).toEqual([])
    await goTo(mine)
    expect(await order()).toMatchObject({ waiting: [], waitingFor: {}, admitted: [guest.personId] })
    expect(await enter()).toBe('enter')
    expect(desk.granted.at(-1)).toMatchObject({ label: guest.personId })
  })

  it('is not let in earlier, neither alone nor with all who wait', async () => {
    await goTo(theirs)
    await enter()
    await expect(house.domains.order.admit(meetingId, body.chair, { key: freshKey(), personId: guest.personId })).rejects.toMatchObject({ code: 'waitsForItem' })
    await house.domains.order.admit(meetingId, body.chair, { key: freshKey(), personId: null })
    expect((await order()).waiting).toEqual([guest.personId])
    expect(await enter()).toBe('wait')
    // A lobby that is lifted lifts nothing of that.
    for (const on of [true, false]) await house.domains.order.setRule(meetingId, body.chair, { key: freshKey(), rule: 'lobby', on })
    expect((await order()).waiting).toEqual([guest.personId])
  })

  it('comes in with it through lobby and lock', async () => {
    for (const rule of ['lobby', 'locked'] as const) await house.domains.order.setRule(meetingId, body.chair, { key: freshKey(), rule, on: true })
    await goTo(mine)
    expect(await enter()).toBe('enter')
  })

  it('is shown out when it ends and the next is not theirs: rights taken back at the node, hand down, no way in', async () => {
    await goTo(mine)
    await enter()
    await arrives()
    const asked = { personId: guest.personId, kind: 'speak', replyTo: null, topic: null, speaker: null } as const
    for (const itemId of [mine, theirs, null]) await house.domains.floor.request(meetingId, guest, { key: freshKey(), itemId, ...asked }).catch(() => undefined)
    expect((await house.state(meetingId)).floor.requests.map(({ itemId }) => itemId)).toEqual([mine])
    await goTo(theirs)
    expect(putOut()).toBe(1)
    expect(await order()).toMatchObject({ admitted: [], out: [] })
    expect((await house.state(meetingId)).floor.requests).toEqual([])
    expect((await house.entries(meetingId, 'order.shownOut')).map(({ data }) => data)).toEqual([{ personId: guest.personId }])
    expect(await enter()).toBe('wait')
    // Not even with a device that is there still.
    desk.seat(seated(guest, meetingId, randomUUID()))
    expect(await enter()).toBe('wait')
    // Called in again with it.
    await goTo(mine)
    expect(await enter()).toBe('enter')
  })

  it('stays from one of theirs to the next of theirs', async () => {
    await house.domains.agenda.setGuests(meetingId, theirs, body.clerk, { personIds: [guest.personId], was: [] })
    await goTo(mine)
    await arrives()
    await goTo(theirs)
    expect(putOut()).toBe(0)
    await goTo(null)
    expect(putOut()).toBe(1)
  })

  it('goes when their item is put off, and when they are no guest of it any more', async () => {
    await goTo(mine)
    await arrives()
    await house.domains.agenda.defer(meetingId, body.chair, { key: freshKey(), itemId: mine, reason: 'Chờ thẩm định' })
    expect(putOut()).toBe(1)
    await goTo(mine)
    await arrives()
    await house.domains.agenda.setGuests(meetingId, mine, body.clerk, { personIds: [], was: [guest.personId] })
    expect(putOut()).toBe(2)
    await expect(enter()).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('who comes in on a way that was open before is taken out again', async () => {
    await goTo(mine)
    await enter()
    await goTo(theirs)
    desk.seat(seated(guest, meetingId, randomUUID()))
    desk.told.length = 0
    await arrives()
    expect(desk.told.filter(([what]) => what === 'closePeer')).toHaveLength(1)
  })

  it('who was banned stays out, whatever is dealt with', async () => {
    await goTo(mine)
    await arrives()
    await house.domains.order.eject(meetingId, body.chair, { key: freshKey(), personId: guest.personId, ban: true, reason: '' })
    await expect(enter()).rejects.toMatchObject({ code: 'banned' })
  })

  it('a node that comes back puts out who is not called any more', async () => {
    await goTo(mine)
    await arrives()
    desk.failWith(...Array.from({ length: 4 }, () => new Error('gone')))
    await goTo(theirs)
    // Until the attempts have been given up.
    await enter()
    desk.clear()
    await house.domains.presence.reached([seated(guest, meetingId, randomUUID())])
    expect(putOut()).toBe(1)
  })
})

it('members come and go with no item', async () => {
  await goTo(theirs)
  expect(await enter(newDoor(), body.member)).toBe('enter')
  await arrives(body.member)
  await goTo(mine)
  await goTo(null)
  expect(desk.told.filter(([what]) => what === 'closeLabel')).toEqual([])
})
