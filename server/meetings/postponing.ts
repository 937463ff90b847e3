import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { versionOf } from '../../protocol/meetings.ts'
import type { JournalTx } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { audienceOf, requireOffice, type MeetingAccess } from './access.ts'
import { requireBefore, requirePublished, type Closing, type MeetingStore } from './meetings.ts'

export interface PostponingDeps {
  access: MeetingAccess
  store: Pick<MeetingStore, 'update'>
  /** What was begun before an opening that does not come: people in the room, knocks, who presides. */
  closing: Pick<Closing, 'endings' | 'closeRoom'>
  /** In the transaction that cancels a meeting, once it is cancelled; for whoever counts meetings that were not held. */
  cancelled(trx: Knex.Transaction, meetingId: string, byId: string): Promise<void>
  log: Pick<Logger, 'warn'>
}

/** Who may do what. */
const may = { postpone: requireOffice, reschedule: requireOffice, cancel: requireOffice }

/** Meetings that are not held when they were to be. */
export function createPostponing({ access, store, closing, cancelled, log }: PostponingDeps) {
  function requireAhead(tx: JournalTx, startsAt: string): void {
    if (startsAt <= tx.at.toISOString()) throw new AppError('dateInPast')
  }

  /** The version that the meeting's facts have after a change, and the start that they had. */
  async function nextFacts(tx: JournalTx): Promise<{ from: string, version: number }> {
    const { facts } = await tx.state(meetingReducer)
    if (!facts) throw new Error('a meeting without facts')
    return { from: facts.startsAt, version: versionOf(facts) + 1 }
  }

  async function endBegun(tx: JournalTx): Promise<void> {
    for (const end of closing.endings) await end(tx)
  }

  /** After the commit; the entrance refuses by then, and who comes in all the same is put out. */
  async function emptyRoom(meetingId: string): Promise<void> {
    await closing.closeRoom(meetingId).catch((err: unknown) => { log.warn({ meetingId, err }, 'the media room could not be closed') })
  }

  return {
    /**
     * To another start, or until one is set. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPublished`,
     * `meetingPostponed`, `meetingCancelled`, `meetingAlreadyLive`, `meetingClosed`, `dateInPast`.
     */
    async postpone(meetingId: string, caller: Caller, { reason, startsAt }: { reason: string, startsAt: string | null }): Promise<void> {
      await access.change(meetingId, caller, may.postpone, {}, async (tx, { meeting }) => {
        requirePublished(meeting, 'live')
        const { from, version } = await nextFacts(tx)
        if (startsAt === from) return
        if (startsAt !== null) requireAhead(tx, startsAt)
        await endBegun(tx)
        await store.update(tx.trx, meetingId, startsAt === null ? { status: 'postponed' } : { startsAt: new Date(startsAt) })
        const data = { reason: await tx.text(reason), from, to: startsAt, version }
        tx.append({ kind: 'meeting.postponed', data, audience: audienceOf(meeting) })
      })
      await emptyRoom(meetingId)
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotPostponed`, `dateInPast`. */
    async reschedule(meetingId: string, caller: Caller, startsAt: string): Promise<void> {
      await access.change(meetingId, caller, may.reschedule, {}, async (tx, { meeting }) => {
        if (meeting.status !== 'postponed') throw new AppError('meetingNotPostponed')
        requireAhead(tx, startsAt)
        const { from, version } = await nextFacts(tx)
        await store.update(tx.trx, meetingId, { status: 'published', startsAt: new Date(startsAt) })
        tx.append({ kind: 'meeting.rescheduled', data: { from, to: startsAt, version }, audience: audienceOf(meeting) })
      })
    },

    /** For good. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingCancelled`, `meetingAlreadyLive`, `meetingClosed`. */
    async cancel(meetingId: string, caller: Caller, reason: string): Promise<void> {
      await access.change(meetingId, caller, may.cancel, {}, async (tx, { meeting }) => {
        requireBefore(meeting, 'live')
        if (meeting.publishedAt !== null) await endBegun(tx)
        await store.update(tx.trx, meetingId, { status: 'cancelled' })
        tx.append({ kind: 'meeting.cancelled', data: { reason: await tx.text(reason) }, audience: audienceOf(meeting) })
        await cancelled(tx.trx, meetingId, caller.personId)
      })
      await emptyRoom(meetingId)
    },
  }
}

export type Postponing = ReturnType<typeof createPostponing>
