import { randomUUID } from 'node:crypto'
import ICAL from 'ical.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerByLink, answerInvitation, downloadInvitationPdf, getInvitation, issueInvitation, listDeliveries, listWaiting, viewByLink,
} from '../protocol/invitations.ts'
import { meetingReducer } from '../protocol/meeting-state.ts'
import {
  getCalendarFeed, getContact, getContactOf, getPush, listNotices, makeCalendarFeed, noticesNotice,
  putContact, putContactOf, readNotices, revokeCalendarFeed, subscribePush,
} from '../protocol/notices.ts'
import { startAssembly, type Actor, type Assembly } from './support/assembly.ts'
import { command, createClient } from './support/client.ts'
import { freshKey } from './support/house.ts'
import { until } from './support/journal.ts'
import { openMailServer, partsOf, type MailServer } from './support/mail.ts'
import { openPushService, type PushService } from './support/push.ts'

/** Invitations as people have them: the whole server, its jobs, a mail server, and browsers with and without a session. */

let mail: MailServer
let push: PushService
let assembly: Assembly
let meetingId: string
let token: string

/** What nobody has entered yet. */
const NO_CONTACT = { email: null, language: 'vi' } as const

const addressOf = ({ personId }: Actor) => `${personId}@example.vn`
const mailsTo = (actor: Actor) => mail.mails.filter(({ to }) => to.includes(addressOf(actor)))
const state = () => assembly.server.journal.state(meetingId, meetingReducer)

beforeAll(async () => {
  mail = await openMailServer()
  push = await openPushService()
  assembly = await startAssembly({ env: { SMTP_URL: mail.url, MAIL_FROM: 'Văn phòng <vptu@example.vn>', PUSH_SERVICES: push.origin, PUBLIC_ORIGINS: 'https://hop.example.vn' } })
  for (const actor of [assembly.chair, assembly.clerk, assembly.member, assembly.guest]) {
    const { error } = await actor.client.call(putContact, { body: { email: addressOf(actor), language: 'vi', before: NO_CONTACT } })
    expect(error).toBeUndefined()
  }
  ({ meetingId } = await assembly.newMeeting('published'))
}, 60_000)
afterAll(async () => {
  await assembly.close()
  await mail.stop()
  await push.close()
})

describe('a giấy mời', () => {
  it('goes out by the jobs of the server, which work as its own role, and rings at open pages', async () => {
    await assembly.member.client.call(subscribePush, { body: push.subscription() })
    const socket = await assembly.member.client.socket()
    const rung: unknown[] = []
    socket.on(noticesNotice.name, (told: unknown) => rung.push(told))
    const { body, error } = await assembly.clerk.client.call(issueInvitation, { params: { meetingId }, body: { version: 0, key: freshKey() } })
    expect(error).toBeUndefined()
    expect(body.issued).toMatchObject([{ number: '01', replaces: null }])
    await until(() => mailsTo(assembly.member).length > 0 && rung.length > 0 && push.pushes.length > 0)
    const text = partsOf(mailsTo(assembly.member)[0]!, 'text/plain')[0] ?? ''
    token = /https:\/\/hop\.example\.vn\/answer#([\w.-]+)/.exec(text)?.[1] ?? ''
    expect(token).not.toBe('')
    expect(rung).toEqual([{ unread: 1 }])
    expect(push.pushes[0]?.message).toMatchObject({ title: 'Giấy mời họp', link: `/meetings/${meetingId}` })
    await until(async () => (await assembly.clerk.client.call(listDeliveries, { params: { meetingId } })).body.deliveries.every(({ mail: how }) => how === 'sent'))
  }, 30_000)

  it('stands in the product, and is read there', async () => {
    const { body } = await assembly.member.client.call(listNotices)
    expect(body.notices[0]).toMatchObject({ kind: 'invitation.issued', link: `/meetings/${meetingId}`, readAt: null })
    expect((await assembly.member.client.call(readNotices, { body: { ids: [body.notices[0]!.id] } })).body).toEqual({ unread: 0 })
    expect((await assembly.member.client.call(listWaiting)).body.invitations).toMatchObject([{ meetingId, number: '01' }])
  })

  it('is a PDF for participants', async () => {
    const { body, headers } = await assembly.guest.client.call(downloadInvitationPdf, { params: { meetingId } })
    expect([headers.get('content-type'), (body as Buffer).subarray(0, 4).toString()]).toEqual(['application/pdf', '%PDF'])
    expect((await assembly.stranger.client.call(downloadInvitationPdf, { params: { meetingId } })).error?.code).toBe('meetingNotFound')
  }, 30_000)
})

describe('the link of the mail, without signing in', () => {
  const browser = () => createClient(assembly.server.origin)

  it('changes nothing by being followed, by machines neither', async () => {
    const before = await state()
    for (const method of ['GET', 'HEAD']) expect((await browser().send(method, '/answer')).status).toBe(200)
    for (let times = 0; times < 3; times += 1) {
      const { body } = await browser().call(viewByLink, { body: { token } })
      expect(body).toMatchObject({ title: 'Hội nghị tháng 6', answer: null, open: true })
    }
    expect(await state()).toEqual(before)
  })

  it('answers by the touch on its page, for its person alone', async () => {
    const { body } = await browser().call(answerByLink, { body: { token, answer: 'online', key: freshKey() } })
    expect(body.answer).toBe('online')
    expect(Object.keys((await state()).invitations.answers)).toEqual([assembly.member.personId])
    expect((await assembly.member.client.call(getInvitation, { params: { meetingId } })).body.answer).toMatchObject({ answer: 'online', via: 'mail' })
    expect((await assembly.member.client.call(listWaiting)).body.invitations).toEqual([])
  })

  it('is refused from a foreign page, forged, and for more than an answer', async () => {
    const foreign = await browser().send('POST', answerByLink.path, {
      headers: { origin: 'https://evil.example', 'content-type': 'application/json' }, body: JSON.stringify({ token, answer: 'absent', key: freshKey() }),
    })
    expect(foreign.status).toBe(403)
    for (const forged of [`${token}x`, token.replace(/^.../, 'abc'), randomUUID()]) {
      expect((await browser().call(answerByLink, { body: { token: forged, answer: 'absent', key: freshKey() } })).error?.code).toBe('linkInvalid')
    }
    const substitute = { token, answer: 'substitute', key: freshKey() } as never
    expect((await browser().call(answerByLink, { body: substitute })).error?.code).toBe('badRequest')
    expect((await state()).invitations.answers[assembly.member.personId]?.answer).toBe('online')
  })

  it('is limited in how often one address may try', async () => {
    const answers = await Promise.all(Array.from({ length: 130 }, () => browser().call(viewByLink, { body: { token: `${randomUUID()}.x` } })))
    expect(answers.map(({ error }) => error?.code)).toContain('tooManyRequests')
  })
})

describe('an answer over the socket', () => {
  it('is the person’s or the office’s, and fits its contract', async () => {
    const [member, guest, stranger] = await Promise.all([assembly.member, assembly.guest, assembly.stranger].map((actor) => actor.client.socket()))
    const input = { meetingId, personId: assembly.member.personId, answer: 'inPerson' as const }
    expect(await command(member!, answerInvitation, { ...input, key: freshKey() })).toMatchObject({ ok: true })
    expect(await command(guest!, answerInvitation, { ...input, key: freshKey() })).toMatchObject({ ok: false, error: { code: 'forbiddenInMeeting' } })
    expect(await command(stranger!, answerInvitation, { ...input, key: freshKey() })).toMatchObject({ ok: false, error: { code: 'meetingNotFound' } })
    for (const bad of [{ answer: 'perhaps' }, { answer: 'substitute' }, { substituteId: randomUUID() }, { reason: 'x'.repeat(501) }]) {
      expect(await command(member!, answerInvitation, { ...input, key: freshKey(), ...bad } as never)).toMatchObject({ ok: false, error: { code: 'badRequest' } })
    }
  })
})

describe('addresses', () => {
  it.each(['a@b\r\nBcc: evil@example.com', 'evil@example.com, x@example.com', '<evil@example.com>', 'nobody', 'ả@example.vn', `${'a'.repeat(250)}@example.vn`])(
    'like %j are refused', async (email) => {
      expect((await assembly.member.client.call(putContact, { body: { email, language: 'vi', before: NO_CONTACT } })).error?.code).toBe('badRequest')
    })

  it('of others are the administrator’s business alone', async () => {
    const params = { personId: assembly.member.personId }
    expect((await assembly.clerk.client.call(getContactOf, { params })).error?.code).toBe('administratorRequired')
    expect((await assembly.clerk.client.call(putContactOf, { params, body: { email: null, language: 'vi', before: NO_CONTACT } })).error?.code).toBe('administratorRequired')
    expect((await assembly.administrator.client.call(getContactOf, { params })).body).toEqual({ email: addressOf(assembly.member), language: 'vi' })
    const nobody = { personId: randomUUID() }
    expect((await assembly.administrator.client.call(putContactOf, { params: nobody, body: { ...NO_CONTACT, before: NO_CONTACT } })).error?.code).toBe('personNotFound')
  })

  it('that somebody else changed meanwhile are not overwritten', async () => {
    const { member, administrator } = assembly
    const own = { email: addressOf(member), language: 'vi' } as const
    const body = { email: 'muon@tinhuy.example.vn', language: 'en', before: NO_CONTACT } as const
    const { error } = await administrator.client.call(putContactOf, { params: { personId: member.personId }, body })
    expect(error).toMatchObject({ code: 'contactChanged', details: { contact: own } })
    expect((await member.client.call(putContact, { body })).error?.code).toBe('contactChanged')
    expect((await member.client.call(getContact)).body).toMatchObject(own)
  })
})

describe('the calendar link', () => {
  it('is read without a session, until it is revoked', async () => {
    const { body: { url } } = await assembly.member.client.call(makeCalendarFeed)
    const path = new URL(url).pathname
    const response = await fetch(assembly.server.origin + path)
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')])
      .toEqual([200, 'text/calendar; charset=utf-8', 'private, no-store'])
    const calendar = new ICAL.Component(ICAL.parse(await response.text()) as unknown[])
    expect(calendar.getAllSubcomponents('vevent').map((event) => event.getFirstPropertyValue('uid'))).toEqual([`${meetingId}@nghi-su`])
    await assembly.member.client.call(revokeCalendarFeed)
    expect((await fetch(assembly.server.origin + path)).status).toBe(404)
    expect((await assembly.member.client.call(getCalendarFeed)).body).toEqual({ createdAt: null })
  })

  it.each(['/calendar/x.ics', `/calendar/${'A'.repeat(43)}.ics`, '/calendar/..%2f..%2fetc.ics'])('%s is nobody’s', async (path) => {
    expect((await fetch(assembly.server.origin + path)).status).toBe(404)
  })
})

it('a push subscription to an address inside is refused', async () => {
  const subscription = { ...push.subscription(), endpoint: 'http://127.0.0.1:5432/' }
  expect((await assembly.member.client.call(subscribePush, { body: subscription })).error?.code).toBe('pushServiceUnknown')
  expect((await assembly.member.client.call(getPush)).body.devices).toHaveLength(1)
})

it('a person may subscribe ten browsers, and renew each of them', async () => {
  const { client } = assembly.stranger
  const subscribe = (browser: number) => client.call(subscribePush, { body: push.subscription(`/stranger-${browser}`) })
  for (let browser = 1; browser <= 10; browser += 1) expect((await subscribe(browser)).error).toBeUndefined()
  expect((await subscribe(11)).error?.code).toBe('tooManyDevices')
  expect((await subscribe(10)).error).toBeUndefined()
  expect((await client.call(getPush)).body.devices).toHaveLength(10)
})
