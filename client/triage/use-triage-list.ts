import { computed, ref, shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'
import { listTriage, TriageList, type TriageRow } from '../../protocol/triage.ts'
import { call } from '../app/http.ts'

/** The office's lists, whose choice stands in the address. */
export function useTriageList() {
  const route = useRoute()
  const list = computed(() => TriageList.safeParse(route.query.list).data ?? 'undecided')
  const bodyId = computed(() => typeof route.query.body === 'string' ? route.query.body : undefined)
  const rows = shallowRef<TriageRow[]>([])
  const counts = shallowRef<Record<TriageList, number> | null>(null)
  const bodies = shallowRef<{ id: string, name: string }[]>([])
  const next = ref<string | null>()
  const failure = shallowRef<unknown>(null)
  const busy = ref(false)
  let asked = 0

  async function load(after?: string) {
    const mine = asked += 1
    busy.value = true
    if (!after) next.value = undefined
    try {
      const page = await call(listTriage, { query: { list: list.value, ...bodyId.value ? { bodyId: bodyId.value } : {}, ...after ? { after } : {} } })
      // Another list was asked for meanwhile.
      if (mine !== asked) return
      rows.value = after ? [...rows.value, ...page.rows] : page.rows
      ;({ counts: counts.value, bodies: bodies.value, next: next.value } = page)
      failure.value = null
    } catch (thrown) {
      if (mine === asked) failure.value = thrown
    } finally {
      if (mine === asked) busy.value = false
    }
  }
  watch([list, bodyId], () => void load(), { immediate: true })
  return { list, bodyId, rows, counts, bodies, next, failure, busy, load }
}
