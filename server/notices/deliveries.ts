import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { NoticeLanguage } from '../../protocol/notices.ts'
import type { Mailer } from './mail.ts'
import type { NoticeContent } from './notices.ts'
import type { KeptSubscription, Pusher } from './push.ts'

/** A way of a notice to its person that is due, taken by this process. */
export interface DueDelivery {
  id: string
  noticeId: string
  personId: string
  topic: string
  kind: string
  link: string
  content: NoticeContent
  createdAt: Date
  /** How often it was tried before this time. */
  tries: number
  fullName: string
  email: string | null
  language: NoticeLanguage
  subscription: KeptSubscription | null
}

export type Settlement =
  | { state: 'sent', at: Date }
  | { state: 'notConfigured' | 'noAddress' }
  | { state: 'failed', failure: string }
  | { state: 'waiting', dueAt: Date, failure: string }
  /** The browser is subscribed no longer: the subscription goes, and its deliveries with it. */
  | { state: 'gone', subscriptionId: string }

export interface DeliveriesStore {
  /** Takes what is due, earliest first, keeping other processes off until `until`. */
  take(db: Knex, now: Date, until: Date, limit: number): Promise<DueDelivery[]>
  /** Untried: gives them back, due then. */
  release(db: Knex, ids: readonly string[], dueAt: Date): Promise<void>
  settle(db: Knex, id: string, settlement: Settlement): Promise<void>
  /** People with notices that their open pages were not told of, and how many they have not read; they count as told from now on. One query. */
  untold(db: Knex): Promise<{ personId: string, unread: number }[]>
}

export interface DeliveriesDeps {
  db: Knex
  store: DeliveriesStore
  /** Undefined where no mail server is configured. */
  mailer: Mailer | undefined
  push: Pusher
  tell(personId: string, unread: number): void
  log: Pick<Logger, 'warn'>
  now?: () => Date
}

const BATCH = 50
const LANES = 3
/** Longer than any delivery of a batch takes. */
const LEASE_MS = 10 * 60_000
/** Waits between tries: doubling from the first to the longest, so that after an outage everything is out within ten minutes. */
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 10 * 60_000
/** An outage of a long weekend loses nothing; a letter that its server refuses is tried for a day. */
const GIVE_UP_MS = { server: 5 * 24 * 3600_000, letter: 24 * 3600_000 }

/** How long to wait after so many tries that failed. */
const waitAfter = (tries: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10))

/** Brings notices to people: open pages at once, mails and pushes with retries, each at least once. */
export function createDeliveries({ db, store, mailer, push, tell, log, now = () => new Date() }: DeliveriesDeps) {
  /** Postponed, or given up where it was tried for too long. */
  function failed({ createdAt, tries }: DueDelivery, of: 'server' | 'letter', failure: string): Settlement {
    if (now().getTime() - createdAt.getTime() > GIVE_UP_MS[of]) return { state: 'failed', failure }
    return { state: 'waiting', dueAt: new Date(now().getTime() + waitAfter(tries)), failure }
  }

  async function mail(due: DueDelivery): Promise<{ settlement: Settlement, serverAway: boolean }> {
    if (!mailer) return { settlement: { state: 'notConfigured' }, serverAway: false }
    const { email, fullName, language, noticeId, topic, kind, link, content, createdAt } = due
    if (!email) return { settlement: { state: 'noAddress' }, serverAway: false }
    const failure = await mailer.send({ noticeId, topic, kind, link, content, language, at: createdAt, to: { name: fullName, address: email } })
    if (!failure) return { settlement: { state: 'sent', at: now() }, serverAway: false }
    log.warn({ deliveryId: due.id, reason: failure.reason }, 'a mail was not taken; it is tried again')
    return { settlement: failed(due, failure.of, failure.reason), serverAway: failure.of === 'server' }
  }

  async function pushTo(due: DueDelivery, subscription: KeptSubscription): Promise<Settlement> {
    const words = due.content.push?.[due.language]
    if (!words) return { state: 'failed', failure: 'nothingToPush' }
    const outcome = await push(subscription, { ...words, link: due.link, tag: due.topic })
    if (outcome.sent) return { state: 'sent', at: now() }
    if (outcome.why === 'gone') return { state: 'gone', subscriptionId: subscription.id }
    return outcome.why === 'refused' ? { state: 'failed', failure: outcome.reason } : failed(due, 'letter', outcome.reason)
  }

  /** False once the mail server turned out to be away: the rest need not be tried now. */
  async function deliverBatch(): Promise<{ taken: number, serverAway: boolean }> {
    const batch = await store.take(db, now(), new Date(now().getTime() + LEASE_MS), BATCH)
    const waiting = [...batch]
    const untried: string[] = []
    let serverAway = false
    await Promise.all(Array.from({ length: LANES }, async () => {
      for (let due = waiting.shift(); due; due = waiting.shift()) {
        if (due.subscription) {
          await store.settle(db, due.id, await pushTo(due, due.subscription))
        } else if (serverAway) {
          untried.push(due.id)
        } else {
          const tried = await mail(due)
          serverAway ||= tried.serverAway
          await store.settle(db, due.id, tried.settlement)
        }
      }
    }))
    if (untried.length) await store.release(db, untried, new Date(now().getTime() + FIRST_WAIT_MS))
    return { taken: batch.length, serverAway }
  }

  return {
    /** Everything that is due. Woken by whoever sends, and looked at each minute. */
    async run(): Promise<void> {
      for (const { personId, unread } of await store.untold(db)) tell(personId, unread)
      for (;;) {
        const { taken, serverAway } = await deliverBatch()
        if (taken < BATCH || serverAway) return
      }
    },
  }
}

export type Deliveries = ReturnType<typeof createDeliveries>
