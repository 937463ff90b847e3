import type { OrderState } from '../../protocol/order.ts'

/** Who is on the floor: who speaks now and since when, whose microphones are on besides, and who asks to speak. */
export interface Floor {
  turn: Turn | null
  /** Microphones that are on, but the one who speaks. */
  open: string[]
  hands: Hand[]
}

export interface Turn { personId: string, since: number }
export interface Hand { personId: string, place: number, waitedMs: number, own: boolean }

interface FloorInput {
  order: OrderState
  turn: Turn | null
  /** Whose microphone is on. */
  unmuted: readonly string[]
  ownId: string | null
  now: number
}

/** The floor as it stands at a moment. */
export function floorOf({ order, turn, unmuted, ownId, now }: FloorInput): Floor {
  const speaking = turn && unmuted.includes(turn.personId) ? turn : null
  return {
    turn: speaking,
    open: unmuted.filter((personId) => personId !== speaking?.personId),
    hands: order.hands.map(({ personId, at }, index) => ({
      personId, place: index + 1, waitedMs: Math.max(0, now - Date.parse(at)), own: personId === ownId,
    })),
  }
}

/** A shorter silence (ms) does not end a turn. */
export const BREATH_MS = 5_000

/**
 * Whose turn it is after another look at who is heard: the latest of `recent` who is heard now takes it, once nobody hears
 * the one who had it; a pause for breath keeps it.
 */
export function nextTurn(
  before: (Turn & { heardAt: number }) | null, heard: ReadonlySet<string>, recent: readonly string[], now: number,
): (Turn & { heardAt: number }) | null {
  if (before && heard.has(before.personId)) return { ...before, heardAt: now }
  const next = recent.find((personId) => heard.has(personId))
  if (next) return { personId: next, since: now, heardAt: now }
  return before && now - before.heardAt < BREATH_MS ? before : null
}
