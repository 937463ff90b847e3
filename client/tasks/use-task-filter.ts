import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { TaskStage, type TaskFilter } from '../../protocol/tasks.ts'

const scopes = ['mine', 'co', 'office', 'seen'] as const
const UUID = /^[0-9a-f-]{36}$/

/** Which tasks a page shows, as its address says. */
export function useTaskFilter(defaults: { only?: 'open' } = {}) {
  const route = useRoute()
  const router = useRouter()
  const idOf = (name: string) => UUID.test(String(route.query[name])) ? String(route.query[name]) : undefined
  /** Undefined takes it out of the address. */
  const set = (change: Record<string, string | undefined>) => void router.replace({ query: { ...route.query, ...change } })
  const scope = computed(() => scopes.find((one) => one === route.query.scope))
  const only = computed<'late' | 'open' | 'all'>(() =>
    (['late', 'open', 'all'] as const).find((one) => one === route.query.only) ?? defaults.only ?? 'all')

  return {
    scopes, scope, only, set,
    stage: computed(() => TaskStage.safeParse(route.query.stage).data),
    unitId: computed(() => idOf('unit')),
    personId: computed(() => idOf('person')),
    bodyId: computed(() => idOf('body')),
    search: computed({ get: () => String(route.query.q ?? ''), set: (q) => { set({ q: q || undefined }) } }),
    /** As the server takes it; `fallback`: whose, where the address does not say. */
    query(fallback: TaskFilter['scope']): TaskFilter {
      const stage = TaskStage.safeParse(route.query.stage).data
      const [unitId, personId, bodyId, q] = [idOf('unit'), idOf('person'), idOf('body'), String(route.query.q ?? '')]
      return {
        scope: scope.value ?? fallback, ...stage ? { stage } : {}, ...!stage && only.value !== 'all' ? { only: only.value } : {},
        ...unitId ? { unitId } : {}, ...personId ? { personId } : {}, ...bodyId ? { bodyId } : {}, ...q ? { search: q } : {},
      }
    },
  }
}
