import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { TextBodies, TextRef } from '../../protocol/journal.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { approveMinutes, commentMinutes, getMinutesReview, MinutesThread, openMinutesReview, reopenMinutes, returnMinutes, settleMinutesComment } from '../../protocol/minutes-review.ts'
import type { Minutes } from '../../protocol/minutes.ts'
import { officialYear } from '../issuing/dates.ts'
import type { Issuing } from '../issuing/issuing.ts'
import { registeredNumber } from '../issuing/paper.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { everyParticipant, requireOffice, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { mergedState } from '../texts/yjs.ts'
import { approvesMinutes, presidedReducer } from './approver.ts'
import { fingerprint, footOf, printedBlocks, type MinutesService } from './minutes.ts'
import { sentence } from './phrases.ts'
import type { MinutesStore } from './records.ts'
import type { MinutesSource } from './source.ts'
import { discussionReducer, type Discussion } from './threads.ts'

export interface MinutesReviewDeps {
  journal: Pick<Journal, 'state' | 'snapshot' | 'signHead'>
  access: Pick<MeetingAccess, 'accessTo' | 'change'>
  store: MinutesStore
  source: MinutesSource
  minutes: Pick<MinutesService, 'find' | 'get'>
  issuing: Pick<Issuing, 'issue' | 'isRecalled'>
  /** Tells those who take part in the whole meeting that they may comment until then. */
  tell(tx: JournalTx, state: MeetingState, dueAt: string, round: number): Promise<void>
}

type Body<R extends { body?: z.ZodType | undefined }> = z.output<NonNullable<R['body']>>
type Found = Awaited<ReturnType<MinutesService['find']>>
type Act<T> = (tx: JournalTx, found: Found, state: MeetingState) => Promise<T>

const whole = { scope: 'whole' } as const

/** The members' review of the minutes, who helps to write them, the approval that fixes, numbers and publishes them, and the way back from it. */
export function createMinutesReview({ journal, access, store, source, minutes, issuing, tell }: MinutesReviewDeps) {
  /** Carries out what somebody does to minutes that they may know of. */
  async function run<T>(meetingId: string, caller: Caller, key: string | undefined, asked: unknown[], act: Act<T>): Promise<T> {
    await minutes.find(meetingId, caller)
    return await access.change(meetingId, caller, everyParticipant, { key, fingerprint: asked }, async (tx) =>
      await act(tx, await minutes.find(meetingId, caller, tx), await tx.state(meetingReducer)))
  }

  /** As `run`, of minutes that are not published. */
  async function change<T>(meetingId: string, caller: Caller, key: string | undefined, asked: unknown[], act: Act<T>): Promise<T> {
    return await run(meetingId, caller, key, asked, async (tx, found, state) => {
      if (found.record.status === 'published') throw new AppError('minutesPublished')
      return await act(tx, found, state)
    })
  }

  function requireReview({ minutes: { stage, dueAt } }: MeetingState, at: Date): void {
    if (stage !== 'review' || dueAt === null || at.toISOString() > dueAt) throw new AppError('minutesNotInReview')
  }

  async function requireThread(tx: JournalTx, threadId: string): Promise<void> {
    const { threads } = await tx.state(discussionReducer)
    if (!threads.some((thread) => thread.threadId === threadId)) throw new AppError('threadNotFound')
  }

  async function requireApprover(tx: JournalTx, found: Found): Promise<void> {
    const rule = (await source.bodyOf(found.meeting.bodyId, tx.trx)).rules.minutes
    if (!approvesMinutes(found, rule, await tx.state(presidedReducer))) throw new AppError('forbiddenInMeeting', { role: found.role })
  }

  /** That the caller decides now on what was reviewed. */
  async function requireDecision(tx: JournalTx, found: Found, { minutes: { stage } }: MeetingState): Promise<void> {
    await requireApprover(tx, found)
    if (stage !== 'review') throw new AppError('minutesNotInReview')
  }

  return {
    /** Throws `meetingNotFound`, `minutesNotFound`. */
    async get(meetingId: string, caller: Caller): Promise<z.output<typeof getMinutesReview.response>> {
      const { viewer } = await minutes.find(meetingId, caller)
      const { state, texts } = await journal.snapshot(meetingId, viewer, discussionReducer)
      return { ...shown(state, texts), before: await store.lastRound(meetingId) }
    },

    /** Throws as the contract says, like all that follow. */
    async open(meetingId: string, caller: Caller, { dueAt, key }: Body<typeof openMinutesReview>): Promise<void> {
      await change(meetingId, caller, key, ['minutes.openReview', dueAt], async (tx, found, state) => {
        requireOffice(found)
        if (found.meeting.status !== 'closed') throw new AppError('minutesNotClosed')
        if (new Date(dueAt) <= tx.at) throw new AppError('minutesDueTooSoon')
        const round = state.minutes.round + 1
        const parts = await store.states(meetingId, tx.trx)
        const content = parts ? source.read(parts, await source.draft(meetingId, found.meeting.bodyId, tx), found.record.abstract) : found.record.content
        await store.updateDraft(tx.trx, meetingId, found.record.version + 1, content, tx.at, 'review')
        await store.insertRound(tx.trx, meetingId, round, content, tx.at)
        tx.append({ kind: 'minutes.reviewOpened', data: { round, dueAt, sha256: fingerprint(content) }, audience: whole })
        await tell(tx, state, dueAt, round)
      })
    },

    async comment(meetingId: string, caller: Caller, { key, blockId, quote, text }: Body<typeof commentMinutes>): Promise<{ threadId: string }> {
      return await change(meetingId, caller, key, ['minutes.comment', blockId, quote, text], async (tx, _, state) => {
        requireReview(state, tx.at)
        requireUnstamped(quote, text)
        const threadId = randomUUID()
        tx.append({
          kind: 'minutes.commented', audience: whole,
          data: { threadId, round: state.minutes.round, blockId, quote: quote === null ? null : await tx.text(quote), text: await tx.text(text) },
        })
        return { threadId }
      })
    },

    async reply(meetingId: string, caller: Caller, threadId: string, { key, text }: { key: string, text: string }): Promise<void> {
      await change(meetingId, caller, key, ['minutes.reply', threadId, text], async (tx, { mode }, state) => {
        // Who writes answers also while nobody else may say anything.
        if (mode !== 'edit') requireReview(state, tx.at)
        await requireThread(tx, threadId)
        requireUnstamped(text)
        tx.append({ kind: 'minutes.replied', data: { threadId, messageId: randomUUID(), text: await tx.text(text) }, audience: whole })
      })
    },

    async settle(meetingId: string, caller: Caller, threadId: string, { key, resolved, answer }: Body<typeof settleMinutesComment>): Promise<void> {
      await change(meetingId, caller, key, ['minutes.settle', threadId, resolved, answer], async (tx, { mode, role }) => {
        if (mode !== 'edit') throw new AppError('forbiddenInMeeting', { role })
        await requireThread(tx, threadId)
        tx.append({ kind: 'minutes.settled', data: { threadId, resolved, answer: answer === null ? null : await tx.text(answer) }, audience: whole })
      })
    },

    async setHelper(meetingId: string, caller: Caller, personId: string, helps: boolean): Promise<void> {
      await change(meetingId, caller, undefined, [], async (tx, found, state) => {
        requireOffice(found)
        if (state.minutes.helpers.includes(personId) === helps) return
        const participant = state.participants.find((one) => one.personId === personId)
        if (!participant || participant.itemsOnly) throw new AppError('notParticipant')
        tx.append({ kind: 'minutes.helperSet', data: { personId, helps }, audience: whole })
      })
    },

    async giveBack(meetingId: string, caller: Caller, { reason, key }: Body<typeof returnMinutes>): Promise<void> {
      await change(meetingId, caller, key, ['minutes.return', reason], async (tx, found, state) => {
        await requireDecision(tx, found, state)
        requireUnstamped(reason)
        const { version, content } = found.record
        await store.updateDraft(tx.trx, meetingId, version, content, tx.at, 'draft')
        tx.append({ kind: 'minutes.returned', data: { round: state.minutes.round, reason: await tx.text(reason) }, audience: whole })
      })
    },

    /**
     * Fixes text and frame, numbers and publishes them. The head of the journal that is printed at the foot is signed just
     * before, so it covers the whole meeting. What is typed meanwhile is either in the text that was read, or refused.
     */
    async approve(meetingId: string, caller: Caller, { sha256, key }: Body<typeof approveMinutes>): Promise<Minutes> {
      await minutes.find(meetingId, caller)
      const { hash: journalHead } = await journal.signHead(meetingId)
      await change(meetingId, caller, key, ['minutes.approve', sha256], async (tx, found, state) => {
        await requireDecision(tx, found, state)
        const { bodyId } = found.meeting
        const parts = await store.states(meetingId, tx.trx)
        const content = parts ? source.read(parts, await source.draft(meetingId, bodyId, tx), found.record.abstract) : found.record.content
        if (fingerprint(content) !== sha256) throw new AppError('minutesChanged', { version: found.record.version })
        const open = (await tx.state(discussionReducer)).threads.filter(({ settled }) => !settled).length
        tx.append({ kind: 'minutes.approved', data: { round: state.minutes.round, sha256, open }, audience: whole })
        const signers = source.signers(state)
        const frame = await source.frame(bodyId, signers, tx.trx)
        const { paperId, number, symbol } = await issuing.issue(tx, {
          bodyId, kind: 'minutes', abstract: sentence(content.abstract),
          content: { ...signers, blocks: printedBlocks(content.blocks), foot: footOf(journalHead, frame.letterhead.style) },
        })
        const numberYear = officialYear(tx.at.toISOString())
        const kept = parts && mergedState(parts)
        await store.publish(tx.trx, meetingId, { content, publishedAt: tx.at, number, numberYear, symbol, paperId, journalHead, frame, state: kept })
        tx.append({ kind: 'minutes.published', data: { number: registeredNumber(number), sha256, paperId }, audience: { scope: 'meeting' } })
      })
      return await minutes.get(meetingId, caller)
    },

    /** The paper is held until the end: minutes are open only while what was issued of them is in force no longer. */
    async reopen(meetingId: string, caller: Caller, { reason, key }: Body<typeof reopenMinutes>): Promise<void> {
      await run(meetingId, caller, key, ['minutes.reopen', reason], async (tx, found) => {
        await requireApprover(tx, found)
        const { paperId } = found.record
        if (paperId === null || !await issuing.isRecalled(tx.trx, paperId)) throw new AppError('minutesNotRecalled')
        requireUnstamped(reason)
        await store.reopen(tx.trx, meetingId)
        tx.append({ kind: 'minutes.reopened', data: { reason: await tx.text(reason) }, audience: whole })
        tx.append({ kind: 'minutes.unpublished', data: { paperId }, audience: { scope: 'meeting' } })
      })
    },
  }
}

export type MinutesReview = ReturnType<typeof createMinutesReview>

function shown({ threads, returned }: Discussion, texts: TextBodies): { threads: MinutesThread[], returned: z.output<typeof getMinutesReview.response>['returned'] } {
  const body = (ref: TextRef | null) => ref && (texts[ref.$text] ?? null)
  return {
    threads: threads.map(({ quote, text, replies, settled, ...thread }) => ({
      ...thread, quote: body(quote), text: body(text), replies: replies.map((reply) => ({ ...reply, text: body(reply.text) })),
      settled: settled && { ...settled, answer: body(settled.answer) },
    })),
    returned: returned && { ...returned, reason: body(returned.reason) },
  }
}
