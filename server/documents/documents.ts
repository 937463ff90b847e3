import { Readable } from 'node:stream'
import type { Knex } from 'knex'
import { newestOf, type DocumentState, type VersionState } from '../../protocol/document-entries.ts'
import { MAX_DOCUMENTS, MAX_VERSIONS, type Circulation } from '../../protocol/documents.ts'
import { Part, type Audience } from '../../protocol/journal.ts'
import type { MediaType } from '../../protocol/media-type.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Conversion } from '../conversion/conversion.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOffice, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files, KeptFile } from '../platform/files.ts'
import { requireDocument, requireItem } from './present.ts'
import { audienceOfParts, restate, tellDocument, tellGone } from './telling.ts'

/** A file that is kept already, with the name that it has elsewhere. */
export interface KeptDocument extends KeptFile { name: string, mediaType: MediaType }

/** One that is taken along from elsewhere; without more it is in circulation, for everybody who sees the item. */
export interface TakenDocument extends KeptDocument { circulation?: Circulation, state?: VersionState }

export interface NewVersion extends KeptFile { state: VersionState, mediaType: MediaType, addedBy: string | null, at: Date }

/** A version that somebody may read now; `name` null: it was erased. */
export interface ReadableVersion {
  itemId: string
  name: string | null
  number: number
  state: VersionState
  sha256: string
  mediaType: MediaType
  bytes: number
  parts: Part[]
  download: boolean
  /** Chair, clerk or who presides. */
  office: boolean
}

/** Changes are made under the lock of the meeting's journal. */
export interface DocumentsStore {
  /** Gives the new document's id. */
  insert(
    trx: Knex.Transaction, meetingId: string, document: { itemId: string, nameText: string, circulation: Circulation, version: NewVersion },
  ): Promise<string>
  insertVersion(trx: Knex.Transaction, documentId: string, number: number, version: NewVersion): Promise<void>
  setState(trx: Knex.Transaction, documentId: string, number: number, state: VersionState): Promise<void>
  /** As the one law of reading has it (readable.ts); `number` null: the newest in circulation, or the newest draft where there is none. */
  readable(
    db: Knex, document: { meetingId: string, documentId: string, number: number | null }, personId: string, now: Date,
  ): Promise<ReadableVersion | undefined>
  /** Which of these files belong to a document that was not purged, also to a withdrawn one. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
  /** How many documents the meeting has. */
  count(db: Knex, meetingId: string): Promise<number>
  remove(trx: Knex.Transaction, meetingId: string, documentId: string, at: Date): Promise<void>
  removeOfItem(trx: Knex.Transaction, meetingId: string, itemId: string, at: Date): Promise<void>
}

/** A version of a document that somebody may read. */
export interface RequiredDocument extends ReadableVersion {
  /** A final one is no longer reworded. */
  final: boolean
  /** Its readers, not the office alone, may have more of it than pictures of its pages. */
  copies: boolean
  /** Who learns of what happens to it: those who may read it. */
  audience: Audience
}

export interface DocumentsDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  store: DocumentsStore
  /** What is attached is made readable and found by its text. */
  conversion: Pick<Conversion, 'register'>
  files: Pick<Files, 'keep'>
  now?: (() => Date) | undefined
}

/** Uses a file up in the transaction that attaches it. */
export type Take = (trx: Knex.Transaction) => Promise<KeptDocument>

/** `source` names the file, so that the same key with another one is told apart. */
interface Attaching { key: string, source: string, state: VersionState, circulation?: Circulation | undefined, take: Take }

/** Everybody who sees the item, as long as the meeting is kept. */
export const OPEN_CIRCULATION: Circulation = { parts: [...Part.options], download: true, expiresHours: null }

/** Who may do what with documents. */
const may = { attach: requireOffice, state: requireOffice, remove: requireOffice }

/** Documents of agenda items and their versions. */
export function createDocuments({ db, journal, access, store, conversion, files, now = () => new Date() }: DocumentsDeps) {
  /** Throws `documentsFull`. */
  async function requireRoom(source: Knex, meetingId: string): Promise<void> {
    if (await store.count(source, meetingId) >= MAX_DOCUMENTS) throw new AppError('documentsFull', { limit: MAX_DOCUMENTS })
  }

  async function record(
    tx: JournalTx, meeting: Meeting, itemId: string, { name, ...kept }: KeptDocument, state: VersionState, circulation: Circulation,
  ): Promise<{ documentId: string }> {
    const text = await tx.text(name)
    const version = { ...kept, state, addedBy: tx.actorId, at: tx.at }
    const documentId = await store.insert(tx.trx, tx.meetingId, { itemId, nameText: text.$text, circulation, version })
    await conversion.register(tx.trx, kept)
    tellDocument(tx, meeting, {
      documentId, itemId, name: text, ...circulation, held: null, versions: [{ ...kept, number: 1, state, rendition: null }],
    })
    return { documentId }
  }

  async function recordVersion(
    tx: JournalTx, meeting: Meeting, known: MeetingState, document: DocumentState, { name: _, ...kept }: KeptDocument, state: VersionState,
  ): Promise<number> {
    const number = newestOf(document).number + 1
    if (number > MAX_VERSIONS) throw new AppError('versionsFull', { limit: MAX_VERSIONS })
    await store.insertVersion(tx.trx, document.documentId, number, { ...kept, state, addedBy: tx.actorId, at: tx.at })
    await conversion.register(tx.trx, kept)
    restate(tx, meeting, known, document, { ...kept, number, state, rendition: null })
    return number
  }

  /** What refuses a file before it is sent. Throws as `attach`. */
  async function requireAttachable(meetingId: string, itemId: string, caller: Caller, documentId?: string): Promise<void> {
    const found = await access.accessTo(meetingId, caller)
    may.attach(found)
    requireBefore(found.meeting, 'closed')
    const { agenda, documents } = await journal.state(meetingId, meetingReducer)
    requireItem(agenda, itemId)
    if (documentId === undefined) await requireRoom(db, meetingId)
    else if (requireDocument(documents, documentId).itemId !== itemId) throw new AppError('documentNotFound')
  }

  /** Throws as `documents.attach` of the contract says. */
  async function attach(
    meetingId: string, itemId: string, caller: Caller, { key, source, state, circulation = OPEN_CIRCULATION, take }: Attaching,
  ): Promise<{ documentId: string }> {
    const fingerprint = ['documents.attach', itemId, source, state, circulation]
    return await access.change(meetingId, caller, may.attach, { key, fingerprint }, async (tx, { meeting }) => {
      requireBefore(meeting, 'closed')
      requireItem((await tx.state(meetingReducer)).agenda, itemId)
      await requireRoom(tx.trx, meetingId)
      return await record(tx, meeting, itemId, await take(tx.trx), state, circulation)
    })
  }

  return {
    requireAttachable, attach,

    /**
     * The one law of reading a document: everything that tells of one asks here, each time. `version` null: as
     * `readable`. Throws `meetingNotFound`, and `documentNotFound` alike for what is not there and what the person may not read.
     */
    async require(
      meetingId: string, documentId: string, version: number | null, caller: Pick<Caller, 'personId'>, source: Knex = db,
    ): Promise<RequiredDocument> {
      const { meeting } = await access.accessTo(meetingId, caller, source)
      const found = await store.readable(source, { meetingId, documentId, number: version }, caller.personId, now())
      if (!found) throw new AppError('documentNotFound')
      const audience: Audience = found.state === 'draft' ? { scope: 'office' } : audienceOfParts(meeting, found)
      return { ...found, copies: found.download, download: found.download || found.office, final: found.state === 'final', audience }
    },

    /** Attaches a PDF that was made here. */
    async attachMade(
      meetingId: string, itemId: string, caller: Caller, { pdf, name, key, state = 'circulation', circulation }: { pdf: Uint8Array, name: string, key: string } & Partial<Pick<Attaching, 'state' | 'circulation'>>,
    ): Promise<{ documentId: string }> {
      const kept = await files.keep(Readable.from([pdf]), pdf.length, async () => {})
      return await attach(meetingId, itemId, caller, {
        key, source: kept.sha256, state, circulation, take: async () => ({ ...kept, name, mediaType: 'application/pdf' }),
      })
    },

    /** Throws as `documents.addVersion` of the contract says. */
    async addVersion(
      meetingId: string, documentId: string, caller: Caller,
      { key, source, after, state, take }: Omit<Attaching, 'circulation' | 'take'> & { after: number, take: (trx: Knex.Transaction, itemId: string) => Promise<KeptDocument> },
    ): Promise<{ number: number }> {
      const fingerprint = ['documents.addVersion', documentId, source, after, state]
      return await access.change(meetingId, caller, may.attach, { key, fingerprint }, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const known = await tx.state(meetingReducer)
        const document = requireDocument(known.documents, documentId)
        requireItem(known.agenda, document.itemId)
        const newest = newestOf(document)
        if (newest.number !== after) throw new AppError('documentChanged', { number: newest.number })
        return { number: await recordVersion(tx, meeting, known, document, await take(tx.trx, document.itemId), state) }
      })
    },

    /**
     * Attaches files that are kept already, without another upload: of a proposal, or of an item that is carried over. Who may
     * do so, and that the item is there and not classified, is for the command that it is a part of. Throws `documentsFull`.
     */
    async attachKept(tx: JournalTx, meeting: Meeting, itemId: string, documents: readonly TakenDocument[]): Promise<void> {
      for (const { circulation = OPEN_CIRCULATION, state = 'circulation', ...document } of documents) {
        await requireRoom(tx.trx, tx.meetingId)
        await record(tx, meeting, itemId, document, state, circulation)
      }
    },

    /** As `attachKept`: what was written together becomes the next version, in circulation. Throws `documentNotFound`, `versionsFull`. */
    async addKeptVersion(tx: JournalTx, meeting: Meeting, documentId: string, file: KeptDocument): Promise<void> {
      const known = await tx.state(meetingReducer)
      await recordVersion(tx, meeting, known, requireDocument(known.documents, documentId), file, 'circulation')
    },

    /** Throws as `documents.stateVersion` of the contract says. */
    async stateVersion(
      meetingId: string, documentId: string, number: number, caller: Caller, { state, was }: { state: Exclude<VersionState, 'draft'>, was: VersionState },
    ): Promise<void> {
      await access.change(meetingId, caller, may.state, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const known = await tx.state(meetingReducer)
        const document = requireDocument(known.documents, documentId)
        const version = document.versions.find((one) => one.number === number)
        if (!version) throw new AppError('documentNotFound')
        if (version.state === state) return
        if (version.state !== was || version.state === 'final') throw new AppError('documentChanged', { state: version.state })
        await store.setState(tx.trx, documentId, number, state)
        restate(tx, meeting, known, document, { ...version, state })
      })
    },

    /** Throws as `documents.remove` of the contract says. */
    async remove(meetingId: string, documentId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, may.remove, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'closed')
        const document = requireDocument((await tx.state(meetingReducer)).documents, documentId)
        const known = meeting.publishedAt !== null && document.versions.some(({ state }) => state !== 'draft')
        if (known) throw new AppError('documentCirculated')
        await store.remove(tx.trx, meetingId, documentId, tx.at)
        tellGone(tx, document)
      })
    },

    /**
     * Goes with an item that is removed; the item's entry says that its documents went too. Throws `documentQuarantined` while one
     * waits to be purged, which nobody could do any more.
     */
    async removeOfItem(tx: JournalTx, itemId: string): Promise<void> {
      const { documents } = await tx.state(meetingReducer)
      if (documents.some((document) => document.itemId === itemId && document.held === 'quarantined')) throw new AppError('documentQuarantined')
      await store.removeOfItem(tx.trx, tx.meetingId, itemId, tx.at)
    },

    /** Which of these files belong to documents. */
    knownFiles: (sha256s: readonly string[]) => store.knownFiles(db, sha256s),
  }
}

export type Documents = ReturnType<typeof createDocuments>
