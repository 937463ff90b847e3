import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { Id } from '../protocol/journal.ts'
import type { IceServer } from '../protocol/room.ts'
import { createAgenda } from './agenda/agenda.ts'
import { mountAgendaLive } from './agenda/live.ts'
import { mountAgenda } from './agenda/routes.ts'
import { agendaStore } from './agenda/store.ts'
import { createAttendance } from './attendance/attendance.ts'
import { mountAttendanceLive } from './attendance/live.ts'
import { attendanceStore } from './attendance/store.ts'
import { createBodies } from './bodies/bodies.ts'
import { mountBodies } from './bodies/routes.ts'
import { createBodiesStore } from './bodies/store.ts'
import { createChat } from './chat/chat.ts'
import { mountChatLive } from './chat/live.ts'
import { createDocuments } from './documents/documents.ts'
import { mountDocuments } from './documents/routes.ts'
import { documentsStore } from './documents/store.ts'
import { createAttempts } from './identity/attempts.ts'
import { createIdentity } from './identity/identity.ts'
import { createAuthenticate, mountIdentity } from './identity/routes.ts'
import { createIdentityStore } from './identity/store.ts'
import { createPress } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import { createAccess } from './meetings/access.ts'
import { createFollowers, type Followers } from './meetings/followers.ts'
import { mountMeetingsLive } from './meetings/live.ts'
import { createMeetings } from './meetings/meetings.ts'
import { mountMeetings } from './meetings/routes.ts'
import { meetingStore } from './meetings/store.ts'
import { createMinutes } from './minutes/minutes.ts'
import { mountMinutes } from './minutes/routes.ts'
import { createMinutesStore } from './minutes/store.ts'
import { createDoors } from './order/doors.ts'
import { createEnforcement } from './order/enforcement.ts'
import { createEntrance } from './order/entrance.ts'
import { mountOrderLive } from './order/live.ts'
import { createOrder } from './order/order.ts'
import { orderStore } from './order/store.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Files } from './platform/files.ts'
import type { MediaNode } from './platform/media-node.ts'
import type { PresenceFollower } from './platform/media-presence.ts'
import type { MountCommand, OpenSockets, SocketServer } from './platform/socket.ts'
import { createComposer } from './recording/composer.ts'
import type { RecordingFolders } from './recording/folders.ts'
import { mountRecordingLive } from './recording/live.ts'
import { createRecordings, type RecordingMedia } from './recording/recording.ts'
import { mountRecording } from './recording/routes.ts'
import { recordingsStore } from './recording/store.ts'
import { createVoting } from './voting/voting.ts'
import { mountVotingLive } from './voting/live.ts'
import { mountVoting } from './voting/routes.ts'
import { votingStore } from './voting/store.ts'

/** What the domains ask of the media nodes. */
export type RoomMedia = Pick<MediaNode,
  | 'grant' | 'peers' | 'setRights' | 'mute' | 'closeProducers' | 'setScreenLimit' | 'closePeer' | 'closeLabel' | 'closeRoom' | 'voidGrants'>

export interface DomainsDeps {
  db: Knex
  journal: Journal
  files: Files
  /** `media` undefined: nothing can be recorded. */
  recording: { folders: RecordingFolders, media: RecordingMedia | undefined }
  uploadLimitBytes: number
  /** Undefined where the server runs without a video room. */
  media: RoomMedia | undefined
  /** TURN servers that browsers are told of, with credentials. */
  iceServers(): IceServer[]
  log: Logger
}

/** Every domain with its store, and who knows whom. */
export function createDomains({ db, journal, files, recording, uploadLimitBytes, media, iceServers, log }: DomainsDeps) {
  const identity = createIdentity({ store: createIdentityStore(db), attempts: createAttempts(db), log })
  const bodies = createBodies({ store: createBodiesStore(db) })
  const access = createAccess({ db, journal, store: meetingStore })
  const documents = createDocuments({ db, journal, access, store: documentsStore, files, uploadLimitBytes })
  const voting = createVoting({ db, journal, access, store: votingStore, bodies })
  const people = (ids: readonly string[], trx?: Knex) => createIdentityStore(trx ?? db).people(ids)
  const attendance = createAttendance({ db, journal, access, store: attendanceStore, media, people, log })
  const agenda = createAgenda({
    access, store: agendaStore, removeWithItem: documents.removeOfItem,
    room: { inUse: (meetingId) => (media?.peers(meetingId).length ?? 0) > 0, close: attendance.closeRoom },
  })
  const enforcement = createEnforcement({ db, journal, store: orderStore, media, log })
  const doors = createDoors()
  const order = createOrder({ access, store: orderStore, enforcement, doors })
  const entrance = createEntrance({ db, journal, access, store: orderStore, enforcement, doors, media, iceServers, log })
  const chat = createChat({ access })
  const recordings = createRecordings({
    db, journal, access, store: recordingsStore, composer: createComposer(recording), ...recording, log,
  })
  const minutes = createMinutes({
    journal, access, store: createMinutesStore(db),
    people,
    bodies: (ids, trx) => createBodiesStore(trx ?? db).bodies(ids),
  })
  const meetings = createMeetings({
    db, journal, access, store: meetingStore, bodies, people: identity.people, minutesStatuses: minutes.statuses,
    closedBallots: voting.closedBallots, log,
    closing: {
      endings: [voting.closeOpen, agenda.endCurrent, attendance.endStays, order.endWithMeeting, recordings.endAtClosing],
      draftMinutes: minutes.draftAtClosing,
      async closeRoom(meetingId) {
        // Neither waits for the other: what the room's people sent ends with them, and its files with that.
        const ended = await Promise.allSettled([attendance.closeRoom(meetingId), recordings.settleMeeting(meetingId)])
        for (const one of ended) if (one.status === 'rejected') throw one.reason
      },
    },
  })
  const press = createPress()

  /** Who is in the rooms; and once a node is reached that has them, what was decided for them. */
  const presence: Required<PresenceFollower> = {
    event: attendance.event,
    async reconcile(peers, lostAt) {
      await attendance.reconcile(peers, lostAt)
      await presence.reached(peers)
    },
    reached: (peers) => enforcement.again(peers.filter(({ room }) => Id.safeParse(room).success)),
  }

  return {
    identity, bodies, meetings, agenda, documents, voting, attendance, order, entrance, chat, presence, recordings, minutes, press,
    authenticate: createAuthenticate(identity),

    followers: (io: SocketServer): Followers => createFollowers({
      io, journal, officeOf: access.officeOf, liveAmong: meetings.liveAmong, log,
    }),

    mountRoutes(route: MountRoute, open: OpenSockets): void {
      mountIdentity(route, { identity, open, putOut: attendance.putOut })
      mountBodies(route, bodies)
      mountMeetings(route, meetings)
      mountAgenda(route, agenda)
      mountDocuments(route, documents)
      mountVoting(route, voting)
      mountMinutes(route, minutes, press)
      mountRecording(route, recordings)
    },

    mountCommands(command: MountCommand, followers: Followers): void {
      mountMeetingsLive(command, { meetings, followers })
      mountAgendaLive(command, agenda)
      mountVotingLive(command, voting)
      mountAttendanceLive(command, attendance)
      mountOrderLive(command, { order, entrance })
      mountChatLive(command, chat)
      mountRecordingLive(command, recordings)
    },
  }
}

export type Domains = ReturnType<typeof createDomains>
