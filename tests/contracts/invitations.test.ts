import { beforeEach, describe, expect, it } from 'vitest'
import { eventsOf } from '../../server/attendance/invitations-store.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { draft, freshKey, itemDraft } from '../support/house.ts'
import {
  DAY, HOUR, REASON, addressOf, answer, at, calendarOf, change, invitedSuite,
  inviting, issue, mailsTo, newMeeting, ofMeeting, soon, state, subjects, utf8,
} from '../support/invited.ts'
import { partsOf } from '../support/mail.ts'

/** Papers, what leaves the product, changes and reminders, told by the rules themselves to a real mail server. */

invitedSuite()

describe('the paper', () => {
  it('goes to everybody under its number, with the calendar entry and a link of one’s own', async () => {
    await issue()
    await at.scene.deliver()
    for (const person of [at.body.chair, at.body.clerk, at.body.guest, ...at.body.members]) {
      expect(mailsTo(person), addressOf(person)).toHaveLength(1)
      expect(utf8(subjects(person)[0] ?? '')).toContain('Giấy mời số')
      expect(calendarOf(person)).toMatchObject({ method: 'REQUEST', uid: `${at.meetingId}@nghi-su`, sequence: 0, summary: 'Hội nghị tháng 6' })
    }
    const links = [at.body.member, at.body.guest].map((person) => /answer#[\w.-]+/.exec(partsOf(mailsTo(person)[0]!, 'text/plain')[0] ?? '')?.[0])
    expect(new Set(links).size).toBe(2)
    expect((await at.scene.house.entries(at.meetingId, 'invitation.issued')).map(({ data }) => data['sequence'])).toEqual([0])
  })

  it('is refused for a draft, an opened and a cancelled meeting', async () => {
    const meetings = at.scene.house.domains
    at.meetingId = await newMeeting({}, false)
    await expect(issue()).rejects.toMatchObject({ code: 'meetingNotPublished' })
    await meetings.meetings.publish(at.meetingId, at.body.clerk, REASON)
    await meetings.postponing.cancel(at.meetingId, at.body.clerk, 'Không còn cần thiết')
    await expect(issue()).rejects.toMatchObject({ code: 'meetingCancelled' })
    at.meetingId = await newMeeting()
    await meetings.meetings.open(at.meetingId, at.body.chair, freshKey())
    await expect(issue()).rejects.toMatchObject({ code: 'meetingAlreadyLive' })
  })

  it('is issued by chair and clerk alone, and written by them', async () => {
    const text = (await inviting().invitations.get(at.meetingId, at.body.clerk)).draft!.text
    for (const caller of [at.body.member, at.body.guest]) {
      await expect(inviting().invitations.issue(at.meetingId, caller, { version: 0, key: freshKey() })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(inviting().invitations.save(at.meetingId, caller, 0, text)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(inviting().invitations.paper(at.meetingId, caller, 'draft')).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      await expect(inviting().invitations.deliveries(at.meetingId, caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
      expect((await inviting().invitations.get(at.meetingId, caller)).draft).toBeNull()
    }
    await expect(inviting().invitations.get(at.meetingId, at.outsider)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(inviting().invitations.paper(at.meetingId, at.outsider, 'issued')).rejects.toMatchObject({ code: 'meetingNotFound' })
  })

  it('has the next number of the body’s register, which is told before', async () => {
    await issue()
    const before = at.lastNumber
    const next = (await inviting().invitations.get(at.meetingId, at.body.clerk)).draft?.number
    expect(next).toBe(before + 1)
    at.meetingId = await newMeeting()
    await issue()
    expect(at.lastNumber).toBe(before + 1)
    const { papers } = await at.scene.house.domains.publishing.register.list(at.body.clerk, { bodyId: at.body.bodyId, kind: 'invitation', q: '' }, { after: undefined, limit: 2 })
    expect(papers).toMatchObject([{ number: before + 1, meetingId: at.meetingId, status: 'issued', channel: 'electronic' }, { number: before }])
  })

  it('is sent once, however often the request comes', async () => {
    const key = freshKey()
    const request = { version: 0, key }
    await Promise.all([inviting().invitations.issue(at.meetingId, at.body.clerk, request), inviting().invitations.issue(at.meetingId, at.body.clerk, request)])
    await at.scene.deliver()
    expect(mailsTo(at.body.member)).toHaveLength(1)
  })

  it('keeps what somebody else saved: the second writer is told', async () => {
    const { draft: first } = await inviting().invitations.get(at.meetingId, at.body.clerk)
    await inviting().invitations.save(at.meetingId, at.body.clerk, 0, { ...first!.text, prepare: 'Mang theo số liệu' })
    expect(await at.scene.house.entries(at.meetingId, 'invitation.drafted')).toMatchObject([{ actorId: at.body.clerk.personId, data: { version: 1 } }])
    await expect(inviting().invitations.save(at.meetingId, at.body.chair, 0, { ...first!.text, prepare: 'Khác' })).rejects
      .toMatchObject({ code: 'invitationChanged', details: { version: 1 } })
    await expect(issue()).rejects.toMatchObject({ code: 'invitationChanged' })
    expect((await inviting().invitations.get(at.meetingId, at.body.chair)).draft).toMatchObject({ version: 1, text: { prepare: 'Mang theo số liệu' } })
  })

  it('takes the place of an earlier one, which it names', async () => {
    await issue()
    await issue()
    await at.scene.deliver()
    const { issued } = await inviting().invitations.get(at.meetingId, at.body.member)
    expect(issued).toHaveLength(2)
    expect(issued[0]?.replaces).toBe(`${issued[1]?.number}-GM/TU`)
    expect(partsOf(mailsTo(at.body.member)[1]!, 'text/plain')[0]).toContain(`thay thế Giấy mời số ${issued[0]?.replaces}`)
    expect(calendarOf(at.body.member).sequence).toBe(1)
    expect((await state()).papers.map(({ status }) => status)).toEqual(['replaced', 'issued'])
  })

  it('shows chair, participants, content, time, place, preparation, contact, signer and recipients', async () => {
    await issue()
    const paper = await inviting().invitations.paper(at.meetingId, at.body.member, 'issued')
    const text = JSON.stringify(paper.body)
    for (const part of ['Chủ trì', 'Thành viên dự họp', 'Mời dự', '1) Nội dung một', 'Thời gian', 'Địa điểm: Trụ sở', 'Chuẩn bị', 'Đầu mối liên hệ']) expect(text).toContain(part)
    expect(paper).toMatchObject({ type: 'Giấy mời', symbol: 'GM/TU', number: at.lastNumber, draft: false, signatures: [null, { title: 'T/M Ban Thường vụ\nUỷ viên' }] })
    expect(paper.recipients).toEqual(['Như thành phần mời', 'Lưu Văn phòng'])
  })
})

describe('what leaves the product', () => {
  it('has nothing of an item under state secrecy, nor the title of its meeting', async () => {
    at.meetingId = await newMeeting({ mode: 'inPerson', title: 'Hội nghị về việc KÍN' }, false)
    await at.scene.house.domains.agenda.add(at.meetingId, at.body.clerk, { classified: true, minutes: 30, presenterId: null, purpose: 'decide', key: freshKey() })
    await at.scene.house.domains.meetings.publish(at.meetingId, at.body.clerk, REASON)
    await inviting().push.subscribe(at.body.member, at.scene.push.subscription('/secret'))
    at.scene.push.pushes.length = 0
    await issue()
    await at.scene.deliver()
    const [mail] = mailsTo(at.body.member)
    const out = [utf8(subjects(at.body.member)[0] ?? ''), ...['text/plain', 'text/html', 'text/calendar'].flatMap((type) => partsOf(mail!, type)), JSON.stringify(at.scene.push.pushes.map(({ message }) => message))]
    for (const text of out) {
      expect(text).not.toMatch(/KÍN|chế độ mật/)
      expect(text.length).toBeGreaterThan(10)
    }
    expect(out[1]).toContain('Nội dung một')
    const [event] = (await eventsOf(at.scene.house.db, at.body.member.personId)).filter(({ uid }) => uid.startsWith(at.meetingId))
    expect(JSON.stringify(event)).not.toMatch(/KÍN|Nội dung/)
    expect((await inviting().answers.linked(at.meetingId, at.body.member.personId)).title).toBe('')
    await inviting().push.unsubscribe(at.body.member, (await inviting().push.own(at.body.member)).devices[0]?.id ?? '')
  })

  it('to a guest of one item is that item alone', async () => {
    const item = (await state()).agenda[1]!.itemId
    await at.scene.house.domains.agenda.setGuests(at.meetingId, item, at.body.clerk, { personIds: [at.outsider.personId], was: [] })
    await issue()
    await at.scene.deliver()
    const text = partsOf(mailsTo(at.outsider)[0]!, 'text/plain')[0] ?? ''
    expect(text).toContain('1. Nội dung hai')
    expect(text).not.toContain('Nội dung một')
    expect(calendarOf(at.outsider).text).toBe('1. Nội dung hai')
    const paper = await inviting().invitations.paper(at.meetingId, at.outsider, 'issued')
    expect(JSON.stringify(paper.body)).not.toContain('Nội dung một')
  })

  it('in a calendar link is what the person may see, and no draft', async () => {
    const hidden = await newMeeting({}, false)
    const ids = async (caller: Caller) => (await eventsOf(at.scene.house.db, caller.personId)).map(({ uid }) => uid)
    expect(await ids(at.body.member)).toContain(`${at.meetingId}@nghi-su`)
    expect(await ids(at.body.clerk)).not.toContain(`${hidden}@nghi-su`)
    expect(await ids(await at.scene.house.newPerson())).toEqual([])
  })
})

describe('what changes after the paper', () => {
  beforeEach(async () => {
    await issue()
    await at.scene.deliver()
    at.scene.mail.mails.length = 0
  })

  it('of time or place goes to everybody at once, with a higher sequence, and asks again', async () => {
    await answer(at.body.member, 'inPerson')
    await change({ startsAt: soon(22), place: 'Hội trường B' })
    await at.scene.deliver()
    for (const person of [at.body.chair, at.body.member, at.body.guest]) {
      expect(calendarOf(person)).toMatchObject({ method: 'REQUEST', sequence: 1 })
      expect(partsOf(mailsTo(person)[0]!, 'text/plain')[0]).toContain('Hội trường B')
    }
    expect((await state()).invitations.againAt).not.toBeNull()
    await change({ startsAt: soon(22), place: 'Hội trường C' })
    await at.scene.deliver()
    expect(calendarOf(at.body.member).sequence).toBe(2)
  })

  it('of the programme is told once it has come to rest, in one mail, to those concerned', async () => {
    const host = await at.scene.house.newPerson()
    await at.scene.house.archive.owner('person').where({ id: host.personId }).update({ email: addressOf(host) })
    const [first, second] = (await state()).agenda
    await at.scene.house.domains.agenda.setGuests(at.meetingId, first!.itemId, at.body.clerk, { personIds: [host.personId], was: [] })
    at.scene.pass(HOUR)
    await inviting().rounds.tellDue()
    await at.scene.deliver()
    expect(calendarOf(host)).toMatchObject({ method: 'REQUEST', text: '1. Nội dung một' })
    at.scene.mail.mails.length = 0
    at.scene.clock.ahead = 0
    for (const title of ['Sửa lần một', 'Sửa lần hai']) {
      const item = (await state()).agenda.find(({ itemId }) => itemId === second!.itemId)
      await at.scene.house.domains.agenda.change(at.meetingId, second!.itemId, at.body.clerk, { ...itemDraft(title), version: item!.version })
    }
    await inviting().rounds.tellDue()
    await at.scene.deliver()
    expect(mailsTo(at.body.member)).toEqual([])
    at.scene.pass(HOUR)
    await inviting().rounds.tellDue()
    await inviting().rounds.tellDue()
    await at.scene.deliver()
    expect(mailsTo(at.body.member)).toHaveLength(1)
    expect(partsOf(mailsTo(at.body.member)[0]!, 'text/plain')[0]).toContain('Sửa nội dung: Sửa lần hai')
    expect(mailsTo(host)).toEqual([])
  })

  it('and is changed back is nothing to tell', async () => {
    const item = (await state()).agenda[0]!
    await at.scene.house.domains.agenda.change(at.meetingId, item.itemId, at.body.clerk, { ...itemDraft('Khác'), version: 1 })
    await at.scene.house.domains.agenda.change(at.meetingId, item.itemId, at.body.clerk, { ...itemDraft('Nội dung một'), minutes: 30, version: 2 })
    at.scene.pass(HOUR)
    await inviting().rounds.tellDue()
    await at.scene.deliver()
    expect(mailsTo(at.body.member)).toEqual([])
  })

  it('is a cancellation with its reason when the meeting is off, and nothing after that', async () => {
    await at.scene.house.domains.postponing.cancel(at.meetingId, at.body.clerk, 'Trùng lịch')
    await at.scene.deliver()
    expect(calendarOf(at.body.member)).toMatchObject({ method: 'CANCEL', sequence: 1, uid: `${at.meetingId}@nghi-su` })
    expect(partsOf(mailsTo(at.body.member)[0]!, 'text/plain')[0]).toContain('Lý do: Trùng lịch')
    at.scene.mail.mails.length = 0
    at.scene.pass(19.99 * DAY)
    await inviting().reminders.run()
    await inviting().rounds.tellDue()
    await at.scene.deliver()
    expect(ofMeeting()).toEqual([])
  })

  it('is a cancellation too when it is put off without a day, and a new request when it has one', async () => {
    await at.scene.house.domains.postponing.postpone(at.meetingId, at.body.clerk, { reason: 'Bão', startsAt: null })
    await at.scene.deliver()
    expect(calendarOf(at.body.member)).toMatchObject({ method: 'CANCEL', sequence: 1 })
    await expect(answer(at.body.member, 'inPerson')).rejects.toMatchObject({ code: 'meetingPostponed' })
    await at.scene.house.domains.postponing.reschedule(at.meetingId, at.body.clerk, soon(40))
    await at.scene.deliver()
    expect(calendarOf(at.body.member)).toMatchObject({ method: 'REQUEST', sequence: 2 })
  })

  it('is taken back with the change that was not made', async () => {
    const { facts } = await state()
    const outdated = { ...draft({ startsAt: soon(30) }), version: (facts?.version ?? 1) + 5 }
    await expect(at.scene.house.domains.meetings.change(at.meetingId, at.body.clerk, outdated)).rejects.toMatchObject({ code: 'meetingChanged' })
    await at.scene.deliver()
    expect(at.scene.mail.mails).toEqual([])
  })
})

describe('reminders', () => {
  beforeEach(async () => {
    await issue()
    await at.scene.deliver()
    at.scene.mail.mails.length = 0
  })
  const remind = (caller: Caller = at.body.clerk, again = false) => inviting().rounds.remindSilent(at.meetingId, caller, { key: freshKey(), again })
  const rounds = async () => {
    await inviting().reminders.run()
    await at.scene.deliver()
  }

  it('of the office go to the silent alone, and not twice within an hour unless said again', async () => {
    await answer(at.body.member, 'inPerson')
    await answer(at.body.chair, 'absent')
    expect((await remind()).reminded).toBe(4)
    await at.scene.deliver()
    expect([mailsTo(at.body.member), mailsTo(at.body.chair)]).toEqual([[], []])
    expect(mailsTo(at.body.guest)).toHaveLength(1)
    await expect(remind()).rejects.toMatchObject({ code: 'remindedLately' })
    expect((await remind(at.body.clerk, true)).reminded).toBe(4)
    expect((await state()).invitations.reminded).toMatchObject({ people: 4 })
  })

  it('are the office’s to send, of a paper that went out, to somebody', async () => {
    for (const caller of [at.body.member, at.body.guest]) await expect(remind(caller)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    for (const person of [at.body.chair, at.body.clerk, at.body.guest, ...at.body.members]) await answer(person, 'inPerson')
    await expect(remind()).rejects.toMatchObject({ code: 'nobodySilent' })
    at.meetingId = await newMeeting()
    await expect(remind()).rejects.toMatchObject({ code: 'invitationNotIssued' })
  })

  it('by rule come two working days and an hour before, each once, and never to the absent', async () => {
    await answer(at.body.member, 'absent', { reason: 'Ốm' })
    await answer(at.body.guest, 'inPerson')
    await rounds()
    expect(ofMeeting()).toEqual([])
    at.scene.pass(19 * DAY)
    await rounds()
    await rounds()
    expect([mailsTo(at.body.member).length, mailsTo(at.body.guest).length, mailsTo(at.body.chair).length]).toEqual([0, 0, 1])
    at.scene.pass(DAY - HOUR / 2)
    await Promise.all([inviting().reminders.run(), inviting().reminders.run()])
    await rounds()
    expect([mailsTo(at.body.member).length, mailsTo(at.body.guest).length, mailsTo(at.body.chair).length]).toEqual([0, 1, 2])
    expect(utf8(subjects(at.body.guest)[0] ?? '')).toContain('Nhắc: Hội nghị tháng 6')
  })

  it('come again at the new start of a meeting that was put off', async () => {
    at.scene.pass(19 * DAY)
    await rounds()
    expect(mailsTo(at.body.chair)).toHaveLength(1)
    await change({ startsAt: soon(60) })
    await at.scene.deliver()
    at.scene.mail.mails.length = 0
    await rounds()
    expect(ofMeeting()).toEqual([])
    at.scene.pass(40 * DAY)
    await rounds()
    expect(mailsTo(at.body.chair)).toHaveLength(1)
  })

  it('follow the rules of the body where it has some', async () => {
    await at.scene.house.db('reminder_rule').insert({ body_id: at.body.bodyId, unit: 'minutes', amount: 7 * 24 * 60, whom: 'expected', basis: 'Quy chế' })
    at.scene.pass(13.5 * DAY)
    await rounds()
    expect(mailsTo(at.body.guest)).toHaveLength(1)
    at.scene.pass(5.6 * DAY)
    await rounds()
    expect(mailsTo(at.body.guest)).toHaveLength(1)
    await at.scene.house.db('reminder_rule').where({ body_id: at.body.bodyId }).delete()
  })
})
