import { Plugin } from '@tiptap/pm/state'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import { newKey } from '../app/http.ts'

/** Gives every block a name of its own: one that was divided or pasted has another's, or none. */
export const blockIds = () => new Plugin({
  appendTransaction(transactions, _, state) {
    // What others wrote was named by them.
    if (!transactions.some((tr) => tr.docChanged && !(tr.getMeta(ySyncPluginKey) as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin)) return null
    const { tr } = state
    const known = new Set<string>()
    state.doc.forEach((block, offset) => {
      const id = block.attrs['id'] as string | null
      if (id && !known.has(id)) known.add(id)
      else tr.setNodeAttribute(offset, 'id', newKey())
    })
    return tr.docChanged ? tr : null
  },
})
