import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { shallowRef, watch } from 'vue'
import { toApiError, type ApiError } from './api-error.ts'

const REFRESH_MS = 30_000

/** What `load` gives, loaded anew while it is looked at and when `question` changes. What is shown stays where that fails: it was true a moment ago. */
export function useRefreshed<T>(load: () => Promise<T>, question: () => unknown = () => null) {
  const visibility = useDocumentVisibility()
  const value = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  let asked = 0

  async function refresh(): Promise<void> {
    const mine = ++asked
    try {
      const answer = await load()
      if (mine !== asked) return
      value.value = answer
      error.value = null
    } catch (thrown) {
      if (mine === asked && value.value === null) error.value = toApiError(thrown)
    }
  }
  watch(() => JSON.stringify(question()), () => void refresh(), { immediate: true })
  watch(visibility, (seen) => { if (seen === 'visible') void refresh() })
  useIntervalFn(() => { if (visibility.value === 'visible') void refresh() }, REFRESH_MS)
  return { value, error, refresh }
}
