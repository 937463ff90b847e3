import type { Knex } from 'knex'
import { MAX_EVIDENCE, type Evidence } from '../../protocol/tasks.ts'
import type { Conversion } from '../conversion/conversion.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files, KeptFile } from '../platform/files.ts'
import type { FileToSend } from '../platform/send-file.ts'
import type { Uploads } from '../uploads/uploads.ts'
import { may, requireAct, type TaskAccessStore, type TaskAccessTo } from './access.ts'

export interface NewEvidence extends KeptFile { name: string, actorId: string, at: Date, key: string }

/** Changes are made under the lock of the task. What was taken away is found no more, but for `knownFiles`. */
export interface EvidenceStore {
  insertDocument(trx: Knex.Transaction, taskId: string, evidence: NewEvidence): Promise<Evidence>
  /** The document that came of this upload. */
  findUpload(db: Knex, taskId: string, key: string): Promise<Evidence | undefined>
  /** As they came. */
  documents(db: Knex, taskId: string): Promise<Evidence[]>
  removeDocument(trx: Knex.Transaction, taskId: string, documentId: string, at: Date): Promise<void>
  /** Which of these files are evidence, also such as was taken away. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
}

export interface EvidenceDeps {
  db: Knex
  access: TaskAccessTo
  store: EvidenceStore & Pick<TaskAccessStore, 'insertEvent'>
  files: Files
  conversion: Pick<Conversion, 'register' | 'statesOf'>
  takeUpload: Uploads['take']
}

/** Evidence of progress and of the product: read by all who may see the task. */
export function createEvidence({ db, access, store, files, conversion, takeUpload }: EvidenceDeps) {
  /** Throws `documentsFull`. */
  async function requireRoom(source: Knex, taskId: string): Promise<void> {
    if ((await store.documents(source, taskId)).length >= MAX_EVIDENCE) throw new AppError('documentsFull', { limit: MAX_EVIDENCE })
  }

  /** Throws `taskNotFound`, `documentNotFound`. */
  async function requireReadable(taskId: string, caller: Caller, documentId: string): Promise<Evidence> {
    await access.accessTo(taskId, caller)
    const found = (await store.documents(db, taskId)).find((one) => one.documentId === documentId)
    if (!found) throw new AppError('documentNotFound')
    return found
  }

  return {
    /** What refuses a file before it is sent. Throws `taskNotFound`, `forbiddenForTask`, `taskStage`, `documentsFull`. */
    async requireAttachable(taskId: string, caller: Caller): Promise<void> {
      requireAct(await access.accessTo(taskId, caller), may.evidence)
      await requireRoom(db, taskId)
    },

    /** Uses an upload up. Throws `taskNotFound`, `forbiddenForTask`, `taskStage`, `documentsFull`, `uploadNotFound`. */
    attach: (taskId: string, caller: Caller, uploadId: string): Promise<Evidence> =>
      access.beside(taskId, caller, may.evidence, async (trx, _, at) => {
        const known = await store.findUpload(trx, taskId, uploadId)
        if (known) return known
        await requireRoom(trx, taskId)
        const { mediaType, ...kept } = await takeUpload(trx, uploadId, caller, { kind: 'evidence', secrecy: 'none', taskId })
        await conversion.register(trx, { sha256: kept.sha256, mediaType })
        const evidence = await store.insertDocument(trx, taskId, { ...kept, actorId: caller.personId, at, key: uploadId })
        await store.insertEvent(trx, taskId, { kind: 'evidenceAdded', actorId: caller.personId, at, note: kept.name })
        return evidence
      }),

    /** Throws `taskNotFound`, `forbiddenForTask` for another's file, `taskStage`, `documentNotFound`. */
    remove: (taskId: string, caller: Caller, documentId: string): Promise<void> =>
      access.beside(taskId, caller, may.evidence, async (trx, { sides }, at) => {
        const found = (await store.documents(trx, taskId)).find((one) => one.documentId === documentId)
        if (!found) throw new AppError('documentNotFound')
        if (found.addedBy !== caller.personId) throw new AppError('forbiddenForTask', { sides })
        await store.removeDocument(trx, taskId, documentId, at)
        await store.insertEvent(trx, taskId, { kind: 'evidenceRemoved', actorId: caller.personId, at, note: found.name })
      }),

    /** The file as PDF. Throws `taskNotFound`, `documentNotFound`, `documentNotReady` (details `status`, `problem`). */
    async read(taskId: string, caller: Caller, documentId: string): Promise<FileToSend> {
      const { name, sha256 } = await requireReadable(taskId, caller, documentId)
      const state = (await conversion.statesOf(db, [sha256])).get(sha256)
      if (!state?.pdfSha256) throw new AppError('documentNotReady', { status: state?.status ?? 'waiting', problem: state?.problem ?? null })
      return { files, sha256: state.pdfSha256, name }
    },

    /** The file as it was attached. Throws `taskNotFound`, `documentNotFound`. */
    async readOriginal(taskId: string, caller: Caller, documentId: string): Promise<FileToSend> {
      const { name, sha256 } = await requireReadable(taskId, caller, documentId)
      return { files, sha256, name }
    },

    /** For the sweep of files that nobody knows. */
    knownFiles: (sha256s: readonly string[], source: Knex = db) => store.knownFiles(source, sha256s),
  }
}

export type TaskEvidence = ReturnType<typeof createEvidence>
