import { createHash, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { calendarFeed, type CalendarEvent } from './calendar.ts'

export interface FeedsStore {
  feed(db: Knex, personId: string): Promise<{ createdAt: Date } | null>
  /** Replaces the one before; with its audit entry. */
  putFeed(trx: Knex.Transaction, personId: string, secretHash: Buffer, at: Date): Promise<void>
  /** With its audit entry where there was one. */
  removeFeed(trx: Knex.Transaction, personId: string): Promise<void>
  /** Whose link it is; null also where the account is disabled. */
  ownerOf(db: Knex, secretHash: Buffer): Promise<{ personId: string, fullName: string } | null>
}

export interface FeedsDeps {
  db: Knex
  store: FeedsStore
  /** What the person may see, without anything of classified items. */
  eventsOf(personId: string): Promise<CalendarEvent[]>
  origin: string
  /** Whom calendar programs take for the inviting side. */
  address: string
  now?: () => Date
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest()

/** Calendars to subscribe to. Who has the link reads the calendar, so it is long, shown once, kept as a hash, and void when its person says so. */
export function createFeeds({ db, store, eventsOf, origin, address, now = () => new Date() }: FeedsDeps) {
  return {
    async own({ personId }: Caller) {
      return { createdAt: (await store.feed(db, personId))?.createdAt.toISOString() ?? null }
    },

    async make({ personId }: Caller) {
      const secret = randomBytes(32).toString('base64url')
      const at = now()
      await db.transaction((trx) => store.putFeed(trx, personId, hashOf(secret), at))
      return { url: `${origin}/calendar/${secret}.ics`, createdAt: at.toISOString() }
    },

    async revoke({ personId }: Caller): Promise<void> {
      await db.transaction((trx) => store.removeFeed(trx, personId))
    },

    /** The calendar of whoever the secret belongs to. Throws `notFound`. */
    async read(secret: string): Promise<string> {
      const owner = await store.ownerOf(db, hashOf(secret))
      if (!owner) throw new AppError('notFound')
      return calendarFeed(await eventsOf(owner.personId), { origin, address, at: now() }, `Lịch họp của ${owner.fullName}`)
    },
  }
}

export type Feeds = ReturnType<typeof createFeeds>
