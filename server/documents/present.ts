import type { DocumentState } from '../../protocol/document-entries.ts'
import { AppError } from '../platform/error.ts'

/** Throws `documentNotFound`, also for one that was withdrawn or is held back: nothing more comes to it. */
export function requireDocument(documents: readonly DocumentState[], documentId: string): DocumentState {
  const found = documents.find((document) => document.documentId === documentId)
  if (!found || found.withdrawn || found.held) throw new AppError('documentNotFound')
  return found
}

/** Throws `agendaItemNotFound`, and `classifiedItem` for one that no document may be attached to. */
export function requireItem(agenda: readonly { itemId: string, classified: boolean }[], itemId: string): void {
  const found = agenda.find((item) => item.itemId === itemId)
  if (!found) throw new AppError('agendaItemNotFound')
  if (found.classified) throw new AppError('classifiedItem')
}
