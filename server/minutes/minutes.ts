import type { Knex } from 'knex'
import { encodeStateAsUpdate } from 'yjs'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { MinutesFact } from '../../protocol/minutes-text.ts'
import type { Minutes, MinutesContent } from '../../protocol/minutes.ts'
import type { Issuing } from '../issuing/issuing.ts'
import { registeredNumber, type Paper } from '../issuing/paper.ts'
import { canonical, sha256 } from '../journal/chain.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { everyParticipant, isOffice, requireOffice, type Access, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { mergedState, textOf } from '../texts/yjs.ts'
import { approvesMinutes, presidedReducer } from './approver.ts'
import { phrases, sentence } from './phrases.ts'
import type { MinutesRecord, MinutesStore } from './records.ts'
import type { MinutesSource } from './source.ts'
import { newText, replacing } from './text.ts'

export interface MinutesDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: MinutesStore
  source: MinutesSource
  issuing: Pick<Issuing, 'draft' | 'paper'>
  /** Shows those who have the text open what became of it elsewhere. */
  show(meetingId: string, update: Uint8Array): void
  now(): Date
}

const office = { scope: 'office' } as const

/** Somebody before minutes that they may read. */
interface Found extends Access { record: MinutesRecord, mode: Minutes['mode'] }

/**
 * The text of minutes: written by chair, clerk and helpers; read by everybody of the whole meeting while it is reviewed and
 * once it is published.
 */
export function createMinutes({ db, journal, access, store, source, issuing, show, now }: MinutesDeps) {
  /** Throws `meetingNotFound`, and `minutesNotFound` also for a text that the caller may not read. */
  async function find(meetingId: string, caller: Pick<Caller, 'personId'>, tx?: JournalTx): Promise<Found> {
    const found = await access.accessTo(meetingId, caller, tx?.trx)
    const record = await store.find(meetingId, tx?.trx)
    if (!record || found.itemsOnly) throw new AppError('minutesNotFound')
    const { minutes } = await (tx ? tx.state(meetingReducer) : journal.state(meetingId, meetingReducer))
    const writes = isOffice(found.role) || minutes.helpers.includes(caller.personId)
    if (!writes && record.status === 'draft') throw new AppError('minutesNotFound')
    return { ...found, record, mode: writes && record.status !== 'published' ? 'edit' : 'read' }
  }

  async function requireWriting(meetingId: string, caller: Caller): Promise<Found> {
    const found = await find(meetingId, caller)
    if (found.record.status === 'published') throw new AppError('minutesPublished')
    if (found.mode !== 'edit') throw new AppError('forbiddenInMeeting', { role: found.role })
    return found
  }

  /** The text part by part; made of the blocks of a draft of before there was one. */
  async function states(meetingId: string): Promise<Uint8Array[]> {
    const kept = await store.states(meetingId)
    if (kept) return kept
    const record = await store.find(meetingId)
    if (!record || record.status === 'published') throw new AppError('minutesNotFound')
    await store.begin(meetingId, newText(record.content.blocks.map(({ kind, text }) => ({ kind, runs: [text] }))))
    return await states(meetingId)
  }

  /** The text with what the journal says now; of published minutes as it was approved. */
  async function contentOf({ record, meeting }: Pick<Found, 'record' | 'meeting'>): Promise<MinutesContent> {
    if (record.status === 'published') return record.content
    return source.read(await states(meeting.id), await source.draft(meeting.id, meeting.bodyId), record.abstract)
  }

  async function shown(found: Found): Promise<Minutes> {
    const { record, meeting, mode, role } = found
    const { status, version, number, symbol, savedAt, publishedAt, journalHead, paperId } = record
    const content = await contentOf(found)
    const { minutes: rule } = (await source.bodyOf(meeting.bodyId)).rules
    const presided = await journal.state(meeting.id, presidedReducer)
    return {
      status, version, content, sha256: fingerprint(content), mode, journalHead, paperId, symbol,
      leads: isOffice(role), approves: approvesMinutes(found, rule, presided),
      number: number === null ? null : registeredNumber(number),
      savedAt: savedAt.toISOString(), publishedAt: publishedAt?.toISOString() ?? null,
    }
  }

  function saved(tx: JournalTx, version: number, content: MinutesContent): void {
    tx.append({ kind: 'minutes.saved', data: { version, sha256: fingerprint(content) }, audience: office })
  }

  async function begin(tx: JournalTx, bodyId: string): Promise<void> {
    if (await store.find(tx.meetingId, tx.trx)) return
    const draft = await source.draft(tx.meetingId, bodyId, tx)
    const state = newText(draft.outline)
    const content = source.read([state], draft, null)
    await store.insertDraft(tx.trx, tx.meetingId, bodyId, content, state, tx.at)
    saved(tx, 1, content)
  }

  return {
    find, contentOf,

    /**
     * Begins the text where nobody has yet. To be called once, in the command that closes the meeting, after `meeting.closed`
     * was appended: meeting and text are there together or not at all.
     */
    async draftAtClosing(tx: JournalTx): Promise<void> {
      if (tx.actorId === null) throw new Error('a meeting is closed by its chair or clerk')
      const { meeting } = await access.accessTo(tx.meetingId, { personId: tx.actorId }, tx.trx)
      await begin(tx, meeting.bodyId)
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`. */
    async begin(meetingId: string, caller: Caller): Promise<void> {
      await access.change(meetingId, caller, requireOffice, {}, async (tx, { meeting }) => {
        if (meeting.status !== 'live' && meeting.status !== 'closed') throw new AppError('meetingNotLive')
        await begin(tx, meeting.bodyId)
      })
    },

    /** Throws `meetingNotFound`, `minutesNotFound`. */
    async get(meetingId: string, caller: Caller): Promise<Minutes> {
      return await shown(await find(meetingId, caller))
    },

    /** What the journal knows, for who writes the text. Throws as `modeIn`. */
    async facts(meetingId: string, caller: Caller): Promise<{ facts: MinutesFact[] }> {
      const { meeting } = await requireWriting(meetingId, caller)
      const { facts } = await source.draft(meetingId, meeting.bodyId)
      return { facts }
    },

    /** That the caller writes the text now. Throws as `get`, `minutesPublished`, `forbiddenInMeeting`. */
    async modeIn(meetingId: string, caller: Caller): Promise<{ meetingId: string, mode: 'edit' }> {
      await requireWriting(meetingId, caller)
      return { meetingId, mode: 'edit' }
    },

    load: async (meetingId: string): Promise<Uint8Array> => mergedState(await states(meetingId)),
    /** Who lost the right since they connected is refused here, however late their connection ends. Throws as `modeIn`. */
    async append(meetingId: string, update: Uint8Array, caller: Caller): Promise<void> {
      await requireWriting(meetingId, caller)
      await store.append(meetingId, update, caller.personId)
    },
    keep: (meetingId: string) => store.compact(meetingId, mergedState),

    /** Replaces the text by a new draft from the journal. Throws as the contract says. */
    async redraft(meetingId: string, caller: Caller, version: number, key?: string): Promise<Minutes> {
      await states(meetingId).catch(() => null)
      let update: Uint8Array | undefined
      await access.change(meetingId, caller, requireOffice, { key, fingerprint: ['minutes.redraft', version] }, async (tx, { meeting }) => {
        const { record } = await find(meetingId, caller, tx)
        if (record.status === 'published') throw new AppError('minutesPublished')
        if (record.version !== version) throw new AppError('minutesChanged', { version: record.version })
        const draft = await source.draft(meetingId, meeting.bodyId, tx)
        const text = textOf(await store.states(meetingId, tx.trx) ?? [])
        update = replacing(text, draft.outline)
        const content = source.read([encodeStateAsUpdate(text)], draft, record.abstract)
        text.destroy()
        await store.append(meetingId, update, caller.personId, tx.trx)
        await store.updateDraft(tx.trx, meetingId, version + 1, content, tx.at)
        saved(tx, version + 1, content)
      })
      if (update) show(meetingId, update)
      return await shown(await find(meetingId, caller))
    },

    /** Throws as the contract says. */
    async setAbstract(
      meetingId: string, caller: Caller, { abstract, was, key }: { abstract: string | null, was: string, key?: string | undefined },
    ): Promise<{ abstract: string }> {
      await requireWriting(meetingId, caller)
      return await access.change(meetingId, caller, everyParticipant, { key, fingerprint: ['minutes.setAbstract', abstract, was] }, async (tx, { meeting }) => {
        const { record, mode, role } = await find(meetingId, caller, tx)
        if (record.status === 'published') throw new AppError('minutesPublished')
        if (mode !== 'edit') throw new AppError('forbiddenInMeeting', { role })
        requireUnstamped(abstract)
        const title = (await source.draft(meetingId, meeting.bodyId, tx)).abstract
        const now = record.abstract ?? title
        if (now !== was) throw new AppError('minutesChanged', { abstract: now })
        const next = abstract ?? title
        if (next === now) return { abstract: now }
        // Like the title itself, it follows the meeting again.
        await store.setAbstract(tx.trx, meetingId, next === title ? null : next)
        tx.append({ kind: 'minutes.abstractSet', data: { sha256: sha256(next).toString('hex') }, audience: { scope: 'whole' } })
        return { abstract: next }
      })
    },

    /** The minutes as an official paper; before they are approved with the mark of a draft and no number. Throws as `get`. */
    async paper(meetingId: string, caller: Caller): Promise<Paper> {
      const found = await find(meetingId, caller)
      const { record, meeting } = found
      if (record.paperId) return await issuing.paper(db, record.paperId)
      if (record.status === 'published') return olderPaper(record)
      const { abstract, blocks } = await contentOf(found)
      const signers = source.signers(await journal.state(meetingId, meetingReducer))
      return await issuing.draft(db, { bodyId: meeting.bodyId, kind: 'minutes', abstract: sentence(abstract), content: { ...signers, blocks: printedBlocks(blocks) } }, now())
    },

    statuses: (meetingIds: readonly string[]) => store.statuses(meetingIds),
  }
}

export type MinutesService = ReturnType<typeof createMinutes>

/** SHA-256, in hexadecimal, of the text as canonical JSON (RFC 8785): what the journal keeps of it. */
export function fingerprint(content: MinutesContent): string {
  return sha256(canonical(content)).toString('hex')
}

export const printedBlocks = (blocks: MinutesContent['blocks']) => blocks.map(({ kind, text }) => ({ kind, text }))

/** What is printed at the foot of published minutes. */
export const footOf = (journalHead: string, style: 'party' | 'state'): string => `Mã nhật ký ${phrases[style].meeting} (SHA-256): ${journalHead}`

/** Minutes that were published before there was a register of papers, as they were printed then. */
function olderPaper({ frame, content, number, publishedAt, journalHead }: MinutesRecord): Paper {
  if (!frame || !journalHead) throw new Error('published minutes without their frame')
  const { style, superior, issuer, minutesSymbol, place } = frame.letterhead
  return {
    style, superior, issuer, symbol: minutesSymbol, place, recipients: phrases[style].recipients,
    number, date: publishedAt?.toISOString() ?? null, type: 'Biên bản', abstract: sentence(content.abstract), body: printedBlocks(content.blocks),
    signatures: [{ title: 'Người ghi biên bản', name: frame.clerk }, { title: 'Chủ trì', name: frame.chair }],
    foot: footOf(journalHead, style), draft: false,
  }
}
