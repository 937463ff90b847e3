import type { Node as PMNode } from '@tiptap/pm/model'
import type { MinutesFact } from '../../protocol/minutes-text.ts'

/** The refs of the facts in a block, or in the whole text. */
export function refsOf(node: PMNode): string[] {
  const refs: string[] = []
  const note = (one: PMNode) => { if (one.type.name === 'fact' || one.type.name === 'facts') refs.push(one.attrs['ref'] as string) }
  note(node)
  node.descendants((one) => { note(one) })
  return refs
}

/**
 * Where in a text a fact belongs: behind what comes before it in a whole draft, and behind the clerk's own words there.
 * `order` is that of the whole draft.
 */
export function placeOf(doc: PMNode, ref: string, order: readonly MinutesFact[]): number {
  const rank = new Map(order.map((fact, index) => [fact.ref, index]))
  const own = rank.get(ref) ?? order.length
  let place = 0
  let behind = false
  doc.forEach((block, offset) => {
    const ranks = refsOf(block).flatMap((one) => rank.get(one) ?? [])
    const plain = ranks.length === 0
    if (!plain) behind = ranks.every((one) => one < own)
    const ownWords = plain && behind && !['heading', 'subheading'].includes(block.attrs['kind'] as string)
    if (plain && !ownWords) behind = false
    if ((!plain && behind) || ownWords) place = offset + block.nodeSize
  })
  return place
}
