import { z } from 'zod'
import { AgendaItemFacts, agendaEntries, applyAgenda, currentItem, newItem, type AgendaState } from './agenda.ts'
import { applyAttendance, attendanceEntries, endAttendance, isPresent, noAttendance, type AttendanceState } from './attendance.ts'
import { applyChat, chatEntries, type ChatState } from './chat.ts'
import { commentEntries } from './comment-entries.ts'
import { applyConclusions, conclusionEntries, type Conclusion } from './conclusion-entries.ts'
import { applyDrafts, draftEntries, projectDrafts, type OpenDraft } from './draft-entries.ts'
import { applyDocuments, DocumentFacts, documentEntries, newDocument, projectDocuments, type DocumentsState } from './document-entries.ts'
import {
  applyFloor, emptyFloor, endRunning, floorEntries, floorOfItems, withoutItem, withoutPerson, withoutWhoLeft, type FloorState,
} from './floor-entries.ts'
import {
  applyInvitations, invitationEntries, noInvitations, projectInvitations, withoutSubstitute, type InvitationsState,
} from './invitation-entries.ts'
import { applyIssuing, issuingEntries, projectPapers, type MeetingPaper } from './issuing-entries.ts'
import { canSee, type Audience, type Reducer, type TextRef, type Viewer } from './journal.ts'
import { MeetingFacts, meetingEntries, Participant, type MeetingStatus } from './meetings.ts'
import { applyMinutes, minutesEntries, noMinutes, type MinutesState } from './minutes-entries.ts'
import { applyOrder, initialOrder, orderEntries, type OrderState } from './order.ts'
import { applyRecording, recordingEntries, type RecordingsState } from './recording.ts'
import { resolutionEntries } from './resolution-entries.ts'
import { applyReview, projectReview, reviewEntries, type LedDocument } from './review-entries.ts'
import { applySecretBallots, secretBallotEntries, type SecretBox } from './secret-ballot-entries.ts'
import { applyVoting, votingEntries, type VotingState } from './vote-entries.ts'

/**
 * The meeting as published, since members have seen nothing of the draft. Its items and documents follow in entries of
 * their own, each for those who may see the item; journals of before there were guests of single items state all here.
 */
const published = z.object({
  kind: z.literal('meeting.published'),
  data: z.object({
    facts: MeetingFacts, participants: z.array(Participant), items: z.array(AgendaItemFacts), documents: z.array(DocumentFacts),
  }),
})

/** Every kind of entry that a meeting's journal holds. */
export const MeetingEntry = z.discriminatedUnion('kind', [
  ...meetingEntries, published, ...agendaEntries, ...documentEntries, ...attendanceEntries, ...votingEntries, ...secretBallotEntries, ...minutesEntries,
  ...orderEntries, ...floorEntries, ...chatEntries, ...recordingEntries, ...invitationEntries, ...reviewEntries, ...draftEntries, ...commentEntries,
  ...conclusionEntries,
  ...issuingEntries, ...resolutionEntries,
])
export type MeetingEntry = z.infer<typeof MeetingEntry>

/** A meeting as its journal has it at one moment: what the room, the attendance list, the votes and the minutes show. */
export interface MeetingState {
  status: MeetingStatus
  facts: MeetingFacts | null
  participants: Participant[]
  /** Since when others than chair and clerk know of it; null for a draft, and for one that was cancelled. */
  publishedAt: string | null
  /** Office only: why it was published although something needed a reason. */
  despite: { reason: TextRef, findings: { code: string, itemId?: string }[] } | null
  /** The last time that it was postponed. */
  postponement: { reason: TextRef, from: string, to: string | null, at: string } | null
  cancellation: { reason: TextRef, at: string } | null
  /** Who changed the facts last since the publication, or while it was a draft; null: as they were created, or published. */
  changedBy: string | null
  openedAt: string | null
  closedAt: string | null
  agenda: AgendaState
  /** The items in the order in which they were told, in which those have them who see some of them alone. */
  told: string[]
  /** Items and documents were stated to everybody at once, so that no guest can be given single ones. */
  statedWhole: boolean
  documents: DocumentsState
  /** The document that everybody is led through at the moment. */
  review: LedDocument | null
  /** Texts of documents that are being written. */
  drafts: OpenDraft[]
  invitations: InvitationsState
  attendance: AttendanceState
  votes: VotingState
  /** Of secret votes. */
  secretBoxes: SecretBox[]
  /** The chair's conclusions on items, in the order in which they were begun. */
  conclusions: Conclusion[]
  order: OrderState
  floor: FloorState
  chat: ChatState
  recordings: RecordingsState
  /** How far the minutes are; nothing of it for who sees single items alone. */
  minutes: MinutesState
  /** Null until they are published, and again once they were opened anew. */
  minutesNumber: string | null
  /** Official papers that were issued of it. */
  papers: MeetingPaper[]
}

function initial(): MeetingState {
  return {
    status: 'draft', facts: null, participants: [], publishedAt: null, despite: null, postponement: null, cancellation: null,
    changedBy: null, openedAt: null, closedAt: null,
    agenda: [], told: [], statedWhole: false, documents: [], review: null, drafts: [],
    invitations: noInvitations, attendance: noAttendance, votes: [], secretBoxes: [], conclusions: [],
    order: initialOrder, floor: emptyFloor, chat: [], recordings: [],
    minutes: noMinutes, minutesNumber: null, papers: [],
  }
}

/** Nobody is led through a document that is no longer there or in a meeting that is not held, nor writes its text. */
function apply(state: MeetingState, entry: Told): MeetingState {
  const next = applied(state, entry)
  const { status, documents } = next
  const isThere = ({ documentId }: { documentId: string }) =>
    documents.some(({ withdrawn, held, ...document }) => document.documentId === documentId && !withdrawn && !held)
  const review = next.review && (status === 'published' || status === 'live') && isThere(next.review) ? next.review : null
  const drafts = next.drafts.every(isThere) ? next.drafts : next.drafts.filter(isThere)
  return review === next.review && drafts === next.drafts ? next : { ...next, review, drafts }
}

type Told = MeetingEntry & { at: string, actorId: string | null, audience: Audience }

function applied(state: MeetingState, entry: Told): MeetingState {
  switch (entry.kind) {
    case 'meeting.created': {
      const { participants, bodyId: _, ...facts } = entry.data
      return { ...state, facts, participants }
    }
    case 'meeting.changed':
      return { ...state, facts: entry.data, changedBy: entry.actorId }
    case 'meeting.published': {
      const { facts, participants, items, documents } = entry.data
      const agenda = { agenda: items.map(newItem), told: items.map(({ itemId }) => itemId), statedWhole: items.length > 0 }
      return {
        ...state, status: 'published', publishedAt: entry.at, changedBy: null, facts, participants, ...agenda,
        documents: documents.map((document) => newDocument(document, entry.audience)),
      }
    }
    case 'meeting.publishedDespite':
      return { ...state, despite: entry.data }
    case 'meeting.postponed': {
      const { reason, from, to, version } = entry.data
      const facts = state.facts && { ...state.facts, startsAt: to ?? state.facts.startsAt, version }
      const attendance = endAttendance(state.attendance, entry.at)
      return { ...state, status: to ? 'published' : 'postponed', facts, attendance, changedBy: entry.actorId, postponement: { reason, from, to, at: entry.at } }
    }
    case 'meeting.rescheduled': {
      const { to, version } = entry.data
      return { ...state, status: 'published', changedBy: entry.actorId, facts: state.facts && { ...state.facts, startsAt: to, version } }
    }
    case 'meeting.cancelled':
      return { ...state, status: 'cancelled', attendance: endAttendance(state.attendance, entry.at), floor: floorAtEnd(state, entry.at), cancellation: { reason: entry.data.reason, at: entry.at } }
    case 'meeting.opened':
      return { ...state, status: 'live', openedAt: entry.at }
    case 'meeting.closed':
      return { ...state, status: 'closed', closedAt: entry.at, attendance: endAttendance(state.attendance, entry.at), floor: floorAtEnd(state, entry.at) }
    case 'meeting.participantAdded': {
      const { participant } = entry.data
      return { ...state, participants: [...state.participants.filter(({ personId }) => personId !== participant.personId), participant] }
    }
    case 'agenda.itemAdded':
      return { ...state, agenda: applyAgenda(state.agenda, entry), told: [...state.told, entry.data.itemId] }
    case 'agenda.itemRemoved':
      return {
        ...state, agenda: applyAgenda(state.agenda, entry), told: state.told.filter((itemId) => itemId !== entry.data.itemId),
        floor: withoutItem(state.floor, entry.data.itemId),
        documents: state.documents.filter((document) => document.itemId !== entry.data.itemId),
      }
    case 'agenda.itemEnded': case 'agenda.itemDeferred':
      return { ...state, agenda: applyAgenda(state.agenda, entry), floor: withoutItem(state.floor, entry.data.itemId) }
    case 'agenda.itemChanged': case 'agenda.ordered': case 'agenda.itemStarted':
    case 'agenda.consented': case 'agenda.guestsSet':
      return { ...state, agenda: applyAgenda(state.agenda, entry) }
    case 'documents.attached': case 'documents.versionStated': case 'documents.rendered': case 'documents.downloadSet':
    case 'documents.expirySet': case 'documents.withdrawn': case 'documents.removed': case 'documents.readersReminded':
      return { ...state, documents: applyDocuments(state.documents, entry) }
    case 'attendance.left': case 'attendance.checkedOut': case 'attendance.corrected': {
      const attendance = applyAttendance(state.attendance, entry)
      const { personId } = entry.data
      const left = isPresent(state.attendance, personId) && !isPresent(attendance, personId)
      return { ...state, attendance, floor: left ? withoutWhoLeft(state.floor, personId, currentIdOf(state)) : state.floor }
    }
    case 'attendance.joined': case 'attendance.checkedIn': case 'attendance.checkInWithdrawn': case 'attendance.correctionReason': case 'attendance.headCount': case 'attendance.absenceRecorded':
    case 'attendance.absenceReason':
      return { ...state, attendance: applyAttendance(state.attendance, entry) }
    case 'vote.opened': case 'vote.ballotCast': case 'vote.ballotChanged': case 'vote.hallSet': case 'vote.hallCounted': case 'vote.hallConfirmed':
    case 'vote.reminded': case 'vote.opinionReserved': case 'vote.closed': case 'vote.annulled':
      return { ...state, votes: applyVoting(state.votes, entry) }
    case 'vote.boxPrepared': case 'vote.credentialDrawn': case 'vote.castingOpened': case 'vote.boxOpened': {
      const { votes, boxes } = applySecretBallots({ votes: state.votes, boxes: state.secretBoxes }, entry)
      return { ...state, votes, secretBoxes: boxes }
    }
    case 'order.ruleSet': case 'order.knocked': case 'order.knockEnded': case 'order.admitted': case 'order.muted':
    case 'order.shareStopped': case 'order.invitedToSpeak': case 'order.ejectionReason':
    case 'order.shownOut': case 'order.banLifted': case 'order.chairHanded': case 'order.handRaised': case 'order.handLowered':
      return { ...state, order: applyOrder(state.order, entry) }
    case 'order.ejected': {
      const { personId } = entry.data
      const floor = withoutWhoLeft(state.floor, personId, currentIdOf(state))
      return { ...state, order: applyOrder(state.order, entry), floor: endRunning(floor, entry.at, 'putOut', personId) }
    }
    case 'floor.requested': case 'floor.withdrawn': case 'floor.turnStarted': case 'floor.turnExtended': case 'floor.turnEnded':
      return { ...state, floor: applyFloor(state.floor, entry) }
    case 'chat.sent':
      return { ...state, chat: applyChat(state.chat, entry) }
    case 'recording.started': case 'recording.stopped': case 'recording.composed': case 'recording.failed': case 'recording.deleted':
      return { ...state, recordings: applyRecording(state.recordings, entry) }
    case 'invitation.issued': case 'invitation.changesSent': case 'invitation.answered': case 'invitation.substituteAgreed':
    case 'invitation.substituteDeclined': case 'invitation.reminded':
      return { ...state, invitations: applyInvitations(state.invitations, entry) }
    case 'invitation.substituteEnded':
      return { ...state, participants: withoutSubstitute(state.participants, entry.data), floor: withoutPerson(state.floor, entry.data.substituteId) }
    case 'review.led': case 'review.ended':
      return { ...state, review: applyReview(state.review, entry) }
    case 'drafting.opened': case 'drafting.issued': case 'drafting.discarded':
      return { ...state, drafts: applyDrafts(state.drafts, entry) }
    case 'conclusion.written': case 'conclusion.settled': case 'conclusion.reopened':
      return { ...state, conclusions: applyConclusions(state.conclusions, entry) }
    case 'conclusionNotice.saved': case 'conclusionNotice.sent': case 'conclusionNotice.returned': case 'conclusionNotice.approved':
    case 'conclusionNotice.waived': case 'conclusionNotice.issued': case 'task.assigned':
    case 'comments.opened': case 'comments.replied': case 'comments.settled': case 'comments.takenBack':
    case 'minutes.saved': case 'invitation.drafted':
    case 'resolution.begun': case 'resolution.saved': case 'resolution.sent': case 'resolution.returned': case 'resolution.approved': case 'resolution.issued':
      return state
    case 'minutes.helperSet': case 'minutes.abstractSet': case 'minutes.reviewOpened': case 'minutes.commented': case 'minutes.replied': case 'minutes.settled':
    case 'minutes.returned': case 'minutes.approved': case 'minutes.reopened':
      return { ...state, minutes: applyMinutes(state.minutes, entry) }
    case 'issuing.issued': case 'issuing.sent': case 'issuing.recalled': case 'issuing.replaced': case 'issuing.signed':
      return { ...state, papers: applyIssuing(state.papers, entry) }
    case 'minutes.published':
      return { ...state, minutesNumber: entry.data.number }
    case 'minutes.unpublished':
      return { ...state, minutesNumber: null }
  }
}

const currentIdOf = ({ agenda }: MeetingState): string | null => currentItem(agenda)?.itemId ?? null

/** Once the meeting is over nobody asks, and nobody speaks. */
const floorAtEnd = ({ floor }: MeetingState, at: string): FloorState => ({ ...endRunning(floor, at, 'meeting'), requests: [] })

/** What one viewer may see of the state; equals folding only the entries that the viewer may see. */
function project(state: MeetingState, viewer: Viewer): MeetingState {
  if (viewer.office) return state
  if (state.publishedAt === null) return initial()
  const shared = {
    ...state,
    despite: null,
    invitations: projectInvitations(state.invitations, false),
    attendance: { ...state.attendance, reasons: {} },
    order: { ...state.order, waiting: [], waitingFor: {} },
    documents: projectDocuments(state.documents, viewer), review: projectReview(state.review, viewer), drafts: projectDrafts(state.drafts, viewer),
    papers: projectPapers(state.papers, viewer),
    chat: state.chat.filter((message) => message.to === 'everyone' || message.personId === viewer.personId),
  }
  return viewer.items === 'all' ? shared : ofItems(shared, viewer)
}

/** The part of who sees single items alone: these as they were told, without their place among the others. */
function ofItems(state: MeetingState, viewer: Viewer): MeetingState {
  const sees = (itemId: string) => canSee({ scope: 'item', itemId }, viewer)
  const told = state.told.filter(sees)
  const place = new Map(told.map((itemId, index) => [itemId, index]))
  const agenda = state.agenda.filter(({ itemId }) => place.has(itemId)).map((item) => ({ ...item, level: 0 }))
  return {
    ...state, told, minutes: noMinutes, agenda: agenda.toSorted((a, b) => (place.get(a.itemId) ?? 0) - (place.get(b.itemId) ?? 0)),
    votes: state.votes.filter(({ itemId }) => sees(itemId)), floor: floorOfItems(state.floor, sees),
    secretBoxes: state.secretBoxes.filter(({ itemId }) => sees(itemId)), conclusions: state.conclusions.filter(({ itemId }) => sees(itemId)),
    chat: state.chat.filter(({ to, itemId }) => to === 'office' || (itemId !== null && sees(itemId))),
  }
}

/** What a participant sees, as the rules of access have it (server/meetings/access.ts). */
export function viewerOf({ personId, role, itemsOnly, substituteFor }: Participant, { agenda, order }: Pick<MeetingState, 'agenda'> & Partial<Pick<MeetingState, 'order'>>): Viewer {
  return {
    personId, office: role === 'chair' || role === 'clerk' || order?.presiding === personId,
    items: itemsOnly ? agenda.filter(({ guests }) => guests.includes(personId)).map(({ itemId }) => itemId) : 'all',
    ...substituteFor === undefined ? {} : { substitute: true },
  }
}

/** Raise `version` whenever a fold would come out differently, so that kept snapshots are made anew. */
export const meetingReducer: Reducer<MeetingState, MeetingEntry> = { name: 'meeting', version: 16, initial, apply, project }
