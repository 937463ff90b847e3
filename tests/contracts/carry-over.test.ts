import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../server/platform/contract.ts'
import { draft, freshKey, itemDraft, openHouse, REASON, type House } from '../support/house.ts'
import { pdfOf } from '../support/pdf.ts'

let house: House
let pdf: Buffer
let { agenda, documents, meetings } = {} as House['domains']

beforeAll(async () => {
  house = await openHouse();
  ({ agenda, documents, meetings } = house.domains)
  pdf = await pdfOf(['Tờ trình'])
})
afterAll(() => house.close())

type Body = Awaited<ReturnType<House['newBody']>>
const listed = async (meetingId: string, caller: Caller) => (await agenda.carriable(meetingId, caller, 100)).items
const carry = (meetingId: string, caller: Caller, itemIds: string[], key = freshKey()) => agenda.carryOver(meetingId, caller, { itemIds, key })

/** Who reads the paper of the item that is left undone. */
const LIMITED = { parts: ['members' as const], download: false, expiresHours: 24 }

/** A closed meeting: its first item dealt with, the second put off or left. */
async function held(body: Body, fate: 'deferred' | 'left' = 'deferred') {
  const { meetingId, items } = await house.newMeeting(body, 'draft')
  const source = () => ({ pdf, name: 'Tờ trình 12.pdf', key: freshKey(), circulation: LIMITED, state: 'final' as const })
  await documents.attachMade(meetingId, items[1], body.clerk, source())
  const guest = await house.newPerson()
  await agenda.setGuests(meetingId, items[1], body.clerk, { personIds: [guest.personId], was: [] })
  await meetings.publish(meetingId, body.clerk, REASON)
  await meetings.open(meetingId, body.chair, freshKey())
  await agenda.goTo(meetingId, body.chair, freshKey(), items[0])
  if (fate === 'deferred') await agenda.defer(meetingId, body.chair, { key: freshKey(), itemId: items[1], reason: 'Chờ thẩm định' })
  await meetings.close(meetingId, body.chair, freshKey())
  return { meetingId, undone: items[1], done: items[0], guest }
}

describe('what a meeting left undone', () => {
  it.each(['deferred', 'left'] as const)('is offered to the next draft, and taken over with matter, papers and guests (%s)', async (fate) => {
    const body = await house.newBody()
    const { meetingId: earlier, undone, guest } = await held(body, fate)
    const { meetingId } = await house.newMeeting(body)
    expect(await listed(meetingId, body.clerk)).toMatchObject([{
      itemId: undone, meetingId: earlier, title: 'Nội dung hai', deferred: fate === 'deferred', reason: fate === 'deferred' ? 'Chờ thẩm định' : null,
      documents: 1, guests: 1, meetingTitle: 'Hội nghị tháng 6',
    }])
    const key = freshKey()
    const [first, again] = [await carry(meetingId, body.clerk, [undone], key), await carry(meetingId, body.clerk, [undone], key)]
    expect(again).toEqual(first)
    const [itemId = ''] = first.itemIds
    const [before, now] = [await house.state(earlier), await house.state(meetingId)]
    const [old, carried] = [before.agenda.find((item) => item.itemId === undone), now.agenda.at(-1)]
    expect(carried).toMatchObject({ itemId, matterId: old?.matterId, minutes: old?.minutes, purpose: old?.purpose, status: 'pending', guests: [guest.personId] })
    expect(carried?.title).not.toEqual(old?.title)
    expect(now.documents).toMatchObject([{ itemId, ...LIMITED, versions: [{ state: 'final', sha256: before.documents[0]?.versions[0]?.sha256, bytes: pdf.length }] }])
    expect(now.documents[0]?.documentId).not.toBe(before.documents[0]?.documentId)
    expect(now.participants.find(({ personId }) => personId === guest.personId)).toMatchObject({ role: 'guest', voting: false, itemsOnly: true })
    // Nobody is offered it a second time.
    expect(await listed(meetingId, body.clerk)).toEqual([])
    await expect(carry(meetingId, body.clerk, [undone])).rejects.toMatchObject({ code: 'notCarriable' })
    // Taken off again, it is offered again.
    await agenda.remove(meetingId, itemId, body.clerk)
    expect(await listed(meetingId, body.clerk)).toHaveLength(1)
  })

  it('is carried by one meeting, also when two ask at once', async () => {
    const body = await house.newBody()
    const { undone } = await held(body)
    const [one, two] = [await house.newMeeting(body), await house.newMeeting(body)]
    const outcomes = await Promise.allSettled([carry(one.meetingId, body.clerk, [undone]), carry(two.meetingId, body.chair, [undone])])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  it('is what the last of several meetings on the matter left', async () => {
    const body = await house.newBody()
    const { undone } = await held(body)
    const { meetingId: second } = await house.newMeeting(body)
    const { itemIds: [again = ''] } = await carry(second, body.clerk, [undone])
    await meetings.publish(second, body.clerk, REASON)
    await meetings.open(second, body.chair, freshKey())
    const { meetingId: third } = await house.newMeeting(body)
    expect(await listed(third, body.clerk)).toEqual([])
    await meetings.close(second, body.chair, freshKey())
    const offered = (await listed(third, body.clerk)).map(({ itemId }) => itemId)
    expect(offered).toContain(again)
    expect(offered).not.toContain(undone)
  })

  it('does not count a heading whose items were dealt with', async () => {
    const body = await house.newBody()
    const { meetingId, items: [head, under] } = await house.newMeeting(body)
    await agenda.order(meetingId, body.clerk, [{ itemId: head, level: 0 }, { itemId: under, level: 1 }])
    await meetings.publish(meetingId, body.clerk, REASON)
    await meetings.open(meetingId, body.chair, freshKey())
    await agenda.goTo(meetingId, body.chair, freshKey(), under)
    await meetings.close(meetingId, body.chair, freshKey())
    expect(await listed((await house.newMeeting(body)).meetingId, body.clerk)).toEqual([])
  })
})

describe('it is for', () => {
  it('chair and clerk of both meetings; nobody else learns of it', async () => {
    const body = await house.newBody()
    const { undone, done } = await held(body)
    const next = await house.newMeeting(body, 'published')
    for (const [caller, code] of [[body.member, 'forbiddenInMeeting'], [body.guest, 'forbiddenInMeeting'], [await house.newPerson(), 'meetingNotFound']] as const) {
      await expect(listed(next.meetingId, caller)).rejects.toMatchObject({ code })
      await expect(carry(next.meetingId, caller, [undone])).rejects.toMatchObject({ code })
    }
    await expect(carry(next.meetingId, body.clerk, [undone])).rejects.toMatchObject({ code: 'meetingNotDraft' })
    const { meetingId } = await house.newMeeting(body)
    await expect(carry(meetingId, body.clerk, [done])).rejects.toMatchObject({ code: 'notCarriable' })
    await expect(carry(meetingId, body.clerk, [undone, freshKey()])).rejects.toMatchObject({ code: 'notCarriable' })
    expect((await house.state(meetingId)).agenda).toHaveLength(2)
    // A clerk who was not there has not seen it.
    const fresh = await house.newPerson()
    await house.domains.bodies.addMember({ bodyId: body.bodyId, personId: fresh.personId, role: 'clerk', office: 'Thư ký', voting: false, rank: 90, since: new Date('2020-01-01') })
    const { meetingId: theirs } = await meetings.create(fresh, { ...draft(), bodyId: body.bodyId, key: freshKey() })
    expect(await listed(theirs, fresh)).toEqual([])
    await expect(carry(theirs, fresh, [undone])).rejects.toMatchObject({ code: 'notCarriable' })
    // Another body neither.
    const other = await house.newMeeting(await house.newBody())
    expect(await listed(other.meetingId, other.clerk)).toEqual([])
    await expect(carry(other.meetingId, other.clerk, [undone])).rejects.toMatchObject({ code: 'notCarriable' })
  })

  it('asks the same number of queries whatever there is', async () => {
    const body = await house.newBody()
    await held(body)
    const { meetingId } = await house.newMeeting(body)
    const few = await house.statements(() => listed(meetingId, body.clerk))
    for (let more = 0; more < 3; more += 1) await held(body)
    expect((await listed(meetingId, body.clerk)).length).toBe(4)
    expect((await house.statements(() => listed(meetingId, body.clerk))).length).toBe(few.length)
  })

  it('a secret item goes over without a word of it, where the meeting is in person', async () => {
    const body = await house.newBody()
    const { meetingId } = await house.newMeeting(body)
    const version = (await house.state(meetingId)).facts?.version ?? 1
    await meetings.change(meetingId, body.clerk, { ...draft({ mode: 'inPerson' }), version })
    const { itemId } = await agenda.add(meetingId, body.clerk, { classified: true, minutes: 30, presenterId: null, purpose: 'decide', key: freshKey() })
    await meetings.publish(meetingId, body.clerk, REASON)
    await meetings.open(meetingId, body.chair, freshKey())
    await meetings.close(meetingId, body.chair, freshKey())
    const online = await house.newMeeting(body)
    await expect(carry(online.meetingId, body.clerk, [itemId])).rejects.toMatchObject({ code: 'classifiedNeedsInPerson' })
    await meetings.change(online.meetingId, body.clerk, { ...draft({ mode: 'inPerson' }), version: 1 })
    await carry(online.meetingId, body.clerk, [itemId])
    expect((await house.state(online.meetingId)).agenda.at(-1)).toMatchObject({ classified: true })
    await agenda.add(online.meetingId, body.clerk, { ...itemDraft(), key: freshKey() })
  })
})
