import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line } from './text.ts'

/** Documents of a meeting: the whole programme stands in one journal entry when it is published. */
export const MAX_DOCUMENTS = 400

const DocumentParams = z.object({ meetingId: Id, documentId: Id })

export const attachDocument = defineRoute({
  id: 'documents.attach', method: 'post', path: '/api/meetings/:meetingId/agenda/:itemId/documents', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'agendaItemNotFound', 'classifiedItem', 'documentEmpty', 'documentTooLarge',
    'documentNotPdf', 'documentsFull', 'uploadIncomplete', 'storageFull', 'idempotencyKeyReused'],
  summary: 'Chair or clerk attaches a PDF to an item. The body is the file itself, streamed; its content decides the type, not its name.',
  params: z.object({ meetingId: Id, itemId: Id }),
  query: z.object({ name: Line(240), key: z.string().min(8).max(64) }),
  body: { stream: 'application/pdf' },
  response: z.object({ documentId: Id }),
})

export const removeDocument = defineRoute({
  id: 'documents.remove', method: 'delete', path: '/api/meetings/:meetingId/documents/:documentId', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled', 'documentNotFound'],
  summary: 'Chair or clerk withdraws a document from its item.',
  params: DocumentParams, response: z.object({}),
})

export const readDocument = defineRoute({
  id: 'documents.read', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/file', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound'],
  summary: 'The file, for participants of the meeting that published it. Answers range requests.',
  params: DocumentParams, response: { stream: 'application/pdf' },
})

export const DocumentFacts = z.object({
  documentId: Id, itemId: Id, name: TextRef,
  /** SHA-256 of the file, hexadecimal. */
  sha256: z.string(), bytes: z.int(),
})
export type DocumentFacts = z.infer<typeof DocumentFacts>
export type DocumentsState = DocumentFacts[]

export const documentEntries = [
  z.object({ kind: z.literal('documents.attached'), data: DocumentFacts }),
  z.object({ kind: z.literal('documents.removed'), data: z.object({ documentId: Id }) }),
] as const

type DocumentEntry = z.infer<typeof documentEntries[number]>

/** The documents after one more entry. */
export function applyDocuments(documents: DocumentsState, entry: DocumentEntry): DocumentsState {
  return entry.kind === 'documents.attached'
    ? [...documents, entry.data]
    : documents.filter((document) => document.documentId !== entry.data.documentId)
}
