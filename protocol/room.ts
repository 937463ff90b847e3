import { z } from 'zod'
import { defineCommand, defineNotice } from './event.ts'
import { Id, SignedHead, VisibleEntry } from './journal.ts'
import { PEERS_OF_A_LABEL } from './media-grant.ts'

/** Bodies of the texts that entries or state refer to; null where a text was erased. */
export const Texts = z.record(z.string(), z.string().nullable())
export type Texts = z.infer<typeof Texts>

/** Entries in order, and the cursor to ask from after a cut. The cursor tells nothing about what one may not see. */
export const EntriesPayload = z.object({ meetingId: Id, entries: z.array(VisibleEntry), texts: Texts, cursor: z.string() })
export type EntriesPayload = z.infer<typeof EntriesPayload>

/** The meeting's state as this viewer may see it (`MeetingState` of meeting-state.ts), replacing what the client held. */
export const SnapshotPayload = z.object({ meetingId: Id, state: z.unknown(), texts: Texts, cursor: z.string() })
export type SnapshotPayload = z.infer<typeof SnapshotPayload>

export const followMeeting = defineCommand({
  name: 'meeting:follow',
  summary: 'Follows a meeting’s journal on this socket: a snapshot, or with a cursor the entries since; further entries come by themselves.',
  access: 'participants of a published meeting; chair and clerk of a draft',
  input: z.object({ meetingId: Id, cursor: z.string().max(500).optional() }),
  output: z.object({ snapshot: SnapshotPayload.nullable(), entries: EntriesPayload.nullable(), head: SignedHead.nullable() }),
  errors: ['meetingNotFound'],
})

export const unfollowMeeting = defineCommand({
  name: 'meeting:unfollow', summary: 'Stops following.', access: 'anyone signed in',
  input: z.object({ meetingId: Id }), output: z.object({}), errors: [],
})

/** A STUN or TURN server that a browser may use on its way to the media node, with credentials that end by themselves. */
export const IceServer = z.object({ urls: z.array(z.string()), username: z.string().exactOptional(), credential: z.string().exactOptional() })
export type IceServer = z.infer<typeof IceServer>

/**
 * `full`: microphone, camera, screen, everything to be heard and seen. `companion`: for who sits in a hall that has sound
 * of its own: all but sound, so that nothing howls.
 */
export const Attending = z.enum(['full', 'companion'])
export type Attending = z.infer<typeof Attending>

const WayIn = z.object({ grant: z.string(), path: z.string(), iceServers: z.array(IceServer) })

export const enterRoom = defineCommand({
  name: 'room:enter',
  summary: 'Asks for the way into the video room: a grant (60 s, one use) and the media node’s address on this origin. '
    + 'Being there is being present. The same `deviceId` after a cut takes one’s own place over again; one person has '
    + `at most ${PEERS_OF_A_LABEL} devices there, those cut off within the grace among them. Who must wait to be admitted knocks `
    + 'by asking, until the socket ends or `room:stopWaiting`; the entry `order.admitted` tells to ask again.',
  access: 'participants of a published or live meeting who are not banned',
  input: z.object({
    meetingId: Id, deviceId: Id, attending: Attending,
    /** When one is in the room with another device: to be asked, to put it out, or to be there with both. */
    others: z.enum(['ask', 'replace', 'beside']),
  }),
  output: z.discriminatedUnion('outcome', [
    WayIn.extend({ outcome: z.literal('enter') }),
    z.object({ outcome: z.literal('wait') }),
    z.object({ outcome: z.literal('elsewhere'), devices: z.int() }),
  ]),
  errors: [
    'meetingNotFound', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'classifiedItem', 'mediaUnavailable', 'tooManyDevices', 'roomLocked', 'banned',
    'tooManyRequests',
  ],
})

export const stopWaiting = defineCommand({
  name: 'room:stopWaiting', summary: 'Waits no longer to be admitted.', access: 'participants',
  input: z.object({ meetingId: Id }), output: z.object({}), errors: ['meetingNotFound'],
})

export const probeConnection = defineCommand({
  name: 'room:probe',
  summary: 'The way to an empty room of one’s own on the media node, in which a browser tries its connection: two peers, one sends, one receives.',
  access: 'participants of a published or live meeting',
  input: z.object({ meetingId: Id }),
  output: z.object({ ways: z.array(WayIn).length(2) }),
  errors: ['meetingNotFound', 'meetingNotPublished', 'meetingClosed', 'meetingPostponed', 'meetingCancelled', 'mediaUnavailable', 'banned', 'tooManyRequests'],
})

export const entriesNotice = defineNotice({ name: 'meeting:entries', summary: 'New entries that this viewer may see.', payload: EntriesPayload })
export const snapshotNotice = defineNotice({ name: 'meeting:snapshot', summary: 'What the viewer may see has changed: replaces the state.', payload: SnapshotPayload })
export const headNotice = defineNotice({
  name: 'meeting:head', summary: 'A signed head of the journal (at opening, at closing, each minute between). Keep it: it proves the journal unchanged.',
  payload: SignedHead,
})
export const sessionEndedNotice = defineNotice({ name: 'session:ended', summary: 'Signed out, here or elsewhere; the socket closes.', payload: z.object({}) })
