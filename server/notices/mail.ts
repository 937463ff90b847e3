import { createTransport, type SendMailOptions } from 'nodemailer'
import type { NoticeLanguage } from '../../protocol/notices.ts'
import { calendarMessage } from './calendar.ts'
import type { NoticeContent } from './notices.ts'

/** Where mail goes out, and as whom. */
export interface MailSettings {
  /** `smtp://user:password@host:587`, or `smtps://`. */
  url: string
  from: { name: string, address: string }
}

export interface Letter {
  /** Of the notice: it makes the Message-ID, so that a mail sent twice is known for one. */
  noticeId: string
  topic: string
  kind: string
  link: string
  content: NoticeContent
  to: { name: string, address: string }
  language: NoticeLanguage
  at: Date
}

/** Whether it is this letter that was refused, for good as far as the server knows, or the way to the server that is closed. */
export type MailFailure = { of: 'letter' | 'server', reason: string }

/** The mail server. */
export interface Mailer {
  /** Null when it was taken. */
  send(letter: Letter): Promise<MailFailure | null>
  close(): void
}

/** In ms: a server that does not answer must not hold up the others' mails. */
const ANSWER_MS = 15_000

const own = {
  vi: { open: 'Mở trong Nghị Sự', foot: 'Thư do hệ thống Nghị Sự gửi tự động. Đề nghị không trả lời thư này.', heading: 'Nghị Sự' },
  en: { open: 'Open in Nghị Sự', foot: 'Sent by Nghị Sự automatically. Please do not reply to this mail.', heading: 'Nghị Sự' },
}

/** One line: what comes from people must not begin another header or another line of it. */
const line = (text: string) => text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim()
const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' })[sign] ?? '')

/** The Message-ID of a notice: the same whenever it is sent, so that a second copy is put aside by who keeps the first. */
export const messageId = (noticeId: string, from: MailSettings['from']) => `<${noticeId}@${from.address.split('@').at(-1)}>`

/** The letter as nodemailer takes it: text, HTML, and the calendar entry both beside them and attached. */
export function compose(letter: Letter, { from }: Pick<MailSettings, 'from'>, origin: string): SendMailOptions {
  const { content, language, to, at } = letter
  const { subject, paragraphs } = content.words[language]
  const buttons = [...content.buttons.map(({ path, label }) => ({ url: origin + path, label: label[language] })),
    { url: origin + letter.link, label: own[language].open }]
  const message: SendMailOptions = {
    messageId: messageId(letter.noticeId, from),
    references: messageId(letter.topic.replace(/[^\w-]/g, '.'), from),
    date: at,
    from: { name: line(from.name), address: from.address },
    to: { name: line(to.name), address: to.address },
    subject: line(subject),
    // No absence note is to answer it (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', 'Content-Language': language },
    text: [...paragraphs, ...buttons.map(({ url, label }) => `${label}: ${url}`), `-- \n${own[language].foot}`].join('\n\n'),
    html: page(subject, paragraphs, buttons, language),
    disableFileAccess: true, disableUrlAccess: true,
  }
  if (content.calendar) {
    const { method, event } = content.calendar
    const frame = { origin, address: from.address, at }
    message.icalEvent = {
      method, filename: 'giay-moi.ics',
      content: calendarMessage(method, event, frame, { name: to.name, email: to.address }),
    }
  }
  return message
}

/** Plain enough for every mail program; what people wrote is text and nothing else. */
function page(subject: string, paragraphs: readonly string[], buttons: readonly { url: string, label: string }[], language: NoticeLanguage): string {
  const text = paragraphs.map((one) => `<p style="margin:0 0 14px">${escaped(one).replaceAll('\n', '<br>')}</p>`).join('')
  const acts = buttons.map(({ url, label }, index) => {
    const look = index === 0 && buttons.length > 1 ? 'background:#9f1d2c;color:#ffffff' : 'background:#f1f5f9;color:#0f172a'
    return `<a href="${escaped(url)}" style="display:inline-block;margin:0 10px 10px 0;padding:12px 20px;border-radius:6px;font-weight:bold;text-decoration:none;${look}">${escaped(label)}</a>`
  }).join('')
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(line(subject))}</title></head>`
    + '<body style="margin:0;padding:24px;background:#ffffff;color:#0f172a;font:16px/1.5 Arial,sans-serif"><div style="max-width:600px">'
    + `<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">${escaped(line(subject))}</h1>${text}<p style="margin:20px 0">${acts}</p>`
    + `<p style="margin:24px 0 0;color:#64748b;font-size:13px">${escaped(own[language].foot)}</p></div></body></html>`
}

/** A mailer to any SMTP server. Opens connections when there is something to send. */
export function createMailer(settings: MailSettings, origin: string): Mailer {
  const transport = createTransport({
    url: settings.url, pool: true, maxConnections: 3,
    connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS * 2,
  })
  return {
    async send(letter) {
      try {
        await transport.sendMail(compose(letter, settings, origin))
        return null
      } catch (error) {
        return failureOf(error)
      }
    },
    close: () => { transport.close() },
  }
}

/** nodemailer's codes: what a server says of a recipient or a message is about the letter, everything else about the way. */
function failureOf(error: unknown): MailFailure {
  const { code = '', responseCode = 0 } = error as { code?: string, responseCode?: number }
  const ofLetter = code === 'EENVELOPE' || code === 'EMESSAGE'
  return { of: ofLetter ? 'letter' : 'server', reason: [code || 'unknown', responseCode || ''].filter(Boolean).join(' ') }
}
