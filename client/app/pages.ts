import { shallowRef, type ShallowRef } from 'vue'
import { toApiError, type ApiError } from './api-error.ts'

/** A list that comes a page at a time; what was asked for last wins. */
export function usePages<T>(fetch: (after: string | undefined) => Promise<{ rows: T[], next: string | null }>) {
  const rows: ShallowRef<T[]> = shallowRef([])
  /** Where the next page begins; null when all are here, undefined before the first. */
  const next = shallowRef<string | null | undefined>(undefined)
  const error = shallowRef<ApiError | null>(null)
  const busy = shallowRef(false)
  let asked = 0

  async function load(after?: string) {
    const mine = ++asked
    busy.value = true
    error.value = null
    try {
      const page = await fetch(after)
      if (mine !== asked) return
      rows.value = after ? [...rows.value, ...page.rows] : page.rows
      next.value = page.next
    } catch (thrown) {
      if (mine === asked) error.value = toApiError(thrown)
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  return { rows, next, error, busy, load }
}
