import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BodyRules } from '../../protocol/bodies.ts'
import type { PresentPeer } from '../../protocol/media-control.ts'
import { attendanceStatus, quorumOf } from '../../protocol/roll.ts'
import { createAttendance } from '../../server/attendance/attendance.ts'
import { attendanceStore } from '../../server/attendance/store.ts'
import { createAccess } from '../../server/meetings/access.ts'
import { meetingStore } from '../../server/meetings/store.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { bodyRules, freshKey, openHouse, type House } from '../support/house.ts'

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let attendance: ReturnType<typeof createAttendance>
let meetingId: string
let closedRooms: string[]
let closedPeers: [string, string][]
let inRooms: PresentPeer[]

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody({ sites: 1 })
  const { db, journal } = house
  attendance = createAttendance({
    db, journal, access: createAccess({ db, journal, store: meetingStore }), store: attendanceStore, log: { warn: () => {} },
    media: {
      peers: (room) => inRooms.filter((one) => room === undefined || one.room === room),
      closePeer: async (room, peer) => { closedPeers.push([room, peer]) },
      closeRoom: async (room) => { closedRooms.push(room) },
    },
    people: house.domains.identity.people, noteAbsence: house.domains.inviting.answers.noteAbsence,
  })
})
afterAll(() => house.close())
beforeEach(async () => {
  closedRooms = []
  closedPeers = []
  inRooms = [];
  ({ meetingId } = await house.newMeeting(body, 'published'))
})

const T = Date.now() - 3600_000
const iso = (at: number) => new Date(at).toISOString()
const device = ({ personId }: Caller, id: string = randomUUID()) => `${personId}.${id}`
const joined = (peer: string, at: number, room = meetingId) => attendance.event({ event: 'peerJoined', room, peer, label: '', at })
const left = (peer: string, at: number, room = meetingId, reason: 'left' | 'timedOut' = 'left') =>
  attendance.event({ event: 'peerLeft', room, peer, at, reason })
const inRoom = (peer: string, joinedAt: number, room = meetingId): PresentPeer => ({ room, peer, label: '', joinedAt, cutAt: null })
const stays = async ({ personId }: Caller, id = meetingId) => (await house.state(id)).attendance.stays[personId]

/** The rows and the journal tell the same devices. */
async function expectRowsAsState(id = meetingId): Promise<void> {
  const { devices } = (await house.state(id)).attendance
  const rows = (await attendanceStore.devices(house.db, id)).map(({ peerId }) => peerId)
  expect(rows.toSorted()).toEqual(Object.values(devices).flat().toSorted())
}

describe('presence', () => {
  it('is what the node reports, at its times, with two devices as one stay', async () => {
    const [phone, tablet] = [device(body.member), device(body.member)]
    await joined(phone, T)
    await joined(tablet, T + 1000)
    await left(phone, T + 2000)
    expect(await stays(body.member)).toEqual([{ from: iso(T), to: null, mode: 'online' }])
    await expectRowsAsState()
    await left(tablet, T + 3000, meetingId, 'timedOut')
    await joined(phone, T + 5000)
    expect(await stays(body.member)).toEqual([{ from: iso(T), to: iso(T + 3000), mode: 'online' }, { from: iso(T + 5000), to: null, mode: 'online' }])
    await expectRowsAsState()
    const entries = (await house.entries(meetingId)).slice(6)
    expect(entries.map(({ kind, actorId }) => [kind, actorId === null])).toEqual([
      ['attendance.joined', false], ['attendance.joined', false], ['attendance.left', false], ['attendance.left', true], ['attendance.joined', false]])
  })

  it('of who was put out ends again, also when they came by a way in of before', async () => {
    const [phone, other] = [device(body.member), device(body.guest)]
    await house.domains.order.eject(meetingId, body.chair, { key: freshKey(), personId: body.member.personId, ban: false, reason: '' })
    for (const peer of [phone, other]) await joined(peer, Date.now())
    expect(closedPeers).toEqual([[meetingId, phone]])
    await left(phone, Date.now())
    expect(closedPeers).toHaveLength(1)
  })

  it('is not changed by what is told again', async () => {
    const peer = device(body.member)
    const events = [() => joined(peer, T), () => left(peer, T + 1000), () => joined(peer, T + 2000)]
    for (const tell of events) await tell()
    const before = await house.entries(meetingId)
    for (const tell of events) await tell()
    await Promise.all(events.map((tell) => tell()))
    await left(device(body.chair), T)
    await attendance.reconcile([inRoom(peer, T + 2000)], undefined)
    expect(await house.entries(meetingId)).toEqual(before)
    expect(await stays(body.member)).toEqual([{ from: iso(T), to: iso(T + 1000), mode: 'online' }, { from: iso(T + 2000), to: null, mode: 'online' }])
    await expectRowsAsState()
  })

  it('is never of the future, and no stay ends before it began', async () => {
    const peer = device(body.member)
    await joined(peer, Date.now() + 60_000)
    const began = (await stays(body.member))?.[0]?.from ?? ''
    expect(Date.parse(began)).toBeLessThanOrEqual(Date.now())
    await left(peer, Date.parse(began) - 5000)
    const [entry] = await house.entries(meetingId, 'attendance.left')
    expect(entry?.data).toMatchObject({ leftAt: began })
    // Nobody was there for no time.
    expect(await stays(body.member)).toBeUndefined()
  })

  it('is of participants, in meetings', async () => {
    const before = await house.entries(meetingId)
    await joined(device(await house.newPerson()), T)
    await joined('nobody', T)
    await joined(device(body.member), T, 'no-meeting')
    await joined(device(body.member), T, randomUUID())
    await attendance.event({ event: 'peerCut', room: meetingId, peer: device(body.member), at: T })
    expect(await house.entries(meetingId)).toEqual(before)
    expect(closedRooms).toEqual([])
  })

  it('makes the quorum', async () => {
    const figures = async () => quorumOf(await house.state(meetingId), BodyRules.parse(bodyRules.committee))
    await joined(device(body.chair), T)
    await joined(device(body.clerk), T)
    await joined(device(body.guest), T)
    await joined(device(body.member), T)
    expect(await figures()).toEqual({ present: 2, summoned: 4, needed: 3, met: false })
    await joined(device(body.members[1] ?? body.chair), T)
    expect(await figures()).toEqual({ present: 3, summoned: 4, needed: 3, met: true })
  })

  it('ends with the meeting; who still comes in is put out', async () => {
    const { meetings } = house.domains
    const peer = device(body.member)
    await joined(peer, T)
    await meetings.open(meetingId, body.chair, freshKey())
    await meetings.close(meetingId, body.chair, freshKey())
    const { closedAt } = await house.state(meetingId)
    expect(await stays(body.member)).toEqual([{ from: iso(T), to: closedAt, mode: 'online' }])
    await expectRowsAsState()
    const before = await house.entries(meetingId)
    await left(peer, Date.now())
    expect(closedRooms).toEqual([])
    await joined(peer, Date.now())
    expect(closedRooms).toEqual([meetingId])
    expect(await house.entries(meetingId)).toEqual(before)
  })
})

describe('after a restart', () => {
  it('agrees with who is in the rooms', async () => {
    const other = await house.newMeeting(body, 'published')
    const closed = await house.newMeeting(body, 'closed')
    const [gone, stays_, came] = [device(body.chair), device(body.member), device(body.clerk)]
    for (const peer of [gone, stays_]) await joined(peer, T)
    await joined(gone, T, other.meetingId)
    const peers = [inRoom(stays_, T), inRoom(came, T + 5000), inRoom(gone, T, closed.meetingId), inRoom(device(await house.newPerson()), T), inRoom('x', T, 'y')]
    await attendance.reconcile(peers, T + 10_000)
    await attendance.reconcile(peers, T + 20_000)
    expect(await stays(body.chair)).toEqual([{ from: iso(T), to: iso(T + 10_000), mode: 'online' }])
    expect(await stays(body.member)).toEqual([{ from: iso(T), to: null, mode: 'online' }])
    expect(await stays(body.clerk)).toEqual([{ from: iso(T + 5000), to: null, mode: 'online' }])
    expect(await stays(body.chair, other.meetingId)).toEqual([{ from: iso(T), to: iso(T + 10_000), mode: 'online' }])
    expect(new Set(closedRooms)).toEqual(new Set([closed.meetingId]))
    await expectRowsAsState()
    await expectRowsAsState(other.meetingId)
  })

  it('of a person who came back with another device it is one stay', async () => {
    const [before, after] = [device(body.member), device(body.member)]
    await joined(before, T)
    await attendance.reconcile([inRoom(after, T + 1000)], undefined)
    expect(await stays(body.member)).toEqual([{ from: iso(T), to: null, mode: 'online' }])
    await expectRowsAsState()
  })
})

it('putting a person out takes their devices out of all rooms', async () => {
  const peers = [device(body.member), device(body.member)]
  inRooms = [...peers.map((peer) => inRoom(peer, T)), inRoom(device(body.guest), T)]
  await attendance.putOut(body.member.personId)
  expect(closedPeers).toEqual(peers.map((peer) => [meetingId, peer]))
})

describe('the head count', () => {
  const report = (caller: Caller, { personId }: Caller, people: number, id = meetingId) =>
    attendance.reportHeadCount(id, caller, { key: freshKey(), personId, people })
  const site = () => body.sites[0] ?? body.guest
  const count = async () => (await house.state(meetingId)).attendance.headCounts[site().personId]

  it('of a remote site is told by the site or the office, and each change is an entry', async () => {
    await report(site(), site(), 12)
    expect(await count()).toBe(12)
    await report(body.clerk, site(), 0)
    await report(body.chair, site(), 0)
    expect(await count()).toBe(0)
    expect(await house.entries(meetingId, 'attendance.headCount')).toHaveLength(2)
  })

  it('is of sites of the meeting alone, and for nobody else to tell', async () => {
    for (const caller of [body.member, body.guest]) {
      await expect(report(caller, site(), 5)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(report(caller, caller, 5)).rejects.toMatchObject({ code: 'notASite' })
    }
    await expect(report(body.clerk, await house.newPerson('site'), 5)).rejects.toMatchObject({ code: 'notParticipant' })
    const stranger = await house.newPerson('site')
    await expect(report(stranger, stranger, 5)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(report(body.clerk, site(), 5, (await house.newMeeting(body)).meetingId)).rejects.toMatchObject({ code: 'meetingNotPublished' })
    await expect(report(body.clerk, site(), 5, (await house.newMeeting(body, 'closed')).meetingId)).rejects.toMatchObject({ code: 'meetingClosed' })
  })
})

describe('an absence', () => {
  const record = (caller: Caller, { personId }: Caller, reason = 'Công tác nước ngoài', key = freshKey()) =>
    attendance.recordAbsence(meetingId, caller, { key, personId, reason })
  /** The answer that it comes to is told beside it (invitations.test.ts). */
  const told = async () => (await house.entries(meetingId)).filter(({ kind }) => kind.startsWith('attendance.'))

  it('is announced by oneself or recorded by the office, its reason known to the office alone', async () => {
    await record(body.member, body.member)
    await record(body.clerk, body.members[1] ?? body.chair, 'Ốm')
    const state = await house.state(meetingId)
    expect(attendanceStatus(state, body.member.personId)).toBe('absentExcused')
    expect(Object.keys(state.attendance.reasons)).toHaveLength(2)
    const entries = await told()
    expect(entries.map(({ kind, audience }) => [kind, audience.scope])).toEqual([
      ['attendance.absenceRecorded', 'meeting'], ['attendance.absenceReason', 'office'],
      ['attendance.absenceRecorded', 'meeting'], ['attendance.absenceReason', 'office']])
    expect(JSON.stringify(entries)).not.toContain('nước ngoài')
  })

  it('is withdrawn by an empty reason, once', async () => {
    await record(body.member, body.member)
    const before = (await told()).length
    await record(body.member, body.member, '')
    await record(body.member, body.member, '')
    expect(await told()).toHaveLength(before + 2)
    expect((await house.state(meetingId)).attendance).toMatchObject({ excused: [], reasons: {} })
  })

  it('recorded again with the same reason writes nothing; with another one it does', async () => {
    await record(body.clerk, body.member, 'Ốm')
    const before = await house.entries(meetingId)
    await record(body.clerk, body.member, 'Ốm')
    expect(await house.entries(meetingId)).toEqual(before)
    await record(body.clerk, body.member, 'Công tác')
    expect((await told()).slice(-2).map(({ kind }) => kind)).toEqual(['attendance.absenceRecorded', 'attendance.absenceReason'])
    expect(await told()).toHaveLength(4)
  })

  it('is not for others to record, nor of those who are there, nor of strangers', async () => {
    await expect(record(body.member, body.chair)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    const stranger = await house.newPerson()
    await expect(record(body.clerk, stranger)).rejects.toMatchObject({ code: 'notParticipant' })
    await expect(record(stranger, stranger)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await joined(device(body.member), T)
    await expect(record(body.member, body.member)).rejects.toMatchObject({ code: 'alreadyPresent' })
    const draft = await house.newMeeting(body)
    await expect(attendance.recordAbsence(draft.meetingId, body.clerk, { key: freshKey(), personId: body.member.personId, reason: 'x' }))
      .rejects.toMatchObject({ code: 'meetingNotPublished' })
    const closed = await house.newMeeting(body, 'closed')
    await expect(attendance.recordAbsence(closed.meetingId, body.clerk, { key: freshKey(), personId: body.member.personId, reason: 'x' }))
      .rejects.toMatchObject({ code: 'meetingClosed' })
  })
})
