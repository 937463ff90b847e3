import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { choiceOf } from '../../protocol/ballot-choice.ts'
import { validBallot, type BallotContent } from '../../protocol/ballots.ts'
import type { Asked, Journal, TogetherCommand } from '../journal/journal.ts'
import { seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { FrozenVote, VotingStore } from './voting.ts'

/** Open votes that are kept in mind. */
const VOTES = 100

/** A ballot under a name as it is asked to be cast; `replaces`: the revision of the one that it takes the place of, 0: none. */
export interface CastAsked { vote: FrozenVote, voteId: string, content: BallotContent, reservedOpinion: string, replaces: number }
/** What is kept for the request's key, which is no place for what was voted. */
interface Taken { castAt: string, revision: number }

/**
 * Ballots under names. Those of a burst are looked up and written together: a hall that votes at once costs two statements for
 * some hundreds of them.
 */
export function createCasting({ db, journal, access, store }: {
  db: Knex, journal: Pick<Journal, 'runTogether'>, access: MeetingAccess
  store: Pick<VotingStore, 'findFrozen' | 'standings' | 'insertBallots' | 'setOpinion'>
}) {
  const voteOf = createFrozen(db, store)

  async function refuse(meetingId: string, caller: Caller, voteId: string): Promise<never> {
    const here = await access.accessTo(meetingId, caller)
    const vote = await voteOf(meetingId, voteId)
    throw new AppError(vote && seesItem(here, vote.itemId) ? 'notEntitledToVote' : 'voteNotFound')
  }

  const castAll: TogetherCommand<CastAsked, Taken> = async ({ trx, meetingId, at }, asked) => {
    const standings = await store.standings(trx, meetingId, asked.map(({ actorId, input: { voteId } }) => ({ voteId, voterId: actorId })))
    const waiting = new Set<string>()
    const refused = asked.map(({ actorId, input: { vote, voteId, content, reservedOpinion, replaces } }, index): AppError | null => {
      const standing = standings[index]
      if (!standing) return new AppError('voteNotFound')
      const { closedAt, elector, takesPart, inHall, revision } = standing
      if (!elector || !takesPart) return new AppError('notEntitledToVote')
      if (closedAt) return new AppError('voteClosed')
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
    return asked.map((one, index) => refused[index] ?? record(one))

    function record({ actorId, input: { vote, voteId, replaces }, append }: Asked<CastAsked>): Taken {
      append({ kind: replaces > 0 ? 'vote.ballotChanged' : 'vote.ballotCast', data: { voteId, voterId: actorId }, audience: { scope: 'item', itemId: vote.itemId } })
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
    // Who is no elector takes no place in the meeting's queue, and is told only what they may know.
    const vote = await voteOf(meetingId, voteId)
    if (!vote?.electors.has(caller.personId)) return await refuse(meetingId, caller, voteId)
    const input = { vote, voteId, content, reservedOpinion, replaces }
    const options = { actorId: caller.personId, key, fingerprint: ['vote:cast', voteId, content, reservedOpinion, replaces], input }
    const { castAt, revision } = await journal.runTogether(meetingId, options, castAll).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === 'notEntitledToVote') return await refuse(meetingId, caller, voteId)
      throw error
    })
    return { content, castAt, revision, reservedOpinion: reservedOpinion || null }
  }
}

/** What is frozen when a vote opens is read once, however many of a hall press at the same moment. */
function createFrozen(db: Knex, store: Pick<VotingStore, 'findFrozen'>) {
  const known = new LRUCache<string, Promise<FrozenVote & { electors: ReadonlySet<string> } | undefined>>({ max: VOTES })
  const read = async (meetingId: string, voteId: string) => {
    const found = await store.findFrozen(db, meetingId, voteId)
    return found && { ...found, electors: new Set(found.electors) }
  }

  return async (meetingId: string, voteId: string) => {
    const name = `${meetingId} ${voteId}`
    const reading = known.get(name) ?? read(meetingId, voteId)
    known.set(name, reading)
    try {
      const vote = await reading
      // One that is not there may be opened yet.
      if (!vote) known.delete(name)
      return vote
    } catch (error) {
      known.delete(name)
      throw error
    }
  }
}
