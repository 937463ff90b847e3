import type { Person } from '../../protocol/identity.ts'
import { stampIn } from '../../protocol/secrecy.ts'
import type { TaskFacts } from '../../protocol/tasks.ts'

/** A task as it is being filled in. */
export interface FactsDraft {
  leadKind: 'unit' | 'person'
  unitId: string | null
  person: Person | null
  coUnitIds: string[]
  what: string
  product: string
  responsibility: string
  authority: string
  dueOn: string | null
}

export const emptyDraft = (): FactsDraft => ({
  leadKind: 'unit', unitId: null, person: null, coUnitIds: [], what: '', product: '', responsibility: '', authority: '', dueOn: null,
})

/** `person`: who leads, where it is a person. */
export function draftOf({ lead, ...facts }: TaskFacts, person: Person | null): FactsDraft {
  return { ...facts, coUnitIds: [...facts.coUnitIds], leadKind: lead.kind, unitId: lead.kind === 'unit' ? lead.id : null, person }
}

export type Missing = Partial<Record<keyof FactsDraft, 'required' | 'stamp'>>

/** What is missing of a draft, or may not stand in it, by field. */
export function missingOf(draft: FactsDraft): Missing {
  const missing: Missing = {}
  for (const field of ['what', 'product'] as const) if (!draft[field].trim()) missing[field] = 'required'
  for (const field of ['what', 'product', 'responsibility', 'authority'] as const) if (stampIn(draft[field]) !== null) missing[field] = 'stamp'
  if (draft.leadKind === 'unit' ? !draft.unitId : !draft.person) missing.unitId = 'required'
  if (!draft.dueOn) missing.dueOn = 'required'
  return missing
}

/** The facts of a draft in which nothing is missing; null otherwise. */
export function factsOf(draft: FactsDraft): TaskFacts | null {
  const id = draft.leadKind === 'unit' ? draft.unitId : draft.person?.id
  if (Object.keys(missingOf(draft)).length || !id || !draft.dueOn) return null
  const { what, product, responsibility, authority, coUnitIds, dueOn } = draft
  return {
    lead: { kind: draft.leadKind, id }, coUnitIds, dueOn,
    what: what.trim(), product: product.trim(), responsibility: responsibility.trim(), authority: authority.trim(),
  }
}
