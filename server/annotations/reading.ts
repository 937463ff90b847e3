import type { Knex } from 'knex'
import type { Audience } from '../../protocol/journal.ts'
import type { Caller } from '../platform/contract.ts'

/** A version that somebody may read. */
export interface ReadVersion {
  itemId: string
  number: number
  sha256: string
  /** A final one is no longer reworded. */
  final: boolean
  /** Its readers may have more of it than pictures of its pages. */
  copies: boolean
  /** Who learns of what is said about it: those who may read it. */
  audience: Audience
}

/**
 * Whether somebody may read a document; `version` null: any of it. Throws `meetingNotFound`, and `documentNotFound` alike for
 * what is not there and what they may not read.
 */
export type RequireReading = (
  meetingId: string, documentId: string, version: number | null, caller: Caller, source?: Knex,
) => Promise<ReadVersion>
