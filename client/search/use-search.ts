import { ref, shallowRef } from 'vue'
import type { z } from 'zod'
import { search, type SearchHit } from '../../protocol/search.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'

type Query = Omit<z.input<NonNullable<typeof search.query>>, 'after'>

/** In ms, from the last letter typed to the question. */
export const TYPING_PAUSE_MS = 250

/** A search and its hits, a page at a time. What was found stays until the next is there. */
export function useSearch() {
  const hits = shallowRef<SearchHit[]>([])
  const count = shallowRef<z.output<typeof search.response>['count']>(null)
  /** What the hits were found by; undefined before the first answer. */
  const found = ref<string>()
  const next = ref<string | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const busy = ref(false)
  let asked = 0

  async function ask(query: Query, after?: string) {
    const mine = ++asked
    busy.value = true
    error.value = null
    try {
      const page = await call(search, { query: after === undefined ? query : { ...query, after } })
      if (mine !== asked) return
      hits.value = after === undefined ? page.hits : [...hits.value, ...page.hits]
      if (page.count) count.value = page.count
      next.value = page.next
      found.value = query.q
    } catch (thrown) {
      if (mine === asked) error.value = toApiError(thrown)
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  /** Forgets what was found, and what is on its way. */
  function forget() {
    asked += 1
    busy.value = false
    error.value = null
    hits.value = []
    count.value = null
    next.value = null
    found.value = undefined
  }

  return { hits, count, found, next, error, busy, ask, forget }
}
