import { computed, watch, type WatchSource } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { usePages } from './pages.ts'

const SEARCH_PAUSE_MS = 300

/**
 * A list whose filter and search (`q`) stand in the address, a page at a time: another filter begins it anew, and typing waits for
 * a pause. `fetch` gets what the address asks for, as the query of a list has it.
 */
export function useFilteredList<Row>(
  filters: WatchSource[], fetch: (asked: { search?: string, before?: string }) => Promise<{ rows: Row[], next: string | null }>,
) {
  const route = useRoute()
  const router = useRouter()
  let pause: ReturnType<typeof setTimeout> | undefined
  const search = computed({
    get: () => String(route.query.q ?? ''),
    set: (q) => void router.replace({ query: { ...route.query, q: q || undefined } }),
  })
  const pages = usePages<Row>((before) => fetch({ ...search.value ? { search: search.value } : {}, ...before ? { before } : {} }))

  watch(filters, () => {
    pages.next.value = undefined
    void pages.load()
  }, { immediate: true })
  watch(search, () => {
    clearTimeout(pause)
    pause = setTimeout(() => void pages.load(), SEARCH_PAUSE_MS)
  })

  return { ...pages, search }
}
