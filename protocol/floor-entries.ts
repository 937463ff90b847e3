import { z } from 'zod'
import { SpeakKind } from './floor-rules.ts'
import { Id, TextRef } from './journal.ts'

/** What the journal has of the floor; the ways to it are in `floor.ts` and `turns.ts`, the order of its queue in `speaking.ts`. */

const speech = {
  /** Null: no item, as before the first one and between two. */
  itemId: Id.nullable(),
  /** Whose place it is; of a remote site, the site. */
  personId: Id,
  kind: SpeakKind,
  /** The turn that a reply answers. */
  replyTo: Id.nullable(),
  topic: TextRef.nullable(),
  /** Who of the people at a remote site speaks, where that was said. */
  speaker: TextRef.nullable(),
}

/** The speaker themself or who presides ended it · the next was invited · the item or the meeting ended · time was over by rule. */
export const TurnEnd = z.enum(['ended', 'next', 'item', 'meeting', 'time', 'putOut'])
export type TurnEnd = z.infer<typeof TurnEnd>

/**
 * For those who may see the item; without one for those who take part in the whole meeting. A request ends without an entry
 * of its own with its item, with the meeting, and when its person leaves while it could be called up.
 */
export const floorEntries = [
  /** Somebody asks to speak, or (the actor is another) was put down for it. */
  z.object({ kind: z.literal('floor.requested'), data: z.object({ requestId: Id, ...speech }) }),
  z.object({ kind: z.literal('floor.withdrawn'), data: z.object({ requestId: Id }) }),
  z.object({
    kind: z.literal('floor.turnStarted'),
    data: z.object({
      turnId: Id, requestId: Id.nullable().describe('null: invited without having asked'), ...speech,
      /** Seconds that it is given; null: no limit. */
      limitS: z.int().positive().nullable(),
      /** Somebody who was there and stood before in the queue was passed over. */
      outOfOrder: z.boolean(),
      /** The right to send sound and picture came with the turn, and goes with it. */
      grants: z.boolean(),
    }),
  }),
  /** `limitS` is what it is given since, in all. */
  z.object({ kind: z.literal('floor.turnExtended'), data: z.object({ turnId: Id, seconds: z.int(), limitS: z.int().positive() }) }),
  z.object({ kind: z.literal('floor.turnEnded'), data: z.object({ turnId: Id, why: TurnEnd }) }),
] as const

type Speech = z.infer<z.ZodObject<typeof speech>>

export interface SpeakRequest extends Speech {
  requestId: string
  at: string
  /** Who put it down, where it was somebody else. */
  byId: string | null
}

export interface Turn extends Speech {
  turnId: string
  requestId: string | null
  from: string
  until: string | null
  limitS: number | null
  extendedS: number
  outOfOrder: boolean
  grants: boolean
  why: TurnEnd | null
}

/** Who asks to speak, in the order of asking, and who has spoken; at most the last turn goes on. */
export interface FloorState { requests: SpeakRequest[], turns: Turn[] }

export const emptyFloor: FloorState = { requests: [], turns: [] }

type FloorEntry = z.infer<typeof floorEntries[number]> & { at: string, actorId: string | null }

/** The floor after one more entry. */
export function applyFloor(state: FloorState, entry: FloorEntry): FloorState {
  const each = (turnId: string, change: (turn: Turn) => Turn) =>
    ({ ...state, turns: state.turns.map((turn) => turn.turnId === turnId ? change(turn) : turn) })
  const without = (requestId: string | null) => state.requests.filter((request) => request.requestId !== requestId)
  switch (entry.kind) {
    case 'floor.requested': {
      const { data, at, actorId } = entry
      return { ...state, requests: [...without(data.requestId), { ...data, at, byId: actorId === data.personId ? null : actorId }] }
    }
    case 'floor.withdrawn':
      return { ...state, requests: without(entry.data.requestId) }
    case 'floor.turnStarted':
      return {
        requests: without(entry.data.requestId),
        turns: [...state.turns, { ...entry.data, from: entry.at, until: null, extendedS: 0, why: null }],
      }
    case 'floor.turnExtended': {
      const { turnId, seconds, limitS } = entry.data
      return each(turnId, (turn) => ({ ...turn, limitS, extendedS: turn.extendedS + seconds }))
    }
    case 'floor.turnEnded': {
      const { turnId, why } = entry.data
      return each(turnId, (turn) => ({ ...turn, until: turn.until ?? entry.at, why: turn.why ?? why }))
    }
  }
}

/** The turn that goes on. */
export const runningTurn = ({ turns }: FloorState): Turn | undefined => turns.find(({ until }) => until === null)

/** Requests on items that were dealt with, put off or taken away are over. */
export const withoutItem = (state: FloorState, itemId: string): FloorState => keeping(state, (request) => request.itemId !== itemId)

/** Who has left keeps their place on items still to come; `currentId` is what is dealt with. */
export const withoutWhoLeft = (state: FloorState, personId: string, currentId: string | null): FloorState =>
  keeping(state, (request) => request.personId !== personId || (request.itemId !== null && request.itemId !== currentId))

/** Who takes part no longer asks for nothing. */
export const withoutPerson = (state: FloorState, personId: string): FloorState => keeping(state, (request) => request.personId !== personId)

/** Ends the turn that goes on, of this person or of anybody. */
export function endRunning(state: FloorState, at: string, why: TurnEnd, personId?: string): FloorState {
  const ends = ({ until, ...turn }: Turn) => until === null && (personId === undefined || turn.personId === personId)
  return state.turns.some(ends) ? { ...state, turns: state.turns.map((turn) => ends(turn) ? { ...turn, until: at, why } : turn) } : state
}

/** The part of who sees single items alone. */
export const floorOfItems = (state: FloorState, sees: (itemId: string) => boolean): FloorState => {
  const shown = ({ itemId }: Speech) => itemId !== null && sees(itemId)
  return { requests: state.requests.filter(shown), turns: state.turns.filter(shown) }
}

function keeping(state: FloorState, stays: (request: SpeakRequest) => boolean): FloorState {
  return state.requests.every(stays) ? state : { ...state, requests: state.requests.filter(stays) }
}
