import { pipeline } from 'node:stream/promises'
import { changeMeeting, createMeeting, exportJournal, getMeeting, listMeetings, publishMeeting } from '../../protocol/meetings.ts'
import type { MountRoute } from '../platform/contract.ts'
import type { Meetings } from './meetings.ts'

export function mountMeetings(route: MountRoute, meetings: Meetings): void {
  route(listMeetings, ({ query, caller }) => meetings.list(caller, query))
  route(getMeeting, ({ params, caller }) => meetings.get(params.meetingId, caller))
  route(createMeeting, ({ body, caller }) => meetings.create(caller, body))
  route(changeMeeting, async ({ params, body, caller }) => {
    await meetings.change(params.meetingId, caller, body)
    return {}
  })
  route(publishMeeting, async ({ params, caller }) => {
    await meetings.publish(params.meetingId, caller)
    return {}
  })
  route(exportJournal, async ({ params, caller, res }) => {
    const pieces = await meetings.exportJournal(params.meetingId, caller)
    res.attachment(`journal-${params.meetingId}.json`)
    await pipeline(pieces, res)
  })
}
