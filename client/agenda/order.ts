import type { OutlineLine } from '../../protocol/outline.ts'

/** Whether the items that both have stand in the same order, and as deep, in both. */
export function sameOutline(a: readonly OutlineLine[], b: readonly OutlineLine[]): boolean {
  const [inA, inB] = [new Set(a.map(({ itemId }) => itemId)), new Set(b.map(({ itemId }) => itemId))]
  const common = b.filter(({ itemId }) => inA.has(itemId))
  return a.filter(({ itemId }) => inB.has(itemId))
    .every((line, index) => line.itemId === common[index]?.itemId && line.level === common[index].level)
}
