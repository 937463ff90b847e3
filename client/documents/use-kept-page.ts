import { shallowRef, watch } from 'vue'
import type { PdfView } from './pdf-view.ts'

/**
 * The view of a document that is being read. Another version of the same opens at the page where the reader was, as it comes while
 * they read; another document at its own beginning. `shownAs` changes with each of them, and its viewer is a new one then.
 */
export function useKeptPage(documentId: () => string | null, shownAs: () => string) {
  const view = shallowRef<PdfView | null>(null)
  let shownId: string | null = null
  let left: number | undefined
  watch(shownAs, () => {
    left = shownId === documentId() ? view.value?.places.here()?.page ?? left : undefined
    view.value = null
  })
  return {
    view,
    shown(now: PdfView) {
      view.value = now
      shownId = documentId()
      if (left !== undefined && left > 1) now.goTo(left)
      left = undefined
    },
  }
}
