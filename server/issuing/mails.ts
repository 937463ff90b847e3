import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { LinkedPaper } from '../../protocol/paper-links.ts'
import type { MailState } from '../../protocol/notices.ts'
import type { Mailer } from '../notices/mail.ts'
import { AppError } from '../platform/error.ts'
import type { PaperLinks } from './links.ts'
import type { Paper } from './paper.ts'
import { ended, issued, type ToldPaper } from './words.ts'

/** A mail that is due, taken by this process. */
export interface DueMail {
  recipientId: string
  name: string
  address: string
  news: 'issued' | 'recalled' | 'replaced'
  tries: number
  addedAt: Date
  paper: ToldPaper
}

/** A recipient by mail with their paper. */
export interface LinkedRecipient { linked: LinkedPaper, paperId: string, content: Paper | null, signedSha256: string | null }

export interface MailsStore {
  /** Takes what is due, keeping other processes off until `until`. */
  take(db: Knex, now: Date, until: Date, limit: number): Promise<DueMail[]>
  settle(db: Knex, recipientId: string, outcome: { state: MailState, dueAt: Date | null, at: Date | null }): Promise<void>
  linked(db: Knex, recipientId: string): Promise<LinkedRecipient | null>
  opened(db: Knex, recipientId: string, at: Date): Promise<void>
  confirm(db: Knex, recipientId: string, at: Date): Promise<void>
}

export interface MailsDeps {
  db: Knex
  store: MailsStore
  links: PaperLinks
  /** Undefined where no mail server is configured. */
  mailer: Mailer | undefined
  log: Pick<Logger, 'warn'>
  now?: () => Date
}

const BATCH = 50
const LEASE_MS = 10 * 60_000
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 10 * 60_000
/** As the notices do: an outage of a long weekend loses nothing, a letter that its server refuses is tried for a day. */
const GIVE_UP = { server: 700, letter: 150 }

/** Papers to recipients by mail alone: what brings them a link, and what the link shows. */
export function createPaperMails({ db, store, links, mailer, log, now = () => new Date() }: MailsDeps) {
  async function send(due: DueMail): Promise<void> {
    if (!mailer) {
      await store.settle(db, due.recipientId, { state: 'notConfigured', dueAt: null, at: null })
      return
    }
    const { paper, news, recipientId, name, address } = due
    const failure = await mailer.send({
      // Each news is one mail, however often it is tried.
      noticeId: `${recipientId}.${news}`, topic: `paper:${paper.paperId}`, kind: `issuing.${news}`, link: await links.path(recipientId), language: 'vi',
      content: { words: news === 'issued' ? issued(paper) : ended(paper, news), buttons: [], calendar: null, push: null }, to: { name, address }, at: due.addedAt,
    })
    if (!failure) {
      await store.settle(db, recipientId, { state: 'sent', dueAt: null, at: now() })
      return
    }
    log.warn({ recipientId, reason: failure.reason }, 'a paper was not taken by the mail server; it is tried again')
    if (due.tries >= GIVE_UP[failure.of]) await store.settle(db, recipientId, { state: 'failed', dueAt: null, at: null })
    else {
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(due.tries, 10))
      await store.settle(db, recipientId, { state: 'waiting', dueAt: new Date(now().getTime() + wait), at: null })
    }
  }

  async function linkedTo(token: string): Promise<LinkedRecipient & { recipientId: string }> {
    const recipientId = await links.open(token)
    const found = await store.linked(db, recipientId)
    if (!found) throw new AppError('linkInvalid')
    return { ...found, recipientId }
  }

  return {
    /** Everything that is due. Woken by whoever issues, and looked at each minute. */
    async run(): Promise<void> {
      for (;;) {
        const batch = await store.take(db, now(), new Date(now().getTime() + LEASE_MS), BATCH)
        for (const due of batch) await send(due)
        if (batch.length < BATCH) return
      }
    },

    /** Throws `linkInvalid`. */
    view: async (token: string): Promise<LinkedPaper> => (await linkedTo(token)).linked,

    /** The paper, as opened by its recipient. Throws `linkInvalid`, `paperWithoutFile`, `paperNotInForce`. */
    async read(token: string): Promise<LinkedRecipient> {
      const found = await linkedTo(token)
      if (!found.content) throw new AppError('paperWithoutFile')
      if (found.linked.status !== 'issued') throw new AppError('paperNotInForce', { status: found.linked.status })
      await store.opened(db, found.recipientId, now())
      return found
    },

    /** Throws `linkInvalid`. */
    async confirm(token: string): Promise<LinkedPaper> {
      const { recipientId } = await linkedTo(token)
      await store.confirm(db, recipientId, now())
      return (await linkedTo(token)).linked
    },
  }
}

export type PaperMails = ReturnType<typeof createPaperMails>
