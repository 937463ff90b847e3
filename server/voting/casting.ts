import type { Knex } from 'knex'
import { choiceOf } from '../../protocol/ballot-choice.ts'
import { validBallot, type BallotContent } from '../../protocol/ballots.ts'
import type { Asked, Journal, TogetherCommand } from '../journal/journal.ts'
import { seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { VotingStore } from './voting.ts'

/** A ballot under a name as it is asked to be cast; `replaces`: the revision of the one that it takes the place of, 0: none. */
export interface CastAsked { voteId: string, content: BallotContent, reservedOpinion: string, replaces: number }
/** What is kept for the request's key, which is no place for what was voted. */
interface Taken { castAt: string, revision: number }

/**
 * Ballots under names. Those of a burst are looked up and written together: a hall that votes at once costs two statements for
 * some hundreds of them.
 */
export function createCasting({ db, journal, access, store }: {
  db: Knex, journal: Pick<Journal, 'runTogether'>, access: MeetingAccess
  store: Pick<VotingStore, 'findForVoter' | 'findForVoters' | 'insertBallots' | 'setOpinion'>
}) {
  const mayCast = createAdmission(db, store)

  const castAll: TogetherCommand<CastAsked, Taken> = async ({ trx, meetingId, at }, asked) => {
    const voters = await store.findForVoters(trx, meetingId, asked.map(({ actorId, input: { voteId } }) => ({ voteId, voterId: actorId })))
    const waiting = new Set<string>()
    const refused = asked.map(({ actorId, input: { voteId, content, reservedOpinion, replaces } }, index): AppError | null => {
      const voter = voters[index]
      if (!voter) return new AppError('voteNotFound')
      const { vote, elector, takesPart, inHall, revision } = voter
      if (!elector || !takesPart) return new AppError('notEntitledToVote')
      if (vote.closedAt) return new AppError('voteClosed')
      if (vote.secret) return new AppError('voteIsSecret')
      if (inHall) return new AppError('votesInHall')
      if (!validBallot(vote, content) || (reservedOpinion && vote.kind !== 'named')) return new AppError('choiceUnknown')
      // Of two ballots of one voter that came together, the first is taken.
      const name = `${voteId} ${actorId}`
      if (revision !== replaces || (revision > 0 && !vote.changeBallot) || waiting.has(name)) return new AppError('alreadyVoted')
      waiting.add(name)
      return null
    })
    const taken = asked.filter((_, index) => !refused[index])
    await store.insertBallots(trx, taken.map(({ actorId, input: { voteId, content, replaces } }) => (
      { voteId, voterId: actorId, choice: choiceOf(content), castAt: at, revision: replaces + 1 }
    )))
    for (const { actorId, input: { voteId, reservedOpinion, replaces } } of taken) {
      if (reservedOpinion || replaces > 0) await store.setOpinion(trx, voteId, actorId, reservedOpinion)
    }
    return asked.map((one, index) => refused[index] ?? record(one, voters[index]?.vote.itemId ?? ''))

    function record({ actorId, input: { voteId, replaces }, append }: Asked<CastAsked>, itemId: string): Taken {
      append({ kind: replaces > 0 ? 'vote.ballotChanged' : 'vote.ballotCast', data: { voteId, voterId: actorId }, audience: { scope: 'item', itemId } })
      return { castAt: at.toISOString(), revision: replaces + 1 }
    }
  }

  /**
   * Casts the caller's ballot, or another in the place of the one that `replaces` names. Throws `meetingNotFound`, `voteNotFound`,
   * `voteClosed`, `voteIsSecret`, `alreadyVoted`, `notEntitledToVote`, `votesInHall`, `choiceUnknown`, `proposalSecret`.
   */
  return async function cast(
    meetingId: string, caller: Caller,
    { key, voteId, content, reservedOpinion = '', replaces = 0 }: Pick<CastAsked, 'voteId' | 'content'>
      & { key: string, reservedOpinion?: string | undefined, replaces?: number | undefined },
  ) {
    requireUnstamped(reservedOpinion)
    // Who takes part and is an elector may cast; who is not is told only what they may know.
    if (!await mayCast(meetingId, { voteId, voterId: caller.personId })) {
      const here = await access.accessTo(meetingId, caller)
      const found = await store.findForVoter(db, meetingId, voteId, caller.personId)
      throw new AppError(found && seesItem(here, found.vote.itemId) ? 'notEntitledToVote' : 'voteNotFound')
    }
    const input = { voteId, content, reservedOpinion, replaces }
    const options = { actorId: caller.personId, key, fingerprint: ['vote:cast', voteId, content, reservedOpinion, replaces], input }
    const { castAt, revision } = await journal.runTogether(meetingId, options, castAll)
    return { content, castAt, revision, reservedOpinion: reservedOpinion || null }
  }
}

interface Voter { voteId: string, voterId: string }

/** Asks for all of a meeting that wait, in one query at a time: who comes while one is under way waits for the next. */
function createAdmission(db: Knex, store: Pick<VotingStore, 'findForVoters'>) {
  const queues = new Map<string, { voter: Voter, resolve(may: boolean): void, reject(error: unknown): void }[]>()

  async function answer(meetingId: string): Promise<void> {
    for (let waiting = queues.get(meetingId); waiting?.length; waiting = queues.get(meetingId)) {
      queues.set(meetingId, [])
      try {
        const found = await store.findForVoters(db, meetingId, waiting.map(({ voter }) => voter))
        waiting.forEach(({ resolve }, index) => resolve(Boolean(found[index]?.elector && found[index].takesPart)))
      } catch (error) {
        for (const { reject } of waiting) reject(error)
      }
    }
    queues.delete(meetingId)
  }

  return (meetingId: string, voter: Voter): Promise<boolean> => new Promise((resolve, reject) => {
    const queue = queues.get(meetingId)
    if (queue) return void queue.push({ voter, resolve, reject })
    queues.set(meetingId, [{ voter, resolve, reject }])
    setImmediate(() => void answer(meetingId))
  })
}
