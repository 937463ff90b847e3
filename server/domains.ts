import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { Id } from '../protocol/journal.ts'
import type { IceServer } from '../protocol/room.ts'
import { mountAgendaLive } from './agenda/live.ts'
import { mountAgenda } from './agenda/routes.ts'
import { createAnnotating } from './annotating.ts'
import { createAttendance } from './attendance/attendance.ts'
import { mountAttendanceLive } from './attendance/live.ts'
import { mountAttendance } from './attendance/routes.ts'
import { attendanceStore } from './attendance/store.ts'
import { createBalloting, type SecretVotes } from './balloting.ts'
import { createCirculating } from './circulating.ts'
import { createConcluding } from './concluding.ts'
import { createAgendaDomain, createRoll } from './conducting.ts'
import { createConvening } from './convening.ts'
import { createCopies } from './conversion/copies.ts'
import { mountConversion } from './conversion/routes.ts'
import type { WorkFolders } from './conversion/work-folders.ts'
import { createConverting } from './converting.ts'
import { createEnding } from './ending.ts'
import { createInviting, type Outside } from './inviting.ts'
import { createPress } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import { createAccess } from './meetings/access.ts'
import type { Followers } from './meetings/followers.ts'
import { meetingStore } from './meetings/store.ts'
import { createMinuting } from './minuting.ts'
import type { Notices } from './notices/notices.ts'
import { createOpining } from './opining.ts'
import { createOrganising } from './organising.ts'
import type { MountRoute } from './platform/contract.ts'
import type { Files } from './platform/files.ts'
import type { MediaNode } from './platform/media-node.ts'
import type { PresenceFollower } from './platform/media-presence.ts'
import type { MountCommand, OpenSockets } from './platform/socket.ts'
import { mountProposals } from './proposals/routes.ts'
import { createProceeding } from './proceeding.ts'
import { createProposing } from './proposing.ts'
import { createPublishing } from './publishing.ts'
import { createComposer } from './recording/composer.ts'
import type { RecordingFolders } from './recording/folders.ts'
import { mountRecordingLive } from './recording/live.ts'
import { createRecordings, type RecordingMedia } from './recording/recording.ts'
import { mountRecording } from './recording/routes.ts'
import { recordingsStore } from './recording/store.ts'
import { createReporting } from './reporting.ts'
import { createResolving } from './resolving.ts'
import { createResulting } from './resulting.ts'
import { createReviewing } from './reviewing.ts'
import { createRoomKeeping } from './room-keeping.ts'
import { createSearching } from './searching.ts'
import { createSurveying } from './surveying.ts'
import { createUploading, type UploadWays } from './uploading.ts'
import { mountUploads } from './uploads/routes.ts'
import type { Uploads } from './uploads/uploads.ts'
import { createSimulating } from './simulating.ts'
import { createTriaging } from './triaging.ts'
import { createWriting } from './writing.ts'

/** What the domains ask of the media nodes. */
export type RoomMedia = Pick<MediaNode,
  | 'grant' | 'peers' | 'setRights' | 'mute' | 'closeProducers' | 'setScreenLimit' | 'closePeer' | 'closeLabel' | 'closeRoom' | 'voidGrants'>

export interface DomainsDeps {
  db: Knex
  journal: Journal
  files: Files
  /** Where programs make files readable. */
  workFolders: WorkFolders
  /** `media` undefined: nothing can be recorded. */
  recording: { folders: RecordingFolders, media: RecordingMedia | undefined }
  uploadLimitBytes: number
  uploadWays: UploadWays
  /** Undefined where the server runs without a video room. */
  media: RoomMedia | undefined
  /** TURN servers that browsers are told of, with credentials. */
  iceServers(): IceServer[]
  /** 32 bytes that all processes of the installation share and the database never has, one for each purpose. */
  secret(purpose: string): Buffer
  secretVotes: SecretVotes
  /** The server's own addresses, as browsers come by them. */
  origins: readonly string[]
  /** The ways out of the product; without, nothing is sent. */
  outside?: Outside | undefined
  /** Names the keys that papers are signed with; without, there are none. */
  signingKeysFile?: string | undefined
  /** For tests of what waits for its time. */
  now?: (() => Date) | undefined
  log: Logger
}

/** Every domain with its store, and who knows whom. */
export function createDomains(deps: DomainsDeps) {
  const { db, journal, files, workFolders, recording, uploadLimitBytes, uploadWays, media, iceServers, secret, secretVotes } = deps
  const { origins, outside, signingKeysFile, now, log } = deps
  const organising = createOrganising({ db, log })
  const { identity, bodies, terms, units, calendar, people, bodiesIn } = organising
  const access = createAccess({ db, journal, store: meetingStore })
  /** Known once everything is wired. */
  const sendNotices: Notices['send'] = (...told) => inviting.notices.send(...told)
  const converting = createConverting({ db, files, folders: workFolders, jobs: outside?.jobs ?? { wake: async () => {} }, log })
  const { conversion } = converting
  const circulating = createCirculating({
    db, journal, access, files, conversion, now, log,
    takeUpload: (...upload) => uploads.take(...upload), sendNotices,
    async stopElsewhere(...found) {
      await opining.stopWith(...found)
      await triaging.ending.stopWith(...found)
    },
    knownElsewhere: async (source, sha256s) => new Set([
      ...await proposals.papers.knownFiles(sha256s, source), ...await concluding.tasks.evidence.knownFiles(sha256s, source),
      ...await uploads.knownFiles(sha256s, source),
    ]),
  })
  const { documents } = circulating
  const balloting = createBalloting({ db, journal, access, bodies, secretVotes, log, sendNotices })
  const { keyring, secretBallots, casting, voting } = balloting
  const attendance = createAttendance({
    db, journal, access, store: attendanceStore, media, people, log, noteAbsence: (...absence) => inviting.answers.noteAbsence(...absence),
  })
  const roll = createRoll({ db, journal, access, secret, origins, people, bodies: (ids) => bodies.bodies(ids) })
  const proposalsAt = (now: () => Date) => createProposing({
    db, files, conversion, takeUpload: (...taken) => uploads.take(...taken), people, calendar,
    attachKept: documents.attachKept, addItem: (...item) => agenda.add(...item), now,
    sendNotices,
  })
  const proposals = proposalsAt(() => new Date())
  const uploads: Uploads = createUploading({
    db, files, limitBytes: uploadLimitBytes, ...uploadWays, documents, papers: proposals.papers,
    evidence: { requireAttachable: (...asked) => concluding.tasks.evidence.requireAttachable(...asked) },
  })
  const room = createRoomKeeping({ db, journal, access, bodies, people, media, iceServers, log })
  const { enforcement, order, floor, entrance, chat } = room
  const agenda = createAgendaDomain({
    db, journal, access, order, floor, people, documents, proposedTo: proposals.planning.proposedTo, placed: (...placed) => resulting.ledger.placed(...placed),
    room: { inUse: (meetingId) => (media?.peers(meetingId).length ?? 0) > 0, close: attendance.closeRoom },
  })
  const recordings = createRecordings({
    db, journal, access, store: recordingsStore, composer: createComposer(recording), ...recording, log,
  })
  const press = createPress()
  const publishing = createPublishing({
    db, journal, files, press, outside, signingKeysFile, secret, log, now, people,
    sendNotices, bodies: bodiesIn,
  })
  const concluding = createConcluding({
    db, journal, access, files, conversion, people, calendar, now, takeUpload: (...taken) => uploads.take(...taken), addItem: (...item) => agenda.add(...item),
    addByRule: (...item) => agenda.addByRule(...item), log, haveOpened: organising.officeHours.haveOpened, bodies: bodiesIn,
    issue: publishing.issuing.issue, sendNotices,
  })
  const resolving = createResolving({
    db, journal, access, now, issuing: publishing.issuing, delivering: publishing.delivering,
    bodies: bodiesIn, sendNotices,
  })
  const minuting = createMinuting({
    db, journal, access, people, issuing: publishing.issuing, log, now, bodies: bodiesIn,
    sendNotices, press: { deliver: (...paper) => press.deliver(...paper) },
  })
  const proceeding = createProceeding({ db, people, press, now, sendNotices, haveOpened: organising.officeHours.haveOpened })
  const { minutes } = minuting
  const resulting = createResulting({ db, now })
  const triaging = createTriaging({
    db, people, now, planning: proposals.planning, ledger: resulting.ledger, sendNotices,
    beginOpinion: (...begun) => opining.begin(...begun), stopOpinion: (...stopped) => opining.stop(...stopped),
  })
  const reporting = createReporting({ db, resulting, issuing: publishing.issuing, delivering: publishing.delivering, now })
  const simulating = createSimulating({ db, now })
  const surveying = createSurveying({
    db, keyring, secret, origins, log, now, gatherMs: secretVotes.gatherMs, sendNotices
  })
  const closing = createEnding({ balloting, room, agenda, attendance, results: roll.results, recordings, minuting, concluding })
  const convening = createConvening({
    db, journal, access, bodies, log, now, closing, agenda, people: identity.people, minutesStatuses: minutes.statuses, cancelled: resulting.ledger.cancelled,
    closedBallots: balloting.closed, tasksOverdue: concluding.tasksOverdue,
    inviteGuests: (meetingId, itemId, caller, personIds) => agenda.setGuests(meetingId, itemId, caller, { personIds, was: [] }),
  })
  const { meetings, meetingRules, readiness, postponing, changes, templates, planning } = convening
  const opining = createOpining({
    db, files, access, conversion, now, bodies: bodiesIn, issue: publishing.issuing.issue, resolutions: resolving.resolutions, attachKept: documents.attachKept,
    room: { inUse: () => false, close: async () => {} }, removeWithItem: documents.removeOfItem, sendNotices, log,
    outcome: triaging.outcome,
  })
  const inviting = createInviting({
    db, journal, access, secret, outside, press, issuing: publishing.issuing, log, now, people, guests: agenda.guests, bodies: bodiesIn,
    calendar: (from, to) => calendar.load(from, to),
  })

  const annotating = createAnnotating({ db, journal, access, requireReading: documents.require, secret, now })
  const copies = createCopies({
    db, conversion, now, requireFile: documents.require,
    nameOf: async (personId) => (await people([personId]))[0]?.fullName ?? '',
  })
  const writing = createWriting({
    db, journal, access, files, press, log, requireReading: documents.require, people, bodies: bodiesIn,
    pagesOf: (source, { sha256 }) => conversion.textsOf(source, sha256),
    attach: (tx, meeting, { documentId }, file) => documents.addKeptVersion(tx, meeting, documentId, { ...file, mediaType: 'application/pdf' }),
  })
  const reviewing = createReviewing({ journal, access, requireReading: documents.require, log })
  const searching = createSearching({ db, now })

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
    identity, bodies, terms, units, calendar, meetings, readiness, postponing, changes, templates, planning, meetingRules, agenda,
    proposals, proposalsAt, documents, circulating, uploads, converting, annotating, reviewing, writing, searching,
    voting, secretBallots, casting, keyring, attendance, roll, order, floor, entrance, chat, presence,
    recordings, minutes, minuting,
    press, inviting, publishing, resolving, opining, concluding, proceeding, surveying, triaging, resulting,
    authenticate: organising.authenticate, followers: convening.followers, officeHours: organising.officeHours,

    /** What is asked by nobody in particular: these requests have neither session nor line in the log. */
    mountNameless(route: MountRoute): void {
      balloting.mountNameless(route)
      surveying.mountNameless(route)
    },

    mountRoutes(route: MountRoute, open: OpenSockets): void {
      organising.mountRoutes(route, { open, putOut: attendance.putOut })
      convening.mountRoutes(route)
      mountAgenda(route, agenda)
      circulating.mountRoutes(route)
      mountUploads(route, uploads)
      mountConversion(route, copies)
      annotating.mountRoutes(route)
      writing.mountRoutes(route)
      searching.mountRoutes(route)
      concluding.mountRoutes(route, press)
      resolving.mountRoutes(route)
      opining.mountRoutes(route, press)
      surveying.mountRoutes(route, press)
      resulting.mountRoutes(route, press)
      reporting.mountRoutes(route, press)
      simulating.mountRoutes(route)
      mountProposals(route, proposals)
      triaging.mountRoutes(route)
      balloting.mountRoutes(route)
      room.mountRoutes(route)
      mountAttendance(route, { ...roll, press })
      inviting.mountRoutes(route)
      minuting.mountRoutes(route)
      publishing.mountRoutes(route)
      proceeding.mountRoutes(route)
      mountRecording(route, recordings)
    },

    mountCommands(command: MountCommand, followers: Followers): void {
      convening.mountCommands(command, followers)
      mountAgendaLive(command, agenda)
      balloting.mountCommands(command)
      mountAttendanceLive(command, { attendance, ...roll })
      inviting.mountCommands(command)
      room.mountCommands(command)
      mountRecordingLive(command, recordings)
    },
  }
}

export type Domains = ReturnType<typeof createDomains>
