import { useDebounceFn } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { PersonKind } from '../../protocol/identity.ts'
import { searchPeople, type FoundPerson } from '../../protocol/people.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'

/** How long typing may pause before the server is asked. */
const PAUSE_MS = 200
const SHOWN = 30

/** People found by what is typed into `term`, always those of the latest question. Nothing is asked before `start`. */
export function usePeopleSearch(term: Ref<string>, among: () => { kind?: PersonKind | undefined, unitId?: string | undefined }) {
  const people = shallowRef<FoundPerson[]>([])
  /** There are more hits than are shown. */
  const more = ref(false)
  const busy = ref(false)
  const error = shallowRef<ApiError | null>(null)
  let asked: AbortController | null = null

  async function ask() {
    asked?.abort()
    const mine = asked = new AbortController()
    busy.value = true
    try {
      const { kind, unitId } = among()
      const query = { q: term.value.trim(), limit: SHOWN, ...(kind ? { kind } : {}), ...(unitId ? { unitId } : {}) }
      const answer = await call(searchPeople, { query }, { signal: mine.signal })
      people.value = answer.people
      more.value = answer.next !== null
      error.value = null
    } catch (thrown) {
      if (!mine.signal.aborted) error.value = toApiError(thrown)
    } finally {
      if (asked === mine) busy.value = false
    }
  }

  const later = useDebounceFn(ask, PAUSE_MS)
  let started = false
  watch(term, () => { if (started) void later() })
  onScopeDispose(() => asked?.abort())
  return {
    people, more, busy, error,
    start() {
      if (started && !error.value) return
      started = true
      void ask()
    },
  }
}
