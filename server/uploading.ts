import type { Documents } from './documents/documents.ts'
import type { Papers } from './proposals/papers.ts'
import type { Scanner } from './uploads/scanner.ts'
import { uploadsStore } from './uploads/store.ts'
import { createUploads, type UploadsDeps } from './uploads/uploads.ts'

/** Where files on their way lie, and what scans them; `scanner` undefined: none is configured. */
export interface UploadWays { folder: string, scanner: Scanner | undefined }

export interface UploadingDeps extends Pick<UploadsDeps, 'db' | 'files' | 'limitBytes' | 'folder' | 'scanner'> {
  documents: Pick<Documents, 'requireAttachable'>
  papers: Pick<Papers, 'requireAttachable'>
}

/** Files on their way to meetings and proposals, whose own rules say who may send them. */
export const createUploading = ({ documents, papers, ...deps }: UploadingDeps) => createUploads({
  ...deps, store: uploadsStore,
  requirePurpose: (purpose, caller) => purpose.kind === 'document'
    ? documents.requireAttachable(purpose.meetingId, purpose.itemId, caller, purpose.documentId)
    : papers.requireAttachable(purpose.proposalId, caller),
})
