import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { z } from 'zod'
import { InstanceState, InstanceView, listInstances, type InstanceSummary } from '../../protocol/procedure-instances.ts'
import { call } from '../app/http.ts'

const SEARCH_PAUSE_MS = 300

/** What the address asks for, a page at a time. */
export function useInstanceList() {
  const route = useRoute()
  const router = useRouter()
  const instances = shallowRef<InstanceSummary[]>([])
  const answer = shallowRef<z.output<typeof listInstances.response> | null>(null)
  const failure = shallowRef<unknown>(null)
  const busy = shallowRef(false)
  let asked = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  const set = (change: Record<string, string | undefined>) => void router.replace({ query: { ...route.query, ...change } })
  const view = computed(() => InstanceView.safeParse(route.query.view).data ?? 'waiting')
  /** `late` is running ones alone. */
  const state = computed<InstanceState | 'late' | undefined>(() =>
    route.query.state === 'late' ? 'late' : route.query.state === 'any' ? undefined : InstanceState.safeParse(route.query.state).data ?? 'running')
  const procedureId = computed(() => typeof route.query.procedure === 'string' ? route.query.procedure : undefined)
  const search = computed({ get: () => String(route.query.q ?? ''), set: (q) => set({ q: q || undefined }) })

  async function load(before?: string) {
    const mine = ++asked
    busy.value = true
    failure.value = null
    try {
      const page = await call(listInstances, { query: {
        view: view.value, ...state.value === undefined ? {} : state.value === 'late' ? { late: 'true' as const } : { state: state.value },
        ...procedureId.value ? { procedureId: procedureId.value } : {}, ...search.value ? { search: search.value } : {}, ...before ? { before } : {},
      } })
      if (mine !== asked) return
      instances.value = before ? [...instances.value, ...page.instances] : page.instances
      answer.value = page
    } catch (thrown) {
      if (mine === asked) failure.value = thrown
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  watch([view, state, procedureId], () => {
    answer.value = null
    void load()
  }, { immediate: true })
  watch(search, () => {
    clearTimeout(pause)
    pause = setTimeout(() => void load(), SEARCH_PAUSE_MS)
  })

  return { instances, answer, failure, busy, view, state, procedureId, search, set, load }
}
