import {
  downloadMinutesDocx, downloadMinutesPdf, getMinutes, publishMinutes, redraftMinutes, saveMinutes,
} from '../../protocol/minutes.ts'
import { deliverPaper } from '../issuing/deliver.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { MinutesService } from './minutes.ts'

export function mountMinutes(route: MountRoute, minutes: MinutesService): void {
  route(getMinutes, ({ params, caller }) => minutes.get(params.meetingId, caller))
  route(saveMinutes, ({ params, body, caller }) => minutes.save(params.meetingId, caller, body.version, body.content))
  route(redraftMinutes, ({ params, body, caller }) => minutes.redraft(params.meetingId, caller, body.version))
  route(publishMinutes, ({ params, body, caller }) => minutes.publish(params.meetingId, caller, body.version, Number(body.number)))
  route(downloadMinutesDocx, async ({ params, caller, res }) => {
    await deliverPaper(res, await minutes.paper(params.meetingId, caller), 'docx')
  })
  route(downloadMinutesPdf, async ({ params, caller, res }) => {
    await deliverPaper(res, await minutes.paper(params.meetingId, caller), 'pdf')
  })
}
