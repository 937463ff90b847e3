import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id } from './journal.ts'
import { KindCode, KindRules, MeetingCaution, MeetingKind, MeetingRoom, RoomFacts, RoomState } from './meeting-kinds.ts'
import { defineRoute } from './route.ts'

/** How kinds of meetings, cases of not meeting and rooms are read and kept; what they are is in `meeting-kinds.ts`. */

export const listMeetingRules = defineRoute({
  id: 'meetingRules.list', method: 'get', path: '/api/meeting-rules', access: 'signedIn', errors: [],
  summary: 'What is asked when a meeting is convened: all versions of the kinds, the cases in which one does not meet, and the rooms.',
  response: z.object({ kinds: z.array(MeetingKind), cautions: z.array(MeetingCaution), rooms: z.array(MeetingRoom) }),
})
export type MeetingRules = z.infer<NonNullable<typeof listMeetingRules.response>>

export const reviseKind = defineRoute({
  id: 'meetingRules.reviseKind', method: 'post', path: '/api/meeting-kinds', access: 'administrator', errors: ['kindSinceTooEarly'],
  summary: 'A new kind, or a new version of the kind of that code from `since` on; the version before ends the day before. Meetings convened under it keep it.',
  body: KindRules.extend({ code: KindCode, since: Day }), response: z.object({ kindId: Id }),
})

export const endKind = defineRoute({
  id: 'meetingRules.endKind', method: 'post', path: '/api/meeting-kinds/:kindId/end', access: 'administrator',
  errors: ['meetingKindNotFound', 'kindSinceTooEarly'],
  summary: 'The last day on which meetings of this kind are convened.',
  params: z.object({ kindId: Id }), body: z.object({ until: Day }), response: z.object({}),
})

export const addRoom = defineRoute({
  id: 'meetingRules.addRoom', method: 'post', path: '/api/meeting-rooms', access: 'administrator', errors: ['meetingRoomNameTaken'],
  summary: 'A room that meetings may be held in.',
  body: RoomFacts, response: z.object({ roomId: Id }),
})

export const changeRoom = defineRoute({
  id: 'meetingRules.changeRoom', method: 'put', path: '/api/meeting-rooms/:roomId', access: 'administrator',
  errors: ['meetingRoomNotFound', 'meetingRoomNameTaken', 'meetingRoomChanged'],
  summary: 'Changes a room, or closes it to new meetings. `before` is what the edit began from: if the room is another by now, nothing is overwritten and `meetingRoomChanged` says what it is.',
  params: z.object({ roomId: Id }), body: RoomState.extend({ before: RoomState }), response: z.object({}),
})
