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
import { createBodies } from './bodies/bodies.ts'
import { createCalendarStore } from './bodies/calendar-store.ts'
import { createCalendar } from './bodies/calendar.ts'
import { mountImport } from './bodies/import-routes.ts'
import { createImportStore } from './bodies/import-store.ts'
import { createImport } from './bodies/import.ts'
import { createPeopleStore } from './bodies/people-store.ts'
import { createPeople } from './bodies/people.ts'
import { mountBodies } from './bodies/routes.ts'
import { createBodiesStore } from './bodies/store.ts'
import { createTermsStore } from './bodies/terms-store.ts'
import { createTerms } from './bodies/terms.ts'
import { createUnitsStore } from './bodies/units-store.ts'
import { createUnits } from './bodies/units.ts'
import { createChat } from './chat/chat.ts'
import { mountChatLive } from './chat/live.ts'
import { createCirculating } from './circulating.ts'
import { createConcluding } from './concluding.ts'
import { createAgendaDomain, createRoll } from './conducting.ts'
import { createCopies } from './conversion/copies.ts'
import { mountConversion } from './conversion/routes.ts'
import type { WorkFolders } from './conversion/work-folders.ts'
import { createConverting } from './converting.ts'
import { createFloor } from './floor/floor.ts'
import { mountFloorLive } from './floor/live.ts'
import { mountFloor } from './floor/routes.ts'
import { floorStore } from './floor/store.ts'
import { createAttempts } from './identity/attempts.ts'
import { createIdentity } from './identity/identity.ts'
import { createAuthenticate, mountIdentity } from './identity/routes.ts'
import { createIdentityStore } from './identity/store.ts'
import { createInviting, type Outside } from './inviting.ts'
import { createPress } from './issuing/press.ts'
import type { Journal } from './journal/journal.ts'
import { createAccess } from './meetings/access.ts'
import { createChanges } from './meetings/changes.ts'
import { createFollowers, type Followers } from './meetings/followers.ts'
import { mountMeetingsLive } from './meetings/live.ts'
import { createMeetings, type Closing } from './meetings/meetings.ts'
import { createMeetingPlanning } from './meetings/planning.ts'
import { createPostponing } from './meetings/postponing.ts'
import { readinessStore } from './meetings/readiness-store.ts'
import { createReadiness } from './meetings/readiness.ts'
import { mountMeetingPlans, mountMeetings } from './meetings/routes.ts'
import { rulesStore } from './meetings/rules-store.ts'
import { createMeetingRules } from './meetings/rules.ts'
import { meetingStore } from './meetings/store.ts'
import { templatesStore } from './meetings/templates-store.ts'
import { createTemplates } from './meetings/templates.ts'
import { createMinuting } from './minuting.ts'
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
import { createReviewing } from './reviewing.ts'
import { createSearching } from './searching.ts'
import { createSurveying } from './surveying.ts'
import { sealedRounds } from './surveys/answering-store.ts'
import { createUploading, type UploadWays } from './uploading.ts'
import { mountUploads } from './uploads/routes.ts'
import type { Uploads } from './uploads/uploads.ts'
import { createCasting } from './secret-ballots/casting.ts'
import { createKeyring } from './secret-ballots/keyring.ts'
import { mountSecretBallotsLive } from './secret-ballots/live.ts'
import { mountCasting, mountSecretBallots } from './secret-ballots/routes.ts'
import { createSecretBallots } from './secret-ballots/secret-ballots.ts'
import { secretBallotsStore } from './secret-ballots/store.ts'
import type { VoteSecrets } from './secret-ballots/vote-secrets.ts'
import { createVoting } from './voting/voting.ts'
import { mountVotingLive } from './voting/live.ts'
import { mountVoting } from './voting/routes.ts'
import { votingStore } from './voting/store.ts'
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
  /** Where the secrets of secret votes are kept, outside the database; `signReceipt` signs with the journal's key. `gatherMs` for tests. */
  secretVotes: { secrets: VoteSecrets, signReceipt(text: string): string, gatherMs?: number }
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
  const identity = createIdentity({ store: createIdentityStore(db), attempts: createAttempts(db), log })
  const bodies = createBodies({ store: createBodiesStore(db) })
  const terms = createTerms({ store: createTermsStore(db), found: bodies.found })
  const units = createUnits({ store: createUnitsStore(db) })
  const calendar = createCalendar({ store: createCalendarStore(db) })
  const imports = createImport({ store: createImportStore(db, (trx) => createIdentityStore(trx)) })
  const colleagues = createPeople({ store: createPeopleStore(db) })
  const access = createAccess({ db, journal, store: meetingStore })
  const converting = createConverting({ db, files, folders: workFolders, jobs: outside?.jobs ?? { wake: async () => {} }, log })
  const { conversion } = converting
  const circulating = createCirculating({
    db, journal, access, files, conversion, now, log,
    takeUpload: (...upload) => uploads.take(...upload), sendNotices: (...told) => inviting.notices.send(...told),
    knownElsewhere: async (source, sha256s) => new Set([
      ...await proposals.papers.knownFiles(sha256s, source), ...await concluding.tasks.evidence.knownFiles(sha256s, source),
      ...await uploads.knownFiles(sha256s, source),
    ]),
  })
  const { documents } = circulating
  const keyring = createKeyring({
    db, secrets: secretVotes.secrets, log,
    unopened: async (...asked) => [...await secretBallotsStore.unopened(...asked), ...await sealedRounds(...asked)],
  })
  const secretBallots = createSecretBallots({ db, journal, access, store: secretBallotsStore, keyring })
  const casting = createCasting({ db, store: secretBallotsStore, keyring, ...secretVotes })
  const voting = createVoting({ db, journal, access, store: votingStore, bodies, secret: secretBallots })
  const people = (ids: readonly string[], trx?: Knex) => createIdentityStore(trx ?? db).people(ids)
  const attendance = createAttendance({
    db, journal, access, store: attendanceStore, media, people, log, noteAbsence: (...absence) => inviting.answers.noteAbsence(...absence),
  })
  const roll = createRoll({ db, journal, access, secret, origins, people, bodies: (ids) => bodies.bodies(ids) })
  const proposalsAt = (now: () => Date) => createProposing({
    db, files, conversion, takeUpload: (...taken) => uploads.take(...taken), people, calendar,
    attachKept: documents.attachKept, addItem: (...item) => agenda.add(...item), now,
    sendNotices: (...told) => inviting.notices.send(...told),
  })
  const proposals = proposalsAt(() => new Date())
  const uploads: Uploads = createUploading({
    db, files, limitBytes: uploadLimitBytes, ...uploadWays, documents, papers: proposals.papers,
    evidence: { requireAttachable: (...asked) => concluding.tasks.evidence.requireAttachable(...asked) },
  })
  const enforcement = createEnforcement({ db, journal, store: orderStore, media, log })
  const doors = createDoors()
  const order = createOrder({ access, store: orderStore, enforcement, doors })
  const floor = createFloor({ db, journal, access, store: floorStore, enforcement, bodies, people, log })
  const agenda = createAgendaDomain({
    db, journal, access, order, floor, people, documents, proposedTo: proposals.planning.proposedTo,
    room: { inUse: (meetingId) => (media?.peers(meetingId).length ?? 0) > 0, close: attendance.closeRoom },
  })
  const entrance = createEntrance({ db, journal, access, store: orderStore, enforcement, doors, media, iceServers, log })
  const chat = createChat({ access })
  const recordings = createRecordings({
    db, journal, access, store: recordingsStore, composer: createComposer(recording), ...recording, log,
  })
  const press = createPress()
  const publishing = createPublishing({
    db, journal, files, press, outside, signingKeysFile, secret, log, now, people, sendNotices: (...told) => inviting.notices.send(...told),
    bodies: (ids, trx) => createBodiesStore(trx ?? db).bodies(ids),
  })
  const concluding = createConcluding({
    db, journal, access, files, conversion, people, calendar, now, takeUpload: (...taken) => uploads.take(...taken), addItem: (...item) => agenda.add(...item),
    bodies: (ids, trx) => createBodiesStore(trx ?? db).bodies(ids), issue: publishing.issuing.issue, sendNotices: (...told) => inviting.notices.send(...told),
  })
  const minuting = createMinuting({
    db, journal, access, people, issuing: publishing.issuing, log, now,
    bodies: (ids, trx) => createBodiesStore(trx ?? db).bodies(ids),
    sendNotices: (...told) => inviting.notices.send(...told), press: { deliver: (...paper) => press.deliver(...paper) },
  })
  const proceeding = createProceeding({ db, people, press, now, sendNotices: (...told) => inviting.notices.send(...told) })
  const { minutes } = minuting
  const surveying = createSurveying({
    db, keyring, secret, origins, log, now, gatherMs: secretVotes.gatherMs, sendNotices: (...told) => inviting.notices.send(...told)
  })
  const closing: Closing = {
    endings: [voting.closeOpen, floor.endWithMeeting, agenda.endCurrent, attendance.endStays, order.endWithMeeting, recordings.endAtClosing],
    async draftMinutes(tx) {
      await roll.results.keep(tx)
      await floor.keepTimes(tx)
      await minutes.draftAtClosing(tx)
      await concluding.notices.beginAtClosing(tx)
    },
    async closeRoom(meetingId) {
      // Neither waits for the other: what the room's people sent ends with them, and its files with that.
      const ended = await Promise.allSettled([attendance.closeRoom(meetingId), recordings.settleMeeting(meetingId)])
      for (const one of ended) if (one.status === 'rejected') throw one.reason
    },
  }
  const meetingRules = createMeetingRules({ db, store: rulesStore })
  const readiness = createReadiness({
    db, journal, access, store: readinessStore, rules: meetingRules,
    calendar: (from, to, source) => createCalendar({ store: createCalendarStore(source) }).load(from, to), tasksOverdue: concluding.tasksOverdue,
    ...now && { now },
  })
  const meetings = createMeetings({
    db, journal, access, store: meetingStore, bodies, rules: meetingRules, readiness, people: identity.people,
    minutesStatuses: minutes.statuses, log, closing,
    closedBallots: async (trx, meetingId) => [...await voting.closedBallots(trx, meetingId), ...await secretBallots.boxes(trx, meetingId)],
  })
  const postponing = createPostponing({ access, store: meetingStore, closing, log })
  const changes = createChanges({ journal, access })
  const templates = createTemplates({ db, store: templatesStore, bodies })
  const planning = createMeetingPlanning({
    journal, access, meetings, templates, rules: meetingRules, agenda,
    inviteGuests: (meetingId, itemId, caller, personIds) => agenda.setGuests(meetingId, itemId, caller, { personIds, was: [] }),
  })
  const inviting = createInviting({
    db, journal, access, secret, outside, press, issuing: publishing.issuing, log, now, people, guests: agenda.guests,
    bodies: (ids, trx) => createBodiesStore(trx ?? db).bodies(ids), calendar: (from, to) => calendar.load(from, to),
  })

  const annotating = createAnnotating({ db, journal, access, requireReading: documents.require, secret, now })
  const copies = createCopies({
    db, conversion, now, requireFile: documents.require,
    nameOf: async (personId) => (await people([personId]))[0]?.fullName ?? '',
  })
  const writing = createWriting({
    db, journal, access, files, press, log, requireReading: documents.require, people,
    bodies: (ids) => createBodiesStore(db).bodies(ids),
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
    press, inviting, publishing, concluding, proceeding, surveying,
    authenticate: createAuthenticate(identity),

    followers: (io: SocketServer): Followers => createFollowers({
      io, journal, officeOf: access.officeOf, liveAmong: meetings.liveAmong, log,
    }),

    /** What is asked by nobody in particular: these requests have neither session nor line in the log. */
    mountNameless(route: MountRoute): void {
      mountCasting(route, casting)
      surveying.mountNameless(route)
    },

    mountRoutes(route: MountRoute, open: OpenSockets): void {
      mountIdentity(route, { identity, open, putOut: attendance.putOut })
      mountBodies(route, { bodies, terms, units, calendar, people: colleagues })
      mountImport(route, imports)
      mountMeetings(route, { meetings, readiness, postponing, changes })
      mountMeetingPlans(route, { rules: meetingRules, templates, planning })
      mountAgenda(route, agenda)
      circulating.mountRoutes(route)
      mountUploads(route, uploads)
      mountConversion(route, copies)
      annotating.mountRoutes(route)
      writing.mountRoutes(route)
      searching.mountRoutes(route)
      concluding.mountRoutes(route, press)
      surveying.mountRoutes(route, press)
      mountProposals(route, proposals)
      mountVoting(route, voting)
      mountSecretBallots(route, secretBallots)
      mountFloor(route, floor)
      mountAttendance(route, { ...roll, press })
      inviting.mountRoutes(route)
      minuting.mountRoutes(route)
      publishing.mountRoutes(route)
      proceeding.mountRoutes(route)
      mountRecording(route, recordings)
    },

    mountCommands(command: MountCommand, followers: Followers): void {
      mountMeetingsLive(command, { meetings, followers })
      mountAgendaLive(command, agenda)
      mountVotingLive(command, voting)
      mountSecretBallotsLive(command, secretBallots)
      mountAttendanceLive(command, { attendance, ...roll })
      inviting.mountCommands(command)
      mountOrderLive(command, { order, entrance })
      mountFloorLive(command, floor)
      mountChatLive(command, chat)
      mountRecordingLive(command, recordings)
    },
  }
}

export type Domains = ReturnType<typeof createDomains>
