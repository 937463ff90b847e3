/** The ids with one of them moved by `step` places; unchanged (the same array) at either end or for an unknown id. */
export function movedBy(ids: readonly string[], id: string, step: number): readonly string[] {
  const from = ids.indexOf(id)
  return from < 0 ? ids : movedTo(ids, id, from + step)
}

/** The ids with one of them at place `to`; unchanged (the same array) when that is no place, or its own. */
export function movedTo(ids: readonly string[], id: string, to: number): readonly string[] {
  const from = ids.indexOf(id)
  if (from < 0 || to === from || to < 0 || to >= ids.length) return ids
  return ids.toSpliced(from, 1).toSpliced(to, 0, id)
}

/** Whether the ids that both have stand in the same order in both. */
export function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  const [inA, inB] = [new Set(a), new Set(b)]
  const common = b.filter((id) => inA.has(id))
  return a.filter((id) => inB.has(id)).every((id, index) => id === common[index])
}
