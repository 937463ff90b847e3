import { z } from 'zod'
import { defineNotice } from './event.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/**
 * What the product tells people beside their pages: notices in the product, mail, web push, and a calendar to subscribe to.
 * None of them ever carries anything of an item under state secrecy.
 */

/** The languages that people are written to in. */
export const NoticeLanguage = z.enum(['vi', 'en'])
export type NoticeLanguage = z.infer<typeof NoticeLanguage>

/**
 * How far the mail of a notice is. `notConfigured`: this server has no mail server, so it stands in the product alone;
 * `noAddress`: nobody entered the person's address; `failed`: given up, the mail server refused it or was away for days.
 */
export const MailState = z.enum(['waiting', 'sent', 'notConfigured', 'noAddress', 'failed'])
export type MailState = z.infer<typeof MailState>

/** A notice in one language: a line, and paragraphs. */
export const NoticeWords = z.object({ subject: z.string(), paragraphs: z.array(z.string()) })
export type NoticeWords = z.infer<typeof NoticeWords>

export const Notice = z.object({
  id: Id,
  /** `<domain>.<what>`: what it tells of. */
  kind: z.string(),
  words: z.object({ vi: NoticeWords, en: NoticeWords }),
  /** The page that it leads to, a path of this product. */
  link: z.string(),
  at: Instant, readAt: Instant.nullable(),
  mail: MailState,
})
export type Notice = z.infer<typeof Notice>

export const listNotices = defineRoute({
  id: 'notices.list', method: 'get', path: '/api/notices', access: 'signedIn', errors: [],
  summary: 'The caller’s notices, newest first. Paged by `before`.',
  query: z.object({
    /** `next` of the page before. */
    before: Id.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(30),
  }),
  response: z.object({ notices: z.array(Notice), next: Id.nullable(), unread: z.int() }),
})

export const countUnread = defineRoute({
  id: 'notices.unread', method: 'get', path: '/api/notices/unread', access: 'signedIn', errors: [],
  summary: 'How many notices the caller has not read.', response: z.object({ unread: z.int() }),
})

export const readNotices = defineRoute({
  id: 'notices.read', method: 'post', path: '/api/notices/read', access: 'signedIn', errors: [],
  summary: 'Marks notices of the caller as read; all of them without `ids`. Foreign ids are passed over.',
  body: z.object({ ids: z.array(Id).max(200).optional() }), response: z.object({ unread: z.int() }),
})

export const noticesNotice = defineNotice({
  name: 'notices:changed', summary: 'The person has a new notice, or read one elsewhere.', payload: z.object({ unread: z.int() }),
})

/** A mail address as it may stand in a header: one address, no name, no line break, ASCII as SMTP without SMTPUTF8 takes it. */
export const MailAddress = z.string().trim().max(254).pipe(z.email())

/** How a person is reached outside the product. */
export const Contact = z.object({ email: MailAddress.nullable(), language: NoticeLanguage })
export type Contact = z.infer<typeof Contact>

/** `before` is what the edit began from: if it is another by now, nothing is overwritten and `contactChanged` says what it is. */
const ContactChange = Contact.extend({ before: Contact })
export type ContactChange = z.infer<typeof ContactChange>

const OwnContact = Contact.extend({
  /** Whether this server sends mail at all. */
  mailConfigured: z.boolean(),
})

export const getContact = defineRoute({
  id: 'notices.contact', method: 'get', path: '/api/me/contact', access: 'signedIn', errors: [],
  summary: 'One’s own mail address and the language of mails.', response: OwnContact,
})

export const putContact = defineRoute({
  id: 'notices.setContact', method: 'put', path: '/api/me/contact', access: 'signedIn', errors: ['contactChanged'],
  summary: 'Sets one’s own mail address (null: none) and the language of mails.', body: ContactChange, response: OwnContact,
})

export const getContactOf = defineRoute({
  id: 'notices.contactOf', method: 'get', path: '/api/accounts/:personId/contact', access: 'administrator', errors: ['personNotFound'],
  summary: 'Somebody’s mail address and language of mails, for the administrator.', params: z.object({ personId: Id }), response: Contact,
})

export const putContactOf = defineRoute({
  id: 'notices.setContactOf', method: 'put', path: '/api/accounts/:personId/contact', access: 'administrator', errors: ['personNotFound', 'contactChanged'],
  summary: 'Sets somebody’s mail address and language of mails.', params: z.object({ personId: Id }), body: ContactChange, response: Contact,
})

/** A subscription as a browser's push manager gives it (W3C Push API), with a name for the list of devices. */
export const PushSubscription = z.object({
  endpoint: z.url().max(1000),
  keys: z.object({ p256dh: z.base64url().min(80).max(100), auth: z.base64url().min(20).max(30) }),
  device: Line(80),
})
export type PushSubscription = z.infer<typeof PushSubscription>

export const PushDevice = z.object({ id: Id, device: z.string(), createdAt: Instant })
export type PushDevice = z.infer<typeof PushDevice>

export const getPush = defineRoute({
  id: 'notices.push', method: 'get', path: '/api/me/push', access: 'signedIn', errors: [],
  summary: 'The server’s public key for push subscriptions (VAPID), and the browsers of the caller that are subscribed.',
  response: z.object({ publicKey: z.string(), devices: z.array(PushDevice) }),
})

export const subscribePush = defineRoute({
  id: 'notices.subscribePush', method: 'post', path: '/api/me/push', access: 'signedIn', errors: ['pushServiceUnknown', 'tooManyDevices'],
  summary: 'Subscribes this browser, with the person’s consent. Its push service must be one that the server may speak to.',
  body: PushSubscription, response: PushDevice,
})

export const unsubscribePush = defineRoute({
  id: 'notices.unsubscribePush', method: 'delete', path: '/api/me/push/:id', access: 'signedIn', errors: [],
  summary: 'Ends a subscription of the caller; one that is not there is passed over.', params: z.object({ id: Id }), response: z.object({}),
})

/** When the present link was made; the link itself is shown once. */
export const CalendarFeed = z.object({ createdAt: Instant.nullable() })
export type CalendarFeed = z.infer<typeof CalendarFeed>

export const getCalendarFeed = defineRoute({
  id: 'notices.feed', method: 'get', path: '/api/me/calendar-feed', access: 'signedIn', errors: [],
  summary: 'Whether the caller has a calendar link.', response: CalendarFeed,
})

export const makeCalendarFeed = defineRoute({
  id: 'notices.makeFeed', method: 'post', path: '/api/me/calendar-feed', access: 'signedIn', errors: [],
  summary: 'Makes a new secret calendar link, shown once; the one before is void.',
  response: z.object({ url: z.string(), createdAt: Instant }),
})

export const revokeCalendarFeed = defineRoute({
  id: 'notices.revokeFeed', method: 'delete', path: '/api/me/calendar-feed', access: 'signedIn', errors: [],
  summary: 'Makes the calendar link void.', response: z.object({}),
})

export const readCalendarFeed = defineRoute({
  id: 'notices.readFeed', method: 'get', path: '/calendar/:secret.ics', access: 'anyone', errors: ['notFound'],
  summary: 'The meetings of whoever the link belongs to, as iCalendar. Without anything of classified items. Unknown and revoked links are `notFound`.',
  params: z.object({ secret: z.string().regex(/^[\w-]{43}$/).catch('') }), response: { stream: 'text/calendar' },
})
