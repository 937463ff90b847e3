import { computed, shallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { z } from 'zod'
import { InstanceState, InstanceView, listInstances, type InstanceSummary } from '../../protocol/procedure-instances.ts'
import { useFilteredList } from '../app/filtered-list.ts'
import { call } from '../app/http.ts'

/** Procedure files that the address asks for, with how many there are of each state. */
export function useInstanceList() {
  const route = useRoute()
  const router = useRouter()
  const counted = shallowRef<Pick<z.output<typeof listInstances.response>, 'counts' | 'waiting'> | null>(null)

  const set = (change: Record<string, string | undefined>) => void router.replace({ query: { ...route.query, ...change } })
  const view = computed(() => InstanceView.safeParse(route.query.view).data ?? 'waiting')
  /** `late` is running ones alone. */
  const state = computed<InstanceState | 'late' | undefined>(() =>
    route.query.state === 'late' ? 'late' : route.query.state === 'any' ? undefined : InstanceState.safeParse(route.query.state).data ?? 'running')
  const procedureId = computed(() => typeof route.query.procedure === 'string' ? route.query.procedure : undefined)

  const { rows: instances, ...list } = useFilteredList<InstanceSummary>([view, state, procedureId], async (asked) => {
    const page = await call(listInstances, { query: {
      view: view.value, ...state.value === undefined ? {} : state.value === 'late' ? { late: 'true' as const } : { state: state.value },
      ...procedureId.value ? { procedureId: procedureId.value } : {}, ...asked,
    } })
    counted.value = page
    return { rows: page.instances, next: page.next }
  })
  return { instances, counted, ...list, view, state, procedureId, set }
}
