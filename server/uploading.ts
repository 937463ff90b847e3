import type { Documents } from './documents/documents.ts'
import type { Papers } from './proposals/papers.ts'
import type { TaskEvidence } from './tasks/evidence.ts'
import type { Scanner } from './uploads/scanner.ts'
import { uploadsStore } from './uploads/store.ts'
import { createUploads, type UploadsDeps } from './uploads/uploads.ts'

/** Where files on their way lie, and what scans them; `scanner` undefined: none is configured. */
export interface UploadWays { folder: string, scanner: Scanner | undefined }

export interface UploadingDeps extends Pick<UploadsDeps, 'db' | 'files' | 'limitBytes' | 'folder' | 'scanner'> {
  documents: Pick<Documents, 'requireAttachable'>
  papers: Pick<Papers, 'requireAttachable'>
  evidence: Pick<TaskEvidence, 'requireAttachable'>
}

/** Files on their way to meetings, proposals and tasks, whose own rules say who may send them. */
export const createUploading = ({ documents, papers, evidence, ...deps }: UploadingDeps) => createUploads({
  ...deps, store: uploadsStore,
  requirePurpose(purpose, caller) {
    switch (purpose.kind) {
      case 'document': return documents.requireAttachable(purpose.meetingId, purpose.itemId, caller, purpose.documentId)
      case 'paper': return papers.requireAttachable(purpose.proposalId, caller)
      case 'evidence': return evidence.requireAttachable(purpose.taskId, caller)
    }
  },
})
