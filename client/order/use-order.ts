import { computed } from 'vue'
import { isCalled } from '../../protocol/agenda.ts'
import { initialOrder, maySpeak, presidingAs } from '../../protocol/order.ts'
import { useSession } from '../identity/session.ts'
import { useMeeting } from '../meetings/use-meeting.ts'

/** The order of the room as it stands, seen by the one at this page. */
export function useOrder() {
  const session = useSession()
  const meeting = useMeeting()
  const order = computed(() => meeting.state.value?.order ?? initialOrder)
  const own = computed(() => session.personId === null ? undefined : meeting.participant(session.personId))
  const me = computed(() => ({ personId: session.personId, role: own.value?.role }))
  const as = computed(() => presidingAs(me.value, { presidingId: order.value.presiding, clerkActs: order.value.rules.clerkActs }))
  /** A guest of single items who comes in by themselves with theirs. */
  const isHeld = (personId: string) => !isCalled(meeting.state.value?.agenda ?? [], meeting.participant(personId) ?? { personId })
  return {
    order,
    /** Who waits to be let in. */
    asking: computed(() => order.value.waiting.filter((personId) => !isHeld(personId))),
    /** Who waits for an item of theirs. */
    awaiting: computed(() => order.value.waiting.filter(isHeld)),
    /** In whose place one presides; null: one does not. */
    as,
    presides: computed(() => as.value !== null),
    /** Whether one may send sound and picture. */
    maySpeak: computed(() => maySpeak(me.value, order.value)),
    isChair: computed(() => own.value?.role === 'chair'),
    nameOf: (personId: string) => meeting.person(personId)?.fullName ?? '',
    officeOf: (personId: string) => meeting.participant(personId)?.office || meeting.person(personId)?.office || '',
  }
}
