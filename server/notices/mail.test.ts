import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMailServer, partsOf, type MailServer } from '../../tests/support/mail.ts'
import { createMailer, type Letter } from './mail.ts'

let server: MailServer
beforeAll(async () => { server = await openMailServer() })
afterAll(() => server.stop())

const from = { name: 'Văn phòng Tỉnh uỷ', address: 'vptu@example.vn' }
const mailer = () => createMailer({ url: server.url, from }, 'https://hop.example.vn')

function letter(more: Partial<Letter> = {}): Letter {
  return {
    noticeId: randomUUID(), topic: 'meeting:0197a3d0-0000-7000-8000-000000000001', kind: 'invitation.issued', link: '/meetings/1', language: 'vi',
    at: new Date('2026-06-01T02:03:04Z'), to: { name: 'Lê Hoài Đăng', address: 'dang@example.vn' },
    content: {
      words: {
        vi: { subject: 'Giấy mời số 12-GM/TU: Hội nghị tháng 6', paragraphs: ['Kính mời <đồng chí> dự.', 'Dòng một\nDòng hai'] },
        en: { subject: 'Invitation no. 12-GM/TU', paragraphs: ['You are invited.'] },
      },
      buttons: [{ path: '/answer#token', label: { vi: 'Trả lời giấy mời', en: 'Answer' } }],
      calendar: {
        method: 'REQUEST',
        event: {
          uid: '1@nghi-su', sequence: 0, startsAt: '2026-06-08T01:00:00.000Z', minutes: 60, title: 'Hội nghị', place: 'Trụ sở', text: '', link: '/meetings/1',
          organizer: 'Ban Thường vụ', cancelled: false,
        },
      },
      push: null,
    },
    ...more,
  }
}

async function sent(one: Letter) {
  const sending = mailer()
  expect(await sending.send(one)).toBeNull()
  sending.close()
  const mail = server.mails.at(-1)
  if (!mail) throw new Error('no mail came')
  return mail
}

describe('a mail', () => {
  it('comes with text, HTML and the calendar entry, both beside them with its method and attached', async () => {
    const mail = await sent(letter())
    expect([mail.from, mail.to]).toEqual(['vptu@example.vn', ['dang@example.vn']])
    const [text = ''] = partsOf(mail, 'text/plain')
    expect(text).toContain('Dòng một\r\nDòng hai')
    expect(text).toContain('Trả lời giấy mời: https://hop.example.vn/answer#token')
    const [html = ''] = partsOf(mail, 'text/html')
    expect(html).toContain('Kính mời &lt;đồng chí&gt; dự.')
    expect(html).not.toContain('<đồng')
    expect(html).toContain('href="https://hop.example.vn/answer#token"')
    expect(mail.source.replace(/\r\n[ \t]+/g, ' ')).toMatch(/content-type: text\/calendar; charset=utf-8; method=REQUEST/i)
    expect(partsOf(mail, 'text/calendar')[0]).toContain('METHOD:REQUEST')
    expect(mail.source).toMatch(/filename="?giay-moi\.ics/)
  })

  it('is known again by its Message-ID when it is sent twice, and never answered by a machine', async () => {
    const one = letter()
    const [first, second] = [await sent(one), await sent(one)]
    expect(first.header('Message-ID')).toBe(`<${one.noticeId}@example.vn>`)
    expect(second.header('Message-ID')).toBe(first.header('Message-ID'))
    expect((await sent(letter())).header('Message-ID')).not.toBe(first.header('Message-ID'))
    expect([first.header('Auto-Submitted'), first.header('X-Auto-Response-Suppress')]).toEqual(['auto-generated', 'All'])
  })

  it('speaks the language of its person', async () => {
    expect(partsOf(await sent(letter({ language: 'en' })), 'text/plain')[0]).toContain('You are invited.')
  })

  it.each(['Lê\r\nBcc: evil@example.com', 'Lê\nX-Evil: 1', '"><Bcc: evil@example.com>', 'a@b.c, evil@example.com'])('takes no header out of a name: %j', async (name) => {
    const one = letter({ to: { name, address: 'dang@example.vn' } })
    one.content.words.vi.subject = `Họp ${name}\r\nBcc: evil@example.com\r\n\r\nThân thư giả`
    const mail = await sent(one)
    expect(mail.to).toEqual(['dang@example.vn'])
    expect(mail.header('Bcc')).toBeUndefined()
    expect(mail.header('X-Evil')).toBeUndefined()
    expect(partsOf(mail, 'text/plain')).toHaveLength(1)
  })
})

describe('what a mail server does', () => {
  it('is told apart: a letter that it refuses, and a server that is away', async () => {
    server.refused.add('nobody@example.vn')
    const sending = mailer()
    expect(await sending.send(letter({ to: { name: 'Ai', address: 'nobody@example.vn' } }))).toMatchObject({ of: 'letter' })
    await server.stop()
    expect(await sending.send(letter())).toMatchObject({ of: 'server' })
    await server.start()
    expect(await sending.send(letter())).toBeNull()
    sending.close()
  })
})
