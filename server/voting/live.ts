import { castBallot, closeVote, openVote } from '../../protocol/voting.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Voting } from './voting.ts'

export function mountVotingLive(command: MountCommand, voting: Voting): void {
  command(openVote, ({ input, caller }) => voting.open(input.meetingId, caller, input))
  command(castBallot, ({ input, caller }) => voting.cast(input.meetingId, caller, input))
  command(closeVote, ({ input, caller }) => voting.close(input.meetingId, caller, input))
}
