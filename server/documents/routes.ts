import {
  addVersion, attachDocument, compareVersions, getReadings, getReadingsOf, purgeDocument, quarantineDocument, readDocument, readOriginal, remindReaders,
  removeDocument, reportReading, setCirculation, stateVersion, withdrawDocument,
} from '../../protocol/documents.ts'
import type { MountRoute } from '../platform/contract.ts'
import { sendFile, sendPdf } from '../platform/send-file.ts'
import type { Uploads } from '../uploads/uploads.ts'
import type { CirculationRules } from './circulation.ts'
import type { Documents } from './documents.ts'
import type { ReadingRules } from './reading.ts'
import type { Serving } from './serving.ts'

export interface DocumentsMounting {
  documents: Documents
  circulation: CirculationRules
  serving: Serving
  reading: ReadingRules
  takeUpload: Uploads['take']
}

export function mountDocuments(route: MountRoute, { documents, circulation, serving, reading, takeUpload }: DocumentsMounting): void {
  route(attachDocument, ({ params: { meetingId, itemId }, body, caller }) => documents.attach(meetingId, itemId, caller, {
    ...body, source: body.uploadId, take: (trx) => takeUpload(trx, body.uploadId, caller, { kind: 'document', meetingId, itemId }),
  }))

  route(addVersion, ({ params: { meetingId, documentId }, body, caller }) => documents.addVersion(meetingId, documentId, caller, {
    ...body, source: body.uploadId,
    take: (trx, itemId) => takeUpload(trx, body.uploadId, caller, { kind: 'document', meetingId, itemId, documentId }),
  }))

  route(stateVersion, async ({ params, body, caller }) => {
    await documents.stateVersion(params.meetingId, params.documentId, params.number, caller, body)
    return {}
  })

  route(removeDocument, async ({ params, caller }) => {
    await documents.remove(params.meetingId, params.documentId, caller)
    return {}
  })

  route(setCirculation, async ({ params, body, caller }) => {
    await circulation.set(params.meetingId, params.documentId, caller, body)
    return {}
  })

  route(withdrawDocument, async ({ params, body, caller }) => {
    await circulation.withdraw(params.meetingId, params.documentId, caller, body.reason)
    return {}
  })

  route(quarantineDocument, async ({ params, caller }) => {
    await circulation.quarantine(params.meetingId, params.documentId, caller)
    return {}
  })

  route(purgeDocument, async ({ params, caller }) => {
    await circulation.purge(params.meetingId, params.documentId, caller)
    return {}
  })

  route(readDocument, async ({ params, query, caller, res }) => {
    await sendPdf(res, await serving.pdf(params.meetingId, params.documentId, query.version ?? null, caller))
  })

  route(readOriginal, async ({ params, query, caller, res }) => {
    await sendFile(res, await serving.original(params.meetingId, params.documentId, query.version ?? null, caller))
  })

  route(compareVersions, ({ params, query, caller }) => serving.compare(params.meetingId, params.documentId, caller, query))

  route(reportReading, async ({ params, body, caller }) => {
    await reading.report(params.meetingId, params.documentId, caller, body)
    return {}
  })

  route(getReadings, ({ params, caller }) => reading.readings(params.meetingId, caller))
  route(getReadingsOf, ({ params, caller }) => reading.readingsOf(params.meetingId, params.personId, caller))

  route(remindReaders, ({ params, body, caller }) => reading.remind(params.meetingId, caller, body))
}
