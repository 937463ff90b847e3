import type { Knex } from 'knex'
import { presents } from '../../protocol/review-entries.ts'
import type { DraftMode } from '../../protocol/drafting.ts'
import type { Audience } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { ReadVersion, RequireReading } from '../annotations/reading.ts'
import type { BodyRecord } from '../bodies/bodies.ts'
import type { Paper } from '../issuing/paper.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { everyParticipant, isOffice, type Access, type Meeting, type MeetingAccess } from '../meetings/access.ts'
import { requirePublished } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { KeptFile } from '../platform/files.ts'
import { textOf } from '../texts/yjs.ts'
import { blocksFromPages, newText, openSuggestions, paperBlocks } from './text.ts'

/** A text that is being written, or was. */
export interface DraftRecord { draftId: string, meetingId: string, documentId: string, itemId: string }

/** `open…` find texts that are not closed. */
export interface DraftingStore {
  openOf(db: Knex, documentId: string): Promise<DraftRecord | undefined>
  open(db: Knex, draftId: string): Promise<DraftRecord | undefined>
  insert(trx: Knex.Transaction, draft: Omit<DraftRecord, 'draftId'> & { openedBy: string, at: Date, state: Uint8Array }): Promise<string>
  /** False when it is closed already. What was written goes. */
  close(trx: Knex.Transaction, draftId: string, at: Date): Promise<boolean>
}

/** What a text is issued as. */
export interface IssuedAs { key: string, type: string, symbol: string, abstract: string }

export interface DraftingDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  store: DraftingStore
  requireReading: RequireReading
  /** What is readable of a document, page by page; empty where nothing is. */
  pagesOf(source: Knex, version: Pick<ReadVersion, 'sha256'>): Promise<string[]>
  bodies(ids: readonly string[]): Promise<BodyRecord[]>
  /** The text as it is at this moment, also what is not kept yet. */
  current(draftId: string): Promise<Uint8Array | null>
  /** Sets the paper and keeps the file. */
  print(paper: Paper): Promise<KeptFile>
  /** Attaches what came of the text, in the transaction that closes it. */
  attach(tx: JournalTx, meeting: Meeting, draft: DraftRecord, file: KeptFile & { name: string }): Promise<void>
}

type Found = Access & { read: ReadVersion, mode: DraftMode }

/** Drafts of documents that are written together. */
export function createDrafting({ db, journal, access, store, requireReading, ...deps }: DraftingDeps) {
  /** Throws `meetingNotFound`, `documentNotFound`. */
  async function find(meetingId: string, documentId: string, caller: Caller, tx?: JournalTx): Promise<Found> {
    const found = await access.accessTo(meetingId, caller, tx?.trx)
    const read = await requireReading(meetingId, documentId, null, caller, tx?.trx)
    const { agenda } = await (tx ? tx.state(meetingReducer) : journal.state(meetingId, meetingReducer))
    return { ...found, read, mode: modeOf(found, agenda.find(({ itemId }) => itemId === read.itemId)) }
  }

  /** Throws `forbiddenInMeeting`, and what a meeting that is not held does. */
  function requireEditing({ mode, role, meeting }: Found): void {
    // Whoever could write were it not over is told that it is.
    if (mode !== 'edit') throw new AppError('forbiddenInMeeting', { role })
    requirePublished(meeting)
  }

  async function requireOpen(source: Knex, documentId: string): Promise<DraftRecord> {
    const draft = await store.openOf(source, documentId)
    if (!draft) throw new AppError('draftNotFound')
    return draft
  }

  async function close(tx: JournalTx, draft: DraftRecord, audience: Audience, how: { kind: 'drafting.issued', sha256: string } | { kind: 'drafting.discarded' }) {
    if (!await store.close(tx.trx, draft.draftId, tx.at)) throw new AppError('draftNotFound')
    const { kind, ...more } = how
    const { draftId, documentId, itemId } = draft
    tx.append({ kind, data: { draftId, documentId, itemId, ...more }, audience })
  }

  return {
    /** Throws as `drafting.open` of the contract says. */
    async open(meetingId: string, documentId: string, caller: Caller): Promise<{ draftId: string }> {
      const before = await find(meetingId, documentId, caller)
      requireEditing(before)
      // All its readers would have its words.
      if (!before.read.copies) throw new AppError('downloadNotAllowed')
      const paragraphs = blocksFromPages(await deps.pagesOf(db, before.read))
      return await access.change(meetingId, caller, everyParticipant, {}, async (tx) => {
        const found = await find(meetingId, documentId, caller, tx)
        requireEditing(found)
        const known = await store.openOf(tx.trx, documentId)
        if (known) return { draftId: known.draftId }
        const { itemId, audience } = found.read
        const draftId = await store.insert(tx.trx, { meetingId, documentId, itemId, openedBy: caller.personId, at: tx.at, state: newText(paragraphs) })
        tx.append({ kind: 'drafting.opened', data: { draftId, documentId, itemId }, audience })
        return { draftId }
      })
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `draftNotFound`. */
    async get(meetingId: string, documentId: string, caller: Caller): Promise<{ draftId: string, mode: DraftMode }> {
      const mode = modeNow(await find(meetingId, documentId, caller))
      return { draftId: (await requireOpen(db, documentId)).draftId, mode }
    },

    /** What somebody may do with an open text. Throws `meetingNotFound`, `documentNotFound`, `draftNotFound`. */
    async modeIn(draftId: string, caller: Caller): Promise<DraftRecord & { mode: DraftMode }> {
      const draft = await store.open(db, draftId)
      if (!draft) throw new AppError('draftNotFound')
      return { ...draft, mode: modeNow(await find(draft.meetingId, draft.documentId, caller)) }
    },

    /** Throws as `drafting.issue` of the contract says. */
    async issue(meetingId: string, documentId: string, caller: Caller, { key, type, symbol, abstract }: IssuedAs): Promise<void> {
      const before = await find(meetingId, documentId, caller)
      requireEditing(before)
      const draft = await requireOpen(db, documentId)
      const state = await deps.current(draft.draftId)
      if (!state) throw new AppError('draftNotFound')
      const text = textOf([state])
      const open = openSuggestions(text)
      if (open) throw new AppError('draftUnsettled', { open })
      const body = paperBlocks(text)
      text.destroy()
      if (!body.length) throw new AppError('draftEmpty')
      const letterhead = (await deps.bodies([before.meeting.bodyId]))[0]?.letterhead
      if (!letterhead) throw new Error('the meeting has no body')
      const { style, superior, issuer, place } = letterhead
      const file = await deps.print({
        style, superior, issuer, symbol, place, number: null, date: null, type, abstract, body,
        signatures: [null, { title: `T/M ${issuer}`.toLocaleUpperCase('vi'), name: null }], recipients: [], foot: null, draft: true,
      })
      await access.change(meetingId, caller, everyParticipant, { key, fingerprint: ['drafting.issue', documentId, type, symbol, abstract] }, async (tx) => {
        const found = await find(meetingId, documentId, caller, tx)
        requireEditing(found)
        await close(tx, draft, found.read.audience, { kind: 'drafting.issued', sha256: file.sha256 })
        await deps.attach(tx, found.meeting, draft, { ...file, name: `Dự thảo ${type} ${abstract}`.slice(0, 200) })
      })
    },

    /** Throws as `drafting.discard` of the contract says. */
    async discard(meetingId: string, documentId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, everyParticipant, {}, async (tx) => {
        const found = await find(meetingId, documentId, caller, tx)
        requireEditing(found)
        await close(tx, await requireOpen(tx.trx, documentId), found.read.audience, { kind: 'drafting.discarded' })
      })
    },
  }
}

export type Drafting = ReturnType<typeof createDrafting>

/** Chair, clerk, who presides and who presents the item write; members suggest, guests read. */
function modeOf({ role, presides, viewer, itemsOnly }: Access, item: { presenterId: string | null } | undefined): DraftMode {
  if (isOffice(role) || presides || presents(viewer.personId, item)) return 'edit'
  return role === 'member' && !itemsOnly ? 'suggest' : 'read'
}

/** Once the meeting is over, everybody reads. */
const modeNow = ({ mode, meeting: { status } }: Found): DraftMode => status === 'published' || status === 'live' ? mode : 'read'
