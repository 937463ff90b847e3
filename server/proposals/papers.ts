import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import { MAX_PROPOSAL_DOCUMENTS, type ProposalDocument } from '../../protocol/proposals.ts'
import type { Conversion } from '../conversion/conversion.ts'
import { requirePdf } from '../documents/pdf.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files, KeptFile } from '../platform/files.ts'
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
  /** The document that came under this key, also one that was taken away. */
  findUpload(db: Knex, proposalId: string, key: string): Promise<ProposalDocument | undefined>
  countDocuments(db: Knex, proposalId: string): Promise<number>
  /** A document of this proposal; `there`: it was not taken away; `submitted`: a submission holds it. */
  findDocument(db: Knex, proposalId: string, documentId: string): Promise<{ name: string, sha256: string, there: boolean, submitted: boolean } | undefined>
  /** False when the proposal has no such document, or no longer. */
  removeDocument(trx: Knex.Transaction, proposalId: string, documentId: string, removal: { at: Date, actorId: string }): Promise<boolean>
  /** Which of these files belong to a document, also to one that was taken away. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
}

export interface PaperUpload {
  source: Readable
  announcedBytes: number | undefined
  kind: ProposalDocument['kind']
  name: string
  key: string
}

export interface PapersDeps {
  db: Knex
  access: ProposalAccessTo
  store: PapersStore
  files: Files
  /** What is attached is found by its text. */
  conversion: Pick<Conversion, 'register'>
  uploadLimitBytes: number
}

/** The documents of a proposal, kept as those of meetings are. */
export function createPapers({ db, access, store, files, conversion, uploadLimitBytes }: PapersDeps) {
  /** Throws `documentsFull`. */
  async function requireRoom(source: Knex, proposalId: string): Promise<void> {
    if (await store.countDocuments(source, proposalId) >= MAX_PROPOSAL_DOCUMENTS) {
      throw new AppError('documentsFull', { limit: MAX_PROPOSAL_DOCUMENTS })
    }
  }

  return {
    /** What refuses a file before it is sent. Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`, `documentsFull`. */
    async requireAttachable(proposalId: string, caller: Caller): Promise<void> {
      requireAct(await access.accessTo(proposalId, caller), may.edit)
      await requireRoom(db, proposalId)
    },

    /**
     * Who may not attach is refused before the file is read. Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`,
     * `documentEmpty`, `documentTooLarge`, `documentNotPdf`, `documentsFull`, `uploadIncomplete`, `storageFull`, `idempotencyKeyReused`.
     */
    async attach(proposalId: string, caller: Caller, { source, announcedBytes, ...paper }: PaperUpload): Promise<ProposalDocument> {
      requireAct(await access.accessTo(proposalId, caller), may.edit)
      if (!await store.findUpload(db, proposalId, paper.key)) await requireRoom(db, proposalId)
      if ((announcedBytes ?? 0) > uploadLimitBytes) throw new AppError('documentTooLarge', { limitBytes: uploadLimitBytes })
      const kept = await files.keep(source, uploadLimitBytes, requirePdf)
      return await access.change(proposalId, caller, may.edit, null, async (trx, _, at) => {
        const known = await store.findUpload(trx, proposalId, paper.key)
        if (known) {
          if (known.sha256 === kept.sha256 && known.kind === paper.kind && known.name === paper.name) return known
          throw new AppError('idempotencyKeyReused')
        }
        await requireRoom(trx, proposalId)
        await conversion.register(trx, { sha256: kept.sha256, mediaType: 'application/pdf' })
        return await store.insertDocument(trx, proposalId, { ...kept, ...paper, actorId: caller.personId, at })
      })
    },

    /** Throws `proposalNotFound`, `forbiddenForProposal`, `proposalStage`, `documentNotFound`. */
    remove: (proposalId: string, caller: Caller, documentId: string) =>
      access.change(proposalId, caller, may.edit, null, async (trx, _, at): Promise<void> => {
        if (!await store.removeDocument(trx, proposalId, documentId, { at, actorId: caller.personId })) throw new AppError('documentNotFound')
      }),

    /** The file and its name; to the office only what was submitted. Throws `proposalNotFound`, `documentNotFound`. */
    async read(proposalId: string, caller: Caller, documentId: string): Promise<{ root: string, path: string, name: string }> {
      const { sides } = await access.accessTo(proposalId, caller)
      const found = await store.findDocument(db, proposalId, documentId)
      if (!found || !(found.submitted || (found.there && sides.includes('unit')))) throw new AppError('documentNotFound')
      return { root: files.root, path: files.relativePath(found.sha256), name: found.name }
    },

    /** For the sweep of files that nobody knows. */
    knownFiles: (sha256s: readonly string[]) => store.knownFiles(db, sha256s),
  }
}

export type Papers = ReturnType<typeof createPapers>
