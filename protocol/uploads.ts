import { z } from 'zod'
import { Id } from './journal.ts'
import { MediaType } from './media-type.ts'
import { ProposalDocumentKind } from './proposal-kinds.ts'
import { defineRoute } from './route.ts'

/**
 * Files on their way: sent by the tus protocol (1.0.0: creation, termination) to `/api/uploads`, held to their content by
 * `finishUpload`, and used once by the command that attaches them. The metadata of a creation are `filename` and `purpose`.
 */
export const UPLOADS_PATH = '/api/uploads'

/** What a file is sent for. Secrecy is asked before: nothing is taken for a classified item or a secret proposal. */
export const UploadPurpose = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('document'), meetingId: Id, itemId: Id, documentId: Id.optional() }),
  z.strictObject({ kind: z.literal('paper'), secrecy: z.literal('none'), proposalId: Id, paperKind: ProposalDocumentKind }),
  /** Evidence of what was done for a task. */
  z.strictObject({ kind: z.literal('evidence'), secrecy: z.literal('none'), taskId: Id }),
])
export type UploadPurpose = z.infer<typeof UploadPurpose>

/**
 * Why a file is not taken: none of our types; two files in one (`polyglot`); opened with a password; programs inside; cut or
 * damaged; an archive that grows beyond measure, or that holds archives or programs; a virus.
 */
export const fileProblems = ['type', 'polyglot', 'encrypted', 'macros', 'broken', 'bomb', 'nested', 'virus'] as const
export type FileProblem = typeof fileProblems[number]

/** Unfinished or unused files of one person at a time. */
export const MAX_WAITING_UPLOADS = 50

export const UploadResult = z.object({
  uploadId: Id,
  /** As it will be attached: NFC, one line, without folders. */
  name: z.string(),
  mediaType: MediaType, bytes: z.int(),
  /** Documents with the same content that this person may read; `name` null: erased. */
  duplicates: z.array(z.object({ meetingId: Id, documentId: Id, name: z.string().nullable() })),
})
export type UploadResult = z.infer<typeof UploadResult>

export const finishUpload = defineRoute({
  id: 'uploads.finish', method: 'post', path: `${UPLOADS_PATH}/:uploadId/finish`, access: 'signedIn',
  errors: ['uploadNotFound', 'uploadIncomplete', 'fileRefused', 'scannerUnavailable', 'storageFull', 'meetingNotFound', 'forbiddenInMeeting', 'meetingClosed',
    'agendaItemNotFound', 'classifiedItem', 'proposalNotFound', 'forbiddenForProposal', 'proposalStage', 'taskNotFound', 'forbiddenForTask', 'taskStage'],
  summary: 'Holds a file that was sent whole to its content. Asked again, the answer is the same.',
  params: z.object({ uploadId: Id }), response: UploadResult,
})

export const getScanner = defineRoute({
  id: 'uploads.scanner', method: 'get', path: '/api/upload-scanner', access: 'administrator', errors: [],
  summary: 'Whether files are scanned for viruses (`absent`: none is configured), and whether the scanner answers now.',
  response: z.object({ state: z.enum(['absent', 'up', 'down']) }),
})
