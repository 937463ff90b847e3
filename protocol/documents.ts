import { z } from 'zod'
import { Comparison } from './conversion.ts'
import { VersionState } from './document-entries.ts'
import { Id, Part } from './journal.ts'
import { defineRoute } from './route.ts'
import { Instant, Line } from './text.ts'

/** Documents of a meeting: the whole programme stands in the journal again when it is published. */
export const MAX_DOCUMENTS = 400
export const MAX_VERSIONS = 50
/** Ten years. */
export const MAX_EXPIRES_HOURS = 87_600

const DocumentParams = z.object({ meetingId: Id, documentId: Id })
const Key = z.string().min(8).max(64)
/** Without, the newest in circulation that the person may read, or the newest draft where there is none. */
const VersionQuery = z.object({ version: z.coerce.number().int().positive().optional() })

const changing = ['meetingNotFound', 'forbiddenInMeeting', 'meetingClosed', 'meetingCancelled'] as const
/** After the meeting a document may still be stopped. */
const stopping = ['meetingNotFound', 'forbiddenInMeeting', 'documentNotFound'] as const

/** Who reads a document beside the office, whether they may save and print it, and until how many hours after the meeting; null: for ever. */
export const Circulation = z.strictObject({
  parts: z.array(Part).refine((parts) => new Set(parts).size === parts.length),
  download: z.boolean(),
  expiresHours: z.int().min(0).max(MAX_EXPIRES_HOURS).nullable(),
})
export type Circulation = z.infer<typeof Circulation>

export const attachDocument = defineRoute({
  id: 'documents.attach', method: 'post', path: '/api/meetings/:meetingId/agenda/:itemId/documents', access: 'signedIn',
  errors: [...changing, 'agendaItemNotFound', 'classifiedItem', 'uploadNotFound', 'documentsFull', 'idempotencyKeyReused'],
  summary: 'Chair or clerk attaches a file that was sent for this item. A `draft` is for the office alone until it is circulated.',
  params: z.object({ meetingId: Id, itemId: Id }),
  body: z.strictObject({ uploadId: Id, key: Key, state: VersionState.default('circulation'), circulation: Circulation.optional() }),
  response: z.object({ documentId: Id }),
})

export const addVersion = defineRoute({
  id: 'documents.addVersion', method: 'post', path: '/api/meetings/:meetingId/documents/:documentId/versions', access: 'signedIn',
  errors: [...changing, 'documentNotFound', 'documentChanged', 'classifiedItem', 'uploadNotFound', 'versionsFull', 'idempotencyKeyReused'],
  summary: 'Chair or clerk gives a document another file, sent for it; earlier versions stay with their notes. `after`: the newest version that the person knows; refused with `documentChanged` where there is a newer one.',
  params: DocumentParams,
  body: z.strictObject({ uploadId: Id, key: Key, after: z.int().positive(), state: VersionState }),
  response: z.object({ number: z.int() }),
})

export const stateVersion = defineRoute({
  id: 'documents.stateVersion', method: 'put', path: '/api/meetings/:meetingId/documents/:documentId/versions/:number/state', access: 'signedIn',
  errors: [...changing, 'documentNotFound', 'documentChanged'],
  summary: 'Chair or clerk circulates a draft version, or makes one final; never back. `was`: the state that the person knows.',
  params: DocumentParams.extend({ number: z.coerce.number().int().positive() }),
  body: z.strictObject({ state: VersionState.exclude(['draft']), was: VersionState }),
  response: z.object({}),
})

export const setCirculation = defineRoute({
  id: 'documents.setCirculation', method: 'put', path: '/api/meetings/:meetingId/documents/:documentId/circulation', access: 'signedIn',
  errors: [...stopping, 'documentChanged'],
  summary: 'Chair or clerk says who reads a document, whether copies are allowed, and when it expires; also after the meeting. `was`: what the person knows.',
  params: DocumentParams, body: Circulation.extend({ was: Circulation }), response: z.object({}),
})

export const withdrawDocument = defineRoute({
  id: 'documents.withdraw', method: 'post', path: '/api/meetings/:meetingId/documents/:documentId/withdrawal', access: 'signedIn',
  errors: stopping,
  summary: 'Chair or clerk withdraws a document, also after the meeting: nobody reads it any more, and those who did are told why.',
  params: DocumentParams, body: z.strictObject({ reason: Line(500) }), response: z.object({}),
})

export const removeDocument = defineRoute({
  id: 'documents.remove', method: 'delete', path: '/api/meetings/:meetingId/documents/:documentId', access: 'signedIn',
  errors: [...changing, 'documentNotFound', 'documentCirculated'],
  summary: 'Chair or clerk removes a document that nobody else has known of; one that was circulated is withdrawn.',
  params: DocumentParams, response: z.object({}),
})

export const quarantineDocument = defineRoute({
  id: 'documents.quarantine', method: 'post', path: '/api/meetings/:meetingId/documents/:documentId/quarantine', access: 'signedIn',
  errors: stopping,
  summary: 'Chair or clerk stops a document at once that proves to be a state secret (Law 117/2025/QH15): nobody reads it, and others than the office no longer know of it. There is no way back.',
  params: DocumentParams, response: z.object({}),
})

export const purgeDocument = defineRoute({
  id: 'documents.purge', method: 'post', path: '/api/meetings/:meetingId/documents/:documentId/purge', access: 'signedIn',
  errors: [...stopping, 'documentNotQuarantined'],
  summary: 'The chair has a quarantined document deleted for good: its files, texts, name and notes.',
  params: DocumentParams, response: z.object({}),
})

export const readDocument = defineRoute({
  id: 'documents.read', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/file', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'documentNotReady', 'downloadNotAllowed'],
  summary: 'The PDF to be read in the page, for those who may read and save the document; others get pictures of its pages. Answers range requests.',
  params: DocumentParams, query: VersionQuery, response: { stream: 'application/pdf' },
})

export const readOriginal = defineRoute({
  id: 'documents.original', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/original', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'downloadNotAllowed'],
  summary: 'The file as it was attached: for chair and clerk, and, where it cannot be shown in the page, for those who may save the document.',
  params: DocumentParams, query: VersionQuery, response: { stream: 'application/octet-stream' },
})

export const compareVersions = defineRoute({
  id: 'documents.compare', method: 'get', path: '/api/meetings/:meetingId/documents/:documentId/comparison', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'downloadNotAllowed', 'documentNotComparable'],
  summary: 'What the texts of two versions differ in, for those who may save the document.',
  params: DocumentParams, query: z.object({ before: z.coerce.number().int().positive(), after: z.coerce.number().int().positive() }), response: Comparison,
})

/** Seconds that one report may count in all: a reader’s page tells several times a minute. */
export const MAX_READ_SECONDS = 60

export const reportReading = defineRoute({
  id: 'documents.reportReading', method: 'post', path: '/api/meetings/:meetingId/documents/:documentId/reading', access: 'signedIn',
  errors: ['meetingNotFound', 'documentNotFound', 'tooManyRequests'],
  summary: 'A reader’s page tells how many seconds each page was before their eyes since it told last. Pages that there are not are not counted.',
  params: DocumentParams,
  body: z.strictObject({
    version: z.int().positive(),
    pages: z.array(z.strictObject({ page: z.int().min(1).max(10_000), seconds: z.int().min(1).max(MAX_READ_SECONDS) })).min(1).max(60)
      .refine((pages) => pages.reduce((sum, { seconds }) => sum + seconds, 0) <= MAX_READ_SECONDS),
  }),
  response: z.object({}),
})

/** How far one person is with a document: pages that they have seen, of its newest version and in all of it. */
export const ReadingOfDocument = z.object({ documentId: Id, pages: z.int(), seconds: z.int(), lastAt: Instant })

export const getReadings = defineRoute({
  id: 'documents.readings', method: 'get', path: '/api/meetings/:meetingId/readings', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting'],
  summary: 'For chair and clerk: who has read what of the documents that the others may read, by person. Who may not read a document is not in `may`.',
  params: z.object({ meetingId: Id }),
  response: z.object({
    documents: z.array(z.object({ documentId: Id, version: z.int(), pages: z.int().nullable() })),
    readers: z.array(z.object({ personId: Id, may: z.array(Id), read: z.array(ReadingOfDocument) })),
  }),
})

export const getReadingsOf = defineRoute({
  id: 'documents.readingsOf', method: 'get', path: '/api/meetings/:meetingId/readings/:personId', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'notParticipant'],
  summary: 'For chair and clerk: how many seconds each page of the documents in circulation was before one person’s eyes, in its newest version. Pages not seen are left out.',
  params: z.object({ meetingId: Id, personId: Id }),
  response: z.object({ documents: z.array(z.object({ documentId: Id, pages: z.array(z.object({ page: z.int(), seconds: z.int() })) })) }),
})

export const remindReaders = defineRoute({
  id: 'documents.remindReaders', method: 'post', path: '/api/meetings/:meetingId/reading-reminders', access: 'signedIn',
  errors: [...changing, 'meetingNotPublished', 'idempotencyKeyReused'],
  summary: 'Chair or clerk asks those of these persons who may read something that they have not opened to read it before the meeting, each once in an hour of the clock. `people`: how many were asked.',
  params: z.object({ meetingId: Id }),
  body: z.strictObject({ key: Key, personIds: z.array(Id).min(1).max(500) }),
  response: z.object({ people: z.int() }),
})
