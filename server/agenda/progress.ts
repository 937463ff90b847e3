import { factsOf } from '../../protocol/agenda.ts'
import { MAX_ITEM_MINUTES } from '../../protocol/agenda-live.ts'
import { branchOf } from '../../protocol/outline.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { JournalTx } from '../journal/journal.ts'
import { requireOfficeOrPresiding, type MeetingAccess } from '../meetings/access.ts'
import { requireLive } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { itemIn, lineOf, stateOf, type AgendaStore } from './items.ts'

/** Guests of single items who are shown out with theirs, and whose right to speak ended with their turn. */
export interface Followed { shownOut: string[], silenced: string[] }

/** What the agenda leads: the video room and the floor. */
export interface AgendaFollower {
  /** A step of every command that changes what is dealt with. */
  followAgenda(tx: JournalTx): Promise<Followed>
  /** After its commit. */
  carryOut(meetingId: string, followed: Followed): Promise<void>
}

export interface ProgressDeps { access: MeetingAccess, store: AgendaStore, follower: AgendaFollower }

/** Going through the agenda of a live meeting: what is dealt with, and what is put off. */
export function createProgress({ access, store, follower }: ProgressDeps) {
  async function end(tx: JournalTx, itemId: string): Promise<void> {
    await store.update(tx.trx, tx.meetingId, itemId, { status: 'done' })
    tx.append({ kind: 'agenda.itemEnded', data: { itemId }, audience: { scope: 'item', itemId } })
  }

  return {
    /**
     * Ends the current item and begins another, or none. An item that was done or put off may be returned to.
     * Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `agendaItemNotFound`.
     */
    async goTo(meetingId: string, caller: Caller, key: string, itemId: string | null): Promise<void> {
      const options = { key, fingerprint: ['agenda:goTo', itemId] }
      const followed = await access.change(meetingId, caller, requireOfficeOrPresiding, options, async (tx, { meeting }) => {
        requireLive(meeting)
        const items = await store.items(tx.trx, meetingId)
        const current = items.find(({ status }) => status === 'current')
        if (itemId !== null && !items.some(({ id }) => id === itemId)) throw new AppError('agendaItemNotFound')
        if ((current?.id ?? null) === itemId) return { shownOut: [], silenced: [] }
        if (current) await end(tx, current.id)
        if (itemId !== null) {
          await store.update(tx.trx, meetingId, itemId, { status: 'current' })
          tx.append({ kind: 'agenda.itemStarted', data: { itemId }, audience: { scope: 'item', itemId } })
        }
        return await follower.followAgenda(tx)
      })
      await follower.carryOut(meetingId, followed)
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `agendaItemNotFound`, `agendaItemDealtWith`. */
    async extend(meetingId: string, caller: Caller, { key, itemId, minutes }: { key: string, itemId: string, minutes: number }): Promise<void> {
      await access.change(meetingId, caller, requireOfficeOrPresiding, { key, fingerprint: ['agenda:extend', itemId, minutes] }, async (tx, { meeting }) => {
        requireLive(meeting)
        const { status } = await itemIn(store, tx, itemId)
        if (status !== 'pending' && status !== 'current') throw new AppError('agendaItemDealtWith')
        const present = stateOf((await tx.state(meetingReducer)).agenda, itemId)
        const longer = { minutes: Math.min(MAX_ITEM_MINUTES, present.minutes + minutes), version: present.version + 1 }
        await store.update(tx.trx, meetingId, itemId, longer)
        tx.append({ kind: 'agenda.itemChanged', data: factsOf({ ...present, ...longer }), audience: { scope: 'item', itemId } })
      })
    },

    /**
     * Puts an item off, with what is under it and was not dealt with. Throws `meetingNotFound`, `forbiddenInMeeting`,
     * `meetingNotLive`, `agendaItemNotFound`, `agendaItemDealtWith`, `proposalSecret`, and `voteAlreadyOpen` while one is open on it.
     */
    async defer(meetingId: string, caller: Caller, { key, itemId, reason }: { key: string, itemId: string, reason: string }): Promise<void> {
      const options = { key, fingerprint: ['agenda:defer', itemId, reason] }
      const followed = await access.change(meetingId, caller, requireOfficeOrPresiding, options, async (tx, { meeting }) => {
        requireLive(meeting)
        requireUnstamped(reason)
        const items = await store.items(tx.trx, meetingId)
        const branch = branchOf(items.map((item) => ({ ...lineOf(item), status: item.status })), itemId)
        if (!branch[0]) throw new AppError('agendaItemNotFound')
        const open = branch.filter(({ status }) => status === 'pending' || status === 'current')
        if (open[0]?.itemId !== itemId) throw new AppError('agendaItemDealtWith')
        const { votes } = await tx.state(meetingReducer)
        if (votes.some((vote) => vote.closedAt === null && open.some((line) => line.itemId === vote.itemId))) throw new AppError('voteAlreadyOpen')
        const text = await tx.text(reason)
        for (const line of open) {
          if (line.status === 'current') await end(tx, line.itemId)
          await store.update(tx.trx, meetingId, line.itemId, { status: 'deferred', deferralText: text.$text })
          tx.append({ kind: 'agenda.itemDeferred', data: { itemId: line.itemId, reason: text }, audience: { scope: 'item', itemId: line.itemId } })
        }
        return await follower.followAgenda(tx)
      })
      await follower.carryOut(meetingId, followed)
    },

    /** A step of closing the meeting. */
    async endCurrent(tx: JournalTx): Promise<void> {
      const current = (await store.items(tx.trx, tx.meetingId)).find(({ status }) => status === 'current')
      if (current) await end(tx, current.id)
    },
  }
}

export type Progress = ReturnType<typeof createProgress>
