/** Pure functions over an agenda as an outline: items in reading order, each with how deep it stands. */

/** The deepest level: 1.1.1. */
export const MAX_LEVEL = 2

/** An item's place in the outline. */
export interface OutlineLine { itemId: string, level: number }

/** Whether these levels, in reading order, make an outline: the first is 0, each at most one deeper than the one before. */
export const isOutline = (levels: readonly number[]): boolean =>
  levels.every((level, index) => Number.isInteger(level) && level >= 0 && level <= Math.min(MAX_LEVEL, (levels[index - 1] ?? -1) + 1))

/** The numbers as they are written: 1, 1.1, 1.1.1, 2. */
export function numberings(levels: readonly number[]): string[] {
  const counts: number[] = []
  return levels.map((level) => {
    counts.length = level + 1
    counts[level] = (counts[level] ?? 0) + 1
    return Array.from(counts, (count) => count ?? 1).join('.')
  })
}

/** Where the branch that begins at `index` ends: the place after its last item. */
export function branchEnd(lines: readonly { level: number }[], index: number): number {
  const level = lines[index]?.level ?? 0
  const next = lines.findIndex((line, place) => place > index && line.level <= level)
  return next < 0 ? lines.length : next
}

/** An item with everything under it. */
export function branchOf<L extends OutlineLine>(lines: readonly L[], itemId: string): L[] {
  const index = lines.findIndex((line) => line.itemId === itemId)
  return index < 0 ? [] : lines.slice(index, branchEnd(lines, index))
}

/** Another level for an item, its branch with it; the same array where that would be no outline. */
export function indented<L extends OutlineLine>(lines: readonly L[], itemId: string, by: 1 | -1): readonly L[] {
  const branch = new Set(branchOf(lines, itemId).map((line) => line.itemId))
  const moved = lines.map((line) => branch.has(line.itemId) ? { ...line, level: line.level + by } : line)
  return branch.size > 0 && isOutline(moved.map(({ level }) => level)) ? moved : lines
}

/**
 * The lines with a branch moved before another line, or to the end (`null`). Its levels are kept as far as the new place
 * allows; the same array when it would go into itself, or nothing changes.
 */
export function movedBefore<L extends OutlineLine>(lines: readonly L[], itemId: string, before: string | null): readonly L[] {
  const branch = branchOf(lines, itemId)
  const [head] = branch
  if (!head || branch.some((line) => line.itemId === before)) return lines
  const rest = lines.filter((line) => !branch.includes(line))
  const place = before === null ? rest.length : rest.findIndex((line) => line.itemId === before)
  if (place < 0) return lines
  // Never deeper than one below the line above, nor so shallow that the line below would hang in the air.
  const most = Math.min(head.level, (rest[place - 1]?.level ?? -1) + 1)
  const shift = most - head.level
  const put = branch.map((line) => shift ? { ...line, level: line.level + shift } : line)
  const moved = rest.toSpliced(place, 0, ...put)
  const same = moved.every((line, index) => line.itemId === lines[index]?.itemId && line.level === lines[index]?.level)
  return same ? lines : settled(moved)
}

/** One step up or down over the neighbouring branch of the same depth or less; the same array at either end. */
export function movedBy<L extends OutlineLine>(lines: readonly L[], itemId: string, step: 1 | -1): readonly L[] {
  const index = lines.findIndex((line) => line.itemId === itemId)
  const own = lines[index]
  if (!own) return lines
  if (step > 0) {
    const next = branchEnd(lines, index)
    if (next >= lines.length) return lines
    const after = branchEnd(lines, next)
    return movedBefore(lines, itemId, lines[after]?.itemId ?? null)
  }
  const above = lines.slice(0, index).findLast((line) => line.level <= own.level)
  return above ? movedBefore(lines, itemId, above.itemId) : lines
}

/** The nearest outline: what hangs too deep is lifted to where it can stand, with what stands beside and under it. */
export function settled<L extends { level: number }>(lines: readonly L[]): L[] {
  let above = -1
  let lift = 0
  let from = 0
  return lines.map((line) => {
    if (line.level < from) lift = from = 0
    const level = Math.min(line.level - lift, above + 1, MAX_LEVEL)
    if (level < line.level - lift) from = line.level
    lift = line.level - level
    above = level
    return lift ? { ...line, level } : line
  })
}
