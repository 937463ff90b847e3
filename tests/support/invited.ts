import ICAL from 'ical.js'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { AnswerKind } from '../../protocol/invitation-entries.ts'
import type { MeetingDraft } from '../../protocol/convening.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { draft, freshKey, itemDraft } from './house.ts'
import { openInviting, type InvitingHouse } from './inviting.ts'
import { partsOf } from './mail.ts'

interface Invited {
  scene: InvitingHouse
  body: Awaited<ReturnType<InvitingHouse['house']['newBody']>>
  meetingId: string
  /** Takes part in nothing until they are asked to. */
  outsider: Caller
  lastNumber: number
}

/** What a suite of invitations is about: a fresh published meeting before each test, of people whom mails reach. */
export const at = { lastNumber: 0 } as Invited

export const HOUR = 3600_000
export const DAY = 24 * HOUR
export const soon = (days: number) => new Date(Math.ceil(Date.now() / 60_000) * 60_000 + days * DAY).toISOString()
export const REASON = 'Họp đột xuất'
export const addressOf = ({ personId }: Caller) => `${personId}@example.vn`
/** Of the meeting at hand: others of this file come due as well when the clock moves. */
export const ofMeeting = () => at.scene.mail.mails.filter((mail) => mail.header('References') === `<meeting.${at.meetingId}@example.vn>`)
export const mailsTo = (caller: Caller) => ofMeeting().filter(({ to }) => to.includes(addressOf(caller)))
export const subjects = (caller: Caller) => mailsTo(caller).map((mail) => decoded(mail.header('Subject') ?? ''))
const decoded = (header: string) => header.replace(/\?=\s+=\?/g, '?==?').replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) => kind.toUpperCase() === 'B'
  ? Buffer.from(text, 'base64').toString('latin1')
  : text.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))))
export const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8')
export const calendarOf = (caller: Caller) => {
  const mail = mailsTo(caller).at(-1)
  const calendar = new ICAL.Component(ICAL.parse(mail ? partsOf(mail, 'text/calendar')[0] ?? '' : '') as unknown[])
  const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent') ?? undefined)
  return { method: calendar.getFirstPropertyValue('method'), uid: event.uid, sequence: event.sequence, summary: event.summary, start: event.startDate.toString(), text: event.description }
}

export const inviting = () => at.scene.house.domains.inviting
export const state = () => at.scene.house.state(at.meetingId)
export const answer = (caller: Caller, kind: AnswerKind, more: { reason?: string, substituteId?: string, personId?: string } = {}) =>
  inviting().answers.answer(at.meetingId, caller, { key: freshKey(), personId: caller.personId, answer: kind, reason: '', ...more }, 'product')
export const decide = (caller: Caller, agreed: boolean, of: Caller = at.body.member) =>
  inviting().answers.decideSubstitute(at.meetingId, caller, { key: freshKey(), personId: of.personId, substituteId: at.outsider.personId, agreed })
/** Under the next number of the register, which is then `at.lastNumber`. */
export async function issue() {
  const invitation = await inviting().invitations.issue(at.meetingId, at.body.clerk, { version: 0, key: freshKey() })
  at.lastNumber = Number(invitation.issued[0]?.number)
  return invitation
}
export const answersOf = async ({ personId }: Caller) => (await state()).invitations.answers[personId]

export async function newMeeting(more: Partial<MeetingDraft> = {}, publish = true): Promise<string> {
  const { meetings, agenda } = at.scene.house.domains
  const created = await meetings.create(at.body.clerk, { ...draft({ startsAt: soon(20), ...more }), bodyId: at.body.bodyId, key: freshKey() })
  await agenda.add(created.meetingId, at.body.clerk, { ...itemDraft('Nội dung một'), key: freshKey() })
  await agenda.add(created.meetingId, at.body.clerk, { ...itemDraft('Nội dung hai'), key: freshKey() })
  if (publish) await meetings.publish(created.meetingId, at.body.clerk, REASON)
  return created.meetingId
}

export async function change(more: Partial<MeetingDraft>): Promise<void> {
  const { facts } = await state()
  const changed = { ...draft({ startsAt: facts?.startsAt ?? '', ...more }), version: facts?.version ?? 1 }
  await at.scene.house.domains.meetings.change(at.meetingId, at.body.clerk, changed)
}

/** Opens the house for a suite, and closes it. */
export function invitedSuite(): void {
  beforeAll(async () => {
    at.scene = await openInviting()
    at.body = await at.scene.house.newBody({ members: 3 })
    at.outsider = await at.scene.house.newPerson()
    for (const person of [at.body.chair, at.body.clerk, at.body.guest, ...at.body.members, at.outsider]) {
      await at.scene.house.archive.owner('person').where({ id: person.personId }).update({ email: addressOf(person) })
    }
  })
  afterAll(() => at.scene.close())
  beforeEach(async () => {
    at.scene.clock.ahead = 0
    at.meetingId = await newMeeting()
    await at.scene.deliver()
    at.scene.mail.mails.length = 0
  })
}
