import { z } from 'zod'
import { Grade, Threshold, VoteBase } from './bodies.ts'
import { Id, TextRef } from './journal.ts'
import { defineRoute } from './route.ts'
import { ChangeOfMeeting, defineCommand } from './event.ts'
import { Line, Paragraphs } from './text.ts'

/** biểu quyết công khai · bỏ phiếu đánh giá, xếp loại */
export const VoteKind = z.enum(['named', 'grading'])
export type VoteKind = z.infer<typeof VoteKind>

/** The longest reason for a vote without quorum, in characters. */
export const MAX_WITHOUT_QUORUM = 500

/** tán thành · không tán thành · không có ý kiến */
export const namedChoices = ['approve', 'reject', 'abstain'] as const

/**
 * The question as a clerk would put it, for who opens the vote to change. It goes into the minutes word for word, so it is
 * in the language of official papers, whatever language the interface is in.
 */
export function proposedQuestion(kind: VoteKind, title: string): string {
  switch (kind) {
    case 'named': return `Đồng chí có tán thành nội dung “${title}” không?`
    case 'grading': return `Đồng chí đánh giá, xếp loại “${title}” ở mức nào?`
  }
}

/** `accepted`: the majority was reached. `grade` is set for grading ballots; null when no grade has the majority. */
export const VoteResult = z.object({
  counts: z.record(z.string(), z.int()), cast: z.int(), base: z.int(), needed: z.int(), accepted: z.boolean(), grade: z.string().nullable(),
})
export type VoteResult = z.infer<typeof VoteResult>

/** What is frozen when a vote opens, and never changes afterwards. */
export const VoteTerms = z.object({
  voteId: Id, itemId: Id, kind: VoteKind, question: TextRef,
  choices: z.array(z.string()),
  /** The grading scale, best first; empty for named votes. */
  scale: z.array(Grade),
  electorate: z.array(Id),
  base: z.object({ kind: VoteBase, size: z.int() }),
  threshold: Threshold,
  /** Who was there when it opened, by the body's quorum rule. Absent in journals of before there was this. */
  quorum: z.object({ present: z.int(), summoned: z.int(), needed: z.int(), met: z.boolean() }).exactOptional(),
  /** Why it was opened although too few were there. */
  withoutQuorum: TextRef.exactOptional(),
})
export type VoteTerms = z.infer<typeof VoteTerms>

export const openVote = defineCommand({
  name: 'vote:open',
  summary: 'Opens a vote on an item; electorate, base and majority are frozen from the body’s rules. Without quorum only with a reason, which everybody sees and the minutes tell.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({
    itemId: Id, kind: VoteKind, question: Line(1000),
    withoutQuorum: Paragraphs(MAX_WITHOUT_QUORUM).optional().describe('why it is to be opened although too few are there; passed over where enough are'),
  }),
  output: z.object({ voteId: Id }),
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'agendaItemNotFound', 'voteAlreadyOpen', 'gradingNotAllowed', 'quorumNotMet'],
})

export const castBallot = defineCommand({
  name: 'vote:cast', summary: 'Casts one’s ballot: once, whatever the devices, tabs and retries.', access: 'members entitled to vote in that vote',
  input: ChangeOfMeeting.extend({ voteId: Id, choice: z.string().max(40) }),
  output: z.object({ choice: z.string(), castAt: z.string() }),
  errors: ['meetingNotFound', 'voteNotFound', 'voteClosed', 'alreadyVoted', 'notEntitledToVote', 'choiceUnknown'],
})

export const closeVote = defineCommand({
  name: 'vote:close', summary: 'Closes the vote, counts and tells the result by the body’s rule.', access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ voteId: Id }), output: VoteResult,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed'],
})

export const getOwnBallots = defineRoute({
  id: 'voting.ownBallots', method: 'get', path: '/api/meetings/:meetingId/ballots/mine', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'What the caller voted in this meeting.',
  params: z.object({ meetingId: Id }),
  response: z.object({ ballots: z.array(z.object({ voteId: Id, choice: z.string(), castAt: z.string() })) }),
})

/** What happens to votes. Results are held back until closing: a ballot's entry tells that it was cast, not how. */
export const votingEntries = [
  z.object({ kind: z.literal('vote.opened'), data: VoteTerms }),
  /** The actor cast a ballot. */
  z.object({ kind: z.literal('vote.ballotCast'), data: z.object({ voteId: Id, voterId: Id }) }),
  /** `ballotsRoot` is the SHA-256 over the sorted ballots, so that they cannot be altered afterwards. */
  z.object({ kind: z.literal('vote.closed'), data: z.object({ voteId: Id, result: VoteResult, ballotsRoot: z.string() }) }),
] as const

export type VoteState = VoteTerms & { openedAt: string, closedAt: string | null, voted: string[], result: VoteResult | null }
export type VotingState = VoteState[]

type VotingEntry = z.infer<typeof votingEntries[number]> & { at: string }

/** The votes after one more entry. */
export function applyVoting(votes: VotingState, entry: VotingEntry): VotingState {
  const each = (change: (vote: VoteState) => VoteState) => votes.map((vote) => vote.voteId === entry.data.voteId ? change(vote) : vote)
  switch (entry.kind) {
    case 'vote.opened': {
      const data = entry.data
      return [...votes, { ...data, openedAt: entry.at, closedAt: null, voted: [], result: null }]
    }
    case 'vote.ballotCast': {
      const { voterId } = entry.data
      return each((vote) => ({ ...vote, voted: [...vote.voted, voterId] }))
    }
    case 'vote.closed': {
      const { result } = entry.data
      return each((vote) => ({ ...vote, closedAt: entry.at, result }))
    }
  }
}
