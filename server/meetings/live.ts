import { closeMeeting, openMeeting } from '../../protocol/meetings.ts'
import { followMeeting, unfollowMeeting } from '../../protocol/room.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Followers } from './followers.ts'
import type { Meetings } from './meetings.ts'

export function mountMeetingsLive(command: MountCommand, { meetings, followers }: { meetings: Meetings, followers: Followers }): void {
  command(followMeeting, async ({ input: { meetingId, cursor }, caller, socket }) => {
    const { meeting, viewer } = await meetings.accessTo(meetingId, caller)
    const beginning = await followers.follow(socket, meetingId, viewer, cursor)
    const begun = meeting.status === 'live' || meeting.status === 'closed'
    return { ...beginning, head: begun ? await followers.head(meetingId) : null }
  })

  command(unfollowMeeting, ({ input, socket }) => {
    followers.unfollow(socket, input.meetingId)
    return {}
  })

  command(openMeeting, async ({ input, caller }) => {
    await meetings.open(input.meetingId, caller, input.key)
    return {}
  })

  command(closeMeeting, async ({ input, caller }) => {
    await meetings.close(input.meetingId, caller, input.key)
    return {}
  })
}
