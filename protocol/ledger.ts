import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { Instant } from './text.ts'

/** The ledger of meetings that were not held: it explains the figures and never adds to them. */

/** Why a line stands, or stood. */
export const LedgerCause = z.object({
  kind: z.enum(['requestedElsewhere', 'sittingCancelled']),
  at: Instant, reason: z.string(),
  /** The matter that was decided otherwise, or the sitting that was cancelled; null where the caller may not know it. */
  of: z.object({ kind: z.enum(['proposal', 'meeting']), id: Id, title: z.string() }).nullable(),
  /** A matter of it came back as a meeting (rebound). */
  reversed: z.object({ at: Instant, reason: z.string() }).nullable(),
})
export type LedgerCause = z.infer<typeof LedgerCause>

export const LedgerLine = z.object({
  id: Id, body: z.object({ id: Id, name: z.string() }),
  /** The day on which it would have been. */
  day: Day,
  /**
   * `counts`: a meeting that was not held. `metAnyway`: the body met on that day after all, so it is none. `reversed`: every
   * cause of it came back as a meeting.
   */
  state: z.enum(['counts', 'metAnyway', 'reversed']),
  /** Who would have met, of the causes that stand. */
  people: z.int(),
  causes: z.array(LedgerCause),
})
export type LedgerLine = z.infer<typeof LedgerLine>
