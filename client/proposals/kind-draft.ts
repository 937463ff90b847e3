import type { CheckedField, ProposalKind, ProposalKindRules } from '../../protocol/proposal-kinds.ts'

/** A kind's rules while they are typed; each point has a key of its own for the page. */
export type KindDraft = Omit<ProposalKindRules, 'until'> & { until: string }

let serial = 0
export function newPoint(): ProposalKindRules['checklist'][number] {
  serial += 1
  return { id: `p${Date.now().toString(36)}${serial}`, field: 'summary' satisfies CheckedField, text: { vi: '', en: '' }, basis: '' }
}

export function newKind(today: string): KindDraft {
  return { name: { vi: '', en: '' }, checklist: [newPoint()], required: ['submission'], checkDays: 3, reviseDays: 5, basis: '', since: today, until: '' }
}

/** The next version of a kind, in force from today on unless it begins later. */
export function draftOf({ name, checklist, required, checkDays, reviseDays, basis, since, until }: ProposalKind, today: string): KindDraft {
  return structuredClone({ name, checklist, required, checkDays, reviseDays, basis, since: since > today ? since : today, until: until ?? '' })
}
