import { closeMeeting, openMeeting } from '../../protocol/meetings.ts'
import { followMeeting, unfollowMeeting } from '../../protocol/room.ts'
import type { MountCommand, Socket } from '../platform/socket.ts'
import type { Followers } from './followers.ts'
import type { Meetings } from './meetings.ts'

export function mountMeetingsLive(command: MountCommand, { meetings, followers }: { meetings: Meetings, followers: Followers }): void {
  const inTurn = createTurns()

  command(followMeeting, ({ input: { meetingId, cursor }, caller, socket }) => inTurn(socket, async () => {
    const { meeting, viewer } = await meetings.accessTo(meetingId, caller)
    const beginning = await followers.follow(socket, meetingId, viewer, cursor)
    const begun = meeting.status === 'live' || meeting.status === 'closed'
    return { ...beginning, head: begun ? await followers.head(meetingId) : null }
  }))

  command(unfollowMeeting, ({ input, socket }) => inTurn(socket, async () => {
    followers.unfollow(socket, input.meetingId)
    return {}
  }))

  command(openMeeting, async ({ input, caller }) => {
    await meetings.open(input.meetingId, caller, input.key)
    return {}
  })

  command(closeMeeting, async ({ input, caller }) => {
    await meetings.close(input.meetingId, caller, input.key)
    return {}
  })
}

/** One thing after the other for each socket: an unfollowing must not overtake the following that it ends. */
function createTurns() {
  const last = new WeakMap<Socket, Promise<unknown>>()
  return function inTurn<T>(socket: Socket, act: () => Promise<T>): Promise<T> {
    const turn = (last.get(socket) ?? Promise.resolve()).then(act, act)
    last.set(socket, turn)
    return turn
  }
}
