import type { Node as TextNode } from '@tiptap/pm/model'
import type { EditorState, Transaction } from '@tiptap/pm/state'
import type { SuggestionMark } from '../../protocol/drafting.ts'
import { DECIDES } from './suggesting.ts'

/** What somebody suggests at one place: words instead of others, words more, words less, a whole block. */
export interface Suggestion extends SuggestionMark { inserted: string, deleted: string, at: string, position: number }

/** Every suggestion in the order of the text. */
export function suggestionsIn(doc: TextNode): Suggestion[] {
  const found = new Map<string, Suggestion>()
  const of = (mark: SuggestionMark, position: number) => {
    const known = found.get(mark.id) ?? { ...mark, inserted: '', deleted: '', position }
    found.set(mark.id, known)
    return known
  }
  doc.descendants((node, position) => {
    const whole = node.attrs['suggestion'] as SuggestionMark | null | undefined
    if (whole) of(whole, position).inserted += node.textContent
    for (const { type, attrs } of node.marks) {
      const suggestion = of(attrs as SuggestionMark, position)
      if (type.name === 'insertion') suggestion.inserted += node.text ?? ''
      else suggestion.deleted += node.text ?? ''
    }
  })
  return [...found.values()]
}

/** The text once a suggestion is accepted, or declined; null where there is no such suggestion any more. */
export function settle({ doc, schema, tr }: EditorState, id: string, accepted: boolean): Transaction | null {
  const changes: { from: number, to: number, act: (from: number, to: number) => void }[] = []
  doc.descendants((node, from) => {
    const to = from + node.nodeSize
    if ((node.attrs['suggestion'] as SuggestionMark | null | undefined)?.id === id) {
      const keep = accepted || doc.childCount === 1
      changes.push({ from, to, act: (at, end) => keep ? tr.setNodeAttribute(at, 'suggestion', null) : tr.delete(at, end) })
      return keep
    }
    const mark = node.marks.find(({ attrs }) => (attrs as SuggestionMark).id === id)
    if (!mark) return true
    const stays = (mark.type.name === 'insertion') === accepted
    changes.push({ from, to, act: (at, end) => stays ? tr.removeMark(at, end, schema.marks[mark.type.name]) : tr.delete(at, end) })
    return false
  })
  // From the end, so that places before it hold.
  for (const { from, to, act } of changes.toReversed()) act(from, to)
  return changes.length ? tr.setMeta(DECIDES, true) : null
}
