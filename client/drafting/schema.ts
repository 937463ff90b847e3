import { Mark, mergeAttributes, Node } from '@tiptap/core'
import type { SuggestionMark } from '../../protocol/drafting.ts'

/** A text is blocks of plain words: what the prescribed layout of papers knows. Its looks come with the paper. */
const Text = Node.create({ name: 'text', group: 'inline' })
const Doc = Node.create({ name: 'doc', topNode: true, content: 'block+' })

/** `suggestion`: the whole block is suggested. */
const Block = Node.create({
  name: 'block', content: 'text*', defining: true,
  addAttributes: () => ({
    kind: { default: 'paragraph', parseHTML: (element) => element.dataset['kind'] ?? 'paragraph', renderHTML: ({ kind }) => ({ 'data-kind': kind }) },
    suggestion: { default: null, parseHTML: () => null, renderHTML: ({ suggestion }: { suggestion: SuggestionMark | null }) => suggestion ? { 'data-suggestion': suggestion.id } : {} },
  }),
  parseHTML: () => [{ tag: 'p' }, { tag: 'div' }, { tag: 'li', attrs: { kind: 'listItem' } }, ...[1, 2, 3, 4].map((level) => ({ tag: `h${level}`, attrs: { kind: 'heading' } }))],
  renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
})

/** Pasted words bring no suggestions with them. */
const suggestion = (name: 'insertion' | 'deletion', tag: 'ins' | 'del') => Mark.create({
  name, inclusive: name === 'insertion',
  addAttributes: () => ({ id: { default: '', rendered: false }, author: { default: '', rendered: false }, at: { default: '', rendered: false } }),
  renderHTML: ({ mark, HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes, { 'data-suggestion': (mark.attrs as SuggestionMark).id }), 0],
})

export const draftSchema = [Text, Doc, Block, suggestion('insertion', 'ins'), suggestion('deletion', 'del')]
