import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { z } from 'zod'
import { Quote, type Rect } from '../../protocol/annotations.ts'
import type { ThreadKind, ThreadState } from '../../protocol/comment-entries.ts'
import { MAX_MESSAGES, MAX_THREADS, type listThreads, type openThread, type settleThread, type Thread } from '../../protocol/comments.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { everyParticipant, isOffice, type Access, type MeetingAccess } from '../meetings/access.ts'
import { requireBefore } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { ReadVersion, RequireReading } from './reading.ts'

/** Messages and threads of a person, on whatever documents. */
const MESSAGES = { points: 60, duration: 60 }

export interface NewThread {
  threadId: string, documentId: string, version: number, kind: ThreadKind, page: number, rects: readonly Rect[]
  quoteText: string | null, replacementText: string | null
}

export interface ThreadRow { threadId: string, kind: ThreadKind, version: number, state: ThreadState, openedBy: string, revision: number }

export interface MessageRow { messageId: string, personId: string, bodyText: string }

type Listed = z.output<typeof listThreads.response>

/** Changes are made under the lock of the meeting's journal. */
export interface CommentsStore {
  /** Everything said on a document, in a constant number of queries. Quotes come as their JSON. */
  list(db: Knex, documentId: string): Promise<{ threads: (Omit<Thread, 'anchor'> & { page: number, rects: Rect[], quote: string | null })[], authors: Listed['authors'] }>
  count(db: Knex, documentId: string): Promise<number>
  insertThread(trx: Knex.Transaction, meetingId: string, thread: NewThread, personId: string, at: Date): Promise<void>
  insertMessage(trx: Knex.Transaction, threadId: string, message: MessageRow, at: Date): Promise<void>
  find(db: Knex, documentId: string, threadId: string): Promise<ThreadRow | undefined>
  messages(db: Knex, threadId: string): Promise<MessageRow[]>
  settle(trx: Knex.Transaction, threadId: string, state: ThreadState, by: { personId: string, at: Date, reasonText: string | null } | null): Promise<void>
}

export interface CommentsDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  store: CommentsStore
  requireReading: RequireReading
}

type Opening = z.output<NonNullable<typeof openThread.body>>
type Settling = z.output<NonNullable<typeof settleThread.body>>

/** Who answers for a draft: chair and clerk, and the presenter of its item. */
function decides({ role, viewer }: Access, itemId: string, { agenda }: Pick<MeetingState, 'agenda'>): boolean {
  return isOffice(role) || agenda.find((item) => item.itemId === itemId)?.presenterId === viewer.personId
}

/** Comments and suggested wordings of a document's readers, for all of its readers; the journal tells of each. */
export function createComments({ db, journal, access, store, requireReading }: CommentsDeps) {
  const limiter = new RateLimiterMemory(MESSAGES)

  /**
   * A change by somebody who may read the document, both before they take a place in the queue and under the lock. What they
   * say counts towards their limit; who may not read is told no more by it.
   */
  async function changing<T>(
    meetingId: string, documentId: string, version: number | null, caller: Caller,
    { says, ...options }: { key?: string, fingerprint?: unknown, says?: boolean },
    command: (tx: JournalTx, read: ReadVersion, found: Access) => Promise<T>,
  ): Promise<T> {
    await requireReading(meetingId, documentId, version, caller)
    if (says) await limiter.consume(caller.personId).catch(tooManyRequests)
    return await access.change(meetingId, caller, everyParticipant, options, async (tx, found) => {
      const read = await requireReading(meetingId, documentId, version, caller, tx.trx)
      requireBefore(found.meeting, 'closed')
      return await command(tx, read, found)
    })
  }

  async function requireThread(source: Knex, documentId: string, threadId: string): Promise<ThreadRow> {
    const thread = await store.find(source, documentId, threadId)
    if (!thread) throw new AppError('threadNotFound')
    return thread
  }

  return {
    /** Throws `meetingNotFound`, `documentNotFound`. */
    async list(meetingId: string, documentId: string, caller: Caller): Promise<Listed> {
      const { itemId } = await requireReading(meetingId, documentId, null, caller)
      const found = await access.accessTo(meetingId, caller)
      const { threads, authors } = await store.list(db, documentId)
      return {
        authors, decides: decides(found, itemId, await journal.state(meetingId, meetingReducer)),
        threads: threads.map(({ page, rects, quote, ...thread }) => (
          { ...thread, anchor: { page, rects, quote: quote === null ? null : Quote.parse(JSON.parse(quote)) } }
        )),
      }
    },

    /**
     * Throws `meetingNotFound`, `documentNotFound`, `meetingClosed`, `meetingCancelled`, `commentsFull`, `documentFinal`,
     * `suggestionNeedsQuote`, `tooManyRequests`, `idempotencyKeyReused`.
     */
    async open(meetingId: string, documentId: string, caller: Caller, { key, ...opening }: Opening): Promise<{ threadId: string }> {
      const { version, kind, anchor, text, replacement } = opening
      if (kind === 'suggestion' && !anchor.quote) throw new AppError('suggestionNeedsQuote')
      const options = { key, fingerprint: ['comments.open', documentId, opening], says: true }
      return await changing(meetingId, documentId, version, caller, options, async (tx, { final, audience }) => {
        if (kind === 'suggestion' && final) throw new AppError('documentFinal')
        if (await store.count(tx.trx, documentId) >= MAX_THREADS) throw new AppError('commentsFull', { limit: MAX_THREADS })
        const [threadId, messageId] = [randomUUID(), text === '' ? null : randomUUID()]
        const texts = {
          text: text === '' ? null : await tx.text(text),
          quote: anchor.quote && await tx.text(JSON.stringify(anchor.quote)),
          replacement: replacement === null ? null : await tx.text(replacement),
        }
        await store.insertThread(tx.trx, meetingId, {
          threadId, documentId, version, kind, page: anchor.page, rects: anchor.rects,
          quoteText: texts.quote?.$text ?? null, replacementText: texts.replacement?.$text ?? null,
        }, caller.personId, tx.at)
        if (messageId && texts.text) await store.insertMessage(tx.trx, threadId, { messageId, personId: caller.personId, bodyText: texts.text.$text }, tx.at)
        tx.append({ kind: 'comments.opened', data: { threadId, documentId, version, thread: kind, page: anchor.page, messageId, ...texts }, audience })
        return { threadId }
      })
    },

    /** Throws as `open`, and `threadNotFound`. */
    async reply(
      meetingId: string, documentId: string, threadId: string, caller: Caller, { key, text }: { key: string, text: string },
    ): Promise<{ messageId: string }> {
      const options = { key, fingerprint: ['comments.reply', threadId, text], says: true }
      return await changing(meetingId, documentId, null, caller, options, async (tx, { audience }) => {
        await requireThread(tx.trx, documentId, threadId)
        if ((await store.messages(tx.trx, threadId)).length >= MAX_MESSAGES) throw new AppError('commentsFull', { limit: MAX_MESSAGES })
        const messageId = randomUUID()
        const body = await tx.text(text)
        await store.insertMessage(tx.trx, threadId, { messageId, personId: caller.personId, bodyText: body.$text }, tx.at)
        tx.append({ kind: 'comments.replied', data: { threadId, documentId, messageId, text: body }, audience })
        return { messageId }
      })
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `threadNotFound`, `forbiddenInMeeting`, `threadChanged`, `meetingClosed`, `meetingCancelled`. */
    async settle(meetingId: string, documentId: string, threadId: string, caller: Caller, settling: Settling): Promise<void> {
      const { key, revision, state, reason } = settling
      const options = { key, fingerprint: ['comments.settle', threadId, revision, state, reason] }
      await changing(meetingId, documentId, null, caller, options, async (tx, { itemId, audience }, found) => {
        const thread = await requireThread(tx.trx, documentId, threadId)
        const fits = thread.kind === 'suggestion' ? state === 'accepted' || state === 'declined' : state === 'open' || state === 'resolved'
        if (!fits) throw new AppError('badRequest', { issues: [{ path: 'body.state', message: `not of a ${thread.kind}` }] })
        const mayDecide = decides(found, itemId, await tx.state(meetingReducer))
        if (!mayDecide && (thread.kind === 'suggestion' || thread.openedBy !== caller.personId)) throw new AppError('forbiddenInMeeting', { role: found.role })
        const decided = thread.state === 'accepted' || thread.state === 'declined'
        if (thread.revision !== revision || decided) throw new AppError('threadChanged', { state: thread.state, revision: thread.revision })
        const why = reason === '' ? null : await tx.text(reason)
        await store.settle(tx.trx, threadId, state, state === 'open' ? null : { personId: caller.personId, at: tx.at, reasonText: why?.$text ?? null })
        tx.append({ kind: 'comments.settled', data: { threadId, documentId, state, reason: why }, audience })
      })
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `threadNotFound`, `forbiddenInMeeting`, `meetingClosed`, `meetingCancelled`. */
    async takeBack(meetingId: string, documentId: string, threadId: string, messageId: string, caller: Caller): Promise<void> {
      await changing(meetingId, documentId, null, caller, {}, async (tx, { audience }, found) => {
        await requireThread(tx.trx, documentId, threadId)
        const message = (await store.messages(tx.trx, threadId)).find((one) => one.messageId === messageId)
        if (!message) throw new AppError('threadNotFound')
        if (message.personId !== caller.personId) throw new AppError('forbiddenInMeeting', { role: found.role })
        const { [message.bodyText]: body } = await tx.bodies({ $text: message.bodyText, mac: '' })
        // Asked again after a lost answer.
        if (body === null || body === undefined) return
        await tx.eraseText(message.bodyText, audience)
        tx.append({ kind: 'comments.takenBack', data: { threadId, documentId, messageId }, audience })
      })
    },
  }
}

export type Comments = ReturnType<typeof createComments>
