import { z } from 'zod'
import { HallCount, VoteResult, VoteTerms } from './ballots.ts'
import { Id, Sha256, TextRef } from './journal.ts'

/** A count in the hall, with who entered it and who confirmed it. */
export const ConfirmedHall = HallCount.extend({ enteredBy: Id, confirmedBy: Id })
export type ConfirmedHall = z.infer<typeof ConfirmedHall>

/** `ballotsRoot` is the SHA-256 over the sorted ballots, of a secret vote over its published box, so that they cannot be altered afterwards. */
export const VoteClosed = z.object({ voteId: Id, result: VoteResult, ballotsRoot: Sha256, hall: ConfirmedHall.exactOptional() })
export type VoteClosed = z.infer<typeof VoteClosed>

/**
 * What happens to votes. Results are held back until closing: that a ballot was cast or changed, or that a count was entered, is told,
 * and not what it says.
 */
export const votingEntries = [
  z.object({ kind: z.literal('vote.opened'), data: VoteTerms }),
  /** The actor cast a ballot. */
  z.object({ kind: z.literal('vote.ballotCast'), data: z.object({ voteId: Id, voterId: Id }) }),
  /** The actor cast another ballot in the place of theirs, where the body's rule has it. */
  z.object({ kind: z.literal('vote.ballotChanged'), data: z.object({ voteId: Id, voterId: Id }) }),
  /** These vote in the hall and not on screen: all that do, in the place of what was said before. A count entered before is void. */
  z.object({ kind: z.literal('vote.hallSet'), data: z.object({ voteId: Id, way: z.enum(['paper', 'hands']), voterIds: z.array(Id) }) }),
  /** What was counted in the hall was written down by the actor, or by somebody else confirmed. */
  z.object({ kind: z.literal('vote.hallCounted'), data: z.object({ voteId: Id, revision: z.int() }) }),
  z.object({ kind: z.literal('vote.hallConfirmed'), data: z.object({ voteId: Id, revision: z.int() }) }),
  /** Those who have not voted were asked to. */
  z.object({ kind: z.literal('vote.reminded'), data: z.object({ voteId: Id }) }),
  /** With the closing: this elector reserved an opinion with the ballot. */
  z.object({ kind: z.literal('vote.opinionReserved'), data: z.object({ voteId: Id, voterId: Id, text: TextRef }) }),
  z.object({ kind: z.literal('vote.closed'), data: VoteClosed }),
  /** The actor ended it before anything was counted: it was opened by mistake. Of what was cast nothing is told, now or later. */
  z.object({ kind: z.literal('vote.annulled'), data: z.object({ voteId: Id, reason: TextRef }) }),
] as const

export type VoteState = VoteTerms & {
  openedAt: string
  /** Since when it is over: closed with a result, or annulled without one. */
  closedAt: string | null
  /** Who annulled it, and why. */
  annulment: { by: string | null, reason: TextRef } | null
  /** Whose ballot has come on screen; of a secret vote nobody's. */
  voted: string[]
  /** Who votes in the hall. */
  hall: { way: 'paper' | 'hands', voterIds: string[] } | null
  /** The count in the hall: who entered it and, once there is somebody, who confirmed it. */
  hallCount: { revision: number, enteredBy: string | null, confirmedBy: string | null } | null
  /** What was counted there, after the closing. */
  hallResult: ConfirmedHall | null
  remindedAt: string | null
  opinions: { voterId: string, text: TextRef }[]
  /** Secret votes: who has drawn a credential, and since when ballots are cast (protocol/secret-ballots.ts). */
  drawn: string[]
  castingSince: string | null
  result: VoteResult | null
}
export type VotingState = VoteState[]

type VotingEntry = z.infer<typeof votingEntries[number]> & { at: string, actorId: string | null }

/** What terms of journals lack that were written before there was more than named votes and gradings. */
const olderTerms: Partial<VoteTerms> = { secret: false, options: [], criteria: [], recused: [], tie: 'notAdopted', changeBallot: false, round: 1 }

/** A vote in which nothing has happened yet. Of one that was annulled nothing else is told any more either. */
const untouched = {
  closedAt: null, annulment: null, voted: [], hall: null, hallCount: null, hallResult: null, remindedAt: null,
  opinions: [], drawn: [], castingSince: null, result: null,
}

/** The votes after one more entry. */
export function applyVoting(votes: VotingState, entry: VotingEntry): VotingState {
  const each = (change: (vote: VoteState) => Partial<VoteState>) =>
    votes.map((vote) => vote.voteId === entry.data.voteId ? { ...vote, ...change(vote) } : vote)
  switch (entry.kind) {
    case 'vote.opened': return [...votes, { ...olderTerms, ...entry.data, ...untouched, openedAt: entry.at }]
    case 'vote.ballotCast': {
      const { voterId } = entry.data
      return each(({ voted }) => ({ voted: [...voted, voterId] }))
    }
    case 'vote.ballotChanged': return votes
    case 'vote.hallSet': {
      const { way, voterIds } = entry.data
      return each(() => ({ hall: voterIds.length ? { way, voterIds } : null, hallCount: null }))
    }
    case 'vote.hallCounted': {
      const { revision } = entry.data
      return each(() => ({ hallCount: { revision, enteredBy: entry.actorId, confirmedBy: null } }))
    }
    case 'vote.hallConfirmed': return each(({ hallCount }) => ({ hallCount: hallCount && { ...hallCount, confirmedBy: entry.actorId } }))
    case 'vote.reminded': return each(() => ({ remindedAt: entry.at }))
    case 'vote.opinionReserved': {
      const { voterId, text } = entry.data
      return each(({ opinions }) => ({ opinions: [...opinions, { voterId, text }] }))
    }
    case 'vote.closed': {
      const { result, hall = null } = entry.data
      return each(() => ({ closedAt: entry.at, result, hallResult: hall }))
    }
    case 'vote.annulled': {
      const { reason } = entry.data
      return each(() => ({ ...untouched, closedAt: entry.at, annulment: { by: entry.actorId, reason } }))
    }
  }
}

/** Whether a further round of a vote is held, or was; one that was annulled is none. */
export const hasFurtherRound = (votes: readonly VoteState[], voteId: string): boolean =>
  votes.some(({ previous, annulment }) => previous === voteId && !annulment)

/**
 * Among which options a further round may be held: those that the result says, and where it decided nothing at all, because no or too
 * few ballots came, all of them.
 */
export function mayGoOnOf({ kind, choices, result }: Pick<VoteState, 'kind' | 'choices' | 'result'>): string[] {
  if (!result || result.accepted || (kind !== 'options' && kind !== 'election')) return []
  return result.goOn ?? (result.why === 'noBallots' || result.why === 'tooFewReturned' ? choices : [])
}

/** Seats that a further round of an election fills. */
export const seatsLeftOf = ({ election, result }: Pick<VoteState, 'election' | 'result'>): number => (election?.seats ?? 0) - (result?.elected?.length ?? 0)

type Turnout = Pick<VoteState, 'electorate' | 'voted' | 'secret' | 'drawn' | 'hall'>

/** Whose part is done as far as anybody can know: the ballot has come, of a secret vote the credential was drawn, or they vote in the hall. */
export function doneOf({ secret, drawn, voted, hall }: Omit<Turnout, 'electorate'>): Set<string> {
  return new Set([...secret ? drawn : voted, ...hall?.voterIds ?? []])
}

/** Entitled persons whose ballot has not come. */
export function notYetVoted(vote: Turnout): string[] {
  const done = doneOf(vote)
  return vote.electorate.filter((personId) => !done.has(personId))
}
