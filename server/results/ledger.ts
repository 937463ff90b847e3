import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'

/** A matter that was requested for a meeting and decided otherwise, or a planned sitting whose whole agenda went elsewhere. */
export type AvoidedCause =
  | { kind: 'requestedElsewhere', matterId: string }
  /** `matterIds`: those that went elsewhere; without, the matters of the meeting's agenda. */
  | { kind: 'sittingCancelled', meetingId: string, matterIds?: readonly string[] }

/** Who would have met, and the unit they would have come from. */
export interface WouldHaveMet { personId: string, unitId: string | null }

export interface AvoidedMeeting {
  bodyId: string
  /** The day on which it would have been, in Asia/Ho_Chi_Minh. */
  date: Day
  cause: AvoidedCause
  attendees: readonly WouldHaveMet[]
  byId: string
  reason: string
}

export interface SavedMinutes {
  bodyId: string
  /** The meeting that sat, or sits, without the item. */
  meetingId: string
  matterId: string
  /** Planned for the item. */
  minutes: number
  /** Who would have spent them. */
  people: number
  byId: string
  reason: string
}

export interface LedgerStore {
  /** The line of a body and day, made where there is none, locked until the transaction ends. */
  line(trx: Knex.Transaction, bodyId: string, day: Day): Promise<string>
  stands(trx: Knex.Transaction, lineId: string): Promise<boolean>
  /** The standing cause of this matter or meeting has it already: nothing is inserted, false. */
  insertCause(trx: Knex.Transaction, lineId: string, avoided: AvoidedMeeting): Promise<boolean>
  insertMinutes(trx: Knex.Transaction, saved: SavedMinutes): Promise<boolean>
  /** How many causes and savings of the matter were reversed. */
  reverse(trx: Knex.Transaction, matterId: string, reason: string): Promise<number>
}

/**
 * The ledger of meetings that were not held. It explains the figures and never adds to them: what is told first is baseline
 * minus held. All of it is called in the transaction of what it tells of; whoever calls has asked for the right to do so.
 */
export function createLedger({ store }: { store: LedgerStore }) {
  return {
    /**
     * A meeting not held. Answers the line's id where the line stands by this; null where the body and day had a standing one,
     * which is then kept as a further cause, so that a rebound of the first does not take away what the second avoided; null
     * too where this matter or sitting was told before.
     */
    async avoided(trx: Knex.Transaction, meeting: AvoidedMeeting): Promise<string | null> {
      const lineId = await store.line(trx, meeting.bodyId, meeting.date)
      const stood = await store.stands(trx, lineId)
      return await store.insertCause(trx, lineId, meeting) && !stood ? lineId : null
    },

    /** An item taken off a meeting that sits anyway; told once a meeting and matter. */
    async minutesSaved(trx: Knex.Transaction, saved: SavedMinutes): Promise<boolean> {
      return await store.insertMinutes(trx, saved)
    },

    /** A matter that came back as a meeting (rebound): what it avoided was not avoided. Answers how much was reversed; 0 the second time. */
    async reverse(trx: Knex.Transaction, { matterId }: { matterId: string }, reason: string): Promise<number> {
      return await store.reverse(trx, matterId, reason)
    },
  }
}

export type Ledger = ReturnType<typeof createLedger>
