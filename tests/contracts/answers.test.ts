import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Caller } from '../../server/platform/contract.ts'
import { bodyRules, freshKey } from '../support/house.ts'
import {
  DAY, answer, answersOf, at, calendarOf, change, decide,
  invitedSuite, inviting, issue, newMeeting, soon, state, subjects, utf8,
} from '../support/invited.ts'

/** Answers to invitations, the links of mails, and substitutes. */

invitedSuite()

describe('an answer', () => {
  beforeEach(async () => { await issue() })

  it('is given and changed until the opening, seen by the office, and by others as an absence alone', async () => {
    await answer(at.body.member, 'inPerson')
    await answer(at.body.member, 'absent', { reason: 'Đi công tác' })
    const office = await state()
    expect(office.invitations.answers[at.body.member.personId]).toMatchObject({ answer: 'absent', via: 'product' })
    expect(office.attendance.excused).toEqual([at.body.member.personId])
    expect(await inviting().answers.own(at.meetingId, at.body.member.personId)).toMatchObject({ answer: 'absent', reason: 'Đi công tác' })
    await answer(at.body.member, 'online')
    expect((await state()).attendance.excused).toEqual([])
    expect((await at.scene.house.entries(at.meetingId, 'invitation.answered')).every(({ audience }) => audience.scope === 'office')).toBe(true)
    await at.scene.house.domains.meetings.open(at.meetingId, at.body.chair, freshKey())
    await expect(answer(at.body.member, 'inPerson')).rejects.toMatchObject({ code: 'meetingAlreadyLive' })
  })

  it('given again in the same words writes nothing', async () => {
    await answer(at.body.member, 'inPerson')
    const before = (await at.scene.house.entries(at.meetingId)).length
    await answer(at.body.member, 'inPerson')
    await answer(at.body.clerk, 'inPerson', { personId: at.body.member.personId })
    expect((await at.scene.house.entries(at.meetingId)).length).toBe(before)
  })

  it('and a report of absence are one rule: each way the other has it', async () => {
    const { attendance } = at.scene.house.domains
    await attendance.recordAbsence(at.meetingId, at.body.member, { key: freshKey(), personId: at.body.member.personId, reason: 'Ốm' })
    expect(await answersOf(at.body.member)).toMatchObject({ answer: 'absent', via: 'product' })
    await attendance.recordAbsence(at.meetingId, at.body.clerk, { key: freshKey(), personId: at.body.member.personId, reason: '' })
    expect(await answersOf(at.body.member)).toBeUndefined()
    await answer(at.body.member, 'inPerson')
    await attendance.recordAbsence(at.meetingId, at.body.member, { key: freshKey(), personId: at.body.member.personId, reason: '' })
    expect(await answersOf(at.body.member)).toMatchObject({ answer: 'inPerson' })
    await answer(at.body.member, 'absent')
    expect((await state()).attendance.excused).toEqual([])
    await answer(at.body.member, 'absent', { reason: 'Ốm' })
    expect((await state()).attendance.excused).toEqual([at.body.member.personId])
  })

  it('is one’s own, or noted by the office for whoever told it', async () => {
    await expect(answer(at.body.members[1]!, 'absent', { personId: at.body.member.personId })).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(answer(at.outsider, 'absent')).rejects.toMatchObject({ code: 'meetingNotFound' })
    await expect(answer(at.body.clerk, 'absent', { personId: at.outsider.personId })).rejects.toMatchObject({ code: 'notParticipant' })
    await answer(at.body.clerk, 'absent', { personId: at.body.member.personId, reason: 'Báo qua điện thoại' })
    expect(await answersOf(at.body.member)).toMatchObject({ answer: 'absent', via: 'office' })
  })

  it('fits how the meeting is held', async () => {
    at.meetingId = await newMeeting({ mode: 'inPerson' })
    await expect(answer(at.body.member, 'online')).rejects.toMatchObject({ code: 'answerNotOffered' })
    at.meetingId = await newMeeting({ mode: 'online' })
    await expect(answer(at.body.member, 'inPerson')).rejects.toMatchObject({ code: 'answerNotOffered' })
  })

  it('waits on the home page until it is given', async () => {
    const waiting = async () => (await inviting().answers.waiting(at.body.member)).invitations.filter((one) => one.meetingId === at.meetingId)
    expect(await waiting()).toMatchObject([{ title: 'Hội nghị tháng 6', symbol: 'GM/TU', reasonRequired: false, declined: false }])
    await answer(at.body.member, 'inPerson')
    expect(await waiting()).toEqual([])
    await change({ startsAt: soon(25) })
    expect(await waiting()).toHaveLength(1)
    await answer(at.body.member, 'inPerson')
    expect(await waiting()).toEqual([])
  })
})

describe('a body that asks for reasons', () => {
  it('takes no absence without one', async () => {
    const rules = { ...bodyRules.committee, absences: { reasonRequired: true, basis: 'Quy chế' } }
    const strict = await at.scene.house.newBody({ rules })
    const before = at.body
    at.body = strict
    at.meetingId = await newMeeting()
    await expect(answer(strict.member, 'absent')).rejects.toMatchObject({ code: 'reasonRequired' })
    await answer(strict.member, 'absent', { reason: 'Ốm' })
    await expect(answer(strict.member, 'inPerson')).resolves.toBeUndefined()
    at.body = before
  })
})

describe('the link of a mail', () => {
  const open = (token: string) => inviting().links.open(token)
  const token = async (caller: Caller) => (await inviting().links.path(caller.personId, at.meetingId, soon(20))).split('#')[1] ?? ''

  it('is for one person and one meeting', async () => {
    expect(await open(await token(at.body.member))).toEqual({ personId: at.body.member.personId, meetingId: at.meetingId })
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
    await expect(open(forge(await token(at.body.member)))).rejects.toMatchObject({ code: 'linkInvalid' })
  })

  it('ends a day after the start', async () => {
    const link = await token(at.body.member)
    at.scene.pass(20 * DAY)
    await open(link)
    at.scene.pass(2 * DAY)
    await expect(open(link)).rejects.toMatchObject({ code: 'linkInvalid' })
  })

  it('shows what the mail said, and ends with its person’s part in the meeting', async () => {
    expect(await inviting().answers.linked(at.meetingId, at.body.member.personId)).toMatchObject({ title: 'Hội nghị tháng 6', answer: null, open: true })
    await expect(inviting().answers.linked(at.meetingId, at.outsider.personId)).rejects.toMatchObject({ code: 'linkInvalid' })
  })
})

describe('a substitute', () => {
  beforeEach(async () => { await issue() })
  const ask = () => answer(at.body.member, 'substitute', { substituteId: at.outsider.personId })
  const participant = async () => (await state()).participants.find(({ personId }) => personId === at.outsider.personId)

  it('attends when the chair agrees: without a vote, seeing what the member sees, and invited', async () => {
    await ask()
    await at.scene.deliver()
    expect(utf8(subjects(at.body.chair).at(-1) ?? '')).toContain('Xin ý kiến cử người dự thay')
    await expect(at.scene.house.domains.meetings.get(at.meetingId, at.outsider)).rejects.toMatchObject({ code: 'meetingNotFound' })
    expect((await inviting().answers.waiting(at.body.chair)).substitutes.filter((one) => one.meetingId === at.meetingId)).toHaveLength(1)
    await decide(at.body.chair, true)
    expect(await participant()).toMatchObject({ role: 'member', voting: false, substituteFor: at.body.member.personId })
    const seen = await at.scene.house.domains.meetings.get(at.meetingId, at.outsider)
    expect(seen.participants.find(({ personId }) => personId === at.outsider.personId)).toMatchObject({ substituteFor: at.body.member.personId })
    await at.scene.deliver()
    expect(calendarOf(at.outsider)).toMatchObject({ method: 'REQUEST', uid: `${at.meetingId}@nghi-su` })
    expect(utf8(subjects(at.body.member).at(-1) ?? '')).toContain('Đồng ý cử người dự thay')
  })

  it('has the member’s vote where the body’s rule says so', async () => {
    const before = at.body
    at.body = await at.scene.house.newBody({ rules: { ...bodyRules.committee, substitutes: { countsForQuorum: true, mayVote: true, basis: 'Quy chế' } } })
    at.meetingId = await newMeeting()
    await ask()
    await decide(at.body.chair, true)
    expect(await participant()).toMatchObject({ voting: true })
    at.body = before
  })

  it('is decided by the chair, or who presides, and by nobody else', async () => {
    await ask()
    for (const caller of [at.body.member, at.body.members[1]!, at.body.guest, at.body.clerk]) await expect(decide(caller, true)).rejects.toMatchObject({ code: 'forbiddenInMeeting' })
    await expect(decide(at.outsider, true)).rejects.toMatchObject({ code: 'meetingNotFound' })
    expect(await participant()).toBeUndefined()
  })

  it('that is declined is asked for again, and the member is asked again', async () => {
    await ask()
    await decide(at.body.chair, false)
    expect((await answersOf(at.body.member))?.substitute?.decision).toBe('declined')
    await expect(decide(at.body.chair, true)).rejects.toMatchObject({ code: 'substituteNotAsked' })
    expect((await inviting().answers.waiting(at.body.member)).invitations.find((one) => one.meetingId === at.meetingId)).toMatchObject({ declined: true })
    await ask()
    await decide(at.body.chair, true)
    expect(await participant()).toBeDefined()
  })

  it('is out again when the member comes after all, and may be named again', async () => {
    await ask()
    await decide(at.body.chair, true)
    await answer(at.body.member, 'inPerson')
    expect(await participant()).toBeUndefined()
    await expect(at.scene.house.domains.meetings.get(at.meetingId, at.outsider)).rejects.toMatchObject({ code: 'meetingNotFound' })
    await at.scene.deliver()
    expect(calendarOf(at.outsider).method).toBe('CANCEL')
    await ask()
    await decide(at.body.chair, true)
    expect(await participant()).toMatchObject({ role: 'member', substituteFor: at.body.member.personId })
    await at.scene.house.domains.meetings.get(at.meetingId, at.outsider)
  })

  it('is a person who exists and does not take part anyway', async () => {
    await expect(answer(at.body.member, 'substitute', { substituteId: randomUUID() })).rejects.toMatchObject({ code: 'personNotFound' })
    await expect(answer(at.body.member, 'substitute', { substituteId: at.body.guest.personId })).rejects.toMatchObject({ code: 'alreadyParticipant' })
    const site = await at.scene.house.newPerson('site')
    await expect(answer(at.body.member, 'substitute', { substituteId: site.personId })).rejects.toMatchObject({ code: 'personNotFound' })
    await ask()
    await decide(at.body.chair, true)
    const another = await at.scene.house.newPerson()
    await expect(answer(at.outsider, 'substitute', { substituteId: another.personId })).rejects.toMatchObject({ code: 'answerNotOffered' })
  })

  it('of a guest of one item sees that item alone', async () => {
    const host = await at.scene.house.newPerson()
    const item = (await state()).agenda[1]!.itemId
    await at.scene.house.domains.agenda.setGuests(at.meetingId, item, at.body.clerk, { personIds: [host.personId], was: [] })
    await answer(host, 'substitute', { substituteId: at.outsider.personId })
    await decide(at.body.chair, true, host)
    expect(await participant()).toMatchObject({ role: 'guest', itemsOnly: true, substituteFor: host.personId })
    expect((await state()).agenda.map(({ guests }) => guests.includes(at.outsider.personId))).toEqual([false, true])
    await answer(host, 'inPerson')
    expect((await state()).agenda.some(({ guests }) => guests.includes(at.outsider.personId))).toBe(false)
  })
})
