import type { Knex } from 'knex'
import type { Contact, ContactChange, Notice, NoticeLanguage, NoticeWords } from '../../protocol/notices.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Jobs } from '../platform/jobs.ts'
import type { CalendarEvent } from './calendar.ts'

/** The queue of the outbox: woken by whoever writes into it. */
export const OUTBOX = 'notices.outbox'

type Words = Record<NoticeLanguage, NoticeWords>

/** What is kept of a notice besides its place in lists. */
export interface NoticeContent {
  words: Words
  /** Buttons of the mail, to paths of this product. */
  buttons: { path: string, label: Record<NoticeLanguage, string> }[]
  /** The calendar entry that goes with the mail (RFC 5546). */
  calendar: { method: 'REQUEST' | 'CANCEL', event: CalendarEvent } | null
  /** What may pass through the push service of a browser's maker; null: nothing is pushed. */
  push: Record<NoticeLanguage, { title: string, body: string }> | null
}

export interface NewNotice extends Partial<Pick<NoticeContent, 'buttons' | 'calendar' | 'push'>> {
  personId: string
  /** The same key is told the same person once, whoever sends it again. */
  dedupeKey: string
  /** What it is about: `meeting:<id>`. Mails of one topic make one thread. */
  topic: string
  kind: string
  words: Words
  /** A path of this product. */
  link: string
}

export interface NoticesStore {
  /** The new ones with a delivery by mail, and one by push to each browser of their person; returns how many were new. */
  insert(trx: Knex.Transaction, notices: readonly (Omit<NewNotice, keyof NoticeContent> & { content: NoticeContent })[], at: Date): Promise<number>
  /** Newest first. */
  list(db: Knex, personId: string, page: { before: string | undefined, limit: number }): Promise<Notice[]>
  unread(db: Knex, personId: string): Promise<number>
  markRead(db: Knex, personId: string, ids: readonly string[] | undefined, at: Date): Promise<void>
  /** How far the mails of a topic's latest notice of a kind are, by person. */
  mailStates(db: Knex, topic: string, kind: string): Promise<Map<string, Notice['mail']>>
  contact(db: Knex, personId: string): Promise<Contact | null>
  /** With its audit entry; false where there is no such person, or the contact is no longer as `before`. */
  setContact(trx: Knex.Transaction, actorId: string, personId: string, change: ContactChange): Promise<boolean>
  /** Deletes notices of before then; returns how many. */
  forget(db: Knex, before: Date): Promise<number>
}

export interface NoticesDeps {
  db: Knex
  store: NoticesStore
  jobs: Jobs
  mailConfigured: boolean
  /** Tells the open pages of a person how many they have not read. */
  tell(personId: string, unread: number): void
  now?: () => Date
}

/** How long notices are kept: so long can a mail be found again in the product. */
const KEPT_MS = 180 * 24 * 3600_000
/** PostgreSQL takes one value of some megabytes with ease. */
const NOTICES_A_STATEMENT = 500

/** Notices to people, in the product and beyond. Knows no domain: whoever sends decides who may be told what. */
export function createNotices({ db, store, jobs, mailConfigured, tell, now = () => new Date() }: NoticesDeps) {
  async function contactOf(personId: string): Promise<Contact> {
    const contact = await store.contact(db, personId)
    if (!contact) throw new AppError('personNotFound')
    return contact
  }

  async function setContact(caller: Caller, personId: string, change: ContactChange): Promise<Contact> {
    if (!await db.transaction((trx) => store.setContact(trx, caller.personId, personId, change))) {
      throw new AppError('contactChanged', { contact: await contactOf(personId) })
    }
    return { email: change.email, language: change.language }
  }

  return {
    /**
     * Writes notices into the outbox, in the transaction of the change that they tell of: they go out once that is committed,
     * each at least once, and never where it is not. Returns how many were new.
     */
    async send(trx: Knex.Transaction, notices: readonly NewNotice[]): Promise<number> {
      let fresh = 0
      for (let from = 0; from < notices.length; from += NOTICES_A_STATEMENT) {
        const rows = notices.slice(from, from + NOTICES_A_STATEMENT).map(({ words, buttons = [], calendar = null, push = null, ...rest }) =>
          ({ ...rest, content: { words, buttons, calendar, push } }))
        fresh += await store.insert(trx, rows, now())
      }
      if (fresh > 0) await jobs.wake(trx, OUTBOX)
      return fresh
    },

    mailStates: (topic: string, kind: string, source: Knex = db) => store.mailStates(source, topic, kind),

    async list({ personId }: Caller, page: { before: string | undefined, limit: number }) {
      const [rows, unread] = await Promise.all([store.list(db, personId, { ...page, limit: page.limit + 1 }), store.unread(db, personId)])
      const notices = rows.slice(0, page.limit)
      return { notices, next: rows.length > notices.length ? notices.at(-1)?.id ?? null : null, unread }
    },

    unread: ({ personId }: Caller) => store.unread(db, personId),

    /** Without ids: all. Other people's are passed over. */
    async markRead({ personId }: Caller, ids: readonly string[] | undefined): Promise<number> {
      await store.markRead(db, personId, ids, now())
      const unread = await store.unread(db, personId)
      tell(personId, unread)
      return unread
    },

    async ownContact({ personId }: Caller) {
      return { ...await contactOf(personId), mailConfigured }
    },

    /** Throws `contactChanged`. */
    async setOwnContact(caller: Caller, change: ContactChange) {
      return { ...await setContact(caller, caller.personId, change), mailConfigured }
    },

    /** For the administrator, as `setContact`. Throws `personNotFound`; the second also `contactChanged`. */
    contactOf,
    setContact,

    /** Forgets notices that are kept no longer; returns how many. */
    forgetOld: () => store.forget(db, new Date(now().getTime() - KEPT_MS)),
  }
}

export type Notices = ReturnType<typeof createNotices>
