import { computed, shallowRef } from 'vue'
import { useRoute } from 'vue-router'
import { z } from 'zod'
import { listOpinions, OpinionSide, opinionSides, OpinionState, type OpinionSummary } from '../../protocol/opinions.ts'
import { call } from '../app/http.ts'
import { useFilteredList } from '../app/filtered-list.ts'

const Only = z.enum(['unanswered', 'toConvene'])

/** Written opinions of one side, filtered by what the address says. */
export function useOpinionList() {
  const route = useRoute()
  const known = shallowRef<z.output<typeof opinionSides.response> | null>(null)
  const sides = computed<OpinionSide[]>(() => [
    ...known.value?.asked.length ? ['asked' as const] : [], ...known.value?.offices.length ? ['office' as const] : [], ...known.value?.unit ? ['unit' as const] : [],
  ])
  const side = computed<OpinionSide>(() => OpinionSide.safeParse(route.query.side).data ?? sides.value[0] ?? 'asked')
  const state = computed(() => OpinionState.safeParse(route.query.state).data)
  const only = computed(() => Only.safeParse(route.query.only).data)

  const { rows: opinions, ...list } = useFilteredList<OpinionSummary>([() => route.query.side, state, only], async (asked) => {
    known.value ??= await call(opinionSides, {})
    const page = await call(listOpinions, {
      query: { side: side.value, ...state.value ? { state: state.value } : {}, ...only.value ? { only: only.value } : {}, ...asked },
    })
    return { rows: page.opinions, next: page.next }
  })
  return { known, opinions, ...list, sides, side, state, only }
}
