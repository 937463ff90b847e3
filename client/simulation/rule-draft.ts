import type { TriageRule } from '../../protocol/triage-rules.ts'

/** A rule as it is tried: taken out, or with another weight. Rules themselves are written on their own page. */
export interface RuleDraft { rule: TriageRule, used: boolean, weight: number | null }

export const weightOf = ({ effect }: TriageRule): number | null => effect.kind === 'favour' ? effect.weight : null
export const draftOf = (rule: TriageRule): RuleDraft => ({ rule, used: true, weight: weightOf(rule) })
export const isChanged = ({ rule, used, weight }: RuleDraft): boolean => !used || weight !== weightOf(rule)

/** The rules as tried. */
export function rulesOf(drafts: readonly RuleDraft[]): TriageRule[] {
  return drafts.filter(({ used }) => used).map(({ rule, weight }) => rule.effect.kind === 'favour' && weight !== null
    ? { ...rule, effect: { ...rule.effect, weight } } : rule)
}
