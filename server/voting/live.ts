import { annulVote, castBallot, closeVote, confirmHallCount, enterHallCount, openVote, remindVoters, setHallVoters } from '../../protocol/voting.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Voting } from './voting.ts'

export function mountVotingLive(command: MountCommand, voting: Voting): void {
  command(openVote, ({ input: { meetingId, ...asked }, caller }) => voting.open(meetingId, caller, asked))
  command(castBallot, ({ input, caller }) => voting.cast(input.meetingId, caller, input))
  command(closeVote, ({ input, caller }) => voting.close(input.meetingId, caller, input))
  command(annulVote, ({ input, caller }) => voting.annul(input.meetingId, caller, input))
  command(remindVoters, ({ input, caller }) => voting.remind(input.meetingId, caller, input))
  command(setHallVoters, ({ input, caller }) => voting.setHall(input.meetingId, caller, input))
  command(enterHallCount, ({ input, caller }) => voting.countHall(input.meetingId, caller, input))
  command(confirmHallCount, ({ input, caller }) => voting.confirmHall(input.meetingId, caller, input))
}
