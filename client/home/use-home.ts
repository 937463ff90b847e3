import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { computed, onMounted, shallowRef, watch } from 'vue'
import { listBodies } from '../../protocol/bodies.ts'
import { listMeetings } from '../../protocol/convening.ts'
import type { MeetingSummary } from '../../protocol/meetings.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'

const REFRESH_MS = 30_000
const PAST_SHOWN = 5

/** Home's meetings by status, kept fresh while the page is looked at. */
export function useHome() {
  const meetings = shallowRef<Record<MeetingSummary['status'], MeetingSummary[]> | null>(null)
  const mayConvene = shallowRef(false)
  const error = shallowRef<ApiError | null>(null)
  const visibility = useDocumentVisibility()

  const list = async (status: MeetingSummary['status'], limit: number) =>
    (await call(listMeetings, { query: { status, limit } })).meetings

  async function load() {
    try {
      const [live, published, postponed, draft, closed, { bodies }] = await Promise.all([
        list('live', 100), list('published', 100), list('postponed', 100), list('draft', 100), list('closed', PAST_SHOWN), call(listBodies, {}),
      ])
      const soonestFirst = (page: MeetingSummary[]) => page.toSorted((a, b) => a.startsAt.localeCompare(b.startsAt))
      // What was cancelled waits for nobody; it is in the list of all meetings.
      meetings.value = { live, published: soonestFirst(published), postponed, cancelled: [], draft: soonestFirst(draft), closed }
      mayConvene.value = bodies.some(({ role }) => role === 'chair' || role === 'clerk')
      error.value = null
    } catch (thrown) {
      // What is shown stays: it was true a moment ago, and the banner tells of a cut.
      if (!meetings.value) error.value = toApiError(thrown)
    }
  }

  onMounted(load)
  useIntervalFn(() => { if (visibility.value === 'visible') void load() }, REFRESH_MS)
  watch(visibility, (seen) => { if (seen === 'visible') void load() })

  return { meetings, mayConvene, error, load, all: computed(() => Object.values(meetings.value ?? {}).flat()) }
}
