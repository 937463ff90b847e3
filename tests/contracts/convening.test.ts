import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changesBetween, concernedBy } from '../../protocol/meeting-changes.ts'
import type { MeetingRules } from '../../protocol/meeting-rules.ts'
import { draft, freshKey, itemDraft, openHouse, REASON, START, type House } from '../support/house.ts'

/** Kinds, readiness, the publishing gate, concurrent edits, and what changed since the publication. */

let house: House
let rules: MeetingRules
const DAY = 86_400_000
const ahead = (days: number) => new Date(Date.parse(START) + days * DAY).toISOString()
const kind = (code: string) => rules.kinds.find((one) => one.code === code && one.until === null)?.id ?? ''

beforeAll(async () => {
  house = await openHouse()
  rules = await house.domains.meetingRules.all()
})
afterAll(() => house.close())

type Body = Awaited<ReturnType<House['newBody']>>
type Changes = Parameters<typeof draft>[0]

async function make(body: Body, changes: Changes = {}, items = 1) {
  const { meetings, agenda } = house.domains
  const { meetingId } = await meetings.create(body.clerk, { ...draft(changes), bodyId: body.bodyId, key: freshKey() })
  for (let index = 0; index < items; index += 1) await agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey() })
  return meetingId
}
const codesOf = async (body: Body, meetingId: string) =>
  (await house.domains.readiness.readiness(meetingId, body.clerk)).findings.map(({ code }) => code)

describe('rules', () => {
  it('come with the installation, each with its basis', () => {
    expect(rules.kinds.length).toBeGreaterThanOrEqual(13)
    expect(rules.kinds.find(({ code }) => code === 'briefing')).toMatchObject({ maxMinutes: 240, invitationDays: 3, papersDays: 3, basis: { document: 'Quyết định 45/2018/QĐ-TTg' } })
    expect(rules.kinds.find(({ code }) => code === 'provinceWide')).toMatchObject({ quota: { perYear: 2, scope: 'province' }, onlinePercent: 60 })
    expect(rules.cautions).toHaveLength(5)
  })

  it('change by versions that meetings of before do not get', async () => {
    const { meetingRules, meetings } = house.domains
    const admin = await house.newPerson()
    const body = await house.newBody()
    const { id: _, until: __, ...present } = rules.kinds.find(({ code }) => code === 'thematic') ?? (() => { throw new Error('no kind') })()
    const meetingId = await make(body, { kindId: kind('thematic') })
    const since = ahead(2).slice(0, 10)
    const { kindId } = await meetingRules.reviseKind(admin, { ...present, maxMinutes: 300, since })
    const { kinds } = await meetingRules.all()
    const versions = kinds.filter(({ code }) => code === 'thematic')
    expect(versions.map(({ maxMinutes }) => maxMinutes)).toEqual([480, 300])
    expect(versions[0]?.until && versions[0].until < since).toBe(true)
    expect((await meetings.get(meetingId, body.clerk)).kind?.maxMinutes).toBe(480)
    await expect(meetingRules.reviseKind(admin, { ...present, since })).rejects.toMatchObject({ code: 'kindSinceTooEarly' })
    // Not in force yet on the day of that meeting, but of one later on.
    await expect(make(body, { kindId })).rejects.toMatchObject({ code: 'meetingKindNotFound' })
    expect((await meetings.get(await make(body, { kindId, startsAt: ahead(5) }), body.clerk)).kind?.maxMinutes).toBe(300)
    await expect(make(body, { kindId: freshKey() })).rejects.toMatchObject({ code: 'meetingKindNotFound' })
    await expect(make(body, { cautions: [freshKey()] })).rejects.toMatchObject({ code: 'meetingKindNotFound' })
    const audit = await house.archive.owner('audit_entry').where({ action: 'meetingKind.revised' }).select('actor_id', 'meeting_rule_id')
    expect(audit).toEqual([{ actor_id: admin.personId, meeting_rule_id: kindId }])
    await meetingRules.endKind(admin, kindId, ahead(9).slice(0, 10))
    await expect(make(body, { kindId, startsAt: ahead(20) })).rejects.toMatchObject({ code: 'meetingKindNotFound' })
    await expect(meetingRules.endKind(admin, kindId, ahead(9).slice(0, 10))).rejects.toMatchObject({ code: 'meetingKindNotFound' })
  })

  it('know each room once, and offer no closed one', async () => {
    const { meetingRules } = house.domains
    const admin = await house.newPerson()
    const body = await house.newBody()
    const facts = { name: 'Phòng 5', place: 'Tầng 5', seats: 10, hybrid: false }
    const { roomId } = await meetingRules.addRoom(admin, facts)
    await expect(meetingRules.addRoom(admin, facts)).rejects.toMatchObject({ code: 'meetingRoomNameTaken' })
    const { roomId: other } = await meetingRules.addRoom(admin, { ...facts, name: 'Phòng 6' })
    const open = { ...facts, closed: false }
    await expect(meetingRules.changeRoom(admin, other, { ...open, before: { ...open, name: 'Phòng 6' } })).rejects.toMatchObject({ code: 'meetingRoomNameTaken' })
    await expect(meetingRules.changeRoom(admin, freshKey(), { ...open, before: open })).rejects.toMatchObject({ code: 'meetingRoomNotFound' })
    const meetingId = await make(body, { roomId })
    await meetingRules.changeRoom(admin, roomId, { ...open, closed: true, before: open })
    // Who began from the open room would open it again.
    await expect(meetingRules.changeRoom(await house.newPerson(), roomId, { ...open, seats: 12, before: open }))
      .rejects.toMatchObject({ code: 'meetingRoomChanged', details: { room: { id: roomId, closed: true, seats: 10 } } })
    await expect(make(body, { roomId })).rejects.toMatchObject({ code: 'meetingRoomNotFound' })
    // What a meeting has already it keeps.
    await house.domains.meetings.change(meetingId, body.clerk, { ...draft({ roomId, place: 'Tầng 5' }), version: 1 })
    expect((await house.domains.meetings.get(meetingId, body.clerk)).room?.name).toBe('Phòng 5')
  })
})

describe('readiness', () => {
  it('names rooms and people that are taken, and the other meeting only to who takes part in it', async () => {
    const { meetingRules, meetings } = house.domains
    const { roomId } = await meetingRules.addRoom(await house.newPerson(), { name: 'Phòng 7', place: 'Tầng 7', seats: 100, hybrid: true })
    const [body, other] = [await house.newBody(), await house.newBody()]
    const shared = body.member
    await house.domains.bodies.addMember({ bodyId: other.bodyId, personId: shared.personId, role: 'member', office: 'Uỷ viên', voting: true, rank: 9, since: new Date('2020-01-01') })
    const theirs = await make(other, { title: 'Họp kín của Ban khác', roomId })
    await meetings.publish(theirs, other.clerk)
    const ours = await make(body, { roomId, startsAt: new Date(Date.parse(START) + 3600_000).toISOString() })
    const { findings } = await house.domains.readiness.readiness(ours, body.clerk)
    const taken = findings.find(({ code }) => code === 'roomTaken')
    const busy = findings.find(({ code }) => code === 'personBusy')
    expect([taken?.details, busy?.details]).toEqual([
      { title: null, from: START, to: new Date(Date.parse(START) + 210 * 60_000).toISOString() },
      { title: null, personIds: [shared.personId], from: START, to: new Date(Date.parse(START) + 210 * 60_000).toISOString() },
    ])
    // The clerk of the one is the clerk of the other: then there is nothing to hide.
    await house.domains.bodies.addMember({ bodyId: other.bodyId, personId: body.clerk.personId, role: 'clerk', office: 'Thư ký', voting: false, rank: 10, since: new Date('2020-01-01') })
    const known = await make(other, { title: 'Họp chung', roomId, startsAt: ahead(3) })
    await meetings.publish(known, other.clerk)
    const later = await make(body, { roomId, startsAt: ahead(3) })
    expect((await house.domains.readiness.readiness(later, body.clerk)).findings.find(({ code }) => code === 'roomTaken')?.details).toMatchObject({ title: 'Họp chung' })
    // Right after it, and once it is cancelled, the room is free.
    const after = await make(body, { roomId, startsAt: new Date(Date.parse(ahead(3)) + 210 * 60_000).toISOString() })
    expect(await codesOf(body, after)).not.toContain('roomTaken')
    await house.domains.postponing.cancel(known, other.clerk, REASON)
    expect(await codesOf(body, later)).not.toContain('roomTaken')
    expect(JSON.stringify(await house.entries(later))).not.toContain('Họp chung')
  })

  it('counts the year of the province, of meetings that are held', async () => {
    const kindId = kind('provinceWide')
    const [first, second] = [await house.newBody(), await house.newBody()]
    const inYear = (month: number) => `2041-0${month}-10T01:00:00.000Z`
    const publish = async (body: Body, month: number) => {
      const meetingId = await make(body, { kindId, startsAt: inYear(month) })
      await house.domains.meetings.publish(meetingId, body.clerk, REASON)
      return meetingId
    }
    const held = await publish(first, 1)
    const third = await make(second, { kindId, startsAt: inYear(3) })
    expect(await codesOf(second, third)).not.toContain('quotaPassed')
    await publish(second, 2)
    expect(await codesOf(second, third)).toContain('quotaPassed')
    expect(await codesOf(second, await make(second, { kindId, startsAt: '2042-01-10T01:00:00.000Z' }))).not.toContain('quotaPassed')
    await house.domains.postponing.cancel(held, first.clerk, REASON)
    expect(await codesOf(second, third)).not.toContain('quotaPassed')
  })

  it('is asked in as many queries for sixty items as for one', async () => {
    const body = await house.newBody()
    const one = await make(body, { kindId: kind('provinceWide'), startsAt: '2044-03-10T01:00:00.000Z' }, 1)
    const many = await make(body, { kindId: kind('provinceWide'), startsAt: '2044-03-10T01:00:00.000Z' }, 60)
    const ask = (meetingId: string) => house.statements(() => house.domains.readiness.readiness(meetingId, body.clerk))
    await ask(one)
    await ask(many)
    const [few, more] = [await ask(one), await ask(many)]
    expect(more.length).toBe(few.length)
    expect(more.length).toBeLessThanOrEqual(9)
  })

  it('is for chair and clerk', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const { readiness } = house.domains
    await expect(readiness.readiness(meetingId, body.member)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(readiness.readiness(meetingId, await house.newPerson())).rejects.toMatchObject({ code: 'meetingNotFound' })
  })
})

describe('publishing', () => {
  it('waits for what blocks, whatever the reason', async () => {
    const body = await house.newBody()
    const { meetings } = house.domains
    const past = await make(body, { startsAt: '2020-06-08T01:00:00.000Z' })
    await expect(meetings.publish(past, body.clerk, REASON)).rejects.toMatchObject({ code: 'notReady', details: { findings: [{ code: 'dateInPast', severity: 'blocks' }] } })
    await expect(meetings.publish(await make(body, {}, 0), body.clerk, REASON)).rejects.toMatchObject({ code: 'notReady' })
    expect((await meetings.get(past, body.clerk)).status).toBe('draft')
  })

  it('late needs a reason, which the office alone reads', async () => {
    const body = await house.newBody()
    const { meetings } = house.domains
    const meetingId = await make(body, { kindId: kind('briefing'), cautions: [rules.cautions[0]?.id ?? ''] })
    await expect(meetings.publish(meetingId, body.clerk)).rejects.toMatchObject({
      code: 'notReady', details: { findings: [{ code: 'shouldNotMeet' }, { code: 'invitationLate' }, { code: 'papersLate' }] },
    })
    await meetings.publish(meetingId, body.clerk, 'Họp gấp theo chỉ đạo')
    const [entry] = await house.entries(meetingId, 'meeting.publishedDespite')
    expect(entry).toMatchObject({ audience: { scope: 'office' }, actorId: body.clerk.personId, data: { findings: [{ code: 'shouldNotMeet' }, { code: 'invitationLate' }, { code: 'papersLate' }] } })
    expect(JSON.stringify(entry)).not.toContain('gấp')
    const seen = async (personId: string, office: boolean) => {
      const { state, texts } = await house.journal.snapshot(meetingId, { personId, office, items: 'all' }, (await import('../../protocol/meeting-state.ts')).meetingReducer)
      return [state.despite !== null, Object.values(texts).includes('Họp gấp theo chỉ đạo')]
    }
    expect(await seen(body.clerk.personId, true)).toEqual([true, true])
    expect(await seen(body.member.personId, false)).toEqual([false, false])
  })

  it('in time records no reason, even if one is given', async () => {
    const body = await house.newBody()
    const meetingId = await make(body, { kindId: kind('briefing'), startsAt: '2045-06-08T01:00:00.000Z' })
    await house.domains.meetings.publish(meetingId, body.clerk, REASON)
    expect(await house.entries(meetingId, 'meeting.publishedDespite')).toEqual([])
  })
})

describe('two who change a meeting', () => {
  it('are told of each other, and nothing is overwritten', async () => {
    const body = await house.newBody()
    const { meetings } = house.domains
    const meetingId = await make(body)
    const attempts = await Promise.allSettled([
      meetings.change(meetingId, body.clerk, { ...draft({ place: 'Hội trường' }), version: 1 }),
      meetings.change(meetingId, body.chair, { ...draft({ plannedMinutes: 90 }), version: 1 }),
    ])
    expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const first = attempts[0]?.status === 'fulfilled' ? body.clerk : body.chair
    const [refused] = attempts.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    const present = first === body.clerk ? draft({ place: 'Hội trường' }) : draft({ plannedMinutes: 90 })
    expect(refused?.reason).toMatchObject({ code: 'meetingChanged', details: { version: 2, present, changedBy: first.personId } })
    expect(await meetings.get(meetingId, body.clerk)).toMatchObject(present)
    expect(await meetings.change(meetingId, body.chair, { ...draft({ place: 'Hội trường', plannedMinutes: 90 }), version: 2 })).toEqual({ version: 3 })
  })

  it('cannot move a published meeting into the past', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const past = { ...draft({ startsAt: '2020-06-08T01:00:00.000Z' }), version: 1 }
    await expect(house.domains.meetings.change(meetingId, body.clerk, past)).rejects.toMatchObject({ code: 'dateInPast' })
  })
})

describe('what changed since the publication', () => {
  it('is the net difference, for everyone who takes part', async () => {
    const body = await house.newBody()
    const { meetings, agenda, changes } = house.domains
    const { meetingId, items: [, two] } = await house.newMeeting(body, 'published')
    expect((await changes.list(meetingId, body.member)).changes).toEqual([])
    await meetings.change(meetingId, body.clerk, { ...draft({ place: 'Hội trường lớn', plannedMinutes: 90 }), version: 1 })
    await meetings.change(meetingId, body.clerk, { ...draft({ place: 'Hội trường lớn' }), version: 2 })
    await agenda.remove(meetingId, two, body.clerk)
    const { itemId } = await agenda.add(meetingId, body.clerk, { ...itemDraft('Nội dung bổ sung'), key: freshKey() })
    const { changes: found, texts, publishedAt } = await changes.list(meetingId, body.member)
    expect(found.map((change) => [change.kind, 'field' in change ? change.field : 'itemId' in change ? change.itemId : null])).toEqual([
      ['fact', 'place'], ['itemAdded', itemId], ['itemRemoved', two],
    ])
    expect(publishedAt).not.toBeNull()
    const [place] = found
    if (place?.kind !== 'fact' || typeof place.before !== 'object' || typeof place.after !== 'object') throw new Error('not the place')
    expect([texts[place.before?.$text ?? ''], texts[place.after?.$text ?? '']]).toEqual(['Trụ sở', 'Hội trường lớn'])
    await expect(changes.list(meetingId, await house.newPerson())).rejects.toMatchObject({ code: 'meetingNotFound' })
    // Changed back, it is no change.
    await meetings.change(meetingId, body.clerk, { ...draft(), version: 3 })
    expect((await changes.list(meetingId, body.member)).changes.map(({ kind: what }) => what)).toEqual(['itemAdded', 'itemRemoved'])
  })

  it('concerns of an item its own guests and the full participants; of time and place everybody', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body, 'published')
    const before = await house.state(meetingId)
    const [first, second] = before.agenda
    if (!first || !second || !before.facts) throw new Error('no items')
    const [guest, stranger] = [freshKey(), freshKey()]
    const asGuest = (personId: string) => ({ personId, role: 'guest' as const, office: '', voting: false, rank: 99, itemsOnly: true as const })
    const participants = [...before.participants, asGuest(guest), asGuest(stranger)]
    const now = { ...before, participants, agenda: [{ ...first, guests: [guest] }, { ...second, guests: [stranger] }] }
    const agenda = [{ ...first, minutes: 5, guests: [guest] }, { ...second, guests: [stranger] }]
    const after = { ...now, facts: { ...before.facts, plannedMinutes: 99 }, agenda }
    const found = changesBetween(now, after)
    expect(found.map(({ kind: what }) => what)).toEqual(['fact', 'itemChanged'])
    const [fact, item] = found.map((change) => concernedBy(change, now, after))
    expect(fact).toEqual(participants.map(({ personId }) => personId))
    expect(item).toEqual([...before.participants.map(({ personId }) => personId), guest])
  })

  it('is not told of a draft', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body)
    expect(await house.domains.changes.list(meetingId, body.clerk)).toMatchObject({ publishedAt: null, changes: [] })
  })
})
