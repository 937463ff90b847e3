import type { Turn } from '../../protocol/floor-entries.ts'
import { lasted, leftOf } from '../../protocol/speaking.ts'
import { formatSpan } from '../app/format.ts'

/** How often a clock is looked at that shows seconds from a moment that was no full one. */
export const CLOCK_MS = 200

/** What the clock of a turn shows. */
export interface TurnLook {
  state: 'counting' | 'left' | 'closing' | 'over'
  /** 02:14: what is left, what is over, or without a limit what was spoken. */
  span: string
  /** Of the time given, from 0 to 1; null without a limit. */
  share: number | null
}

/** The last minute is told by another word and shape; longer than half a turn it would mean nothing. */
const CLOSING_MS = 60_000

export function turnLook(turn: Pick<Turn, 'from' | 'until' | 'limitS'>, now: number): TurnLook {
  const left = leftOf(turn, now)
  if (left === null || turn.limitS === null) return { state: 'counting', span: formatSpan(lasted(turn, now)), share: null }
  const limitMs = turn.limitS * 1000
  const share = Math.min(1, Math.max(0, 1 - left / limitMs))
  if (left < 0) return { state: 'over', span: formatSpan(-left), share }
  // Rounded up, so that the whole time stands at the beginning and 00:00 at the end.
  const span = formatSpan(Math.ceil(left / 1000) * 1000)
  return { state: left <= Math.min(CLOSING_MS, limitMs / 2) ? 'closing' : 'left', span, share }
}
