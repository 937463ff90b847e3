import { computed, shallowRef } from 'vue'
import { useRoute } from 'vue-router'
import type { z } from 'zod'
import { listProposals, proposalForm, ProposalSide, ProposalStage, type ProposalSummary } from '../../protocol/proposals.ts'
import { call } from '../app/http.ts'
import { useFilteredList } from '../app/filtered-list.ts'

/** Proposals of one side, filtered by what the address says. */
export function useProposalList() {
  const route = useRoute()
  const form = shallowRef<z.output<typeof proposalForm.response> | null>(null)
  const sides = computed<ProposalSide[]>(() => [
    ...(form.value?.unit ? ['unit' as const] : []), ...(form.value?.offices.length ? ['office' as const] : []),
  ])
  /** Where the address names no side, and one's unit proposes nothing: what one's office has to do with. */
  const unitHasNone = shallowRef(false)
  const side = computed<ProposalSide>(() =>
    ProposalSide.safeParse(route.query.side).data ?? (unitHasNone.value ? 'office' : sides.value[0]) ?? 'unit')
  const stage = computed(() => ProposalStage.safeParse(route.query.stage).data)

  const { rows: proposals, ...list } = useFilteredList<ProposalSummary>([() => route.query.side, stage], async (asked) => {
    form.value ??= await call(proposalForm, {})
    const find = () => call(listProposals, { query: { side: side.value, ...(stage.value ? { stage: stage.value } : {}), ...asked } })
    let page = await find()
    if (!page.proposals.length && sides.value.length > 1 && !unitHasNone.value && !route.query.side && !stage.value && !asked.search) {
      unitHasNone.value = true
      page = await find()
    }
    return { rows: page.proposals, next: page.next }
  })
  return { form, proposals, ...list, sides, side, stage }
}
