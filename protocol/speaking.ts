import type { FloorRule } from './floor-rules.ts'
import type { FloorState, SpeakRequest, Turn } from './floor-entries.ts'

/** The order of the queue and the sums of speaking: the same on server and client. */

/**
 * Who may be called up while this item is dealt with (null: none), in order: by the kinds that the body's rule puts first,
 * then by the time of asking. Requests outside the items wait through all of them.
 */
export function queueOf({ requests }: Pick<FloorState, 'requests'>, currentId: string | null, { precedence }: Pick<FloorRule, 'precedence'>): SpeakRequest[] {
  const rank = ({ kind }: SpeakRequest) => {
    const place = precedence.indexOf(kind)
    return place < 0 ? precedence.length : place
  }
  return requests.filter(({ itemId }) => itemId === null || itemId === currentId).toSorted((a, b) => rank(a) - rank(b))
}

/** The first of the queue who is there. */
export const nextOf = (queue: readonly SpeakRequest[], isThere: (personId: string) => boolean): SpeakRequest | undefined =>
  queue.find(({ personId }) => isThere(personId))

/** Milliseconds that a turn has lasted. */
export const lasted = ({ from, until }: Pick<Turn, 'from' | 'until'>, now: number): number =>
  Math.max(0, (until === null ? now : Date.parse(until)) - Date.parse(from))

/** Milliseconds that a turn has left, negative once its time is over; null: it has no limit. */
export const leftOf = (turn: Pick<Turn, 'from' | 'until' | 'limitS'>, now: number): number | null =>
  turn.limitS === null ? null : turn.limitS * 1000 - lasted(turn, now)

export interface Spoken { turns: number, seconds: number }

/** What turns come to by whatever they are grouped by; whole seconds of each sum. */
export function spokenBy<K>(turns: readonly Turn[], now: number, keyOf: (turn: Turn) => K): Map<K, Spoken> {
  const sums = new Map<K, { turns: number, ms: number }>()
  for (const turn of turns) {
    const key = keyOf(turn)
    const { turns: count, ms } = sums.get(key) ?? { turns: 0, ms: 0 }
    sums.set(key, { turns: count + 1, ms: ms + lasted(turn, now) })
  }
  return new Map([...sums].map(([key, { turns: count, ms }]) => [key, { turns: count, seconds: Math.round(ms / 1000) }]))
}
