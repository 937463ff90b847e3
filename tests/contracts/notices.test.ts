import { randomUUID } from 'node:crypto'
import ICAL from 'ical.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { NewNotice } from '../../server/notices/notices.ts'
import { isPushService } from '../../server/notices/push.ts'
import type { Caller } from '../../server/platform/contract.ts'
import { openInviting, type InvitingHouse } from '../support/inviting.ts'

/** The outbox on a real database, to a real mail server and a push service. */

let scene: InvitingHouse
let reader: Caller
let other: Caller

beforeAll(async () => { scene = await openInviting() })
afterAll(() => scene.close())
beforeEach(async () => {
  reader = await scene.house.newPerson()
  other = await scene.house.newPerson()
  await address(reader, `${reader.personId}@example.vn`)
  scene.mail.mails.length = 0
  scene.push.pushes.length = 0
})

const HOUR = 3600_000
const address = ({ personId }: Caller, email: string | null) => scene.house.archive.owner('person').where({ id: personId }).update({ email })
const mailTo = ({ personId }: Caller) => `${personId}@example.vn`

function notice({ personId }: Caller, more: Partial<NewNotice> = {}): NewNotice {
  return {
    personId, dedupeKey: randomUUID(), topic: `meeting:${randomUUID()}`, kind: 'test.told', link: '/meetings/1',
    words: { vi: { subject: 'Việc mới', paragraphs: ['Nội dung'] }, en: { subject: 'News', paragraphs: ['Text'] } }, ...more,
  }
}

const send = (...notices: NewNotice[]) => scene.house.db.transaction((trx) => scene.house.domains.inviting.notices.send(trx, notices))
const state = async (caller: Caller) => (await scene.house.domains.inviting.notices.list(caller, { before: undefined, limit: 100 })).notices

describe('the outbox', () => {
  it('belongs to the transaction of the change: what is taken back was never told', async () => {
    const { notices } = scene.house.domains.inviting
    const woken = scene.woken.length
    await expect(scene.house.db.transaction(async (trx) => {
      await notices.send(trx, [notice(reader)])
      throw new Error('taken back')
    })).rejects.toThrow('taken back')
    expect(await state(reader)).toEqual([])
    await send(notice(reader))
    expect(scene.woken.length).toBe(woken + 2)
    expect(await state(reader)).toHaveLength(1)
  })

  it('tells the same person the same thing once, and another person too', async () => {
    const dedupeKey = randomUUID()
    expect(await send(notice(reader, { dedupeKey }), notice(other, { dedupeKey }))).toBe(2)
    expect(await send(notice(reader, { dedupeKey }))).toBe(0)
    await scene.deliver()
    expect(scene.mailsTo(mailTo(reader))).toHaveLength(1)
  })

  it('sends what it was given, and says so in the product', async () => {
    await send(notice(reader))
    expect((await state(reader))[0]?.mail).toBe('waiting')
    await scene.deliver()
    const [told] = await state(reader)
    expect(told).toMatchObject({ mail: 'sent', link: '/meetings/1', words: { vi: { subject: 'Việc mới' } }, readAt: null })
    expect(scene.mailsTo(mailTo(reader))[0]?.header('Message-ID')).toBe(`<${told?.id}@example.vn>`)
  })

  it('leaves who has no address in peace, and shows that', async () => {
    await address(reader, null)
    await send(notice(reader))
    await scene.deliver()
    expect((await state(reader))[0]?.mail).toBe('noAddress')
  })

  it('keeps notices apart: nobody reads or marks another one’s', async () => {
    const { notices } = scene.house.domains.inviting
    await send(notice(reader), notice(reader))
    const [newest] = await state(reader)
    expect(await notices.markRead(other, [newest?.id ?? ''])).toBe(0)
    expect(await notices.unread(reader)).toBe(2)
    expect(await notices.markRead(reader, [newest?.id ?? ''])).toBe(1)
    expect(await notices.markRead(reader, undefined)).toBe(0)
    expect(await state(other)).toEqual([])
  })

  it('is read in pages, newest first', async () => {
    for (let index = 0; index < 5; index += 1) await send(notice(reader, { kind: `test.n${index}` }))
    const { notices } = scene.house.domains.inviting
    const first = await notices.list(reader, { before: undefined, limit: 3 })
    const second = await notices.list(reader, { before: first.next ?? undefined, limit: 3 })
    expect([...first.notices, ...second.notices].map(({ kind }) => kind)).toEqual(['test.n4', 'test.n3', 'test.n2', 'test.n1', 'test.n0'])
    expect([first.unread, second.next]).toEqual([5, null])
  })

  it('asks the database as often for many as for one', async () => {
    const one = await scene.house.statements(() => send(notice(reader)))
    const people = await Promise.all(Array.from({ length: 40 }, () => scene.house.newPerson()))
    const many = await scene.house.statements(() => send(...people.map((person) => notice(person))))
    expect(many).toEqual(one)
  })
})

describe('a mail server that is down', () => {
  it('loses nothing in an hour: everything is out once it is back, each under the Message-ID that it would have had', async () => {
    await scene.mail.stop()
    const people = await Promise.all(Array.from({ length: 12 }, () => scene.house.newPerson()))
    for (const person of people) await address(person, mailTo(person))
    await send(...people.map((person) => notice(person)))
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await scene.deliver()
      scene.pass(HOUR / 12)
    }
    expect(scene.mail.mails).toEqual([])
    for (const person of people) expect((await state(person))[0]?.mail).toBe('waiting')
    await scene.mail.start()
    scene.pass(HOUR / 6)
    await scene.deliver()
    for (const person of people) {
      const [told] = await state(person)
      expect(told?.mail).toBe('sent')
      expect(scene.mailsTo(mailTo(person)).map((mail) => mail.header('Message-ID'))).toEqual([`<${told?.id}@example.vn>`])
    }
  }, 60_000)

  it('is not asked over and over: after one refusal the others wait', async () => {
    await scene.mail.stop()
    const people = await Promise.all(Array.from({ length: 40 }, () => scene.house.newPerson()))
    for (const person of people) await address(person, mailTo(person))
    await send(...people.map((person) => notice(person)))
    await scene.deliver()
    const tried = await scene.house.db('notice_delivery').join('notice', 'notice.id', 'notice_id')
      .whereIn('person_id', people.map(({ personId }) => personId)).where('tries', '>', 0).count<{ count: string }[]>({ count: '*' })
    expect(Number(tried[0]?.count)).toBeLessThanOrEqual(3)
    await scene.mail.start()
    scene.pass(HOUR)
    await scene.deliver()
    expect(scene.mail.mails).toHaveLength(40)
  }, 60_000)

  it('is given up after days, visibly', async () => {
    await scene.mail.stop()
    await send(notice(reader))
    await scene.deliver()
    scene.pass(6 * 24 * HOUR)
    await scene.deliver()
    expect((await state(reader))[0]?.mail).toBe('failed')
    await scene.mail.start()
  })

  it('that refuses one address keeps no other mail back', async () => {
    scene.mail.refused.add(mailTo(reader))
    await address(other, mailTo(other))
    await send(notice(reader), notice(other))
    await scene.deliver()
    expect([(await state(reader))[0]?.mail, (await state(other))[0]?.mail]).toEqual(['waiting', 'sent'])
    scene.pass(25 * HOUR)
    await scene.deliver()
    expect((await state(reader))[0]?.mail).toBe('failed')
  })

  it('is spoken to by one of two processes alone', async () => {
    await send(...Array.from({ length: 20 }, () => notice(reader)))
    await Promise.all([scene.deliver(), scene.deliver(), scene.deliver()])
    const ids = scene.mailsTo(mailTo(reader)).map((mail) => mail.header('Message-ID'))
    expect([ids.length, new Set(ids).size]).toEqual([20, 20])
  })
})

describe('web push', () => {
  const pushed = { vi: { title: 'Giấy mời họp', body: 'Hội nghị tháng 6' }, en: { title: 'Invitation', body: 'Meeting' } }
  const subscribe = (caller: Caller, path = `/${randomUUID()}`) => scene.house.domains.inviting.push.subscribe(caller, scene.push.subscription(path))

  it('reaches each browser of a person, readable by it alone, with no more than may be pushed', async () => {
    await subscribe(reader)
    await subscribe(reader)
    await send(notice(reader, { push: pushed }))
    await scene.deliver()
    expect(scene.push.pushes.map(({ message }) => message)).toEqual(Array.from({ length: 2 }, () => (
      expect.objectContaining({ title: 'Giấy mời họp', body: 'Hội nghị tháng 6', link: '/meetings/1' })
    )))
    const [first] = scene.push.pushes
    expect(first?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'normal' })
    expect(first?.headers.authorization).toMatch(/^vapid t=[\w.-]+, ?k=[\w-]+$/)
    expect(first?.raw.toString('latin1')).not.toContain('Gi')
  })

  it('is not sent where there is nothing that may be pushed', async () => {
    await subscribe(reader)
    await send(notice(reader))
    await scene.deliver()
    expect(scene.push.pushes).toEqual([])
  })

  it('forgets a browser that its service knows no longer', async () => {
    await subscribe(reader)
    scene.push.answer.status = 410
    await send(notice(reader, { push: pushed }))
    await scene.deliver()
    scene.push.answer.status = 201
    expect((await scene.house.domains.inviting.push.own(reader)).devices).toEqual([])
    expect((await state(reader))[0]?.mail).toBe('sent')
  })

  it('is tried again where its service is busy', async () => {
    await subscribe(reader)
    scene.push.answer.status = 503
    await send(notice(reader, { push: pushed }))
    await scene.deliver()
    scene.push.answer.status = 201
    await scene.deliver()
    expect(scene.push.pushes).toHaveLength(1)
    scene.pass(HOUR)
    await scene.deliver()
    expect(scene.push.pushes).toHaveLength(2)
  })

  it('goes to whoever subscribed a browser last', async () => {
    await subscribe(reader, '/shared')
    await subscribe(other, '/shared')
    const { push } = scene.house.domains.inviting
    expect([(await push.own(reader)).devices.length, (await push.own(other)).devices.length]).toEqual([0, 1])
    const [device] = (await push.own(other)).devices
    await push.unsubscribe(reader, device?.id ?? '')
    expect((await push.own(other)).devices).toHaveLength(1)
    await push.unsubscribe(other, device?.id ?? '')
    expect((await push.own(other)).devices).toEqual([])
  })

  it.each([
    'http://fcm.googleapis.com/x', 'https://fcm.googleapis.com:8443/x', 'https://fcm.googleapis.com.evil.example/x', 'https://evil.example/fcm.googleapis.com',
    'https://user:secret@fcm.googleapis.com/x', 'http://127.0.0.1:9/x', 'https://169.254.169.254/latest', 'http://localhost/x', 'file:///etc/passwd',
  ])('never sends to %s', async (endpoint) => {
    expect(isPushService(endpoint, [])).toBe(false)
    const subscription = { ...scene.push.subscription(), endpoint }
    await expect(scene.house.domains.inviting.push.subscribe(reader, subscription)).rejects.toMatchObject({ code: 'pushServiceUnknown' })
  })

  it.each(['https://fcm.googleapis.com/fcm/send/x', 'https://updates.push.services.mozilla.com/wpush/v2/x', 'https://web.push.apple.com/x', 'https://wns2-sg2p.notify.windows.com/w/?token=x'])(
    'knows %s', (endpoint) => { expect(isPushService(endpoint, [])).toBe(true) })
})

describe('a calendar link', () => {
  const secretOf = (url: string) => /\/calendar\/([\w-]+)\.ics$/.exec(url)?.[1] ?? ''

  async function account({ personId }: Caller): Promise<void> {
    await scene.house.archive.owner('account').insert({ person_id: personId, username: personId })
  }

  it('is a calendar that other programs read, kept as a hash alone', async () => {
    await account(reader)
    const { feeds } = scene.house.domains.inviting
    const { url } = await feeds.make(reader)
    const text = await feeds.read(secretOf(url))
    expect(new ICAL.Component(ICAL.parse(text) as unknown[]).name).toBe('vcalendar')
    const rows = await scene.house.archive.owner('calendar_feed').where({ person_id: reader.personId })
    expect(JSON.stringify(rows)).not.toContain(secretOf(url))
    expect(Buffer.from(secretOf(url), 'base64url')).toHaveLength(32)
  })

  it('is void once another one is made, and once it is revoked', async () => {
    await account(reader)
    const { feeds } = scene.house.domains.inviting
    const first = await feeds.make(reader)
    const second = await feeds.make(reader)
    await expect(feeds.read(secretOf(first.url))).rejects.toMatchObject({ code: 'notFound' })
    await feeds.read(secretOf(second.url))
    await feeds.revoke(reader)
    await expect(feeds.read(secretOf(second.url))).rejects.toMatchObject({ code: 'notFound' })
    expect(await feeds.own(reader)).toEqual({ createdAt: null })
  })

  it('is void while its person may not sign in', async () => {
    await account(reader)
    const { feeds } = scene.house.domains.inviting
    const { url } = await feeds.make(reader)
    await scene.house.archive.owner('account').where({ person_id: reader.personId }).update({ disabled_at: new Date() })
    await expect(feeds.read(secretOf(url))).rejects.toMatchObject({ code: 'notFound' })
  })

  it.each(['', 'x', 'A'.repeat(43)])('that nobody made is not found: %j', async (secret) => {
    await expect(scene.house.domains.inviting.feeds.read(secret)).rejects.toMatchObject({ code: 'notFound' })
  })
})
