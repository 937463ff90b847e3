import type { Finding } from '../../protocol/readiness.ts'

export interface FindingGroup {
  /** Stands for all of them: they differ in nothing but the item. */
  finding: Finding
  items: { itemId: string, number: string }[]
}

/** Findings as they are told: what is found of several items is one point, at the place of the first; anything else stands alone. */
export function groupFindings(findings: readonly Finding[]): FindingGroup[] {
  const groups: FindingGroup[] = []
  for (const finding of findings) {
    const { code, itemId, details } = finding
    const item = itemId !== undefined && 'number' in details ? { itemId, number: details.number ?? '' } : null
    const group = item && groups.find((one) => one.finding.code === code && one.items.length > 0)
    if (item && group) group.items.push(item)
    else groups.push({ finding, items: item ? [item] : [] })
  }
  return groups
}
