import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import { MAX_PROPOSAL_DOCUMENTS, type ProposalDocument } from '../../protocol/proposals.ts'
import type { Conversion } from '../conversion/conversion.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files, KeptFile } from '../platform/files.ts'
import type { FileToSend } from '../platform/send-file.ts'
import type { ReadyFile, Uploads } from '../uploads/uploads.ts'
import { may, requireAct, type ProposalAccessTo } from './access.ts'

export interface NewPaper extends KeptFile {
  kind: ProposalDocument['kind']
  name: string
  actorId: string
  at: Date
  key: string
}

/** Changes are made under the lock of the proposal. */
export interface PapersStore {
  insertDocument(trx: Knex.Transaction, proposalId: string, paper: NewPaper): Promise<ProposalDocument>
  /** The document that came of this upload, also one that was taken away. */
  findUpload(db: Knex, proposalId: string, key: string): Promise<ProposalDocument | undefined>
  countDocuments(db: Knex, proposalId: string): Promise<number>
  /** A document of this proposal; `there`: it was not taken away; `submitted`: a submission holds it. */
  findDocument(db: Knex, proposalId: string, documentId: string): Promise<{ name: string, sha256: string, there: boolean, submitted: boolean } | undefined>
  /** False when the proposal has no such document, or no longer. */
  removeDocument(trx: Knex.Transaction, proposalId: string, documentId: string, removal: { at: Date, actorId: string }): Promise<boolean>
  /** Which of these files belong to a document, also to one that was taken away. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
}

export interface PapersDeps {
  db: Knex
  access: ProposalAccessTo
  store: PapersStore
  files: Files
  /** What is attached is found by its text. */
  conversion: Pick<Conversion, 'register' | 'statesOf'>
  takeUpload: Uploads['take']
}

/** The documents of a proposal, kept as those of meetings are. */
export function createPapers({ db, access, store, files, conversion, takeUpload }: PapersDeps) {
  /** Throws `documentsFull`. */
  async function requireRoom(source: Knex, proposalId: string): Promise<void> {
    if (await store.countDocuments(source, proposalId) >= MAX_PROPOSAL_DOCUMENTS) {
      throw new AppError('documentsFull', { limit: MAX_PROPOSAL_DOCUMENTS })
    }
  }

  /** The document of this key; made by `file` where there is none yet. */
  const attachOnce = (proposalId: string, caller: Caller, { kind, key }: Pick<NewPaper, 'kind' | 'key'>, file: (trx: Knex.Transaction) => Promise<ReadyFile & { name: string }>) =>
    access.change(proposalId, caller, may.edit, null, async (trx, _, at): Promise<ProposalDocument> => {
      const known = await store.findUpload(trx, proposalId, key)
      if (known?.kind === kind) return known
      if (known) throw new AppError('idempotencyKeyReused')
      await requireRoom(trx, proposalId)
      const { mediaType, ...kept } = await file(trx)
      await conversion.register(trx, { sha256: kept.sha256, mediaType })
      return await store.insertDocument(trx, proposalId, { ...kept, kind, key, actorId: caller.personId, at })
    })

  /** To the office only what was submitted. Throws `proposalNotFound`, `documentNotFound`. */
  async function requireReadable(proposalId: string, caller: Caller, documentId: string): Promise<{ name: string, sha256: string }> {
    const { sides } = await access.accessTo(proposalId, caller)
    const found = await store.findDocument(db, proposalId, documentId)
    if (!found || !(found.submitted || (found.there && sides.includes('unit')))) throw new AppError('documentNotFound')
    return found
  }

  return {
    /** What refuses a file before it is sent. Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`, `documentsFull`. */
    async requireAttachable(proposalId: string, caller: Caller): Promise<void> {
      requireAct(await access.accessTo(proposalId, caller), may.edit)
      await requireRoom(db, proposalId)
    },

    /**
     * Uses an upload up. Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`, `documentsFull`, `uploadNotFound`,
     * `idempotencyKeyReused`.
     */
    attach: (proposalId: string, caller: Caller, { kind, uploadId }: { kind: ProposalDocument['kind'], uploadId: string }) =>
      attachOnce(proposalId, caller, { kind, key: uploadId },
        (trx) => takeUpload(trx, uploadId, caller, { kind: 'paper', secrecy: 'none', proposalId, paperKind: kind })),

    /** Attaches a PDF that was made here. */
    async attachMade(proposalId: string, caller: Caller, { pdf, name, kind, key }: Pick<NewPaper, 'name' | 'kind' | 'key'> & { pdf: Uint8Array }): Promise<ProposalDocument> {
      const kept = await files.keep(Readable.from([pdf]), pdf.length, async () => {})
      return await attachOnce(proposalId, caller, { kind, key }, async () => ({ ...kept, name, mediaType: 'application/pdf' }))
    },

    /** Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`, `documentNotFound`. */
    remove: (proposalId: string, caller: Caller, documentId: string) =>
      access.change(proposalId, caller, may.edit, null, async (trx, _, at): Promise<void> => {
        if (!await store.removeDocument(trx, proposalId, documentId, { at, actorId: caller.personId })) throw new AppError('documentNotFound')
      }),

    /** The document as PDF. Throws `proposalNotFound`, `documentNotFound`, `documentNotReady` (details `status`, `problem`). */
    async read(proposalId: string, caller: Caller, documentId: string): Promise<FileToSend> {
      const { name, sha256 } = await requireReadable(proposalId, caller, documentId)
      const state = (await conversion.statesOf(db, [sha256])).get(sha256)
      if (!state?.pdfSha256) throw new AppError('documentNotReady', { status: state?.status ?? 'waiting', problem: state?.problem ?? null })
      return { files, sha256: state.pdfSha256, name }
    },

    /** The file as it was attached. Throws `proposalNotFound`, `documentNotFound`. */
    async readOriginal(proposalId: string, caller: Caller, documentId: string): Promise<FileToSend> {
      return { files, ...await requireReadable(proposalId, caller, documentId) }
    },

    /** For the sweep of files that nobody knows. */
    knownFiles: (sha256s: readonly string[], source: Knex = db) => store.knownFiles(source, sha256s),
  }
}

export type Papers = ReturnType<typeof createPapers>
