import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { getMinutesFacts, type MinutesFact } from '../../protocol/minutes-text.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'
import type { Meeting } from '../meetings/use-meeting.ts'

/** The journal moves on by several entries at once; while a meeting goes on, presence counts on with time. */
const AFTER_MS = 400
const AGAIN_MS = 60_000

/** What the journal says of a meeting, kept up with it. */
export function useFacts(meeting: Meeting) {
  const facts = shallowRef<MinutesFact[]>([])
  const error = shallowRef<ApiError | null>(null)
  let waiting: ReturnType<typeof setTimeout> | undefined

  async function load() {
    try {
      facts.value = (await call(getMinutesFacts, { params: { meetingId: meeting.id } })).facts
      error.value = null
    } catch (thrown) {
      error.value = toApiError(thrown)
    }
  }
  const soon = () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => { void load() }, AFTER_MS)
  }

  void load()
  watch(meeting.state, soon)
  const timer = setInterval(() => { if (meeting.status.value === 'live') void load() }, AGAIN_MS)
  onScopeDispose(() => {
    clearTimeout(waiting)
    clearInterval(timer)
  })
  return { facts, error, load, byRef: computed(() => new Map(facts.value.map((fact) => [fact.ref, fact]))) }
}
