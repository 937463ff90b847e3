import { randomUUID } from 'node:crypto'
import ICAL from 'ical.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AnswerKind } from '../../protocol/invitations.ts'
import type { MeetingDraft } from '../../protocol/meetings.ts'
import { eventsOf } from '../../server/attendance/invitations-store.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { bodyRules, draft, freshKey, itemDraft } from '../support/house.ts'
import { openInviting, type InvitingHouse } from '../support/inviting.ts'
import { partsOf } from '../support/mail.ts'

/** Papers, answers, substitutes and reminders, told by the rules themselves to a real mail server. */

let scene: InvitingHouse
let body: Awaited<ReturnType<InvitingHouse['house']['newBody']>>
let meetingId: string
let outsider: Caller
let lastNumber = 0

const HOUR = 3600_000
const DAY = 24 * HOUR
const soon = (days: number) => new Date(Math.ceil(Date.now() / 60_000) * 60_000 + days * DAY).toISOString()
const REASON = 'Họp đột xuất'
const addressOf = ({ personId }: Caller) => `${personId}@example.vn`
/** Of the meeting at hand: others of this file come due as well when the clock moves. */
const ofMeeting = () => scene.mail.mails.filter((mail) => mail.header('References') === `<meeting.${meetingId}@example.vn>`)
const mailsTo = (caller: Caller) => ofMeeting().filter(({ to }) => to.includes(addressOf(caller)))
const subjects = (caller: Caller) => mailsTo(caller).map((mail) => decoded(mail.header('Subject') ?? ''))
const decoded = (header: string) => header.replace(/\?=\s+=\?/g, '?==?').replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) => kind.toUpperCase() === 'B'
  ? Buffer.from(text, 'base64').toString('latin1')
  : text.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))))
const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8')
const calendarOf = (caller: Caller) => {
  const mail = mailsTo(caller).at(-1)
  const calendar = new ICAL.Component(ICAL.parse(mail ? partsOf(mail, 'text/calendar')[0] ?? '' : '') as unknown[])
  const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent') ?? undefined)
  return { method: calendar.getFirstPropertyValue('method'), uid: event.uid, sequence: event.sequence, summary: event.summary, start: event.startDate.toString(), text: event.description }
}

const inviting = () => scene.house.domains.inviting
const state = () => scene.house.state(meetingId)
const answer = (caller: Caller, kind: AnswerKind, more: { reason?: string, substituteId?: string, personId?: string } = {}) =>
  inviting().answers.answer(meetingId, caller, { key: freshKey(), personId: caller.personId, answer: kind, reason: '', ...more }, 'product')
const decide = (caller: Caller, agreed: boolean, of: Caller = body.member) =>
  inviting().answers.decideSubstitute(meetingId, caller, { key: freshKey(), personId: of.personId, substituteId: outsider.personId, agreed })
const issue = async (number = ++lastNumber) => await inviting().invitations.issue(meetingId, body.clerk, { version: 0, number, key: freshKey() })
const answersOf = async ({ personId }: Caller) => (await state()).invitations.answers[personId]

async function newMeeting(more: Partial<MeetingDraft> = {}, publish = true): Promise<string> {
  const { meetings, agenda } = scene.house.domains
  const created = await meetings.create(body.clerk, { ...draft({ startsAt: soon(20), ...more }), bodyId: body.bodyId, key: freshKey() })
  await agenda.add(created.meetingId, body.clerk, { ...itemDraft('Nội dung một'), key: freshKey() })
  await agenda.add(created.meetingId, body.clerk, { ...itemDraft('Nội dung hai'), key: freshKey() })
  if (publish) await meetings.publish(created.meetingId, body.clerk, REASON)
  return created.meetingId
}

async function change(more: Partial<MeetingDraft>): Promise<void> {
  const { facts } = await state()
  await scene.house.domains.meetings.change(meetingId, body.clerk, { ...draft({ startsAt: facts?.startsAt ?? '', ...more }), version: facts?.version ?? 1 })
}

beforeAll(async () => {
  scene = await openInviting()
  body = await scene.house.newBody({ members: 3 })
  outsider = await scene.house.newPerson()
  for (const person of [body.chair, body.clerk, body.guest, ...body.members, outsider]) {
    await scene.house.archive.owner('person').where({ id: person.personId }).update({ email: addressOf(person) })
  }
})
afterAll(() => scene.close())
beforeEach(async () => {
  scene.clock.ahead = 0
  meetingId = await newMeeting()
  await scene.deliver()
  scene.mail.mails.length = 0
})

describe('the paper', () => {
  it('goes to everybody under its number, with the calendar entry and a link of one’s own', async () => {
    await issue()
    await scene.deliver()
    for (const person of [body.chair, body.clerk, body.guest, ...body.members]) {
      expect(mailsTo(person), addressOf(person)).toHaveLength(1)
      expect(utf8(subjects(person)[0] ?? '')).toContain('Giấy mời số')
      expect(calendarOf(person)).toMatchObject({ method: 'REQUEST', uid: `${meetingId}@nghi-su`, sequence: 0, summary: 'Hội nghị tháng 6' })
    }
    const links = [body.member, body.guest].map((person) => /answer#[\w.-]+/.exec(partsOf(mailsTo(person)[0]!, 'text/plain')[0] ?? '')?.[0])
    expect(new Set(links).size).toBe(2)
    expect((await scene.house.entries(meetingId, 'invitation.issued')).map(({ data }) => data['sequence'])).toEqual([0])
  })

  it('is refused for a draft, an opened and a cancelled meeting', async () => {
    const meetings = scene.house.domains
    meetingId = await newMeeting({}, false)
    await expect(issue()).rejects.toMatchObject({ code: 'meetingNotPublished' })
    await meetings.meetings.publish(meetingId, body.clerk, REASON)
    await meetings.postponing.cancel(meetingId, body.clerk, 'Không còn cần thiết')
    await expect(issue()).rejects.toMatchObject({ code: 'meetingCancelled' })
    meetingId = await newMeeting()
    await meetings.meetings.open(meetingId, body.chair, freshKey())
    await expect(issue()).rejects.toMatchObject({ code: 'meetingAlreadyLive' })
  })

  it('is issued by chair and clerk alone, and written by them', async () => {
    const text = (await inviting().invitations.get(meetingId, body.clerk)).draft!.text
    for (const caller of [body.member, body.guest]) {
      await expect(inviting().invitations.issue(meetingId, caller, { version: 0, number: 900, key: freshKey() })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(inviting().invitations.save(meetingId, caller, 0, text)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(inviting().invitations.paper(meetingId, caller, 'draft')).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(inviting().invitations.deliveries(meetingId, caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      expect((await inviting().invitations.get(meetingId, caller)).draft).toBeNull()
    }
    await expect(inviting().invitations.get(meetingId, outsider)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(inviting().invitations.paper(meetingId, outsider, 'issued')).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('has a number that the body uses once a year; the next free one is proposed', async () => {
    await issue()
    const next = (await inviting().invitations.get(meetingId, body.clerk)).draft?.number
    expect(next).toBe(lastNumber + 1)
    meetingId = await newMeeting()
    await expect(issue(lastNumber)).rejects.toMatchObject({ code: 'invitationNumberTaken', details: { number: lastNumber } })
    expect(await scene.house.entries(meetingId, 'invitation.issued')).toEqual([])
  })

  it('is sent once, however often the request comes', async () => {
    const key = freshKey()
    const request = { version: 0, number: ++lastNumber, key }
    await Promise.all([inviting().invitations.issue(meetingId, body.clerk, request), inviting().invitations.issue(meetingId, body.clerk, request)])
    await scene.deliver()
    expect(mailsTo(body.member)).toHaveLength(1)
  })

  it('keeps what somebody else saved: the second writer is told', async () => {
    const { draft: first } = await inviting().invitations.get(meetingId, body.clerk)
    await inviting().invitations.save(meetingId, body.clerk, 0, { ...first!.text, prepare: 'Mang theo số liệu' })
    await expect(inviting().invitations.save(meetingId, body.chair, 0, { ...first!.text, prepare: 'Khác' })).rejects
      .toMatchObject({ code: 'invitationChanged', details: { version: 1 } })
    await expect(issue()).rejects.toMatchObject({ code: 'invitationChanged' })
    expect((await inviting().invitations.get(meetingId, body.chair)).draft).toMatchObject({ version: 1, text: { prepare: 'Mang theo số liệu' } })
  })

  it('takes the place of an earlier one, which it names', async () => {
    await issue()
    await issue()
    await scene.deliver()
    const { issued } = await inviting().invitations.get(meetingId, body.member)
    expect(issued).toHaveLength(2)
    expect(issued[0]?.replaces).toBe(`${issued[1]?.number}-GM/TU`)
    expect(partsOf(mailsTo(body.member)[1]!, 'text/plain')[0]).toContain(`thay thế Giấy mời số ${issued[0]?.replaces}`)
    expect(calendarOf(body.member).sequence).toBe(1)
  })

  it('shows chair, participants, content, time, place, preparation, contact, signer and recipients', async () => {
    await issue()
    const paper = await inviting().invitations.paper(meetingId, body.member, 'issued')
    const text = JSON.stringify(paper.body)
    for (const part of ['Chủ trì', 'Thành viên dự họp', 'Mời dự', '1) Nội dung một', 'Thời gian', 'Địa điểm: Trụ sở', 'Chuẩn bị', 'Đầu mối liên hệ']) expect(text).toContain(part)
    expect(paper).toMatchObject({ type: 'Giấy mời', symbol: 'GM/TU', number: lastNumber, draft: false, signatures: [null, { title: 'T/M Ban Thường vụ\nUỷ viên' }] })
    expect(paper.recipients).toEqual(['Như thành phần mời', 'Lưu Văn phòng'])
  })
})

describe('what leaves the product', () => {
  it('has nothing of an item under state secrecy, nor the title of its meeting', async () => {
    meetingId = await newMeeting({ mode: 'inPerson', title: 'Hội nghị về việc KÍN' }, false)
    await scene.house.domains.agenda.add(meetingId, body.clerk, { classified: true, minutes: 30, presenterId: null, purpose: 'decide', key: freshKey() })
    await scene.house.domains.meetings.publish(meetingId, body.clerk, REASON)
    await inviting().push.subscribe(body.member, scene.push.subscription('/secret'))
    scene.push.pushes.length = 0
    await issue()
    await scene.deliver()
    const [mail] = mailsTo(body.member)
    const out = [utf8(subjects(body.member)[0] ?? ''), ...['text/plain', 'text/html', 'text/calendar'].flatMap((type) => partsOf(mail!, type)), JSON.stringify(scene.push.pushes.map(({ message }) => message))]
    for (const text of out) {
      expect(text).not.toMatch(/KÍN|chế độ mật/)
      expect(text.length).toBeGreaterThan(10)
    }
    expect(out[1]).toContain('Nội dung một')
    const [event] = (await eventsOf(scene.house.db, body.member.personId)).filter(({ uid }) => uid.startsWith(meetingId))
    expect(JSON.stringify(event)).not.toMatch(/KÍN|Nội dung/)
    expect((await inviting().answers.linked(meetingId, body.member.personId)).title).toBe('')
    await inviting().push.unsubscribe(body.member, (await inviting().push.own(body.member)).devices[0]?.id ?? '')
  })

  it('to a guest of one item is that item alone', async () => {
    const item = (await state()).agenda[1]!.itemId
    await scene.house.domains.agenda.setGuests(meetingId, item, body.clerk, { personIds: [outsider.personId], was: [] })
    await issue()
    await scene.deliver()
    const text = partsOf(mailsTo(outsider)[0]!, 'text/plain')[0] ?? ''
    expect(text).toContain('1. Nội dung hai')
    expect(text).not.toContain('Nội dung một')
    expect(calendarOf(outsider).text).toBe('1. Nội dung hai')
    const paper = await inviting().invitations.paper(meetingId, outsider, 'issued')
    expect(JSON.stringify(paper.body)).not.toContain('Nội dung một')
  })

  it('in a calendar link is what the person may see, and no draft', async () => {
    const hidden = await newMeeting({}, false)
    const ids = async (caller: Caller) => (await eventsOf(scene.house.db, caller.personId)).map(({ uid }) => uid)
    expect(await ids(body.member)).toContain(`${meetingId}@nghi-su`)
    expect(await ids(body.clerk)).not.toContain(`${hidden}@nghi-su`)
    expect(await ids(await scene.house.newPerson())).toEqual([])
  })
})

describe('an answer', () => {
  beforeEach(async () => { await issue() })

  it('is given and changed until the opening, seen by the office, and by others as an absence alone', async () => {
    await answer(body.member, 'inPerson')
    await answer(body.member, 'absent', { reason: 'Đi công tác' })
    const office = await state()
    expect(office.invitations.answers[body.member.personId]).toMatchObject({ answer: 'absent', via: 'product' })
    expect(office.attendance.excused).toEqual([body.member.personId])
    expect(await inviting().answers.own(meetingId, body.member.personId)).toMatchObject({ answer: 'absent', reason: 'Đi công tác' })
    await answer(body.member, 'online')
    expect((await state()).attendance.excused).toEqual([])
    expect((await scene.house.entries(meetingId, 'invitation.answered')).every(({ audience }) => audience.scope === 'office')).toBe(true)
    await scene.house.domains.meetings.open(meetingId, body.chair, freshKey())
    await expect(answer(body.member, 'inPerson')).rejects.toMatchObject({ code: 'meetingAlreadyLive' })
  })

  it('given again in the same words writes nothing', async () => {
    await answer(body.member, 'inPerson')
    const before = (await scene.house.entries(meetingId)).length
    await answer(body.member, 'inPerson')
    await answer(body.clerk, 'inPerson', { personId: body.member.personId })
    expect((await scene.house.entries(meetingId)).length).toBe(before)
  })

  it('and a report of absence are one rule: each way the other has it', async () => {
    const { attendance } = scene.house.domains
    await attendance.recordAbsence(meetingId, body.member, { key: freshKey(), personId: body.member.personId, reason: 'Ốm' })
    expect(await answersOf(body.member)).toMatchObject({ answer: 'absent', via: 'product' })
    await attendance.recordAbsence(meetingId, body.clerk, { key: freshKey(), personId: body.member.personId, reason: '' })
    expect(await answersOf(body.member)).toBeUndefined()
    await answer(body.member, 'inPerson')
    await attendance.recordAbsence(meetingId, body.member, { key: freshKey(), personId: body.member.personId, reason: '' })
    expect(await answersOf(body.member)).toMatchObject({ answer: 'inPerson' })
    await answer(body.member, 'absent')
    expect((await state()).attendance.excused).toEqual([])
    await answer(body.member, 'absent', { reason: 'Ốm' })
    expect((await state()).attendance.excused).toEqual([body.member.personId])
  })

  it('is one’s own, or noted by the office for whoever told it', async () => {
    await expect(answer(body.members[1]!, 'absent', { personId: body.member.personId })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(answer(outsider, 'absent')).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(answer(body.clerk, 'absent', { personId: outsider.personId })).rejects.toMatchObject({ code: 'notParticipant' })
    await answer(body.clerk, 'absent', { personId: body.member.personId, reason: 'Báo qua điện thoại' })
    expect(await answersOf(body.member)).toMatchObject({ answer: 'absent', via: 'office' })
  })

  it('fits how the meeting is held', async () => {
    meetingId = await newMeeting({ mode: 'inPerson' })
    await expect(answer(body.member, 'online')).rejects.toMatchObject({ code: 'answerNotOffered' })
    meetingId = await newMeeting({ mode: 'online' })
    await expect(answer(body.member, 'inPerson')).rejects.toMatchObject({ code: 'answerNotOffered' })
  })

  it('waits on the home page until it is given', async () => {
    const waiting = async () => (await inviting().answers.waiting(body.member)).invitations.filter((one) => one.meetingId === meetingId)
    expect(await waiting()).toMatchObject([{ title: 'Hội nghị tháng 6', symbol: 'GM/TU', reasonRequired: false, declined: false }])
    await answer(body.member, 'inPerson')
    expect(await waiting()).toEqual([])
    await change({ startsAt: soon(25) })
    expect(await waiting()).toHaveLength(1)
    await answer(body.member, 'inPerson')
    expect(await waiting()).toEqual([])
  })
})

describe('a body that asks for reasons', () => {
  it('takes no absence without one', async () => {
    const rules = { ...bodyRules.committee, absences: { reasonRequired: true, basis: 'Quy chế' } }
    const strict = await scene.house.newBody({ rules })
    const before = body
    body = strict
    meetingId = await newMeeting()
    await expect(answer(strict.member, 'absent')).rejects.toMatchObject({ code: 'reasonRequired' })
    await answer(strict.member, 'absent', { reason: 'Ốm' })
    await expect(answer(strict.member, 'inPerson')).resolves.toBeUndefined()
    body = before
  })
})

describe('the link of a mail', () => {
  const open = (token: string) => inviting().links.open(token)
  const token = async (caller: Caller) => (await inviting().links.path(caller.personId, meetingId, soon(20))).split('#')[1] ?? ''

  it('is for one person and one meeting', async () => {
    expect(await open(await token(body.member))).toEqual({ personId: body.member.personId, meetingId })
  })

  it.each([
    ['nonsense', () => 'x.y.z'], ['nothing', () => ''], ['changed', (whole: string) => `${whole.slice(0, -4)}AAAA`],
    ['of another person', (whole: string) => {
      const [head = '', claims = '', signature = ''] = whole.split('.')
      const other = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: randomUUID() }
      return [head, Buffer.from(JSON.stringify(other)).toString('base64url'), signature].join('.')
    }],
    ['unsigned', (whole: string) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${whole.split('.')[1]}.`],
  ])('is refused when it is %s', async (_, forge) => {
    await expect(open(forge(await token(body.member)))).rejects.toMatchObject({ code: 'linkInvalid' })
  })

  it('ends a day after the start', async () => {
    const link = await token(body.member)
    scene.pass(20 * DAY)
    await open(link)
    scene.pass(2 * DAY)
    await expect(open(link)).rejects.toMatchObject({ code: 'linkInvalid' })
  })

  it('shows what the mail said, and ends with its person’s part in the meeting', async () => {
    expect(await inviting().answers.linked(meetingId, body.member.personId)).toMatchObject({ title: 'Hội nghị tháng 6', answer: null, open: true })
    await expect(inviting().answers.linked(meetingId, outsider.personId)).rejects.toMatchObject({ code: 'linkInvalid' })
  })
})

describe('a substitute', () => {
  beforeEach(async () => { await issue() })
  const ask = () => answer(body.member, 'substitute', { substituteId: outsider.personId })
  const participant = async () => (await state()).participants.find(({ personId }) => personId === outsider.personId)

  it('attends when the chair agrees: without a vote, seeing what the member sees, and invited', async () => {
    await ask()
    await scene.deliver()
    expect(utf8(subjects(body.chair).at(-1) ?? '')).toContain('Xin ý kiến cử người dự thay')
    await expect(scene.house.domains.meetings.get(meetingId, outsider)).rejects.toMatchObject({ code: 'meetingNotFound' })
    expect((await inviting().answers.waiting(body.chair)).substitutes.filter((one) => one.meetingId === meetingId)).toHaveLength(1)
    await decide(body.chair, true)
    expect(await participant()).toMatchObject({ role: 'member', voting: false, substituteFor: body.member.personId })
    const seen = await scene.house.domains.meetings.get(meetingId, outsider)
    expect(seen.participants.find(({ personId }) => personId === outsider.personId)).toMatchObject({ substituteFor: body.member.personId })
    await scene.deliver()
    expect(calendarOf(outsider)).toMatchObject({ method: 'REQUEST', uid: `${meetingId}@nghi-su` })
    expect(utf8(subjects(body.member).at(-1) ?? '')).toContain('Đồng ý cử người dự thay')
  })

  it('has the member’s vote where the body’s rule says so', async () => {
    const before = body
    body = await scene.house.newBody({ rules: { ...bodyRules.committee, substitutes: { countsForQuorum: true, mayVote: true, basis: 'Quy chế' } } })
    meetingId = await newMeeting()
    await ask()
    await decide(body.chair, true)
    expect(await participant()).toMatchObject({ voting: true })
    body = before
  })

  it('is decided by the chair, or who presides, and by nobody else', async () => {
    await ask()
    for (const caller of [body.member, body.members[1]!, body.guest, body.clerk]) await expect(decide(caller, true)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(decide(outsider, true)).rejects.toMatchObject({ code: 'meetingNotFound' })
    expect(await participant()).toBeUndefined()
  })

  it('that is declined is asked for again, and the member is asked again', async () => {
    await ask()
    await decide(body.chair, false)
    expect((await answersOf(body.member))?.substitute?.decision).toBe('declined')
    await expect(decide(body.chair, true)).rejects.toMatchObject({ code: 'substituteNotAsked' })
    expect((await inviting().answers.waiting(body.member)).invitations.find((one) => one.meetingId === meetingId)).toMatchObject({ declined: true })
    await ask()
    await decide(body.chair, true)
    expect(await participant()).toBeDefined()
  })

  it('is out again when the member comes after all, and may be named again', async () => {
    await ask()
    await decide(body.chair, true)
    await answer(body.member, 'inPerson')
    expect(await participant()).toBeUndefined()
    await expect(scene.house.domains.meetings.get(meetingId, outsider)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await scene.deliver()
    expect(calendarOf(outsider).method).toBe('CANCEL')
    await ask()
    await decide(body.chair, true)
    expect(await participant()).toMatchObject({ role: 'member', substituteFor: body.member.personId })
    await scene.house.domains.meetings.get(meetingId, outsider)
  })

  it('is a person who exists and does not take part anyway', async () => {
    await expect(answer(body.member, 'substitute', { substituteId: randomUUID() })).rejects.toMatchObject({ code: 'personNotFound' })
    await expect(answer(body.member, 'substitute', { substituteId: body.guest.personId })).rejects.toMatchObject({ code: 'alreadyParticipant' })
    const site = await scene.house.newPerson('site')
    await expect(answer(body.member, 'substitute', { substituteId: site.personId })).rejects.toMatchObject({ code: 'personNotFound' })
    await ask()
    await decide(body.chair, true)
    const another = await scene.house.newPerson()
    await expect(answer(outsider, 'substitute', { substituteId: another.personId })).rejects.toMatchObject({ code: 'answerNotOffered' })
  })

  it('of a guest of one item sees that item alone', async () => {
    const host = await scene.house.newPerson()
    const item = (await state()).agenda[1]!.itemId
    await scene.house.domains.agenda.setGuests(meetingId, item, body.clerk, { personIds: [host.personId], was: [] })
    await answer(host, 'substitute', { substituteId: outsider.personId })
    await decide(body.chair, true, host)
    expect(await participant()).toMatchObject({ role: 'guest', itemsOnly: true, substituteFor: host.personId })
    expect((await state()).agenda.map(({ guests }) => guests.includes(outsider.personId))).toEqual([false, true])
    await answer(host, 'inPerson')
    expect((await state()).agenda.some(({ guests }) => guests.includes(outsider.personId))).toBe(false)
  })
})

describe('what changes after the paper', () => {
  beforeEach(async () => {
    await issue()
    await scene.deliver()
    scene.mail.mails.length = 0
  })

  it('of time or place goes to everybody at once, with a higher sequence, and asks again', async () => {
    await answer(body.member, 'inPerson')
    await change({ startsAt: soon(22), place: 'Hội trường B' })
    await scene.deliver()
    for (const person of [body.chair, body.member, body.guest]) {
      expect(calendarOf(person)).toMatchObject({ method: 'REQUEST', sequence: 1 })
      expect(partsOf(mailsTo(person)[0]!, 'text/plain')[0]).toContain('Hội trường B')
    }
    expect((await state()).invitations.againAt).not.toBeNull()
    await change({ startsAt: soon(22), place: 'Hội trường C' })
    await scene.deliver()
    expect(calendarOf(body.member).sequence).toBe(2)
  })

  it('of the programme is told once it has come to rest, in one mail, to those concerned', async () => {
    const host = await scene.house.newPerson()
    await scene.house.archive.owner('person').where({ id: host.personId }).update({ email: addressOf(host) })
    const [first, second] = (await state()).agenda
    await scene.house.domains.agenda.setGuests(meetingId, first!.itemId, body.clerk, { personIds: [host.personId], was: [] })
    scene.pass(HOUR)
    await inviting().rounds.tellDue()
    await scene.deliver()
    expect(calendarOf(host)).toMatchObject({ method: 'REQUEST', text: '1. Nội dung một' })
    scene.mail.mails.length = 0
    scene.clock.ahead = 0
    for (const title of ['Sửa lần một', 'Sửa lần hai']) {
      const item = (await state()).agenda.find(({ itemId }) => itemId === second!.itemId)
      await scene.house.domains.agenda.change(meetingId, second!.itemId, body.clerk, { ...itemDraft(title), version: item!.version })
    }
    await inviting().rounds.tellDue()
    await scene.deliver()
    expect(mailsTo(body.member)).toEqual([])
    scene.pass(HOUR)
    await inviting().rounds.tellDue()
    await inviting().rounds.tellDue()
    await scene.deliver()
    expect(mailsTo(body.member)).toHaveLength(1)
    expect(partsOf(mailsTo(body.member)[0]!, 'text/plain')[0]).toContain('Sửa nội dung: Sửa lần hai')
    expect(mailsTo(host)).toEqual([])
  })

  it('and is changed back is nothing to tell', async () => {
    const item = (await state()).agenda[0]!
    await scene.house.domains.agenda.change(meetingId, item.itemId, body.clerk, { ...itemDraft('Khác'), version: 1 })
    await scene.house.domains.agenda.change(meetingId, item.itemId, body.clerk, { ...itemDraft('Nội dung một'), minutes: 30, version: 2 })
    scene.pass(HOUR)
    await inviting().rounds.tellDue()
    await scene.deliver()
    // A text that was written again is another text; what stands in both is told as it is.
    expect(mailsTo(body.member).length).toBeLessThanOrEqual(1)
  })

  it('is a cancellation with its reason when the meeting is off, and nothing after that', async () => {
    await scene.house.domains.postponing.cancel(meetingId, body.clerk, 'Trùng lịch')
    await scene.deliver()
    expect(calendarOf(body.member)).toMatchObject({ method: 'CANCEL', sequence: 1, uid: `${meetingId}@nghi-su` })
    expect(partsOf(mailsTo(body.member)[0]!, 'text/plain')[0]).toContain('Lý do: Trùng lịch')
    scene.mail.mails.length = 0
    scene.pass(19.99 * DAY)
    await inviting().reminders.run()
    await inviting().rounds.tellDue()
    await scene.deliver()
    expect(ofMeeting()).toEqual([])
  })

  it('is a cancellation too when it is put off without a day, and a new request when it has one', async () => {
    await scene.house.domains.postponing.postpone(meetingId, body.clerk, { reason: 'Bão', startsAt: null })
    await scene.deliver()
    expect(calendarOf(body.member)).toMatchObject({ method: 'CANCEL', sequence: 1 })
    await expect(answer(body.member, 'inPerson')).rejects.toMatchObject({ code: 'meetingPostponed' })
    await scene.house.domains.postponing.reschedule(meetingId, body.clerk, soon(40))
    await scene.deliver()
    expect(calendarOf(body.member)).toMatchObject({ method: 'REQUEST', sequence: 2 })
  })

  it('is taken back with the change that was not made', async () => {
    const { facts } = await state()
    await expect(scene.house.domains.meetings.change(meetingId, body.clerk, { ...draft({ startsAt: soon(30) }), version: (facts?.version ?? 1) + 5 })).rejects
      .toMatchObject({ code: 'meetingChanged' })
    await scene.deliver()
    expect(scene.mail.mails).toEqual([])
  })
})

describe('reminders', () => {
  beforeEach(async () => {
    await issue()
    await scene.deliver()
    scene.mail.mails.length = 0
  })
  const remind = (caller: Caller = body.clerk, again = false) => inviting().rounds.remindSilent(meetingId, caller, { key: freshKey(), again })
  const rounds = async () => {
    await inviting().reminders.run()
    await scene.deliver()
  }

  it('of the office go to the silent alone, and not twice within an hour unless said again', async () => {
    await answer(body.member, 'inPerson')
    await answer(body.chair, 'absent')
    expect((await remind()).reminded).toBe(4)
    await scene.deliver()
    expect([mailsTo(body.member), mailsTo(body.chair)]).toEqual([[], []])
    expect(mailsTo(body.guest)).toHaveLength(1)
    await expect(remind()).rejects.toMatchObject({ code: 'remindedLately' })
    expect((await remind(body.clerk, true)).reminded).toBe(4)
    expect((await state()).invitations.reminded).toMatchObject({ people: 4 })
  })

  it('are the office’s to send, of a paper that went out, to somebody', async () => {
    for (const caller of [body.member, body.guest]) await expect(remind(caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    for (const person of [body.chair, body.clerk, body.guest, ...body.members]) await answer(person, 'inPerson')
    await expect(remind()).rejects.toMatchObject({ code: 'nobodySilent' })
    meetingId = await newMeeting()
    await expect(remind()).rejects.toMatchObject({ code: 'invitationNotIssued' })
  })

  it('by rule come two working days and an hour before, each once, and never to the absent', async () => {
    await answer(body.member, 'absent', { reason: 'Ốm' })
    await answer(body.guest, 'inPerson')
    await rounds()
    expect(ofMeeting()).toEqual([])
    scene.pass(19 * DAY)
    await rounds()
    await rounds()
    expect([mailsTo(body.member).length, mailsTo(body.guest).length, mailsTo(body.chair).length]).toEqual([0, 0, 1])
    scene.pass(DAY - HOUR / 2)
    await Promise.all([inviting().reminders.run(), inviting().reminders.run()])
    await rounds()
    expect([mailsTo(body.member).length, mailsTo(body.guest).length, mailsTo(body.chair).length]).toEqual([0, 1, 2])
    expect(utf8(subjects(body.guest)[0] ?? '')).toContain('Nhắc: Hội nghị tháng 6')
  })

  it('come again at the new start of a meeting that was put off', async () => {
    scene.pass(19 * DAY)
    await rounds()
    expect(mailsTo(body.chair)).toHaveLength(1)
    await change({ startsAt: soon(60) })
    await scene.deliver()
    scene.mail.mails.length = 0
    await rounds()
    expect(ofMeeting()).toEqual([])
    scene.pass(40 * DAY)
    await rounds()
    expect(mailsTo(body.chair)).toHaveLength(1)
  })

  it('follow the rules of the body where it has some', async () => {
    await scene.house.db('reminder_rule').insert({ body_id: body.bodyId, unit: 'minutes', amount: 7 * 24 * 60, whom: 'expected', basis: 'Quy chế' })
    scene.pass(13.5 * DAY)
    await rounds()
    expect(mailsTo(body.guest)).toHaveLength(1)
    scene.pass(5.6 * DAY)
    await rounds()
    expect(mailsTo(body.guest)).toHaveLength(1)
    await scene.house.db('reminder_rule').where({ body_id: body.bodyId }).delete()
  })
})
