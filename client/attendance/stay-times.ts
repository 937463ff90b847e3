import { presentMs } from '../../protocol/stays.ts'
import { formatSeconds } from '../app/format.ts'
import type { RosterLine } from './roster.ts'

/** First arrival, last departure and whole minutes there, as a list shows them. */
export interface StayTimes { arrived: string | null, left: string | null, minutes: number | null }

/** `now`: up to when it is counted; after the closing that is the closing. `from`: the opening, null before it. */
export function stayTimes({ stays }: Pick<RosterLine, 'stays'>, from: string | null, now: string): StayTimes {
  const [first, last] = [stays[0], stays.at(-1)]
  return {
    arrived: first ? formatSeconds(first.from) : null,
    left: last?.to ? formatSeconds(last.to) : null,
    minutes: first && from !== null ? Math.round(presentMs(stays, from, now) / 60_000) : null,
  }
}
