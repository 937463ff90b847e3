import { useOverlay } from '@nuxt/ui/composables'

export interface Question {
  title: string
  /** What it leads to, in words: who sees it, what cannot be undone. */
  text: string
  /** The deed as verb with object, e.g. "Công bố chương trình". */
  action: string
  /** For what takes something away. */
  destructive?: boolean
}

/** Asks before something that cannot be undone; resolves to whether the person said yes. */
export function useConfirm() {
  const overlay = useOverlay()
  // One dialog a question: a destroyed one does not open again.
  return async (question: Question): Promise<boolean> => {
    const { default: ConfirmDialog } = await import('./ConfirmDialog.vue')
    return await overlay.create(ConfirmDialog, { destroyOnClose: true }).open(question).result === true
  }
}
