import type { Knex } from 'knex'
import { flawOfHall, type HallCount } from '../../protocol/ballots.ts'
import { requireOfficeOrPresiding, seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { openVoteIn } from './open-vote.ts'
import type { VotingStore } from './voting.ts'

/** Chair and clerk say who votes in the hall, enter what was counted, and confirm what another entered. */
const may = { set: requireOfficeOrPresiding, enter: requireOfficeOrPresiding, confirm: requireOfficeOrPresiding, see: requireOfficeOrPresiding }

type Asked<T> = { key: string, voteId: string } & T

/** Votes on paper and by hands, beside those on screen, so that nobody is counted twice and nobody counts alone. */
export function createHall({ db, access, store }: { db: Knex, access: MeetingAccess, store: VotingStore }) {
  return {
    /**
     * Says who votes in the hall: all of them. Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed`,
     * `notEntitledToVote` for who is no elector, `alreadyVoted` (details `count`) for who voted on screen or drew a credential,
     * `hallCountInvalid` where a show of hands would tell what is secret.
     */
    async setHall(meetingId: string, caller: Caller, { key, voteId, way, voterIds }: Asked<{ way: HallCount['way'], voterIds: readonly string[] }>): Promise<Record<string, never>> {
      return await access.change(meetingId, caller, may.set, { key, fingerprint: ['vote:setHall', voteId, way, voterIds] }, async (tx) => {
        const { itemId, electorate, voted, drawn, secret, kind } = await openVoteIn(tx, voteId)
        if (way === 'hands' && (secret || kind === 'scoring')) throw new AppError('hallCountInvalid', { reason: 'way' })
        const inHall = new Set(voterIds)
        if (![...inHall].every((id) => electorate.includes(id))) throw new AppError('notEntitledToVote')
        const twice = [...voted, ...drawn].filter((id) => inHall.has(id))
        if (twice.length) throw new AppError('alreadyVoted', { count: twice.length })
        const ordered = electorate.filter((id) => inHall.has(id))
        await store.setHall(tx.trx, voteId, way, ordered)
        tx.append({ kind: 'vote.hallSet', data: { voteId, way, voterIds: ordered }, audience: { scope: 'item', itemId } })
        return {}
      })
    },

    /**
     * Keeps what was counted in the hall; the journal is told that it was, and not what. Throws `meetingNotFound`,
     * `forbiddenInMeeting`, `voteNotFound`, `voteClosed`, `hallCountInvalid` (details `reason`), `hallCountChanged` (details
     * `revision`) when another count is there than the caller saw.
     */
    async countHall(
      meetingId: string, caller: Caller, { key, voteId, hall, revision: seen }: Asked<{ hall: HallCount, revision: number }>,
    ): Promise<{ revision: number }> {
      return await access.change(meetingId, caller, may.enter, { key, fingerprint: ['vote:countHall', voteId, hall, seen] }, async (tx) => {
        const vote = await openVoteIn(tx, voteId)
        const marked = vote.hall?.voterIds.length ?? 0
        const flaw = vote.hall?.way === hall.way ? flawOfHall(vote, hall, marked) : 'way'
        if (flaw) throw new AppError('hallCountInvalid', { reason: flaw })
        const before = await store.findHallCount(tx.trx, voteId)
        if ((before?.revision ?? 0) !== seen) throw new AppError('hallCountChanged', { revision: before?.revision ?? 0 })
        const revision = await store.putHallCount(tx.trx, voteId, { hall, enteredBy: caller.personId, at: tx.at })
        tx.append({ kind: 'vote.hallCounted', data: { voteId, revision }, audience: { scope: 'item', itemId: vote.itemId } })
        return { revision }
      })
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed`, `hallCountChanged`, `hallCountOwn`. */
    async confirmHall(meetingId: string, caller: Caller, { key, voteId, revision }: Asked<{ revision: number }>): Promise<Record<string, never>> {
      return await access.change(meetingId, caller, may.confirm, { key, fingerprint: ['vote:confirmHall', voteId, revision] }, async (tx) => {
        const { itemId } = await openVoteIn(tx, voteId)
        const count = await store.findHallCount(tx.trx, voteId)
        if (count?.revision !== revision) throw new AppError('hallCountChanged', { revision: count?.revision ?? 0 })
        if (count.enteredBy === caller.personId) throw new AppError('hallCountOwn')
        await store.confirmHallCount(tx.trx, voteId, { confirmedBy: caller.personId, at: tx.at })
        tx.append({ kind: 'vote.hallConfirmed', data: { voteId, revision }, audience: { scope: 'item', itemId } })
        return {}
      })
    },

    /** The count of the hall, for who enters and confirms it. Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`. */
    async hallCount(meetingId: string, caller: Caller, voteId: string) {
      const found = await access.accessTo(meetingId, caller)
      may.see(found)
      const vote = await store.findFrozen(db, meetingId, voteId)
      if (!vote || !seesItem(found, vote.itemId)) throw new AppError('voteNotFound')
      return { count: await store.findHallCount(db, voteId) ?? null }
    },
  }
}
