import type { TriageRule, Condition, Effect, Way } from '../../protocol/triage-rules.ts'
import { CautionCode, Disagreement, LegalDemand, Urgency } from '../../protocol/triage-rules.ts'
import { ItemPurpose } from '../../protocol/agenda.ts'
import { RuleRevision } from '../../protocol/triage-book.ts'

export type Fact = Condition['fact']
export const facts: Fact[] = ['asks', 'urgency', 'disagreement', 'legal', 'caution', 'secret', 'wantsMeeting', 'minutes', 'daysLeft', 'quotaPercent', 'freeMinutes', 'travellers', 'onlinePercent']

/** The values that a fact of words may have. */
export const valuesOf = {
  asks: ItemPurpose.options, urgency: Urgency.options, disagreement: Disagreement.options, legal: LegalDemand.options, caution: CautionCode.options,
} as const
export type WordFact = keyof typeof valuesOf

/** A rule while it is written: what cannot be sent yet stands here as it is typed. */
export interface RuleDraft {
  code: string
  bodyId: string | null
  vi: string
  en: string
  when: Condition[]
  kind: Effect['kind']
  ways: Way[]
  weight: number
  document: string
  clause: string
  since: string | null
  until: string | null
}

export function toDraft(rule: TriageRule | null, bodyId: string | null, since: string): RuleDraft {
  return {
    code: rule?.code ?? '', bodyId, vi: rule?.name.vi ?? '', en: rule?.name.en ?? '', when: structuredClone(rule?.when ?? []),
    kind: rule?.effect.kind ?? 'favour', ways: rule && rule.effect.kind !== 'off' ? [...rule.effect.ways] : [], weight: rule?.effect.kind === 'favour' ? rule.effect.weight : 20,
    document: rule?.basis.document ?? '', clause: rule?.basis.clause ?? '', since, until: null,
  }
}

/** As the wire wants it, or the names of what is not right yet. */
export function readDraft(draft: RuleDraft): { rule: RuleRevision } | { wrong: string[] } {
  const { kind, ways } = draft
  const effect = kind === 'off' ? { kind } : kind === 'favour' ? { kind, ways, weight: draft.weight } : { kind, ways }
  const read = RuleRevision.safeParse({
    code: draft.code.trim(), bodyId: draft.bodyId, since: draft.since, until: draft.until, name: { vi: draft.vi, en: draft.en }, when: draft.when, effect,
    basis: { document: draft.document, clause: draft.clause },
  })
  return read.success ? { rule: read.data } : { wrong: [...new Set(read.error.issues.map(({ path }) => String(path[1] === undefined || path[0] === 'when' ? path[0] : `${String(path[0])}.${String(path[1])}`)))] }
}

/** A condition on a fact that says nothing yet. */
export function conditionOf(fact: Fact): Condition {
  switch (fact) {
    case 'secret': case 'wantsMeeting': return { fact, is: true }
    case 'asks': return { fact, among: [] }
    case 'urgency': return { fact, among: [] }
    case 'disagreement': return { fact, among: [] }
    case 'legal': return { fact, among: [] }
    case 'caution': return { fact, among: [] }
    default: return { fact, atLeast: null, atMost: null }
  }
}

/** A condition on a fact of words, with the words that were chosen of it. */
export function withValues(fact: WordFact, chosen: readonly string[]): Condition {
  switch (fact) {
    case 'asks': return { fact, among: valuesOf[fact].filter((value) => chosen.includes(value)) }
    case 'urgency': return { fact, among: valuesOf[fact].filter((value) => chosen.includes(value)) }
    case 'disagreement': return { fact, among: valuesOf[fact].filter((value) => chosen.includes(value)) }
    case 'legal': return { fact, among: valuesOf[fact].filter((value) => chosen.includes(value)) }
    case 'caution': return { fact, among: valuesOf[fact].filter((value) => chosen.includes(value)) }
  }
}
