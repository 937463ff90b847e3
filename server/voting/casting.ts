import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { choiceOf } from '../../protocol/ballot-choice.ts'
import { validBallot, type BallotContent } from '../../protocol/ballots.ts'
import type { Asked, Journal, TogetherCommand } from '../journal/journal.ts'
import { seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import type { VotingStore } from './voting.ts'

/** Open votes whose electorate is kept in mind. */
const VOTES = 100

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
  store: Pick<VotingStore, 'electors' | 'findForVoter' | 'findForVoters' | 'insertBallots' | 'setOpinion'>
}) {
  const electorsOf = createElectorates(db, store)

  async function refuse(meetingId: string, caller: Caller, voteId: string): Promise<never> {
    const here = await access.accessTo(meetingId, caller)
    const found = await store.findForVoter(db, meetingId, voteId, caller.personId)
    throw new AppError(found && seesItem(here, found.vote.itemId) ? 'notEntitledToVote' : 'voteNotFound')
  }

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
    // Who is no elector takes no place in the meeting's queue, and is told only what they may know.
    if (!(await electorsOf(meetingId, voteId)).has(caller.personId)) return await refuse(meetingId, caller, voteId)
    const input = { voteId, content, reservedOpinion, replaces }
    const options = { actorId: caller.personId, key, fingerprint: ['vote:cast', voteId, content, reservedOpinion, replaces], input }
    const { castAt, revision } = await journal.runTogether(meetingId, options, castAll).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === 'notEntitledToVote') return await refuse(meetingId, caller, voteId)
      throw error
    })
    return { content, castAt, revision, reservedOpinion: reservedOpinion || null }
  }
}

/** Electorates are frozen when their vote opens: each is read once, however many of a hall press at the same moment. */
function createElectorates(db: Knex, store: Pick<VotingStore, 'electors'>) {
  const known = new LRUCache<string, Promise<ReadonlySet<string>>>({ max: VOTES })
  return async (meetingId: string, voteId: string): Promise<ReadonlySet<string>> => {
    const name = `${meetingId} ${voteId}`
    const reading = known.get(name) ?? store.electors(db, meetingId, voteId).then((electors) => new Set(electors))
    known.set(name, reading)
    // A vote that is not there may be opened yet, and what failed is asked again.
    const electors = await reading.catch((error: unknown) => {
      known.delete(name)
      throw error
    })
    if (!electors.size) known.delete(name)
    return electors
  }
}
