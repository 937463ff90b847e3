import type { Knex } from 'knex'
import type { TextRef } from '../../protocol/journal.ts'
import type { NewEntry } from '../journal/journal.ts'
import { writeAudit } from '../platform/audit.ts'

/**
 * What an act upon papers has in hand: the command of a meeting, whose journal tells of it; or, of a paper that came of no meeting
 * (a written opinion), a transaction whose acts the audit of the body tells.
 */
export interface PaperTx {
  /** Null: of no meeting. */
  meetingId: string | null
  actorId: string | null
  at: Date
  trx: Knex.Transaction
  append(entry: NewEntry): void
  /** Null where there is no journal to keep erasable texts: the register has them. */
  text(body: string): Promise<TextRef | null>
}

/** Carries out an act of a body outside meetings; what it appends goes into the audit, ids and facts alone. */
export async function ofBody<T>(
  trx: Knex.Transaction, { bodyId, actorId, at }: { bodyId: string, actorId: string | null, at: Date }, act: (tx: PaperTx) => Promise<T>,
): Promise<T> {
  const entries: NewEntry[] = []
  const answer = await act({ meetingId: null, actorId, at, trx, append: (entry) => { entries.push(entry) }, text: () => Promise.resolve(null) })
  await writeAudit(trx, ...entries.map(({ kind: action, data }) => ({ actorId, subjectId: null, bodyId, action, data })))
  return answer
}
