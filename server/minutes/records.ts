import type { Knex } from 'knex'
import type { Letterhead } from '../../protocol/bodies.ts'
import type { MinutesContent } from '../../protocol/minutes.ts'

/** What stands around the text on paper. */
export interface MinutesFrame {
  letterhead: Letterhead
  /** Full names of who took the minutes and who presided; null when nobody in that role was there. */
  clerk: string | null
  chair: string | null
}

export type MinutesStatus = 'draft' | 'review' | 'published'

export interface MinutesRecord {
  meetingId: string
  status: MinutesStatus
  version: number
  /** As it was begun, made anew, or laid before the members last; of published minutes what was approved. */
  content: MinutesContent
  /** As somebody wrote it; null: the title of the meeting. */
  abstract: string | null
  savedAt: Date
  /** Null until it is published, like all that follows. */
  publishedAt: Date | null
  number: number | null
  /** Of papers of before the register also null. */
  symbol: string | null
  paperId: string | null
  journalHead: string | null
  frame: MinutesFrame | null
}

export interface Publication {
  content: MinutesContent, publishedAt: Date, number: number, numberYear: number, symbol: string, paperId: string
  journalHead: string, frame: MinutesFrame
  /** The text that was approved, for when it is opened again; null where there was none. */
  state: Uint8Array | null
}

/** Where a transaction is asked for, it is that of the entry that records the change. */
export interface MinutesStore {
  find(meetingId: string, trx?: Knex.Transaction): Promise<MinutesRecord | null>
  /** Version 1. A meeting has minutes once. */
  insertDraft(trx: Knex.Transaction, meetingId: string, bodyId: string, content: MinutesContent, state: Uint8Array, savedAt: Date): Promise<void>
  /** Makes the text of a draft of before there was one, unless there is one now. */
  begin(meetingId: string, state: Uint8Array): Promise<void>
  /** The text as it is stored, part by part; null where there is none, or it is published. With `trx` nothing is added until its end. */
  states(meetingId: string, trx?: Knex.Transaction): Promise<Uint8Array[] | null>
  /** Stores what somebody wrote. Throws `minutesPublished` for a text that is no longer written. */
  append(meetingId: string, update: Uint8Array, writtenBy: string, trx?: Knex.Transaction): Promise<void>
  /** Keeps as one what was stored part by part. */
  compact(meetingId: string, merge: (parts: readonly Uint8Array[]) => Uint8Array): Promise<void>
  setAbstract(trx: Knex.Transaction, meetingId: string, abstract: string | null): Promise<void>
  updateDraft(trx: Knex.Transaction, meetingId: string, version: number, content: MinutesContent, savedAt: Date, status?: 'draft' | 'review'): Promise<void>
  insertRound(trx: Knex.Transaction, meetingId: string, round: number, content: MinutesContent, openedAt: Date): Promise<void>
  /** The text as the last review began with it. */
  lastRound(meetingId: string): Promise<MinutesContent | null>
  /** Throws `minutesNumberTaken` where the body has used the number in that year. */
  publish(trx: Knex.Transaction, meetingId: string, publication: Publication): Promise<void>
  /** Published minutes are a draft again, of the text that was approved. The database refuses where their paper was not recalled. */
  reopen(trx: Knex.Transaction, meetingId: string): Promise<void>
  /** The states of the minutes of these meetings; a meeting without minutes is left out. */
  statuses(meetingIds: readonly string[]): Promise<Map<string, MinutesStatus>>
}
