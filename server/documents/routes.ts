import { attachDocument, readDocument, removeDocument } from '../../protocol/documents.ts'
import type { MountRoute } from '../platform/contract.ts'
import { announcedBytes, sendPdf, uploaded } from '../platform/pdf-stream.ts'
import type { Documents } from './documents.ts'

export function mountDocuments(route: MountRoute, documents: Documents): void {
  route(attachDocument, ({ params, query, caller, req }) =>
    uploaded(req, documents.attach(params.meetingId, params.itemId, caller, { source: req, announcedBytes: announcedBytes(req), ...query })))

  route(removeDocument, async ({ params, caller }) => {
    await documents.remove(params.meetingId, params.documentId, caller)
    return {}
  })

  route(readDocument, async ({ params, caller, res }) => {
    await sendPdf(res, await documents.read(params.meetingId, params.documentId, caller))
  })
}
