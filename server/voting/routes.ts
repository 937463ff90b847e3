import { getHallCount, getOwnBallots } from '../../protocol/voting.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Voting } from './voting.ts'

export function mountVoting(route: MountRoute, voting: Voting): void {
  route(getOwnBallots, ({ params, caller }) => voting.ownBallots(params.meetingId, caller))
  route(getHallCount, ({ params, caller }) => voting.hallCount(params.meetingId, caller, params.voteId))
}
