import type { Knex } from 'knex'
import { currentItem, type AgendaItemState } from '../../protocol/agenda.ts'
import { isPresent } from '../../protocol/attendance.ts'
import type { Turn, TurnEnd } from '../../protocol/floor-entries.ts'
import type { FloorRule } from '../../protocol/floor-rules.ts'
import type { Person } from '../../protocol/identity.ts'
import { canSee, type Audience } from '../../protocol/journal.ts'
import { viewerOf, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { isOut } from '../../protocol/order.ts'
import type { Bodies } from '../bodies/bodies.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import type { MeetingAccess } from '../meetings/access.ts'
import type { Enforcement } from '../order/enforcement.ts'
import { AppError } from '../platform/error.ts'

/** What all parts of the floor go by. */

export interface SpeakingTime { personId: string, turns: number, seconds: number }

/** A meeting that is being held, and its body. */
export interface Held { meetingId: string, bodyId: string }

export interface FloorStore {
  /** What people spoke in a meeting that is being closed. */
  keepTimes(trx: Knex.Transaction, meeting: { meetingId: string, year: number }, times: readonly SpeakingTime[]): Promise<void>
  /** What each spoke in the closed meetings of a body in a year, but in this one. One query by an index. */
  yearTimes(db: Knex, of: { bodyId: string, year: number, except: string }): Promise<SpeakingTime[]>
  /** Meetings that are live. */
  liveMeetings(db: Knex): Promise<Held[]>
}

export interface FloorDeps {
  db: Knex
  journal: Pick<Journal, 'run' | 'state'>
  access: MeetingAccess
  store: FloorStore
  enforcement: Pick<Enforcement, 'rights'>
  bodies: Pick<Bodies, 'bodies'>
  people(ids: readonly string[], trx: Knex.Transaction): Promise<readonly Person[]>
  log: { warn(about: object, message: string): void }
}

export type RuleOf = (bodyId: string) => Promise<FloorRule>

export const ruleReader = ({ bodies }: Pick<FloorDeps, 'bodies'>): RuleOf => async (bodyId) => {
  const [body] = await bodies.bodies([bodyId])
  if (!body) throw new Error('a meeting of no body')
  return body.rules.floor
}

/** What is said on an item is for those who may see it; outside the items for those who take part in the whole meeting. */
export const audienceOfSpeech = (itemId: string | null): Audience => itemId === null ? { scope: 'whole' } : { scope: 'item', itemId }

/** Throws `notParticipant`. */
export function participantIn({ participants }: MeetingState, personId: string): Participant {
  const found = participants.find((participant) => participant.personId === personId)
  if (!found) throw new AppError('notParticipant')
  return found
}

/** Whether somebody may see what is said on this item, or (null) outside the items. */
export const hears = (person: Participant, state: MeetingState, itemId: string | null): boolean =>
  canSee(audienceOfSpeech(itemId), viewerOf(person, state))

/** There, in the room or in the hall, and not put out. */
export const isThere = ({ attendance, order }: MeetingState, personId: string): boolean =>
  isPresent(attendance, personId) && !isOut(order, personId)

export const currentOf = ({ agenda }: MeetingState): AgendaItemState | undefined => currentItem(agenda)

/**
 * Ends a turn, and takes back what came with it. Gives whose rights are other ones since, for `enforcement.rights` after the
 * commit.
 */
export function appendEnd(tx: JournalTx, turn: Turn, why: TurnEnd): string[] {
  const { turnId, itemId, personId, grants } = turn
  tx.append({ kind: 'floor.turnEnded', data: { turnId, why }, audience: audienceOfSpeech(itemId) })
  if (!grants) return []
  tx.append({ kind: 'order.invitedToSpeak', data: { personId, on: false }, audience: { scope: 'meeting' } })
  return [personId]
}
