import {
  conclusionHistory, decideConclusionNotice, dueConclusionNotices, getConclusionNotice, issueConclusionNotice, reopenConclusion, saveConclusionNotice,
  sendConclusionNotice, settleConclusion, waiveConclusionNotice, writeConclusion,
} from '../../protocol/conclusions.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Conclusions } from './conclusions.ts'
import type { ConclusionNotices } from './notices.ts'

export function mountConclusions(route: MountRoute, { conclusions, notices }: { conclusions: Conclusions, notices: ConclusionNotices }): void {
  route(writeConclusion, ({ params, body, caller }) => conclusions.write(params.meetingId, params.itemId, caller, body))
  route(settleConclusion, async ({ params, body, caller }) => {
    await conclusions.settle(params.meetingId, params.itemId, caller, body)
    return {}
  })
  route(reopenConclusion, async ({ params, body, caller }) => {
    await conclusions.reopen(params.meetingId, params.itemId, caller, body)
    return {}
  })
  route(conclusionHistory, ({ params, caller }) => conclusions.history(params.meetingId, params.itemId, caller))

  route(dueConclusionNotices, ({ caller }) => notices.due(caller))
  route(getConclusionNotice, ({ params, caller }) => notices.get(params.meetingId, caller))
  route(saveConclusionNotice, ({ params, body, caller }) => notices.save(params.meetingId, caller, body))
  route(sendConclusionNotice, ({ params, body, caller }) => notices.send(params.meetingId, caller, body))
  route(decideConclusionNotice, ({ params, body, caller }) => notices.decide(params.meetingId, caller, body))
  route(issueConclusionNotice, ({ params, body, caller }) => notices.issue(params.meetingId, caller, body))
  route(waiveConclusionNotice, ({ params, body, caller }) => notices.waive(params.meetingId, caller, body))
}
