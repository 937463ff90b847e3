import { meetingReducer } from '../../protocol/meeting-state.ts'
import type { VoteState } from '../../protocol/vote-entries.ts'
import type { JournalTx } from '../journal/journal.ts'
import { AppError } from '../platform/error.ts'

/** The vote, as the journal has it at this moment. Throws `voteNotFound`, `voteClosed`. */
export async function openVoteIn(tx: JournalTx, voteId: string): Promise<VoteState> {
  const vote = (await tx.state(meetingReducer)).votes.find((one) => one.voteId === voteId)
  if (!vote) throw new AppError('voteNotFound')
  if (vote.closedAt) throw new AppError('voteClosed')
  return vote
}
