import {
  downloadMinutesDocx, downloadMinutesPdf, getMinutes, publishMinutes, redraftMinutes, saveMinutes,
} from '../../protocol/minutes.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { MinutesService } from './minutes.ts'

export function mountMinutes(route: MountRoute, minutes: MinutesService, press: Pick<Press, 'deliver'>): void {
  route(getMinutes, ({ params, caller }) => minutes.get(params.meetingId, caller))
  route(saveMinutes, ({ params, body, caller }) => minutes.save(params.meetingId, caller, body.version, body.content, body.key))
  route(redraftMinutes, ({ params, body, caller }) => minutes.redraft(params.meetingId, caller, body.version, body.key))
  route(publishMinutes, ({ params, body, caller }) =>
    minutes.publish(params.meetingId, caller, body.version, Number(body.number), body.key))
  route(downloadMinutesDocx, async ({ params, caller, res }) => {
    await press.deliver(res, await minutes.paper(params.meetingId, caller), 'docx')
  })
  route(downloadMinutesPdf, async ({ params, caller, res }) => {
    await press.deliver(res, await minutes.paper(params.meetingId, caller), 'pdf')
  })
}
