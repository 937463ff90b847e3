import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MAX_ITEMS } from '../../protocol/agenda.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { freshKey, itemDraft, openHouse, REASON, type House } from '../support/house.ts'

let house: House
let body: Awaited<ReturnType<House['newBody']>>
let { agenda, meetings, voting } = {} as House['domains']

beforeAll(async () => {
  house = await openHouse();
  ({ agenda, meetings, voting } = house.domains)
  body = await house.newBody()
})
afterAll(() => house.close())

const titles = async (meetingId: string) => {
  const { agenda: items } = await house.state(meetingId)
  return await house.journal.run(meetingId, { actorId: null }, async (tx) => {
    const bodies = await tx.bodies(items)
    return items.map(({ title }) => bodies[title.$text])
  })
}

/** The rows and the journal tell the same agenda. */
async function expectRowsAsState(meetingId: string): Promise<void> {
  const rows: { id: string, title_text: string, minutes: number, presenter_id: string | null, status: string }[] = await house.db('agenda_item')
    .where({ meeting_id: meetingId, removed_at: null }).orderBy('place').select('id', 'title_text', 'minutes', 'presenter_id', 'status')
  const { agenda: items } = await house.state(meetingId)
  expect(rows).toEqual(items.map(({ itemId, title, minutes, presenterId, status }) =>
    ({ id: itemId, title_text: title.$text, minutes, presenter_id: presenterId, status })))
}

describe('items', () => {
  it('are added at the end, changed, ordered and removed, rows and journal alike', async () => {
    const { meetingId, items } = await house.newMeeting(body)
    const key = freshKey()
    const third = { ...itemDraft('Nội dung ba'), presenterId: body.member.personId, key }
    const [made, again] = await Promise.all([agenda.add(meetingId, body.clerk, third), agenda.add(meetingId, body.clerk, third)])
    expect(again).toEqual(made)
    await expect(agenda.add(meetingId, body.clerk, { ...third, title: 'Khác' })).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    await agenda.change(meetingId, items[0], body.chair, { ...itemDraft('Nội dung một, sửa'), minutes: 45 })
    await agenda.order(meetingId, body.clerk, [made.itemId, items[1], items[0]])
    expect(await titles(meetingId)).toEqual(['Nội dung ba', 'Nội dung hai', 'Nội dung một, sửa'])
    await agenda.remove(meetingId, items[1], body.clerk)
    await expectRowsAsState(meetingId)
    const entries = await house.entries(meetingId)
    expect(entries.slice(3).map(({ kind, audience }) => [kind, audience.scope])).toEqual(
      [['agenda.itemAdded', 'office'], ['agenda.itemChanged', 'office'], ['agenda.ordered', 'office'], ['agenda.itemRemoved', 'office']])
  })

  it('changed to what they are are not recorded, and an unchanged title keeps its text', async () => {
    const { meetingId, items } = await house.newMeeting(body, 'published')
    const before = await house.state(meetingId)
    await agenda.change(meetingId, items[0], body.clerk, itemDraft('Nội dung một'))
    await agenda.order(meetingId, body.clerk, items)
    await agenda.change(meetingId, items[0], body.clerk, { ...itemDraft('Nội dung một'), purpose: 'report' })
    expect((await house.entries(meetingId)).slice(4)).toMatchObject([
      { kind: 'agenda.itemChanged', audience: { scope: 'meeting' }, data: { title: before.agenda[0]?.title, purpose: 'report' } },
    ])
  })

  it('belong to their meeting', async () => {
    const { meetingId } = await house.newMeeting(body)
    const other = await house.newMeeting(body)
    await Promise.all([
      agenda.change(meetingId, other.items[0], body.clerk, itemDraft()), agenda.remove(meetingId, other.items[0], body.clerk),
      agenda.change(meetingId, freshKey(), body.clerk, itemDraft()),
    ].map((act) => expect(act).rejects.toMatchObject({ code: 'agendaItemNotFound' })))
    await expect(agenda.order(meetingId, body.clerk, other.items)).rejects.toMatchObject({ code: 'agendaChanged' })
    expect((await house.state(other.meetingId)).agenda).toHaveLength(2)
  })

  it('are not ordered by a list that misses or doubles one', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body)
    for (const list of [[one], [one, one], [one, two, two], [one, freshKey()]]) {
      await expect(agenda.order(meetingId, body.clerk, list)).rejects.toMatchObject({ code: 'agendaChanged' })
    }
  })

  it('are presented by participants', async () => {
    const { meetingId, items } = await house.newMeeting(body)
    const presenterId = (await house.newPerson()).personId
    await expect(agenda.add(meetingId, body.clerk, { ...itemDraft(), presenterId, key: freshKey() })).rejects.toMatchObject({ code: 'presenterNotParticipant' })
    await expect(agenda.change(meetingId, items[0], body.clerk, { ...itemDraft(), presenterId })).rejects.toMatchObject({ code: 'presenterNotParticipant' })
  })

  it('have a limit, so that a programme can be published whole', async () => {
    const { meetingId } = await house.newMeeting(body)
    await Promise.all(Array.from({ length: MAX_ITEMS - 2 }, () => agenda.add(meetingId, body.clerk, { ...itemDraft('ấ'.repeat(500)), key: freshKey() })))
    await expect(agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey() })).rejects.toMatchObject({ code: 'agendaFull', details: { limit: MAX_ITEMS } })
    await meetings.publish(meetingId, body.clerk, REASON)
    expect((await house.state(meetingId)).agenda).toHaveLength(MAX_ITEMS)
  })
})

describe('going through the agenda', () => {
  it('ends the current item, begins the other, and returns to one that was done', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body, 'live')
    const key = freshKey()
    await agenda.goTo(meetingId, body.chair, key, one)
    await agenda.goTo(meetingId, body.chair, key, one)
    for (const itemId of [one, two, one, null, null]) await agenda.goTo(meetingId, body.chair, freshKey(), itemId)
    const entries = (await house.entries(meetingId)).slice(5).map(({ kind, data }) => [kind, data['itemId']])
    expect(entries).toEqual([
      ['agenda.itemStarted', one], ['agenda.itemEnded', one], ['agenda.itemStarted', two], ['agenda.itemEnded', two],
      ['agenda.itemStarted', one], ['agenda.itemEnded', one],
    ])
    await expectRowsAsState(meetingId)
  })

  it('is an act of the office in a live meeting', async () => {
    const published = await house.newMeeting(body, 'published')
    await expect(agenda.goTo(published.meetingId, body.chair, freshKey(), published.items[0])).rejects.toMatchObject({ code: 'meetingNotLive' })
    const { meetingId, items } = await house.newMeeting(body, 'live')
    await expect(agenda.goTo(meetingId, body.member, freshKey(), items[0])).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(agenda.goTo(meetingId, body.chair, freshKey(), published.items[0])).rejects.toMatchObject({ code: 'agendaItemNotFound' })
  })

  it('has one current item, also when two press at once', async () => {
    const { meetingId, items } = await house.newMeeting(body, 'live')
    await Promise.all([...items, ...items].map((itemId, index) => agenda.goTo(meetingId, index % 2 ? body.chair : body.clerk, freshKey(), itemId)))
    expect((await house.state(meetingId)).agenda.filter(({ status }) => status === 'current')).toHaveLength(1)
    await expectRowsAsState(meetingId)
  })

  it('leaves what was begun or voted on in place', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body, 'live')
    await agenda.goTo(meetingId, body.chair, freshKey(), one)
    await expect(agenda.remove(meetingId, one, body.clerk)).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await expect(agenda.change(meetingId, one, body.clerk, itemDraft('Đang xem xét'))).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await agenda.goTo(meetingId, body.chair, freshKey(), null)
    await expect(agenda.change(meetingId, one, body.clerk, itemDraft())).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await voting.open(meetingId, body.chair, { key: freshKey(), itemId: two, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    await expect(agenda.remove(meetingId, two, body.clerk)).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await expect(agenda.change(meetingId, two, body.clerk, itemDraft())).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
  })
})

it('is refused to members, guests and strangers, and after the closing', async () => {
  const { meetingId, items } = await house.newMeeting(body, 'closed')
  const acts = (caller: Caller) => [
    () => agenda.add(meetingId, caller, { ...itemDraft(), key: freshKey() }), () => agenda.change(meetingId, items[0], caller, itemDraft()),
    () => agenda.remove(meetingId, items[0], caller), () => agenda.order(meetingId, caller, items),
  ]
  const stranger = await house.newPerson()
  for (const [caller, code] of [[body.member, 'forbiddenInMeeting'], [body.guest, 'forbiddenInMeeting'], [stranger, 'meetingNotFound'], [body.clerk, 'meetingClosed']] as const) {
    for (const act of acts(caller)) await expect(act()).rejects.toMatchObject({ code })
  }
})
