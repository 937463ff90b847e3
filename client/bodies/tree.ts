import { isFound } from '../../protocol/fold.ts'
import { hasEnded, type Unit } from '../../protocol/units.ts'

/** A unit as a line of the tree that is shown. */
export interface TreeLine {
  unit: Unit
  /** 1 at the top. */
  level: number
  children: number
  open: boolean
  ended: boolean
  /** Place among those beside it, for those who do not see the tree. */
  position: number
  size: number
}

const collator = new Intl.Collator('vi')

/**
 * The lines in order. What a search finds stands with all that is above it, opened; without one, what is in `closed` hides what
 * is under it. A unit whose superior is not shown stands at the top.
 */
export function treeLines(units: readonly Unit[], { closed, search, today }: { closed: ReadonlySet<string>, search: string, today: string }): TreeLine[] {
  const known = new Map(units.map((unit) => [unit.id, unit]))
  const above = (unit: Unit) => unit.superiorId !== null && known.has(unit.superiorId) ? unit.superiorId : null
  const kept = new Set<string>()
  for (const unit of units) {
    if (!isFound(search, [unit.name, unit.code ?? ''])) continue
    for (let at: Unit | undefined = unit; at && !kept.has(at.id);) {
      kept.add(at.id)
      const superior = above(at)
      at = superior === null ? undefined : known.get(superior)
    }
  }
  const under = Map.groupBy(units.filter(({ id }) => kept.has(id)), above)
  const lines: TreeLine[] = []
  const searching = search.trim() !== ''
  function put(superior: string | null, level: number) {
    const siblings = (under.get(superior) ?? []).toSorted((a, b) => collator.compare(a.name, b.name))
    for (const [index, unit] of siblings.entries()) {
      const children = under.get(unit.id)?.length ?? 0
      const open = children > 0 && (searching || !closed.has(unit.id))
      lines.push({ unit, level, children, open, ended: hasEnded(unit, today), position: index + 1, size: siblings.length })
      if (open) put(unit.id, level + 1)
    }
  }
  put(null, 1)
  return lines
}

/** What a unit's place is called, from the top: "Tỉnh uỷ › Văn phòng". */
export function pathOf(units: readonly Unit[], unitId: string | null): string[] {
  const known = new Map(units.map((unit) => [unit.id, unit]))
  const names: string[] = []
  for (let at = unitId === null ? undefined : known.get(unitId); at; at = at.superiorId === null ? undefined : known.get(at.superiorId)) {
    names.unshift(at.name)
  }
  return names
}
