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
  const rows: unknown[] = await house.db('agenda_item').where({ meeting_id: meetingId, removed_at: null }).orderBy('place')
    .select('id', 'title_text', 'minutes', 'presenter_id', 'status', 'level', 'version', 'matter_id')
  const { agenda: items } = await house.state(meetingId)
  expect(rows).toEqual(items.map(({ itemId, title, minutes, presenterId, status, level, version, matterId }) =>
    ({ id: itemId, title_text: title.$text, minutes, presenter_id: presenterId, status, level, version, matter_id: matterId })))
}

/** These ids on the first level. */
const flat = (ids: readonly string[]) => ids.map((itemId) => ({ itemId, level: 0 }))

describe('items', () => {
  it('are added at the end, changed, ordered and removed, rows and journal alike', async () => {
    const { meetingId, items } = await house.newMeeting(body)
    const key = freshKey()
    const third = { ...itemDraft('Nội dung ba'), presenterId: body.member.personId, key }
    const [made, again] = await Promise.all([agenda.add(meetingId, body.clerk, third), agenda.add(meetingId, body.clerk, third)])
    expect(again).toEqual(made)
    await expect(agenda.add(meetingId, body.clerk, { ...third, title: 'Khác' })).rejects.toMatchObject({ code: 'idempotencyKeyReused' })
    await agenda.change(meetingId, items[0], body.chair, { ...itemDraft('Nội dung một, sửa'), minutes: 45, version: 1 })
    await agenda.order(meetingId, body.clerk, flat([made.itemId, items[1], items[0]]))
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
    const published = (await house.entries(meetingId)).length
    await agenda.change(meetingId, items[0], body.clerk, { ...itemDraft('Nội dung một'), version: 1 })
    await agenda.order(meetingId, body.clerk, flat(items))
    await agenda.change(meetingId, items[0], body.clerk, { ...itemDraft('Nội dung một'), purpose: 'report', version: 1 })
    expect((await house.entries(meetingId)).slice(published)).toMatchObject([
      { kind: 'agenda.itemChanged', audience: { scope: 'item', itemId: items[0] }, data: { version: 2, title: before.agenda[0]?.title, purpose: 'report' } },
    ])
  })

  it('belong to their meeting', async () => {
    const { meetingId } = await house.newMeeting(body)
    const other = await house.newMeeting(body)
    await Promise.all([
      agenda.change(meetingId, other.items[0], body.clerk, { ...itemDraft(), version: 1 }), agenda.remove(meetingId, other.items[0], body.clerk),
      agenda.change(meetingId, freshKey(), body.clerk, { ...itemDraft(), version: 1 }),
    ].map((act) => expect(act).rejects.toMatchObject({ code: 'agendaItemNotFound' })))
    await expect(agenda.order(meetingId, body.clerk, flat(other.items))).rejects.toMatchObject({ code: 'agendaChanged' })
    expect((await house.state(other.meetingId)).agenda).toHaveLength(2)
  })

  it('are not ordered by a list that misses or doubles one', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body)
    for (const list of [[one], [one, one], [one, two, two], [one, freshKey()]]) {
      await expect(agenda.order(meetingId, body.clerk, flat(list))).rejects.toMatchObject({ code: 'agendaChanged', details: { items: flat([one, two]) } })
    }
  })

  it('are presented by participants', async () => {
    const { meetingId, items } = await house.newMeeting(body)
    const presenterId = (await house.newPerson()).personId
    await expect(agenda.add(meetingId, body.clerk, { ...itemDraft(), presenterId, key: freshKey() })).rejects.toMatchObject({ code: 'presenterNotParticipant' })
    await expect(agenda.change(meetingId, items[0], body.clerk, { ...itemDraft(), presenterId, version: 1 })).rejects.toMatchObject({ code: 'presenterNotParticipant' })
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
    const before = (await house.entries(meetingId)).length
    const key = freshKey()
    await agenda.goTo(meetingId, body.chair, key, one)
    await agenda.goTo(meetingId, body.chair, key, one)
    for (const itemId of [one, two, one, null, null]) await agenda.goTo(meetingId, body.chair, freshKey(), itemId)
    const entries = (await house.entries(meetingId)).slice(before).map(({ kind, data }) => [kind, data['itemId']])
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
    await expect(agenda.change(meetingId, one, body.clerk, { ...itemDraft('Đang xem xét'), version: 1 })).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await agenda.goTo(meetingId, body.chair, freshKey(), null)
    await expect(agenda.change(meetingId, one, body.clerk, { ...itemDraft(), version: 1 })).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await voting.open(meetingId, body.chair, { key: freshKey(), itemId: two, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    await expect(agenda.remove(meetingId, two, body.clerk)).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await expect(agenda.change(meetingId, two, body.clerk, { ...itemDraft(), version: 1 })).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
  })
})

describe('the outline', () => {
  it('is kept in rows and journal; an item goes with all that is under it', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body)
    const under = await agenda.add(meetingId, body.clerk, { ...itemDraft('Một, a'), key: freshKey(), after: one, level: 1 })
    const deeper = await agenda.add(meetingId, body.clerk, { ...itemDraft('Một, a, i'), key: freshKey(), after: under.itemId, level: 2 })
    const outline = async () => (await house.state(meetingId)).agenda.map(({ itemId, level }) => ({ itemId, level }))
    expect(await outline()).toEqual([
      { itemId: one, level: 0 }, { itemId: under.itemId, level: 1 }, { itemId: deeper.itemId, level: 2 }, { itemId: two, level: 0 }])
    await agenda.order(meetingId, body.clerk, [
      { itemId: two, level: 0 }, { itemId: one, level: 1 }, { itemId: under.itemId, level: 2 }, { itemId: deeper.itemId, level: 2 }])
    await expectRowsAsState(meetingId)
    await agenda.remove(meetingId, one, body.clerk)
    expect(await outline()).toEqual([{ itemId: two, level: 0 }])
    await expectRowsAsState(meetingId)
  })

  it('takes nothing that is none', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body)
    const add = (after: string | null, level: number) => agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey(), after, level })
    await expect(add(two, 2)).rejects.toMatchObject({ code: 'badRequest' })
    await expect(add(freshKey(), 0)).rejects.toMatchObject({ code: 'agendaItemNotFound' })
    for (const levels of [[1, 0], [0, 2], [0, -1]]) {
      const lines = [one, two].map((itemId, index) => ({ itemId, level: levels[index] ?? 0 }))
      await expect(agenda.order(meetingId, body.clerk, lines)).rejects.toMatchObject({ code: 'badRequest' })
    }
    expect((await house.state(meetingId)).agenda).toHaveLength(2)
  })

  it('keeps a branch on which something was dealt with', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body)
    await agenda.order(meetingId, body.clerk, [{ itemId: one, level: 0 }, { itemId: two, level: 1 }])
    await meetings.publish(meetingId, body.clerk, REASON)
    await meetings.open(meetingId, body.chair, freshKey())
    await agenda.goTo(meetingId, body.chair, freshKey(), two)
    await expect(agenda.remove(meetingId, one, body.clerk)).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
  })
})

describe('two clerks', () => {
  it('overwrite nothing of each other: the second is told who changed what, and goes on from there', async () => {
    const { meetingId, items: [one] } = await house.newMeeting(body)
    expect(await agenda.change(meetingId, one, body.chair, { ...itemDraft('Của chủ trì'), minutes: 20, version: 1 })).toEqual({ version: 2 })
    const mine = { ...itemDraft('Của thư ký'), version: 1 }
    const { title, minutes, presenterId, purpose } = { ...itemDraft('Của chủ trì'), minutes: 20 }
    await expect(agenda.change(meetingId, one, body.clerk, mine)).rejects.toMatchObject({
      code: 'agendaItemChanged', details: { version: 2, changedBy: body.chair.personId, present: { title, minutes, presenterId, purpose } },
    })
    expect(await titles(meetingId)).toContain('Của chủ trì')
    expect(await agenda.change(meetingId, one, body.clerk, { ...mine, version: 2 })).toEqual({ version: 3 })
    // What it is already is no change, whatever was read.
    expect(await agenda.change(meetingId, one, body.chair, { ...mine, version: 1 })).toEqual({ version: 3 })
    await expectRowsAsState(meetingId)
  })

  it('at the same moment are one first and one second', async () => {
    const { meetingId, items: [one] } = await house.newMeeting(body)
    const outcomes = await Promise.allSettled([body.chair, body.clerk].map((caller, index) =>
      agenda.change(meetingId, one, caller, { ...itemDraft(`Bản ${index}`), version: 1 })))
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect((await house.state(meetingId)).agenda[0]?.version).toBe(2)
  })
})

describe('a matter', () => {
  const matterOf = async (meetingId: string, itemId: string) => (await house.state(meetingId)).agenda.find((item) => item.itemId === itemId)?.matterId
  it('begins with an item, or is one that the body deals with; never another body’s', async () => {
    const first = await house.newMeeting(body)
    const matterId = await matterOf(first.meetingId, first.items[0])
    expect(matterId).toMatch(/^[0-9a-f-]{36}$/)
    const next = await house.newMeeting(body)
    const { itemId } = await agenda.add(next.meetingId, body.clerk, { ...itemDraft(), key: freshKey(), matterId: matterId ?? '' })
    expect(await matterOf(next.meetingId, itemId)).toBe(matterId)
    const stranger = await house.newMeeting(await house.newBody())
    for (const foreign of [matterId ?? '', freshKey()]) {
      await expect(agenda.add(stranger.meetingId, stranger.clerk, { ...itemDraft(), key: freshKey(), matterId: foreign })).rejects.toMatchObject({ code: 'matterNotFound' })
    }
  })
})

describe('in a live meeting', () => {
  it('an item is added with the consent of the body, which is recorded', async () => {
    const { meetingId, items: [one] } = await house.newMeeting(body, 'live')
    await expect(agenda.add(meetingId, body.chair, { ...itemDraft('Bổ sung'), key: freshKey() })).rejects.toMatchObject({ code: 'consentNeeded' })
    const consent = { how: 'allAgreed' as const, note: 'Không ai có ý kiến khác' }
    const { itemId } = await agenda.add(meetingId, body.chair, { ...itemDraft('Bổ sung'), key: freshKey(), after: one, consent })
    const { agenda: now } = await house.state(meetingId)
    expect(now.map((item) => [item.itemId === itemId, item.consent?.how ?? null])).toEqual([[false, null], [true, 'allAgreed'], [false, null]])
    expect((await house.entries(meetingId, 'agenda.consented'))[0]).toMatchObject({ actorId: body.chair.personId, audience: { scope: 'item', itemId } })
    await expectRowsAsState(meetingId)
  })

  it('what is to come is reordered, what was dealt with stays, also by who presides', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body, 'live')
    const { itemId: three } = await agenda.add(meetingId, body.clerk, { ...itemDraft(), key: freshKey(), consent: { how: 'vote', note: null } })
    await expect(agenda.order(meetingId, body.member, flat([two, one, three]))).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await agenda.goTo(meetingId, body.chair, freshKey(), one)
    await agenda.goTo(meetingId, body.chair, freshKey(), two)
    await expect(agenda.order(meetingId, body.chair, flat([two, one, three]))).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await house.domains.attendance.event({ event: 'peerJoined', room: meetingId, peer: `${body.member.personId}.${freshKey()}`, label: '', at: Date.now() })
    await house.domains.order.handChair(meetingId, body.chair, { key: freshKey(), personId: body.member.personId })
    await agenda.order(meetingId, body.member, flat([three, one, two]))
    expect((await house.state(meetingId)).agenda.map(({ itemId }) => itemId)).toEqual([three, one, two])
    await expectRowsAsState(meetingId)
  })

  it('an item is put off with its reason, ended first where it is current, and may be returned to', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body, 'live')
    const put = (caller: Caller, itemId: string) => agenda.defer(meetingId, caller, { key: freshKey(), itemId, reason: 'Chờ ý kiến thẩm định' })
    await expect(put(body.member, one)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(put(body.clerk, freshKey())).rejects.toMatchObject({ code: 'agendaItemNotFound' })
    await agenda.goTo(meetingId, body.chair, freshKey(), one)
    await put(body.clerk, one)
    await put(body.chair, two)
    const { agenda: now } = await house.state(meetingId)
    expect(now.map(({ status, startedAt, deferral }) => [status, startedAt, deferral !== null])).toEqual([['deferred', null, true], ['deferred', null, true]])
    await expect(put(body.chair, two)).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await agenda.goTo(meetingId, body.chair, freshKey(), two)
    expect((await house.state(meetingId)).agenda[1]).toMatchObject({ status: 'current', deferral: null })
    await voting.open(meetingId, body.chair, { key: freshKey(), itemId: two, kind: 'named', question: 'Thông qua?', withoutQuorum: 'Diễn tập' })
    await expect(put(body.chair, two)).rejects.toMatchObject({ code: 'voteAlreadyOpen' })
    await expectRowsAsState(meetingId)
  })

  it('an item gets more minutes from who leads, once for each time that it is asked for, up to ten hours', async () => {
    const { meetingId, items: [one, two] } = await house.newMeeting(body, 'live')
    const planned = (await house.state(meetingId)).agenda[0]?.minutes ?? 0
    const extend = (caller: Caller, itemId: string, minutes: number, key = freshKey()) => agenda.extend(meetingId, caller, { key, itemId, minutes })
    await expect(extend(body.member, one, 5)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(extend(body.chair, freshKey(), 5)).rejects.toMatchObject({ code: 'agendaItemNotFound' })
    await agenda.goTo(meetingId, body.chair, freshKey(), one)
    const key = freshKey()
    await extend(body.chair, one, 5, key)
    await extend(body.chair, one, 5, key)
    await extend(body.clerk, one, 10)
    expect((await house.state(meetingId)).agenda[0]).toMatchObject({ minutes: planned + 15, version: 3, status: 'current' })
    for (let given = 0; given < 10; given += 1) await extend(body.chair, two, 60)
    expect((await house.state(meetingId)).agenda[1]?.minutes).toBe(600)
    await agenda.goTo(meetingId, body.chair, freshKey(), two)
    await expect(extend(body.chair, one, 5)).rejects.toMatchObject({ code: 'agendaItemDealtWith' })
    await expectRowsAsState(meetingId)
  })

  it('is the only one where something is put off, or gets more time', async () => {
    const { meetingId, items: [one] } = await house.newMeeting(body, 'published')
    await expect(agenda.extend(meetingId, body.chair, { key: freshKey(), itemId: one, minutes: 5 })).rejects.toMatchObject({ code: 'meetingNotLive' })
    await expect(agenda.defer(meetingId, body.chair, { key: freshKey(), itemId: one, reason: 'x' })).rejects.toMatchObject({ code: 'meetingNotLive' })
  })
})

it('takes no text that carries the stamp of a state secret, and keeps nothing of it', async () => {
  const { meetingId, items: [one] } = await house.newMeeting(body, 'live')
  const before = (await house.entries(meetingId)).length
  const consent = { how: 'allAgreed' as const, note: null }
  for (const title of ['MẬT', '[TUYỆT MẬT]', 'Độ mật: TỐI MẬT']) {
    await expect(agenda.add(meetingId, body.chair, { ...itemDraft(title), key: freshKey(), consent })).rejects.toMatchObject({ code: 'proposalSecret', details: {} })
    await expect(agenda.change(meetingId, one, body.clerk, { ...itemDraft(title), version: 1 })).rejects.toMatchObject({ code: 'proposalSecret' })
  }
  const note = 'MẬT\nKhu vực phòng thủ'
  await expect(agenda.add(meetingId, body.chair, { ...itemDraft(), key: freshKey(), consent: { how: 'vote', note } })).rejects.toMatchObject({ code: 'proposalSecret' })
  await expect(agenda.defer(meetingId, body.chair, { key: freshKey(), itemId: one, reason: note })).rejects.toMatchObject({ code: 'proposalSecret' })
  expect(await house.entries(meetingId)).toHaveLength(before)
  expect(await house.db('agenda_item').where({ meeting_id: meetingId }).count('* as n')).toEqual([{ n: '2' }])
  expect((await agenda.change(meetingId, one, body.clerk, { ...itemDraft('Bảo vệ bí mật nhà nước năm 2026'), version: 1 })).version).toBe(2)
})

it('is refused to members, guests and strangers, and after the closing', async () => {
  const { meetingId, items } = await house.newMeeting(body, 'closed')
  const acts = (caller: Caller) => [
    () => agenda.add(meetingId, caller, { ...itemDraft(), key: freshKey() }), () => agenda.change(meetingId, items[0], caller, { ...itemDraft(), version: 1 }),
    () => agenda.remove(meetingId, items[0], caller), () => agenda.order(meetingId, caller, flat(items)),
    () => agenda.setGuests(meetingId, items[0], caller, { personIds: [caller.personId], was: [] }),
  ]
  const stranger = await house.newPerson()
  for (const [caller, code] of [[body.member, 'forbiddenInMeeting'], [body.guest, 'forbiddenInMeeting'], [stranger, 'meetingNotFound'], [body.clerk, 'meetingClosed']] as const) {
    for (const act of acts(caller)) await expect(act()).rejects.toMatchObject({ code })
  }
})
