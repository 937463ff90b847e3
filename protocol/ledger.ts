import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { Instant } from './text.ts'
import { OpinionCount } from './triage.ts'

/** The ledger of meetings that were not held: it explains the figures and never adds to them. */

/** How a requested meeting was made needless. */
export const LedgerWay = z.enum(['write', 'delegate', 'merge'])
export type LedgerWay = z.infer<typeof LedgerWay>

/** Why a line stands, or stood. */
export const LedgerCause = z.object({
  kind: z.enum(['requestedElsewhere', 'sittingCancelled']),
  /** Null of a cancelled sitting, and where it was not kept. */
  way: LedgerWay.nullable(),
  at: Instant,
  /** Words of the person who decided, for leaders and offices of the body alone; empty for others, and where they gave none. */
  reason: z.string(),
  /** The matter that was decided otherwise, or the sitting that was cancelled; null where the caller may not know it. */
  of: z.object({ kind: z.enum(['proposal', 'meeting']), id: Id, title: z.string() }).nullable(),
  /** A matter of it came back as a meeting (rebound), or was taken back undecided (stopped). */
  reversed: z.object({
    kind: z.enum(['rebound', 'stopped']), at: Instant, reason: z.string(),
    /** What the written opinion came to that was to take the meeting's place. */
    tally: OpinionCount.nullable(),
  }).nullable(),
})
export type LedgerCause = z.infer<typeof LedgerCause>

export const LedgerLine = z.object({
  id: Id, body: z.object({ id: Id, name: z.string() }),
  /** The day on which it would have been: that which its unit asked for, that of the decision where it named none, or that of the sitting. */
  day: Day,
  /**
   * `counts`: a meeting that was not held: its day is past, and what it was for is decided. `pending`: one of both is still to
   * come. `metAnyway`: the body met on that day after all, so it is none. `reversed`: every cause of it came back as a meeting;
   * `stopped`: or was taken back undecided, and none came back.
   */
  state: z.enum(['counts', 'pending', 'metAnyway', 'reversed', 'stopped']),
  /** Who would have met, of the causes that stand. */
  people: z.int(),
  /** From where: by unit, the most people first; null of those in no unit. Names for leaders and offices of the body alone. */
  units: z.array(z.object({ unit: z.object({ id: Id, name: z.string() }).nullable(), people: z.int(), names: z.array(z.string()).nullable() })),
  causes: z.array(LedgerCause),
})
export type LedgerLine = z.infer<typeof LedgerLine>
