import { useIntervalFn } from '@vueuse/core'
import { computed, shallowRef, watch } from 'vue'
import type { z } from 'zod'
import { awaitedItem, isCalled } from '../../protocol/agenda.ts'
import { getPlan } from '../../protocol/agenda-guests.ts'
import { numberings } from '../../protocol/outline.ts'
import { call } from '../app/http.ts'
import { useSession } from '../identity/session.ts'
import type { Meeting } from '../meetings/use-meeting.ts'

type Planned = z.output<typeof getPlan.response>['items'][number]

/** How often a guest of single items asks when theirs comes, in ms: it is counted from items that they do not see. */
const ASK_AGAIN_MS = 30_000

/** Whether the viewer is a guest of single items, and whether one of theirs is dealt with. */
export function useOwnItems(meeting: Meeting) {
  const session = useSession()
  const agenda = computed(() => meeting.state.value?.agenda ?? [])
  const limited = computed(() => Boolean(session.personId && meeting.participant(session.personId)?.itemsOnly))
  const own = computed(() => ({ personId: session.personId ?? '', itemsOnly: limited.value ? true as const : undefined }))
  return {
    agenda, limited,
    /** One may be in the room by the agenda. */
    called: computed(() => isCalled(agenda.value, own.value)),
    /** The next of one's own items that is still to come. */
    awaited: computed(() => limited.value ? awaitedItem(agenda.value, own.value.personId) : undefined),
  }
}

/** The items' numbers, and for a guest of single items when theirs are planned and expected. */
export function usePlan(meeting: Meeting) {
  const { agenda, limited } = useOwnItems(meeting)
  const planned = shallowRef(new Map<string, Planned>())

  async function ask() {
    if (!limited.value) return
    // What was known before is shown until it can be had again.
    const answer = await call(getPlan, { params: { meetingId: meeting.id } }).catch(() => null)
    if (answer) planned.value = new Map(answer.items.map((item) => [item.itemId, item]))
  }
  watch([limited, () => agenda.value.map(({ itemId, status }) => `${itemId} ${status}`).join()], () => void ask(), { immediate: true })
  useIntervalFn(() => void ask(), ASK_AGAIN_MS)

  const numbers = computed(() => {
    if (limited.value) return new Map([...planned.value].map(([itemId, { number }]) => [itemId, number]))
    const written = numberings(agenda.value.map(({ level }) => level))
    return new Map(agenda.value.map(({ itemId }, index) => [itemId, written[index] ?? '']))
  })
  return { planned, numberOf: (itemId: string) => numbers.value.get(itemId) ?? '' }
}
