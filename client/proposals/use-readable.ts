import { onScopeDispose, watch } from 'vue'
import type { ProposalDocument } from '../../protocol/proposals.ts'

const LOOK_AGAIN_MS = 4000

/** Has the documents loaded again while one of them is still being made readable. */
export function useReadable(documents: () => readonly ProposalDocument[], load: () => Promise<unknown>) {
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(documents, (now) => {
    clearTimeout(timer)
    if (now.some(({ readable }) => readable === 'soon')) timer = setTimeout(() => { load().catch(() => undefined) }, LOOK_AGAIN_MS)
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))
}
