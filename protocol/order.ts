import { z } from 'zod'
import type { BodyRole } from './bodies.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id, TextRef } from './journal.ts'
import { Paragraphs } from './text.ts'

/**
 * Order in the video room: who comes in, who may send what, who has been muted or put out, and who presides. The media
 * node carries it out (`media-control.ts`); this is what is decided and recorded.
 */

/** The longest reason for putting somebody out, in characters. */
export const MAX_EJECTION_REASON = 500

/** What the one who presides switches; each is off at first. */
export const RoomRule = z.enum([
  'lobby', // whoever comes waits until admitted
  'locked', // nobody comes in but who is admitted from then on; who is inside may come back after a cut
  'severalScreens', // more than one may share a screen at a time
  'invitedOnly', // only who was invited to speak sends sound and picture; the others watch
  'clerkActs', // the clerk may do all of this for the chair; the chair alone says so
])
export type RoomRule = z.infer<typeof RoomRule>

const presiding = 'who presides: the chair, or whom the chair handed it to, or a clerk where the chair says so'
const errors = ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled'] as const
const OfPerson = ChangeOfMeeting.extend({ personId: Id })
const OfPersons = ChangeOfMeeting.extend({ personId: Id.nullable().describe('null: everybody') })

export const setRule = defineCommand({
  name: 'order:setRule', summary: 'Switches a rule of the room on or off.', access: `${presiding}; clerkActs: the chair alone`,
  input: ChangeOfMeeting.extend({ rule: RoomRule, on: z.boolean() }), output: Nothing, errors,
})

export const admit = defineCommand({
  name: 'order:admit', summary: 'Lets one who waits into the room, or all who wait but those who were put out and guests of single items, who come in by themselves with theirs.', access: presiding,
  input: OfPersons, output: Nothing, errors: [...errors, 'notWaiting', 'waitsForItem'],
})

export const turnAway = defineCommand({
  name: 'order:turnAway', summary: 'Sends one who waits away; they may ask again.', access: presiding,
  input: OfPerson, output: Nothing, errors: [...errors, 'notWaiting'],
})

export const mute = defineCommand({
  name: 'order:mute', summary: 'Mutes one person’s microphone, or everybody’s but one’s own. Each unmutes by themselves.',
  access: presiding, input: OfPersons, output: Nothing, errors: [...errors, 'notParticipant'],
})

export const stopShare = defineCommand({
  name: 'order:stopShare', summary: 'Ends what a person shares of a screen.', access: presiding,
  input: OfPerson, output: Nothing, errors: [...errors, 'notParticipant'],
})

export const inviteToSpeak = defineCommand({
  name: 'order:inviteToSpeak',
  summary: 'Invites a person to speak beside the order of the floor, anew too; under `invitedOnly` it gives microphone, camera and screen, or takes them back. A turn of the floor brings this by itself.',
  access: presiding, input: OfPerson.extend({ on: z.boolean() }), output: Nothing, errors: [...errors, 'notParticipant'],
})

export const eject = defineCommand({
  name: 'order:eject',
  summary: 'Takes a person out with all devices. They come in again only when admitted; banned, only when the ban is lifted.',
  access: `${presiding}; never the chair, nor who presides`,
  input: OfPerson.extend({ ban: z.boolean(), reason: Paragraphs(MAX_EJECTION_REASON) }), output: Nothing, errors: [...errors, 'notParticipant', 'presides'],
})

export const liftBan = defineCommand({
  name: 'order:liftBan', summary: 'Lets a banned or ejected person come in again.', access: presiding,
  input: OfPerson, output: Nothing, errors: [...errors, 'notParticipant'],
})

export const handChair = defineCommand({
  name: 'order:handChair', summary: 'The chair hands the presiding to a member who is present, or (null) takes it back; who got it may give it back.',
  access: 'the chair; who presides, to give it back',
  input: ChangeOfMeeting.extend({ personId: Id.nullable() }), output: Nothing, errors: [...errors, 'notParticipant', 'notPresent'],
})

const ofPerson = z.object({ personId: Id })

/** What happens to the order of the room, as the journal tells it. */
export const orderEntries = [
  z.object({ kind: z.literal('order.ruleSet'), data: z.object({ rule: RoomRule, on: z.boolean() }) }),
  /** Chair, clerk and who presides: somebody waits. */
  z.object({ kind: z.literal('order.knocked'), data: ofPerson.extend({ itemId: Id.exactOptional().describe('a guest waits for this item of theirs') }) }),
  /** To the same: they do no longer (came in, closed the page). The person sees it too when they were sent away. */
  z.object({ kind: z.literal('order.knockEnded'), data: ofPerson }),
  z.object({ kind: z.literal('order.admitted'), data: ofPerson }),
  z.object({ kind: z.literal('order.muted'), data: z.object({ personId: Id.nullable() }) }),
  z.object({ kind: z.literal('order.shareStopped'), data: ofPerson }),
  z.object({ kind: z.literal('order.invitedToSpeak'), data: z.object({ personId: Id, on: z.boolean() }) }),
  z.object({ kind: z.literal('order.ejected'), data: z.object({ personId: Id, ban: z.boolean() }) }),
  /** A guest of single items is no longer needed: the item that they were called in for is over. */
  z.object({ kind: z.literal('order.shownOut'), data: ofPerson }),
  /** Chair, clerk and who presides only: why. */
  z.object({ kind: z.literal('order.ejectionReason'), data: z.object({ personId: Id, reason: TextRef }) }),
  z.object({ kind: z.literal('order.banLifted'), data: ofPerson }),
  z.object({ kind: z.literal('order.chairHanded'), data: z.object({ personId: Id.nullable() }) }),
  /** Of journals of before there was a floor (`floor-entries.ts`), as the next. */
  z.object({ kind: z.literal('order.handRaised'), data: ofPerson }),
  z.object({ kind: z.literal('order.handLowered'), data: z.object({ personId: Id.nullable() }) }),
] as const

type OrderEntry = z.infer<typeof orderEntries[number]>

/** The order of the room as it stands. */
export interface OrderState {
  rules: Record<RoomRule, boolean>
  /** Who presides instead of the chair. */
  presiding: string | null
  /** Seen by chair, clerk and who presides. */
  waiting: string[]
  /** For which item those of them wait who are guests of it; seen by the same. */
  waitingFor: Record<string, string>
  /** Who was let in from waiting; since the lock, where the room was locked. */
  admitted: string[]
  invited: string[]
  /** Put out: `ban` is how. */
  out: { personId: string, ban: boolean }[]
}

export const initialOrder: OrderState = {
  rules: { lobby: false, locked: false, severalScreens: false, invitedOnly: false, clerkActs: false },
  presiding: null, waiting: [], waitingFor: {}, admitted: [], invited: [], out: [],
}

/** A person and their role in the meeting; undefined: none. */
interface InMeeting { personId: string | null, role: BodyRole | undefined }

/** In whose place a person presides. */
export type PresidingAs = 'chair' | 'deputy' | 'clerk'

/**
 * Whether a person keeps the order of the room, and in whose place; null: they do not. The one to whom the chair handed it,
 * else the chair; and the clerk while the chair lets the clerk act.
 */
export function presidingAs(
  { personId, role }: InMeeting, { presidingId, clerkActs }: { presidingId: string | null, clerkActs: boolean },
): PresidingAs | null {
  if (presidingId !== null && presidingId === personId) return 'deputy'
  if (role === 'chair' && presidingId === null) return 'chair'
  return role === 'clerk' && clerkActs ? 'clerk' : null
}

/** Whether a person has a place at the head of the meeting: chair, clerk, and who presides. */
export const leadsRoom = ({ personId, role }: InMeeting, { presiding }: Pick<OrderState, 'presiding'>): boolean =>
  role === 'chair' || role === 'clerk' || (presiding !== null && presiding === personId)

/** Whether a person may send sound and picture, by the rules of the room. */
export const maySpeak = (person: InMeeting, order: Pick<OrderState, 'presiding' | 'rules' | 'invited'>): boolean =>
  !order.rules.invitedOnly || leadsRoom(person, order) || order.invited.includes(person.personId ?? '')

const without = (ids: readonly string[], personId: string) => ids.filter((id) => id !== personId)
const withOne = (ids: readonly string[], personId: string) => [...without(ids, personId), personId]

function notWaiting({ waiting, waitingFor }: OrderState, personId: string): Pick<OrderState, 'waiting' | 'waitingFor'> {
  const { [personId]: _, ...others } = waitingFor
  return { waiting: without(waiting, personId), waitingFor: others }
}

/** Put out of the room, and not admitted since. */
export const isOut = ({ out }: OrderState, personId: string) => out.some((one) => one.personId === personId)

/** The order after one more entry. */
export function applyOrder(state: OrderState, entry: OrderEntry): OrderState {
  switch (entry.kind) {
    case 'order.ruleSet': {
      const { rule, on } = entry.data
      // Who was admitted before the lock and is not inside stays outside.
      return { ...state, rules: { ...state.rules, [rule]: on }, admitted: rule === 'locked' && on ? [] : state.admitted }
    }
    case 'order.knocked': {
      const { personId, itemId } = entry.data
      const { waiting, waitingFor } = notWaiting(state, personId)
      return { ...state, waiting: [...waiting, personId], waitingFor: itemId ? { ...waitingFor, [personId]: itemId } : waitingFor }
    }
    case 'order.knockEnded':
      return { ...state, ...notWaiting(state, entry.data.personId) }
    case 'order.admitted': {
      const { personId } = entry.data
      return {
        ...state, ...notWaiting(state, personId), admitted: withOne(state.admitted, personId),
        out: state.out.filter((one) => one.personId !== personId),
      }
    }
    case 'order.invitedToSpeak': {
      const { personId, on } = entry.data
      return { ...state, invited: on ? withOne(state.invited, personId) : without(state.invited, personId) }
    }
    case 'order.ejected': {
      const { personId, ban } = entry.data
      return {
        ...state, ...notWaiting(state, personId), admitted: without(state.admitted, personId),
        invited: without(state.invited, personId),
        out: [...state.out.filter((one) => one.personId !== personId), { personId, ban }],
      }
    }
    case 'order.shownOut': {
      const { personId } = entry.data
      return { ...state, admitted: without(state.admitted, personId), invited: without(state.invited, personId) }
    }
    case 'order.banLifted':
      return { ...state, out: state.out.filter((one) => one.personId !== entry.data.personId) }
    case 'order.chairHanded':
      return { ...state, presiding: entry.data.personId }
    case 'order.muted': case 'order.shareStopped': case 'order.ejectionReason': case 'order.handRaised': case 'order.handLowered':
      return state
  }
}
