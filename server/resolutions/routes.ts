import {
  beginResolution, decideResolution, getResolution, issueResolution, listResolvableVotes, saveResolution, sendResolution,
} from '../../protocol/resolutions.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Resolutions } from './resolutions.ts'
import type { VoteResolutions } from './votes.ts'

export function mountResolutions(route: MountRoute, { resolutions, votes }: { resolutions: Resolutions, votes: VoteResolutions }): void {
  route(listResolvableVotes, ({ params, caller }) => votes.list(params.meetingId, caller))
  route(beginResolution, ({ params, body, caller }) => votes.begin(params.meetingId, params.voteId, caller, body.key))
  route(getResolution, ({ params, caller }) => resolutions.get(params.resolutionId, caller))
  route(saveResolution, ({ params, body, caller }) => resolutions.save(params.resolutionId, caller, body))
  route(sendResolution, ({ params, body, caller }) => resolutions.send(params.resolutionId, caller, body))
  route(decideResolution, ({ params, body, caller }) => resolutions.decide(params.resolutionId, caller, body))
  route(issueResolution, ({ params, body, caller }) => resolutions.issue(params.resolutionId, caller, body))
}
