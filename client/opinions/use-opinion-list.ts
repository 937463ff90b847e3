import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { z } from 'zod'
import { listOpinions, OpinionSide, opinionSides, OpinionState, type OpinionSummary } from '../../protocol/opinions.ts'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'

const SEARCH_PAUSE_MS = 300
const Only = z.enum(['unanswered', 'toConvene'])

/** The list of one side, filtered by what the address says, a page at a time. */
export function useOpinionList() {
  const route = useRoute()
  const router = useRouter()
  const known = shallowRef<z.output<typeof opinionSides.response> | null>(null)
  const opinions = shallowRef<OpinionSummary[]>([])
  /** Where the next page begins; null when all are here, undefined before the first. */
  const next = shallowRef<string | null | undefined>(undefined)
  const error = shallowRef<ApiError | null>(null)
  const busy = shallowRef(false)
  let asked = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  const sides = computed<OpinionSide[]>(() => [
    ...known.value?.asked.length ? ['asked' as const] : [], ...known.value?.offices.length ? ['office' as const] : [], ...known.value?.unit ? ['unit' as const] : [],
  ])
  const side = computed<OpinionSide>(() => OpinionSide.safeParse(route.query.side).data ?? sides.value[0] ?? 'asked')
  const state = computed(() => OpinionState.safeParse(route.query.state).data)
  const only = computed(() => Only.safeParse(route.query.only).data)
  const search = computed({
    get: () => String(route.query.q ?? ''),
    set: (q) => void router.replace({ query: { ...route.query, q: q || undefined } }),
  })

  async function load(before?: string) {
    const mine = ++asked
    busy.value = true
    error.value = null
    try {
      known.value ??= await call(opinionSides, {})
      const page = await call(listOpinions, {
        query: {
          side: side.value, ...state.value ? { state: state.value } : {}, ...only.value ? { only: only.value } : {},
          ...search.value ? { search: search.value } : {}, ...before ? { before } : {},
        },
      })
      if (mine !== asked) return
      opinions.value = before ? [...opinions.value, ...page.opinions] : page.opinions
      next.value = page.next
    } catch (thrown) {
      if (mine === asked) error.value = toApiError(thrown)
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  watch([() => route.query.side, state, only], () => {
    next.value = undefined
    void load()
  }, { immediate: true })
  watch(search, () => {
    clearTimeout(pause)
    pause = setTimeout(() => void load(), SEARCH_PAUSE_MS)
  })

  return { known, opinions, next, error, busy, sides, side, state, only, search, load }
}
