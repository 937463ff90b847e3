import { getMinutesFacts } from '../../protocol/minutes-text.ts'
import {
  approveMinutes, commentMinutes, getMinutesReview, openMinutesReview, reopenMinutes, replyToMinutesComment, returnMinutes, setMinutesHelper,
  settleMinutesComment,
} from '../../protocol/minutes-review.ts'
import { beginMinutes, downloadMinutesDocx, downloadMinutesPdf, getMinutes, redraftMinutes, setMinutesAbstract } from '../../protocol/minutes.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { MinutesService } from './minutes.ts'
import type { MinutesReview } from './review.ts'

export function mountMinutes(route: MountRoute, { minutes, review }: { minutes: MinutesService, review: MinutesReview }, press: Pick<Press, 'deliver'>): void {
  route(getMinutes, ({ params, caller }) => minutes.get(params.meetingId, caller))
  route(beginMinutes, async ({ params, caller }) => {
    await minutes.begin(params.meetingId, caller)
    return {}
  })
  route(getMinutesFacts, ({ params, caller }) => minutes.facts(params.meetingId, caller))
  route(redraftMinutes, ({ params, body, caller }) => minutes.redraft(params.meetingId, caller, body.version, body.key))
  route(setMinutesAbstract, ({ params, body, caller }) => minutes.setAbstract(params.meetingId, caller, body))
  route(downloadMinutesDocx, async ({ params, caller, res }) => {
    await press.deliver(res, await minutes.paper(params.meetingId, caller), 'docx')
  })
  route(downloadMinutesPdf, async ({ params, caller, res }) => {
    await press.deliver(res, await minutes.paper(params.meetingId, caller), 'pdf')
  })

  route(getMinutesReview, ({ params, caller }) => review.get(params.meetingId, caller))
  route(openMinutesReview, async ({ params, body, caller }) => {
    await review.open(params.meetingId, caller, body)
    return {}
  })
  route(commentMinutes, ({ params, body, caller }) => review.comment(params.meetingId, caller, body))
  route(replyToMinutesComment, async ({ params, body, caller }) => {
    await review.reply(params.meetingId, caller, params.threadId, body)
    return {}
  })
  route(settleMinutesComment, async ({ params, body, caller }) => {
    await review.settle(params.meetingId, caller, params.threadId, body)
    return {}
  })
  route(setMinutesHelper, async ({ params, body, caller }) => {
    await review.setHelper(params.meetingId, caller, params.personId, body.helps)
    return {}
  })
  route(returnMinutes, async ({ params, body, caller }) => {
    await review.giveBack(params.meetingId, caller, body)
    return {}
  })
  route(approveMinutes, ({ params, body, caller }) => review.approve(params.meetingId, caller, body))
  route(reopenMinutes, async ({ params, body, caller }) => {
    await review.reopen(params.meetingId, caller, body)
    return {}
  })
}
