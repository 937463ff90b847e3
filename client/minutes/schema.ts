import { Node } from '@tiptap/core'
import type { MinutesBlock } from '../../protocol/minutes.ts'
import type { FactViews } from './fact-views.ts'

/** A text is blocks of plain words, with what the journal says among them: what the prescribed layout of papers knows. */
const Text = Node.create({ name: 'text', group: 'inline' })
const Doc = Node.create({ name: 'doc', topNode: true, content: '(block | facts)+' })

const id = { default: null, parseHTML: () => null, renderHTML: ({ id: value }: { id: string | null }) => value ? { 'data-block': value } : {} }
const ref = { default: '', parseHTML: (element: HTMLElement) => element.dataset['ref'] ?? '', renderHTML: ({ ref: value }: { ref: string }) => ({ 'data-ref': value }) }

const Block = Node.create({
  name: 'block', content: '(text | fact)*', defining: true,
  addAttributes: () => ({
    id,
    kind: {
      default: 'paragraph' satisfies MinutesBlock['kind'], parseHTML: (element) => element.dataset['kind'] ?? 'paragraph',
      renderHTML: ({ kind }: { kind: string }) => ({ 'data-kind': kind }),
    },
  }),
  parseHTML: () => [{ tag: 'p' }, { tag: 'div' }, { tag: 'li', attrs: { kind: 'listItem' } }, ...[1, 2, 3, 4].map((level) => ({ tag: `h${level}`, attrs: { kind: 'heading' } }))],
  renderHTML: ({ HTMLAttributes }) => ['p', HTMLAttributes, 0],
})

/** Words that the journal says; nobody types in them. */
const fact = (views: FactViews) => Node.create({
  name: 'fact', group: 'inline', inline: true, atom: true, selectable: true, draggable: true,
  addAttributes: () => ({ ref }),
  parseHTML: () => [{ tag: 'span[data-ref]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes],
  renderText: ({ node }) => views.textOf(node.attrs['ref'] as string),
  addNodeView: () => ({ node }) => views.words(node.attrs['ref'] as string),
})

/** Blocks that the journal writes. */
const facts = (views: FactViews) => Node.create({
  name: 'facts', atom: true, selectable: true, draggable: true,
  addAttributes: () => ({ id, ref }),
  parseHTML: () => [{ tag: 'section[data-ref]' }],
  renderHTML: ({ HTMLAttributes }) => ['section', HTMLAttributes],
  addNodeView: () => ({ node }) => views.blocks(node.attrs['ref'] as string),
})

export const minutesSchema = (views: FactViews) => [Text, Doc, Block, fact(views), facts(views)]
