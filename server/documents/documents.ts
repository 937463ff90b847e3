import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import { MAX_DOCUMENTS, type DocumentFacts } from '../../protocol/documents.ts'
import type { Audience } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { Conversion } from '../conversion/conversion.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { audienceOfItem, requireOffice, seesItem, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files, KeptFile } from '../platform/files.ts'
import { requirePdf } from './pdf.ts'

export interface NewDocument extends KeptFile { itemId: string, nameText: string }

/** A file as its readers get it; `name` is null where it was erased. */
export interface ReadableDocument { itemId: string, name: string | null, sha256: string }

/** Changes are made under the lock of the meeting's journal. */
export interface DocumentsStore {
  /** Gives the new document's id. */
  insert(trx: Knex.Transaction, meetingId: string, document: NewDocument): Promise<string>
  /** A document of this meeting that was not withdrawn. */
  find(db: Knex, meetingId: string, documentId: string): Promise<ReadableDocument | undefined>
  /** Which of these files belong to a document, also to a withdrawn one. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
  /** How many documents the meeting has. */
  count(db: Knex, meetingId: string): Promise<number>
  /** False when the meeting has no such document, or no longer. */
  remove(trx: Knex.Transaction, meetingId: string, documentId: string, at: Date): Promise<boolean>
  removeOfItem(trx: Knex.Transaction, meetingId: string, itemId: string, at: Date): Promise<void>
}

/** A version of a document that somebody may read. */
export interface RequiredDocument extends ReadableDocument {
  /** A final one is no longer reworded. */
  final: boolean
  /** Who learns of what happens to it: those who may read it. */
  audience: Audience
}

export interface DocumentsDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  store: DocumentsStore
  files: Files
  /** What is attached is made readable and found by its text. */
  conversion: Pick<Conversion, 'register'>
  uploadLimitBytes: number
}

/** A file that is kept already, with the name that it has elsewhere. */
export interface KeptDocument extends KeptFile { name: string }

/** An upload: the file itself, its length as announced, and the name that the person gave it. */
export interface Upload { source: Readable, announcedBytes: number | undefined, name: string, key: string }

/** Who may do what with documents; who may see their item reads them. */
const may = { attach: requireOffice, remove: requireOffice }

export function createDocuments({ db, journal, access, store, files, conversion, uploadLimitBytes }: DocumentsDeps) {
  /** Throws `documentsFull`. */
  async function requireRoom(source: Knex, meetingId: string): Promise<void> {
    if (await store.count(source, meetingId) >= MAX_DOCUMENTS) throw new AppError('documentsFull', { limit: MAX_DOCUMENTS })
  }

  async function record(tx: JournalTx, meeting: Meeting, itemId: string, { name, sha256, bytes }: KeptDocument): Promise<{ documentId: string }> {
    const kept = { sha256, bytes }
    const text = await tx.text(name)
    const documentId = await store.insert(tx.trx, tx.meetingId, { ...kept, itemId, nameText: text.$text })
    await conversion.register(tx.trx, { sha256, mediaType: 'application/pdf' })
    const data: DocumentFacts = { documentId, itemId, name: text, ...kept }
    tx.append({ kind: 'documents.attached', data, audience: audienceOfItem(meeting, itemId) })
    return { documentId }
  }

  /** What refuses a file before it is sent: as `attach`, without reading anything. */
  async function requireAttachable(meetingId: string, itemId: string, caller: Caller): Promise<void> {
    const found = await access.accessTo(meetingId, caller)
    may.attach(found)
    requireBefore(found.meeting, 'closed')
    requireItem((await journal.state(meetingId, meetingReducer)).agenda, itemId)
    await requireRoom(db, meetingId)
  }

  /**
   * The one law of reading a document: everything that tells of one asks here, each time. `version` null: any of it; a
   * document has one version. Throws `meetingNotFound`, and `documentNotFound` alike for what is not there and what the
   * person may not read.
   */
  async function require(
    meetingId: string, documentId: string, version: number | null, caller: Caller, source: Knex = db,
  ): Promise<RequiredDocument> {
    const found = await access.accessTo(meetingId, caller, source)
    const document = await store.find(source, meetingId, documentId)
    if (!document || !seesItem(found, document.itemId) || (version ?? 1) !== 1) throw new AppError('documentNotFound')
    return { ...document, final: false, audience: audienceOfItem(found.meeting, document.itemId) }
  }

  return {
    require,
    requireAttachable,

    /**
     * Takes the file in first, and then attaches it if that is still allowed. Who may not attach is refused before the file
     * is read. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `agendaItemNotFound`, `classifiedItem`, `documentEmpty`,
     * `documentTooLarge`, `documentNotPdf`, `documentsFull`, `uploadIncomplete`, `storageFull`, `idempotencyKeyReused`.
     */
    async attach(meetingId: string, itemId: string, caller: Caller, upload: Upload): Promise<{ documentId: string }> {
      await requireAttachable(meetingId, itemId, caller)
      if ((upload.announcedBytes ?? 0) > uploadLimitBytes) throw new AppError('documentTooLarge', { limitBytes: uploadLimitBytes })
      const kept = await files.keep(upload.source, uploadLimitBytes, requirePdf)
      const { key, name } = upload
      const fingerprint = ['documents.attach', itemId, name, kept.sha256]
      return await access.change(meetingId, caller, may.attach, { key, fingerprint }, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        requireItem((await tx.state(meetingReducer)).agenda, itemId)
        await requireRoom(tx.trx, meetingId)
        return await record(tx, meeting, itemId, { ...kept, name })
      })
    },

    /**
     * Attaches files that are kept already, without another upload: of a proposal, or of an item that is carried over. Who may
     * do so, and that the item is there and not classified, is for the command that it is a part of. Throws `documentsFull`.
     */
    async attachKept(tx: JournalTx, meeting: Meeting, itemId: string, documents: readonly KeptDocument[]): Promise<void> {
      for (const document of documents) {
        await requireRoom(tx.trx, tx.meetingId)
        await record(tx, meeting, itemId, document)
      }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingClosed`, `documentNotFound`. */
    async remove(meetingId: string, documentId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, may.remove, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const document = await store.find(tx.trx, meetingId, documentId)
        if (!document || !await store.remove(tx.trx, meetingId, documentId, tx.at)) throw new AppError('documentNotFound')
        tx.append({ kind: 'documents.removed', data: { documentId }, audience: audienceOfItem(meeting, document.itemId) })
      })
    },

    /** The file and its name, for who may see its item. Throws `meetingNotFound`, `documentNotFound`. */
    async read(meetingId: string, documentId: string, caller: Caller): Promise<{ root: string, path: string, name: string }> {
      const document = await require(meetingId, documentId, null, caller)
      return { root: files.root, path: files.relativePath(document.sha256), name: document.name ?? '' }
    },

    /**
     * Deletes the files of uploads that were refused in the end, after a day; gives how many. `others`: which of these files
     * belong to something else.
     */
    sweepFiles: (others: (sha256s: readonly string[]) => Promise<ReadonlySet<string>>) =>
      files.sweep(async (sha256s) => new Set([...await store.knownFiles(db, sha256s), ...await others(sha256s)])),

    /** Goes with an item that is removed; the item's entry says that its documents went too. */
    async removeOfItem(tx: JournalTx, itemId: string): Promise<void> {
      await store.removeOfItem(tx.trx, tx.meetingId, itemId, tx.at)
    },
  }
}

export type Documents = ReturnType<typeof createDocuments>

/** Throws `agendaItemNotFound`, and `classifiedItem` for one that no document may be attached to. */
function requireItem(agenda: readonly { itemId: string, classified: boolean }[], itemId: string): void {
  const found = agenda.find((item) => item.itemId === itemId)
  if (!found) throw new AppError('agendaItemNotFound')
  if (found.classified) throw new AppError('classifiedItem')
}
