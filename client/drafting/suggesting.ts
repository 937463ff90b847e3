import { isChangeOrigin } from '@tiptap/extension-collaboration'
import type { Mark, Node as TextNode } from '@tiptap/pm/model'
import { Plugin, TextSelection, type EditorState, type Transaction } from '@tiptap/pm/state'
import { Mapping } from '@tiptap/pm/transform'
import type { DraftMode, SuggestionMark } from '../../protocol/drafting.ts'

/** Marks what decides on suggestions, so that it is taken as it is. */
export const DECIDES = 'draft-decides'

const attrs = (mark: Mark | undefined) => mark?.attrs as SuggestionMark | undefined
const markOn = (node: TextNode | null | undefined, name: 'insertion' | 'deletion') => attrs(node?.marks.find(({ type }) => type.name === name))
const blockSuggestion = (node: TextNode) => node.attrs['suggestion'] as SuggestionMark | null

/**
 * Turns what is typed, pasted and deleted into suggestions of `author`, where they may only suggest; where they may write,
 * keeps what they type within another’s suggestion from becoming a part of it.
 */
export function suggesting(mode: () => DraftMode, author: string): Plugin {
  return new Plugin({
    appendTransaction(transactions, before, after) {
      if (!transactions.some(({ docChanged }) => docChanged) || transactions.some((one) => isChangeOrigin(one) || one.getMeta(DECIDES))) return null
      return mode() === 'suggest' ? asSuggestion(transactions, before, after, author) : asWritten(before, after)
    },
    props: {
      handleKeyDown: (view, event) => {
        if (mode() !== 'suggest') return false
        const act = event.key === 'Enter' ? newBlock : event.key === 'Backspace' ? keepApart(-1) : event.key === 'Delete' ? keepApart(1) : null
        const tr = act?.(view.state, author)
        if (!tr) return false
        if (tr !== 'nothing') view.dispatch(tr.setMeta(DECIDES, true).scrollIntoView())
        return true
      },
      handleDOMEvents: {
        // What an input method composes has to stand in its mark from its first letter, or the composing would be broken off.
        compositionstart: (view) => {
          const mark = view.state.schema.marks['insertion']
          if (mode() === 'suggest' && mark && view.state.selection.empty) {
            const own = neighbour(view.state.doc, view.state.selection.from, 'insertion', author) ?? fresh(author)
            view.dispatch(view.state.tr.setStoredMarks([mark.create(own)]))
          }
          return false
        },
      },
    },
  })
}

const fresh = (author: string): SuggestionMark => ({ id: crypto.randomUUID(), author, at: new Date().toISOString() })

interface Difference { from: number, toBefore: number, toAfter: number }

function difference(before: TextNode, after: TextNode): Difference | null {
  const from = before.content.findDiffStart(after.content)
  const ends = before.content.findDiffEnd(after.content)
  if (from === null || !ends) return null
  // Of two alike letters in a row it is open which one came.
  const overlap = Math.max(0, from - Math.min(ends.a, ends.b))
  return { from, toBefore: ends.a + overlap, toAfter: ends.b + overlap }
}

/** One’s own suggestion right beside a place, which goes on there. */
function neighbour(doc: TextNode, at: number, name: 'insertion' | 'deletion', author: string): SuggestionMark | null {
  const { nodeBefore, nodeAfter } = doc.resolve(at)
  return [nodeBefore, nodeAfter].map((node) => markOn(node, name)).find((mark) => mark?.author === author) ?? null
}

function asWritten(before: EditorState, after: EditorState): Transaction | null {
  const found = difference(before.doc, after.doc)
  if (!found || found.toAfter <= found.from) return null
  const tr = after.tr
  for (const name of ['insertion', 'deletion'] as const) {
    const type = after.schema.marks[name]
    if (type && after.doc.rangeHasMark(found.from, found.toAfter, type)) tr.removeMark(found.from, found.toAfter, type)
  }
  return tr.docChanged ? tr.setMeta(DECIDES, true) : null
}

function asSuggestion(transactions: readonly Transaction[], before: EditorState, after: EditorState, author: string): Transaction | null {
  const found = difference(before.doc, after.doc)
  if (!found) return null
  const { from, toBefore, toAfter } = found
  const inside = before.doc.resolve(from)
  const sameBlock = inside.depth === 1 && before.doc.resolve(toBefore).sharedDepth(from) >= 1 && after.doc.resolve(from).sharedDepth(toAfter) >= 1
  // In a block of one’s own everything is suggested; and what was typed in one’s own suggestion is a part of it already.
  if (sameBlock && blockSuggestion(inside.parent)?.author === author) return null
  if (sameBlock && from === toBefore && isOwn(after.doc, from, toAfter, author)) return null

  const lines = linesBetween(after.doc, from, toAfter)
  const tr = after.tr.setMeta(DECIDES, true)
  for (const { steps, docs } of transactions.toReversed()) {
    for (const [index, step] of [...steps.entries()].toReversed()) tr.step(step.invert(docs[index] as TextNode))
  }

  const mapping = new Mapping()
  const step = (change: () => void) => {
    const count = tr.steps.length
    change()
    for (const map of tr.mapping.maps.slice(count)) mapping.appendMap(map)
  }
  const replaced = fresh(author)
  const deletion = before.schema.marks['deletion']
  const insertion = before.schema.marks['insertion']
  const own = neighbour(before.doc, from, 'deletion', author) ?? neighbour(before.doc, toBefore, 'deletion', author) ?? replaced
  before.doc.nodesBetween(from, toBefore, (node, at) => {
    const [start, end] = [Math.max(at, from), Math.min(at + node.nodeSize, toBefore)]
    if (!node.isText) {
      if (start > at || end < at + node.nodeSize || blockSuggestion(node)?.author !== author || before.doc.childCount === 1) return true
      step(() => tr.delete(mapping.map(start), mapping.map(end)))
      return false
    }
    if (markOn(node, 'insertion')?.author === author) step(() => tr.delete(mapping.map(start, 1), mapping.map(end, -1)))
    else if (deletion && !markOn(node, 'deletion')) step(() => tr.addMark(mapping.map(start, 1), mapping.map(end, -1), deletion.create(own)))
    return false
  })

  // What came between blocks is blocks alone.
  const [first = '', ...more] = inside.depth === 1 ? lines : ['', ...lines]
  let cursor = mapping.map(before.doc.resolve(toBefore).depth === 1 || inside.depth === 0 ? toBefore : from)
  if (first && insertion) {
    const mark = neighbour(before.doc, from, 'insertion', author) ?? replaced
    const at = cursor
    step(() => tr.insert(at, before.schema.text(first, [insertion.create(mark)])))
    cursor = at + first.length
  }
  const place = tr.doc.resolve(Math.min(cursor, tr.doc.content.size))
  let end = place.depth ? place.after(1) : cursor
  for (const line of more) {
    const block = before.schema.nodes['block']?.create({ suggestion: replaced }, line ? before.schema.text(line) : null)
    if (!block) continue
    tr.insert(end, block)
    cursor = end + 1 + line.length
    end += block.nodeSize
  }
  if (!lines.some(Boolean)) cursor = mapping.map(before.selection.empty && before.selection.from <= from ? toBefore : from, -1)
  return tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(cursor, tr.doc.content.size)), -1))
}

function isOwn(doc: TextNode, from: number, to: number, author: string): boolean {
  let own = true
  doc.nodesBetween(from, to, (node) => { if (node.isText && (markOn(node, 'insertion')?.author !== author || markOn(node, 'deletion'))) own = false })
  return own
}

/** The words between two places, by block. */
function linesBetween(doc: TextNode, from: number, to: number): string[] {
  const lines: string[] = []
  if (doc.resolve(from).depth === 1) lines.push('')
  doc.nodesBetween(from, to, (node, at) => {
    if (node.isText) lines.push((lines.pop() ?? '') + (node.text ?? '').slice(Math.max(0, from - at), to - at))
    else if (at >= from) lines.push('')
  })
  return lines
}

/** A block of one’s own after this one; within one of one’s own, its second half. */
function newBlock({ doc, selection, schema, tr }: EditorState, author: string): Transaction | 'nothing' {
  const { $from, empty } = selection
  const type = schema.nodes['block']
  if (!empty || $from.depth !== 1 || !type) return 'nothing'
  const { attrs: own } = $from.parent
  if (blockSuggestion($from.parent)?.author === author) return tr.split($from.pos, 1, [{ type, attrs: own }])
  const after = $from.after(1)
  tr.insert(after, type.create({ kind: own['kind'] as string, suggestion: fresh(author) }))
  return tr.setSelection(TextSelection.create(tr.doc, Math.min(after + 1, doc.content.size + 2)))
}

/** Two blocks are not joined by a suggestion; an empty one of one’s own goes. */
const keepApart = (direction: 1 | -1) => ({ doc, selection, tr }: EditorState, author: string): Transaction | 'nothing' | null => {
  const { $from, empty } = selection
  if (!empty || $from.depth !== 1) return null
  const atEdge = direction < 0 ? $from.parentOffset === 0 : $from.parentOffset === $from.parent.content.size
  if (!atEdge) return null
  if ($from.parent.content.size || blockSuggestion($from.parent)?.author !== author || doc.childCount === 1) return 'nothing'
  const at = $from.before(1)
  tr.delete(at, $from.after(1))
  return tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(at, tr.doc.content.size)), -1))
}
