import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { draft, freshKey, itemDraft, openHouse, REASON, START, type House } from '../support/house.ts'
import { audited } from '../support/journal.ts'

/** Meetings that are not held when they were to be: postponed, set anew, cancelled. */

let house: House
let body: Awaited<ReturnType<House['newBody']>>
const ahead = (days: number) => new Date(Date.parse(START) + days * 86_400_000).toISOString()

beforeAll(async () => {
  house = await openHouse()
  body = await house.newBody()
})
afterAll(() => house.close())

const later = { reason: REASON, startsAt: null }
const door = { connected: true, once: () => {} }

describe('postponing', () => {
  it('to another day leaves the meeting published, with the reason for all to read', async () => {
    const { postponing, meetings } = house.domains
    const { meetingId } = await house.newMeeting(body, 'published')
    await postponing.postpone(meetingId, body.clerk, { reason: 'Chờ ý kiến Trung ương', startsAt: ahead(7) })
    expect(await meetings.get(meetingId, body.member)).toMatchObject({ status: 'published', startsAt: ahead(7) })
    const state = await house.state(meetingId)
    expect(state).toMatchObject({ postponement: { from: START, to: ahead(7) }, facts: { version: 2 }, changedBy: body.clerk.personId })
    const [entry] = await house.entries(meetingId, 'meeting.postponed')
    expect(entry?.audience).toEqual({ scope: 'meeting' })
    expect(JSON.stringify(entry)).not.toContain('Trung ương')
    // Who edits what it was before is told.
    await expect(meetings.change(meetingId, body.chair, { ...draft(), version: 1 })).rejects.toMatchObject({
      code: 'meetingChanged', details: { version: 2, present: draft({ startsAt: ahead(7) }) },
    })
    // The same once more changes nothing.
    await postponing.postpone(meetingId, body.clerk, { reason: REASON, startsAt: ahead(7) })
    expect(await house.entries(meetingId, 'meeting.postponed')).toHaveLength(1)
  })

  it('without a day closes the room until one is set', async () => {
    const { postponing, meetings, entrance, chat } = house.domains
    const { meetingId } = await house.newMeeting(body, 'published')
    await postponing.postpone(meetingId, body.chair, later)
    expect((await meetings.get(meetingId, body.member)).status).toBe('postponed')
    const entering = entrance.enter(meetingId, body.member, { deviceId: randomUUID(), attending: 'full', others: 'ask' }, door)
    await expect(entering).rejects.toMatchObject({ code: 'meetingPostponed' })
    await expect(chat.send(meetingId, body.member, { key: freshKey(), to: 'everyone', text: 'Khi nào họp?' })).rejects.toMatchObject({ code: 'meetingPostponed' })
    await expect(meetings.open(meetingId, body.chair, freshKey())).rejects.toMatchObject({ code: 'meetingPostponed' })
    await expect(postponing.postpone(meetingId, body.chair, later)).rejects.toMatchObject({ code: 'meetingPostponed' })
    await expect(meetings.change(meetingId, body.clerk, { ...draft({ startsAt: ahead(2) }), version: 2 })).rejects.toMatchObject({ code: 'meetingPostponed' })
    // The agenda goes on being prepared.
    await house.domains.agenda.add(meetingId, body.clerk, { ...itemDraft('Bổ sung'), key: freshKey() })
    await postponing.reschedule(meetingId, body.clerk, ahead(14))
    expect(await meetings.get(meetingId, body.member)).toMatchObject({ status: 'published', startsAt: ahead(14) })
    await meetings.open(meetingId, body.chair, freshKey())
    expect((await audited(house.journal, meetingId)).findings).toEqual([])
  })

  it('ends what had begun before the opening', async () => {
    const { postponing, attendance, order, entrance } = house.domains
    const { meetingId } = await house.newMeeting(body, 'published')
    const peer = `${body.member.personId}.${randomUUID()}`
    await attendance.event({ event: 'peerJoined', room: meetingId, peer, label: '', at: Date.now() })
    await order.setRule(meetingId, body.chair, { key: freshKey(), rule: 'lobby', on: true })
    const [, waiting] = body.members
    await entrance.enter(meetingId, waiting ?? body.guest, { deviceId: randomUUID(), attending: 'full', others: 'ask' }, door)
    expect((await house.state(meetingId)).order.waiting).toHaveLength(1)
    await postponing.postpone(meetingId, body.clerk, later)
    const state = await house.state(meetingId)
    expect(state.order.waiting).toEqual([])
    expect(state.attendance.stays[body.member.personId]?.at(-1)?.to).not.toBeNull()
  })

  it('is of published meetings, into the future, by the office', async () => {
    const { postponing } = house.domains
    const draftOf = await house.newMeeting(body)
    await expect(postponing.postpone(draftOf.meetingId, body.clerk, later)).rejects.toMatchObject({ code: 'meetingNotPublished' })
    await expect(postponing.postpone(draftOf.meetingId, body.member, later)).rejects.toMatchObject({ code: 'meetingNotFound' })
    const { meetingId } = await house.newMeeting(body, 'published')
    await expect(postponing.postpone(meetingId, body.clerk, { reason: REASON, startsAt: '2020-01-01T01:00:00.000Z' })).rejects.toMatchObject({ code: 'dateInPast' })
    await expect(postponing.postpone(meetingId, body.member, later)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(postponing.reschedule(meetingId, body.clerk, ahead(1))).rejects.toMatchObject({ code: 'meetingNotPostponed' })
    await postponing.postpone(meetingId, body.clerk, later)
    await expect(postponing.reschedule(meetingId, body.clerk, '2020-01-01T01:00:00.000Z')).rejects.toMatchObject({ code: 'dateInPast' })
    await expect(postponing.reschedule(meetingId, body.member, ahead(1))).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    for (const status of ['live', 'closed'] as const) {
      const begun = await house.newMeeting(body, status)
      const code = status === 'live' ? 'meetingAlreadyLive' : 'meetingClosed'
      await expect(postponing.postpone(begun.meetingId, body.clerk, later)).rejects.toMatchObject({ code })
      await expect(postponing.cancel(begun.meetingId, body.clerk, REASON)).rejects.toMatchObject({ code })
    }
  })

  it('happens once when two press together', async () => {
    const { meetingId } = await house.newMeeting(body, 'published')
    const attempts = await Promise.allSettled([body.chair, body.clerk].map((caller) => house.domains.postponing.postpone(meetingId, caller, later)))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('cancelling', () => {
  it('is for good, with a reason for all to read', async () => {
    const { postponing, meetings, agenda, entrance } = house.domains
    const { meetingId, items: [itemId] } = await house.newMeeting(body, 'published')
    await postponing.cancel(meetingId, body.clerk, 'Nội dung chuyển xin ý kiến bằng văn bản')
    expect((await meetings.get(meetingId, body.member)).status).toBe('cancelled')
    expect((await house.state(meetingId)).cancellation).toMatchObject({ reason: { $text: expect.any(String) as string } })
    for (const act of [
      () => meetings.change(meetingId, body.clerk, { ...draft(), version: 1 }), () => meetings.open(meetingId, body.chair, freshKey()),
      () => postponing.cancel(meetingId, body.clerk, REASON), () => postponing.postpone(meetingId, body.clerk, later),
      () => agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey() }), () => agenda.remove(meetingId, itemId, body.clerk),
      () => entrance.enter(meetingId, body.member, { deviceId: randomUUID(), attending: 'full', others: 'ask' }, door),
    ]) await expect(act()).rejects.toMatchObject({ code: 'meetingCancelled' })
    await expect(postponing.reschedule(meetingId, body.clerk, ahead(1))).rejects.toMatchObject({ code: 'meetingNotPostponed' })
    await expect(meetings.publish(meetingId, body.clerk, REASON)).rejects.toMatchObject({ code: 'meetingNotDraft' })
    const listed = await meetings.list(body.member, { status: 'cancelled', limit: 50 })
    expect(listed.meetings.map(({ id }) => id)).toContain(meetingId)
  })

  it('of a draft keeps it unknown to everybody else', async () => {
    const { postponing, meetings } = house.domains
    const { meetingId } = await house.newMeeting(body)
    await expect(postponing.cancel(meetingId, body.member, REASON)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await postponing.cancel(meetingId, body.clerk, REASON)
    expect((await meetings.get(meetingId, body.chair)).status).toBe('cancelled')
    await expect(meetings.get(meetingId, body.member)).rejects.toMatchObject({ code: 'meetingNotFound' })
    const listed = await meetings.list(body.member, { status: 'cancelled', limit: 100 })
    expect(listed.meetings.map(({ id }) => id)).not.toContain(meetingId)
    const [entry] = await house.entries(meetingId, 'meeting.cancelled')
    expect(entry?.audience).toEqual({ scope: 'office' })
  })

  it('of a postponed meeting needs no date', async () => {
    const { meetingId } = await house.newMeeting(body, 'published')
    await house.domains.postponing.postpone(meetingId, body.clerk, later)
    await house.domains.postponing.cancel(meetingId, body.clerk, REASON)
    expect((await house.state(meetingId)).status).toBe('cancelled')
  })
})

describe('the list', () => {
  it('has the meetings of a month, by its bounds', async () => {
    const council = await house.newBody()
    const { meetings } = house.domains
    for (const startsAt of ['2050-05-31T16:59:59.000Z', '2050-05-31T17:00:00.000Z', '2050-06-30T16:59:59.000Z', '2050-06-30T17:00:00.000Z']) {
      await meetings.create(council.clerk, { ...draft({ startsAt }), bodyId: council.bodyId, key: freshKey() })
    }
    const june = await meetings.list(council.clerk, { from: '2050-05-31T17:00:00.000Z', before: '2050-06-30T17:00:00.000Z', limit: 50 })
    expect(june.meetings.map(({ startsAt }) => startsAt)).toEqual(['2050-06-30T16:59:59.000Z', '2050-05-31T17:00:00.000Z'])
  })
})
