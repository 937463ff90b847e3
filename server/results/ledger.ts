import type { Knex } from 'knex'
import type { Day } from '../../protocol/calendar.ts'
import type { LedgerWay } from '../../protocol/ledger.ts'
import type { OpinionCount } from '../../protocol/triage.ts'

/** A matter that was requested for a meeting and decided otherwise, or a planned sitting whose whole agenda went elsewhere. */
export type AvoidedCause =
  | { kind: 'requestedElsewhere', matterId: string, way?: LedgerWay | undefined }
  /** `matterIds`: those that went elsewhere. */
  | { kind: 'sittingCancelled', meetingId: string, matterIds: readonly string[] }

/** Who would have met, and the unit they would have come from. */
export interface WouldHaveMet { personId: string, unitId: string | null }

export interface AvoidedMeeting {
  bodyId: string
  /** The day on which it would have been, in Asia/Ho_Chi_Minh. */
  date: Day
  cause: AvoidedCause
  attendees: readonly WouldHaveMet[]
  byId: string
  /** Words of the person who decided; empty where they gave none. */
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

/** Why what was avoided was not: the matter was met about, or is to be; or it was taken back undecided. */
export interface Reversal { kind: 'rebound' | 'stopped', reason: string, tally?: OpinionCount | undefined }

/** A matter that is decided upon to be dealt with otherwise than in a meeting of its own. */
export interface ElsewhereMatter {
  matterId: string
  bodyId: string
  way: LedgerWay
  /** The day of the meeting that its unit asked for; null: it asked for none. */
  requestedOn: Day | null
  /** The meeting that it was merged into. */
  meetingId: string | null
  attendees: readonly WouldHaveMet[]
  byId: string
  reason: string
}

/** What agendas say of a matter, of its body. */
export interface AgendaHistory {
  /** It stands on an agenda, whatever became of that meeting, but for the one that it was merged into. */
  stands: boolean
  /** The agenda that it was last taken off, with the minutes planned for it and who takes part there; undefined too where that meeting was cancelled. */
  takenOff: { meetingId: string, minutes: number, people: number } | undefined
  /** The meeting that it was merged into has other matters. */
  shared: boolean
}

/** A sitting that was cancelled after it was published, and whose matters all went elsewhere. */
export interface CancelledSitting { meetingId: string, bodyId: string, date: Day, matterIds: string[], attendees: WouldHaveMet[] }

export interface LedgerStore {
  /** The line of a body and day, made where there is none, locked until the transaction ends. */
  line(trx: Knex.Transaction, bodyId: string, day: Day): Promise<string>
  stands(trx: Knex.Transaction, lineId: string): Promise<boolean>
  /** The standing cause of this matter or meeting has it already: nothing is inserted, false. */
  insertCause(trx: Knex.Transaction, lineId: string, avoided: AvoidedMeeting): Promise<boolean>
  insertMinutes(trx: Knex.Transaction, saved: SavedMinutes): Promise<boolean>
  /** How many causes and savings of the matter were reversed. */
  reverse(trx: Knex.Transaction, matterId: string, reversal: Reversal): Promise<number>
  /** Whether the ledger has a requested meeting of the matter that was not reversed. */
  hasRequested(trx: Knex.Transaction, matterId: string): Promise<boolean>
  agendaHistory(trx: Knex.Transaction, matter: Pick<ElsewhereMatter, 'matterId' | 'bodyId' | 'meetingId'>): Promise<AgendaHistory>
  /** Of this meeting, or of all that had this matter. */
  cancelledSittings(trx: Knex.Transaction, of: { meetingId: string } | { matterId: string }): Promise<CancelledSitting[]>
}

/**
 * The ledger of meetings that were not held. It explains the figures and never adds to them: what is told first is baseline
 * minus held. All of it is called in the transaction of what it tells of; whoever calls has asked for the right to do so. Whether
 * a line counts is read off what became of its matters (figures-store.ts); here stands what it is for. In doubt there is no line.
 */
export function createLedger({ store }: { store: LedgerStore }) {
  /**
   * A meeting not held. Answers the line's id where the line stands by this; null where the body and day had a standing one,
   * which is then kept as a further cause, so that a rebound of the first does not take away what the second avoided; null
   * too where this matter or sitting was told before.
   */
  async function avoided(trx: Knex.Transaction, meeting: AvoidedMeeting): Promise<string | null> {
    const lineId = await store.line(trx, meeting.bodyId, meeting.date)
    const stood = await store.stands(trx, lineId)
    return await store.insertCause(trx, lineId, meeting) && !stood ? lineId : null
  }

  async function sittings(trx: Knex.Transaction, of: { meetingId: string } | { matterId: string }, byId: string): Promise<void> {
    for (const { meetingId, matterIds, ...sitting } of await store.cancelledSittings(trx, of)) {
      await avoided(trx, { ...sitting, cause: { kind: 'sittingCancelled', meetingId, matterIds }, byId, reason: '' })
    }
  }

  return {
    avoided,

    /** An item taken off a meeting that sits anyway; told once a meeting and matter. */
    async minutesSaved(trx: Knex.Transaction, saved: SavedMinutes): Promise<boolean> {
      return await store.insertMinutes(trx, saved)
    },

    /** What a matter avoided was not avoided. Answers how much was reversed; 0 the second time. */
    async reverse(trx: Knex.Transaction, { matterId }: { matterId: string }, reversal: Reversal): Promise<number> {
      return await store.reverse(trx, matterId, reversal)
    },

    /**
     * A decision to deal with a matter otherwise than in a meeting of its own. A requested meeting is avoided where the matter
     * stands on no agenda, and by a merger only into a meeting that has other matters: into an empty one, that is the meeting
     * which was asked for. One that had been taken off an agenda saves the minutes of that meeting, and is no meeting. It may
     * also have been the last matter of a sitting that was cancelled.
     */
    async elsewhere(trx: Knex.Transaction, matter: ElsewhereMatter): Promise<void> {
      const { matterId, bodyId, way, requestedOn, attendees, byId, reason } = matter
      const { stands, takenOff, shared } = await store.agendaHistory(trx, matter)
      if (!await store.hasRequested(trx, matterId)) {
        if (way !== 'merge' && takenOff) await store.insertMinutes(trx, { ...takenOff, bodyId, matterId, byId, reason })
        else if (requestedOn !== null && !stands && (way !== 'merge' || shared)) {
          await avoided(trx, { bodyId, date: requestedOn, cause: { kind: 'requestedElsewhere', matterId, way }, attendees, byId, reason })
        }
      }
      if (way !== 'merge') await sittings(trx, { matterId }, byId)
    },

    /** A planned meeting was cancelled; its matters may have gone elsewhere before, or may yet. */
    cancelled: (trx: Knex.Transaction, meetingId: string, byId: string): Promise<void> => sittings(trx, { meetingId }, byId),

    /** A matter came onto an agenda: what it avoided by then was not avoided. */
    async placed(trx: Knex.Transaction, matterId: string): Promise<void> {
      await store.reverse(trx, matterId, { kind: 'rebound', reason: '' })
    },
  }
}

export type Ledger = ReturnType<typeof createLedger>
