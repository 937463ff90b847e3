import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { listProposals, proposalForm, ProposalSide, ProposalStage, type ProposalSummary } from '../../protocol/proposals.ts'
import type { z } from 'zod'
import { toApiError, type ApiError } from '../app/api-error.ts'
import { call } from '../app/http.ts'

const SEARCH_PAUSE_MS = 300

/** The list of one side, filtered by what the address says, a page at a time. */
export function useProposalList() {
  const route = useRoute()
  const router = useRouter()
  const form = shallowRef<z.output<typeof proposalForm.response> | null>(null)
  const proposals = shallowRef<ProposalSummary[]>([])
  /** Where the next page begins; null when all are here, undefined before the first. */
  const next = shallowRef<string | null | undefined>(undefined)
  const error = shallowRef<ApiError | null>(null)
  const busy = shallowRef(false)
  let asked = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  const sides = computed<ProposalSide[]>(() => [
    ...(form.value?.unit ? ['unit' as const] : []), ...(form.value?.offices.length ? ['office' as const] : []),
  ])
  /** Where the address names no side, and one's unit proposes nothing: what one's office has to do with. */
  const unitHasNone = shallowRef(false)
  const side = computed<ProposalSide>(() =>
    ProposalSide.safeParse(route.query.side).data ?? (unitHasNone.value ? 'office' : sides.value[0]) ?? 'unit')
  const stage = computed(() => ProposalStage.safeParse(route.query.stage).data)
  const search = computed({
    get: () => String(route.query.q ?? ''),
    set: (q) => void router.replace({ query: { ...route.query, q: q || undefined } }),
  })

  async function load(before?: string) {
    const mine = ++asked
    busy.value = true
    error.value = null
    try {
      form.value ??= await call(proposalForm, {})
      const page = await call(listProposals, {
        query: {
          side: side.value, ...(stage.value ? { stage: stage.value } : {}), ...(search.value ? { search: search.value } : {}), ...(before ? { before } : {}),
        },
      })
      if (mine !== asked) return
      if (!page.proposals.length && sides.value.length > 1 && !unitHasNone.value && !route.query.side && !stage.value && !search.value) {
        unitHasNone.value = true
        await load()
        return
      }
      proposals.value = before ? [...proposals.value, ...page.proposals] : page.proposals
      next.value = page.next
    } catch (thrown) {
      if (mine === asked) error.value = toApiError(thrown)
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  watch([() => route.query.side, stage], () => {
    next.value = undefined
    void load()
  }, { immediate: true })
  watch(search, () => {
    clearTimeout(pause)
    pause = setTimeout(() => void load(), SEARCH_PAUSE_MS)
  })

  return { form, proposals, next, error, busy, sides, side, stage, search, load }
}
