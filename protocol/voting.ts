import { z } from 'zod'
import { BallotContent, HallCount, VoteKind, VoteResult } from './ballots.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id } from './journal.ts'
import { defineRoute } from './route.ts'
import { Line, Paragraphs } from './text.ts'

/** The longest reason for a vote without quorum, for a recusal and for annulling, and the longest reserved opinion, in characters. */
export const MAX_WITHOUT_QUORUM = 500
export const MAX_RECUSAL = 500
export const MAX_ANNULMENT = 500
export const MAX_OPINION = 2000
/** Options, candidates or persons on one ballot. */
export const MAX_OPTIONS = 60

/**
 * The question as a clerk would put it, for who opens the vote to change. It goes into the minutes word for word, so it is
 * in the language of official papers, whatever language the interface is in.
 */
export function proposedQuestion(kind: VoteKind, title: string): string {
  switch (kind) {
    case 'named': return `Đồng chí có tán thành nội dung “${title}” không?`
    case 'grading': return `Đồng chí đánh giá, xếp loại “${title}” ở mức nào?`
    case 'scoring': return `Đồng chí chấm “${title}” bao nhiêu điểm theo từng tiêu chí?`
    case 'options': return `Đồng chí chọn phương án nào cho nội dung “${title}”?`
    case 'election': return `Đồng chí bầu những ai trong danh sách của nội dung “${title}”?`
    case 'confidence': return `Đồng chí tín nhiệm từng người trong danh sách của nội dung “${title}” ở mức nào?`
  }
}

/** What somebody asks for who opens a vote. What the kind does not have is left out. */
export const VoteAsked = z.object({
  itemId: Id, kind: VoteKind, question: Line(1000),
  secret: z.boolean().default(false).describe('nobody learns who cast which ballot'),
  options: z.array(z.object({ label: Line(300), personId: Id.optional() })).max(MAX_OPTIONS).optional().describe('options: at least two; election: the candidates; confidence: the persons'),
  election: z.object({
    seats: z.int().min(1).max(MAX_OPTIONS), method: z.enum(['mark', 'strike']), matter: z.string().max(40).describe('what is elected, one of the body’s matters'),
  }).optional(),
  majority: z.string().max(40).optional().describe('named votes, options, elections: one of the body’s special majorities instead of the usual one; a further round keeps what the first had'),
  recused: z.array(z.object({ personId: Id, reason: Paragraphs(MAX_RECUSAL) })).max(500).optional().describe('who is entitled and takes no part in this vote, and why'),
  previous: Id.optional().describe('the closed vote that this is a further round of'),
  goOn: z.array(z.string().max(40)).max(MAX_OPTIONS).optional().describe('a further round of options or an election: among whom, of those that may go on; left out: all of them'),
  withoutQuorum: Paragraphs(MAX_WITHOUT_QUORUM).optional().describe('why it is to be opened although too few are there; passed over where enough are'),
})
export type VoteAsked = z.input<typeof VoteAsked>

export const openVote = defineCommand({
  name: 'vote:open',
  summary: 'Opens a vote on an item; electorate, base and majority are frozen from the body’s rules. Without quorum only with a reason, which everybody sees and the minutes tell. What the law has elected on paper in a room is refused.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend(VoteAsked.shape),
  output: z.object({ voteId: Id }),
  errors: [
    'meetingNotFound', 'forbiddenInMeeting', 'meetingNotLive', 'agendaItemNotFound', 'voteAlreadyOpen', 'gradingNotAllowed', 'quorumNotMet', 'voteNotFound',
    'voteTermsInvalid', 'statutoryElection', 'nobodyEntitled', 'secretNotAllowed', 'classifiedItem', 'proposalSecret',
  ],
})

/** A ballot as its voter sees it. `revision`: 1, and one more with each change. */
export const RecordedBallot = z.object({ content: BallotContent, castAt: z.string(), revision: z.int().positive(), reservedOpinion: z.string().nullable() })
export type RecordedBallot = z.infer<typeof RecordedBallot>

export const castBallot = defineCommand({
  name: 'vote:cast',
  summary: 'Casts one’s ballot: once, whatever the devices, tabs and retries. With `replaces` it takes the place of the one cast before, where the body’s rule has that.',
  access: 'members entitled to vote in that vote',
  input: ChangeOfMeeting.extend({
    voteId: Id, content: BallotContent,
    reservedOpinion: Paragraphs(MAX_OPINION).optional().describe('named votes: told with the result'),
    replaces: z.int().positive().optional().describe('the revision of the ballot that this is to replace'),
  }),
  output: RecordedBallot,
  errors: ['meetingNotFound', 'voteNotFound', 'voteClosed', 'alreadyVoted', 'notEntitledToVote', 'choiceUnknown', 'votesInHall', 'voteIsSecret', 'proposalSecret'],
})

export const closeVote = defineCommand({
  name: 'vote:close',
  summary: 'Closes the vote, counts and tells the result by the body’s rule. Where somebody votes in the hall, only once their count is confirmed. A secret vote whose secret is lost only with `withoutBox`: its ballots are then published as unreadable, and count for nothing.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({
    voteId: Id, withoutBox: z.boolean().default(false).describe('closes a secret vote although its ballots cannot be read any more; passed over where they can'),
  }),
  output: VoteResult,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed', 'hallNotCounted', 'ballotBoxLost'],
})

export const annulVote = defineCommand({
  name: 'vote:annul',
  summary: 'Ends an open vote that was opened by mistake, for a reason that everybody sees. Nothing is counted, and nothing of what was cast is told, now or later. Another vote may be opened at once; it is no further round of this one.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ voteId: Id, reason: Line(MAX_ANNULMENT) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed', 'proposalSecret'],
})

export const remindVoters = defineCommand({
  name: 'vote:remind', summary: 'Asks those who have not voted, or of a secret vote not drawn, to do so: their page shows it, and a notice goes to them wherever they are.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ voteId: Id }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed'],
})

export const setHallVoters = defineCommand({
  name: 'vote:setHall',
  summary: 'Says who votes on paper or by hands, before they do: all of them, in the place of what was said before. They cannot vote on screen then, and who did cannot be among them. A count entered before is void.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ voteId: Id, way: HallCount.shape.way, voterIds: z.array(Id).max(5000) }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed', 'notEntitledToVote', 'alreadyVoted', 'hallCountInvalid'],
})

export const enterHallCount = defineCommand({
  name: 'vote:countHall', summary: 'Writes down what was counted in the hall. It counts once somebody else has confirmed it.',
  access: 'chair, clerk, or who presides',
  input: ChangeOfMeeting.extend({ voteId: Id, hall: HallCount, revision: z.int().min(0).describe('of the count that this replaces; 0: there is none') }),
  output: z.object({ revision: z.int() }),
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed', 'hallCountInvalid', 'hallCountChanged'],
})

export const confirmHallCount = defineCommand({
  name: 'vote:confirmHall', summary: 'Confirms a count in the hall that somebody else entered.',
  access: 'chair, clerk, or who presides; never who entered it',
  input: ChangeOfMeeting.extend({ voteId: Id, revision: z.int().positive() }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed', 'hallCountChanged', 'hallCountOwn'],
})

export const getHallCount = defineRoute({
  id: 'voting.hallCount', method: 'get', path: '/api/meetings/:meetingId/votes/:voteId/hall-count', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound'],
  summary: 'What was counted in the hall, for chair and clerk who confirm it: the papers that they have before them, and nothing of what came on screen.',
  params: z.object({ meetingId: Id, voteId: Id }),
  response: z.object({ count: z.object({ hall: HallCount, revision: z.int(), enteredBy: Id, confirmedBy: Id.nullable() }).nullable() }),
})

export const getOwnBallots = defineRoute({
  id: 'voting.ownBallots', method: 'get', path: '/api/meetings/:meetingId/ballots/mine', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'What the caller voted in this meeting, other than secretly.',
  params: z.object({ meetingId: Id }),
  response: z.object({ ballots: z.array(RecordedBallot.extend({ voteId: Id })) }),
})
