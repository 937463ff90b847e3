import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addRoom, listMeetingRules, reviseKind } from '../../protocol/meeting-rules.ts'
import { addTemplate, changeTemplate, copyMeeting, createSeries, listTemplates, removeTemplate, type TemplateDraft } from '../../protocol/meeting-plans.ts'
import { publishMeeting } from '../../protocol/convening.ts'
import { startAssembly, type Actor, type Assembly } from '../support/assembly.ts'
import { freshKey, itemDraft, START } from '../support/house.ts'

/** Templates, series and copies, over the wire: by who may, and by everyone who may not. */

let assembly: Assembly
const ahead = (days: number) => new Date(Date.parse(START) + days * 86_400_000).toISOString()
const line = (title: string, level = 0) => ({ title, minutes: 15, purpose: 'report' as const, presenterId: null, level })
const template: TemplateDraft = {
  title: 'Thường kỳ tháng {tháng}/{năm}', kindCode: 'committeeRegular', mode: 'hybrid', place: 'Phòng họp số 1', roomId: null, time: '08:00',
  plannedMinutes: 120, items: [line('Khai mạc'), line('Báo cáo tháng'), line('Thảo luận', 1)],
}

beforeAll(async () => { assembly = await startAssembly() })
afterAll(() => assembly.close())

const params = () => ({ bodyId: assembly.body.id })
async function added(actor: Actor = assembly.clerk): Promise<string> {
  const { body, error } = await actor.client.call(addTemplate, { params: params(), body: template })
  if (error) throw new Error(error.code)
  return body.templateId
}

describe('templates', () => {
  it('are kept, changed and removed by chair and clerk', async () => {
    const templateId = await added()
    const { body: { templates } } = await assembly.chair.client.call(listTemplates, { params: params() })
    expect(templates.find(({ id }) => id === templateId)).toEqual({ ...template, id: templateId, bodyId: assembly.body.id, version: 1 })
    const change = (version: number, title: string) =>
      assembly.chair.client.call(changeTemplate, { params: { ...params(), templateId }, body: { ...template, title, version } })
    expect((await change(1, 'Sửa')).error).toBeUndefined()
    expect((await change(1, 'Sửa sau')).error).toMatchObject({ code: 'templateChanged', details: { template: { title: 'Sửa', version: 2 } } })
    expect((await assembly.clerk.client.call(removeTemplate, { params: { ...params(), templateId } })).status).toBe(200)
    expect((await assembly.clerk.client.call(removeTemplate, { params: { ...params(), templateId } })).error?.code).toBe('templateNotFound')
    expect((await change(2, 'Muộn')).error?.code).toBe('templateNotFound')
  })

  it('are out of reach for everyone else', async () => {
    const templateId = await added()
    const key = freshKey()
    const acts = (actor: Actor) => [
      actor.client.call(listTemplates, { params: params() }),
      actor.client.call(addTemplate, { params: params(), body: template }),
      actor.client.call(changeTemplate, { params: { ...params(), templateId }, body: { ...template, version: 1 } }),
      actor.client.call(removeTemplate, { params: { ...params(), templateId } }),
      actor.client.call(createSeries, { params: params(), body: { templateId, key, startsAt: [ahead(1)] } }),
    ]
    for (const [actor, code] of [
      [assembly.member, 'forbiddenInMeeting'], [assembly.guest, 'forbiddenInMeeting'], [assembly.stranger, 'bodyNotFound'], [assembly.administrator, 'bodyNotFound'],
    ] as const) {
      for (const { error } of await Promise.all(acts(actor))) expect(error?.code).toBe(code)
    }
    const { body: { templates } } = await assembly.clerk.client.call(listTemplates, { params: params() })
    expect(templates.find(({ id }) => id === templateId)).toMatchObject({ version: 1, title: template.title })
  })

  it('of another body are not found', async () => {
    const templateId = await added()
    const other = { bodyId: (await assembly.server.domains.bodies.bodiesFor(assembly.stranger.caller))[0]?.id ?? '', templateId }
    expect((await assembly.stranger.client.call(removeTemplate, { params: other })).error?.code).toBe('templateNotFound')
    const series = { templateId, key: freshKey(), startsAt: [ahead(1)] }
    expect((await assembly.stranger.client.call(createSeries, { params: { bodyId: other.bodyId }, body: series })).error?.code).toBe('templateNotFound')
  })
})

describe('a series', () => {
  it('makes a draft at each start, once under a key', async () => {
    const templateId = await added()
    const body = { templateId, key: freshKey(), startsAt: ['2047-01-07T01:00:00.000Z', '2047-02-04T01:00:00.000Z', '2047-03-04T01:00:00.000Z'] }
    const made = await assembly.clerk.client.call(createSeries, { params: params(), body })
    const again = await assembly.clerk.client.call(createSeries, { params: params(), body })
    expect(again.body).toEqual(made.body)
    const { meetings, meetingRules } = assembly.server.domains
    const details = await Promise.all(made.body.meetingIds.map((meetingId) => meetings.get(meetingId, assembly.clerk.caller)))
    expect(details.map(({ title, status, startsAt, kind }) => [title, status, startsAt, kind?.code])).toEqual([
      ['Thường kỳ tháng 1/2047', 'draft', body.startsAt[0], 'committeeRegular'],
      ['Thường kỳ tháng 2/2047', 'draft', body.startsAt[1], 'committeeRegular'],
      ['Thường kỳ tháng 3/2047', 'draft', body.startsAt[2], 'committeeRegular'],
    ])
    const { meetingReducer } = await import('../../protocol/meeting-state.ts')
    const { agenda } = await assembly.server.journal.state(made.body.meetingIds[2] ?? '', meetingReducer)
    expect(agenda.map(({ minutes, purpose, level }) => [minutes, purpose, level])).toEqual([[15, 'report', 0], [15, 'report', 0], [15, 'report', 1]])
    expect((await meetingRules.all()).kinds.some(({ id }) => id === details[0]?.kind?.id)).toBe(true)
  })

  it('is refused in the past, twice at one time, and for no template', async () => {
    const templateId = await added()
    const ask = (body: object) => assembly.clerk.client.call(createSeries, { params: params(), body: { templateId, key: freshKey(), ...body } as never })
    expect((await ask({ startsAt: [ahead(1), '2020-01-01T01:00:00.000Z'] })).error?.code).toBe('dateInPast')
    for (const startsAt of [[], [ahead(1), ahead(1)], Array.from({ length: 61 }, (_, index) => ahead(index)), ['2047-01-07']]) {
      expect((await ask({ startsAt })).error?.code).toBe('badRequest')
    }
    expect((await ask({ startsAt: [ahead(1)], templateId: freshKey() })).error?.code).toBe('templateNotFound')
  })
})

describe('a copy', () => {
  it('has the items and their guests, without documents and without what is under secrecy', async () => {
    const { meetings, agenda } = assembly.server.domains
    const { clerk, member } = assembly
    const meetingId = (await meetings.create(clerk.caller, {
      title: 'Hội nghị tháng 6', mode: 'inPerson', place: 'Trụ sở', startsAt: START, plannedMinutes: 60, bodyId: assembly.body.id, key: freshKey(),
    })).meetingId
    await agenda.add(meetingId, clerk.caller, { ...itemDraft('Công khai'), presenterId: member.personId, key: freshKey() })
    await agenda.add(meetingId, clerk.caller, { classified: true, minutes: 10, presenterId: null, purpose: 'decide', key: freshKey() })
    await agenda.add(meetingId, clerk.caller, { ...itemDraft('Mục con'), key: freshKey(), level: 1 })
    await agenda.add(meetingId, clerk.caller, { ...itemDraft('Mục hai'), key: freshKey() })
    await agenda.add(meetingId, clerk.caller, { classified: true, minutes: 10, presenterId: null, purpose: 'decide', key: freshKey(), level: 1 })
    for (const title of ['Trước', 'Sau']) await agenda.add(meetingId, clerk.caller, { ...itemDraft(title), key: freshKey(), level: 2 })
    const body = { title: 'Hội nghị tháng 7', startsAt: ahead(30), key: freshKey() }
    const copied = await clerk.client.call(copyMeeting, { params: { meetingId }, body })
    expect((await clerk.client.call(copyMeeting, { params: { meetingId }, body })).body).toEqual(copied.body)
    const { meetingReducer } = await import('../../protocol/meeting-state.ts')
    const { state, texts } = await assembly.server.journal.snapshot(copied.body.meetingId, { personId: clerk.personId, office: true, items: 'all' }, meetingReducer)
    expect(state.agenda.map((item) => [texts[item.title.$text], item.presenterId, item.level, item.classified])).toEqual([
      ['Công khai', member.personId, 0, false], ['Mục con', null, 1, false], ['Mục hai', null, 0, false],
      // What stood beside each other under the item that is left out stays so.
      ['Trước', null, 1, false], ['Sau', null, 1, false],
    ])
    expect(await meetings.get(copied.body.meetingId, clerk.caller)).toMatchObject({ title: 'Hội nghị tháng 7', status: 'draft', startsAt: ahead(30), mode: 'inPerson' })
    expect((await clerk.client.call(copyMeeting, { params: { meetingId }, body: { ...body, key: freshKey(), startsAt: '2020-01-01T01:00:00.000Z' } })).error?.code).toBe('dateInPast')
    expect((await clerk.client.call(copyMeeting, { params: { meetingId }, body: { ...body, title: 'Khác' } })).error?.code).toBe('idempotencyKeyReused')
  })

  it('keeps a presenter who was the guest of an item, as its guest', async () => {
    const { meetings, agenda } = assembly.server.domains
    const { clerk, stranger, administrator, member } = assembly
    const { meetingId } = await meetings.create(clerk.caller, {
      title: 'Hội nghị tháng 8', mode: 'inPerson', place: 'Trụ sở', startsAt: START, plannedMinutes: 60, bodyId: assembly.body.id, key: freshKey(),
    })
    const items: string[] = []
    for (const title of ['Một', 'Hai', 'Ba']) items.push((await agenda.add(meetingId, clerk.caller, { ...itemDraft(title), key: freshKey() })).itemId)
    const [one = '', two = '', three = ''] = items
    await agenda.setGuests(meetingId, one, clerk.caller, { personIds: [administrator.personId, stranger.personId], was: [] })
    // Invited under the first item, presenting the second too; a member presents the third.
    for (const [itemId, title, presenterId] of [[one, 'Một', stranger.personId], [two, 'Hai', stranger.personId], [three, 'Ba', member.personId]] as const) {
      await agenda.change(meetingId, itemId, clerk.caller, { ...itemDraft(title), presenterId, version: 1 })
    }
    const body = { title: 'Hội nghị tháng 9', startsAt: ahead(60), key: freshKey() }
    const { meetingReducer } = await import('../../protocol/meeting-state.ts')
    const copied = (await clerk.client.call(copyMeeting, { params: { meetingId }, body })).body.meetingId
    const state = () => assembly.server.journal.state(copied, meetingReducer)
    const programme = async () => (await state()).agenda.map(({ presenterId, guests }) => [presenterId, guests.toSorted()])
    const both = [administrator.personId, stranger.personId].toSorted()
    expect(await programme()).toEqual([[stranger.personId, both], [stranger.personId, [stranger.personId]], [member.personId, []]])
    // The same call again completes what is missing and touches nothing that somebody changed since.
    const [made] = (await state()).agenda
    await agenda.change(copied, made?.itemId ?? '', clerk.caller, { ...itemDraft('Một'), presenterId: null, version: made?.version ?? 0 })
    expect((await clerk.client.call(copyMeeting, { params: { meetingId }, body })).status).toBe(200)
    expect((await programme())[0]).toEqual([null, both])
  })
})

describe('the rules of meetings', () => {
  it('are read by everyone, and written by administrators in terms that fit', async () => {
    const { body: { kinds } } = await assembly.member.client.call(listMeetingRules)
    const kind = kinds.find(({ code }) => code === 'review')
    if (!kind) throw new Error('no such kind')
    const { id: _, until: __, ...version } = kind
    const revise = (actor: Actor, changes: object) => actor.client.call(reviseKind, { body: { ...version, since: '2040-01-01', ...changes } })
    expect((await revise(assembly.clerk, {})).error?.code).toBe('administratorRequired')
    for (const wrong of [{ maxMinutes: 0 }, { invitationDays: -1 }, { quota: { perYear: 0, scope: 'province' } }, { quota: { perYear: 1, scope: 'world' } },
      { onlinePercent: 101 }, { since: '2040-02-30' }, { name: { vi: 'A', en: '' } }, { code: 'Có dấu' }]) {
      expect((await revise(assembly.administrator, wrong)).error?.code).toBe('badRequest')
    }
    expect((await revise(assembly.administrator, {})).status).toBe(200)
    expect((await revise(assembly.administrator, { since: '2020-01-01' })).error?.code).toBe('kindSinceTooEarly')
    expect((await assembly.clerk.client.call(addRoom, { body: { name: 'A', place: 'B', seats: 1, hybrid: false } })).error?.code).toBe('administratorRequired')
  })

  it('hold at publishing, over the wire', async () => {
    const { meetingId } = await assembly.newMeeting('draft')
    const { meetings, postponing } = assembly.server.domains
    await meetings.change(meetingId, assembly.clerk.caller, {
      title: 'Quá khứ', mode: 'hybrid', place: 'Trụ sở', startsAt: '2020-01-01T01:00:00.000Z', plannedMinutes: 60, version: 1,
    })
    const { status, error } = await assembly.clerk.client.call(publishMeeting, { params: { meetingId }, body: { reason: 'Vẫn công bố' } })
    expect([status, error?.code, error?.details['findings']]).toMatchObject([409, 'notReady', [{ code: 'dateInPast' }]])
    expect((await assembly.clerk.client.call(publishMeeting, { params: { meetingId }, body: { force: true } as never })).status).toBe(400)
    await postponing.cancel(meetingId, assembly.clerk.caller, 'Thôi không họp')
  })
})
