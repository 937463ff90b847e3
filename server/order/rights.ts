import { isCalled } from '../../protocol/agenda.ts'
import { isInRoom } from '../../protocol/attendance.ts'
import type { MediaRights, MediaSource } from '../../protocol/media-grant.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Participant } from '../../protocol/meetings.ts'
import { leadsRoom, maySpeak, type OrderState } from '../../protocol/order.ts'

type Person = Pick<Participant, 'personId' | 'role' | 'itemsOnly'>

const everything: MediaSource[] = ['microphone', 'camera', 'screen', 'screenAudio']
/** As many as a media node may be told. */
const SEVERAL_SCREENS = 100

/** What somebody may send, receive and say in the room. */
export function rightsOf(person: Person, order: OrderState): MediaRights {
  return { publish: maySpeak(person, order) ? everything : [], receive: everything, say: ['reaction'] }
}

/** How many may share a screen at once. */
export const screensOf = (order: OrderState) => order.rules.severalScreens ? SEVERAL_SCREENS : 1

export type Admission = 'enter' | 'wait' | 'locked' | 'banned'

/**
 * Whether somebody may come into the room. `inside`: one of their devices is there, or was cut off a moment ago. Who was put
 * out waits, as before a lobby of their own. A guest of single items waits for theirs, which opens lobby and lock to them.
 */
export function admissionOf(person: Person, { order, attendance, agenda }: Pick<MeetingState, 'order' | 'attendance' | 'agenda'>, inside: boolean): Admission {
  const { personId } = person
  const out = order.out.find((one) => one.personId === personId)
  if (out) return out.ban ? 'banned' : 'wait'
  if (person.itemsOnly) return isCalled(agenda, person) ? 'enter' : 'wait'
  if (leadsRoom(person, order) || inside || isInRoom(attendance, personId) || order.admitted.includes(personId)) return 'enter'
  if (order.rules.locked) return 'locked'
  return order.rules.lobby ? 'wait' : 'enter'
}
