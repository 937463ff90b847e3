import type { AgendaState } from '../../protocol/agenda.ts'
import type { DocumentsState } from '../../protocol/documents.ts'
import { agendaTotal } from '../agenda/clock.ts'

/** What stands against publishing, or is worth knowing before it. Each is a sentence with a way to its cure. */
export type Finding =
  | { kind: 'agendaEmpty' }
  | { kind: 'presenterMissing' | 'documentsMissing', itemId: string, number: number }
  | { kind: 'overLength', minutes: number }

export interface Readiness {
  /** Publishing waits for these. */
  obstacles: Finding[]
  /** Publishing may go ahead with these. */
  advice: Finding[]
}

/** What to see to before a programme is published. */
export function readiness(agenda: AgendaState, documents: DocumentsState, plannedMinutes: number): Readiness {
  if (!agenda.length) return { obstacles: [{ kind: 'agendaEmpty' }], advice: [] }
  const withDocuments = new Set(documents.map((document) => document.itemId))
  const { over } = agendaTotal(agenda, plannedMinutes)
  const advice = agenda.flatMap((item, index): Finding[] => [
    ...(item.presenterId ? [] : [{ kind: 'presenterMissing' as const, itemId: item.itemId, number: index + 1 }]),
    ...(withDocuments.has(item.itemId) ? [] : [{ kind: 'documentsMissing' as const, itemId: item.itemId, number: index + 1 }]),
  ])
  return { obstacles: [], advice: over > 0 ? [{ kind: 'overLength', minutes: over }, ...advice] : advice }
}
