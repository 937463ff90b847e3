import { computed } from 'vue'
import { currentItem } from '../../protocol/agenda.ts'
import { isPresent } from '../../protocol/attendance.ts'
import { emptyFloor, runningTurn } from '../../protocol/floor-entries.ts'
import { commonFloorRule } from '../../protocol/floor-rules.ts'
import { isOut } from '../../protocol/order.ts'
import { nextOf, queueOf } from '../../protocol/speaking.ts'
import { useSession } from '../identity/session.ts'
import { useMeeting, type Meeting } from '../meetings/use-meeting.ts'

/** The floor as it stands, seen by the one at this page. */
export function useFloor(meeting: Meeting = useMeeting()) {
  const session = useSession()
  const floor = computed(() => meeting.state.value?.floor ?? emptyFloor)
  const currentId = computed(() => currentItem(meeting.state.value?.agenda ?? [])?.itemId ?? null)
  const rule = computed(() => meeting.detail.value?.rules.floor ?? commonFloorRule)
  /** Who may be called up now, in order. */
  const queue = computed(() => queueOf(floor.value, currentId.value, rule.value))
  const isThere = (personId: string) => {
    const order = meeting.state.value?.order
    return isPresent(meeting.attendance.value, personId) && !(order && isOut(order, personId))
  }
  return {
    floor, currentId, rule, queue, isThere,
    turn: computed(() => runningTurn(floor.value)),
    next: computed(() => nextOf(queue.value, isThere)),
    /** One's own raised hand. */
    ownHand: computed(() => queue.value.find(({ personId, kind }) => personId === session.personId && kind === 'speak')),
  }
}
