import { z } from 'zod'
import { AgendaItemFacts, agendaEntries, applyAgenda, withSecrecy, type AgendaState } from './agenda.ts'
import { applyAttendance, attendanceEntries, isPresent, noAttendance, type AttendanceState } from './attendance.ts'
import { applyChat, chatEntries, type ChatState } from './chat.ts'
import { applyDocuments, DocumentFacts, documentEntries, type DocumentsState } from './documents.ts'
import type { Reducer, Viewer } from './journal.ts'
import { MeetingFacts, meetingEntries, Participant, type MeetingStatus } from './meetings.ts'
import { minutesEntries } from './minutes.ts'
import { applyOrder, initialOrder, orderEntries, type OrderState } from './order.ts'
import { applyRecording, recordingEntries, type RecordingsState } from './recording.ts'
import { applyVoting, votingEntries, type VotingState } from './voting.ts'

/** The programme as published: it states everything at once, since members have seen nothing of the draft. */
const published = z.object({
  kind: z.literal('meeting.published'),
  data: z.object({
    facts: MeetingFacts, participants: z.array(Participant), items: z.array(AgendaItemFacts), documents: z.array(DocumentFacts),
  }),
})

/** Every kind of entry that a meeting's journal holds. */
export const MeetingEntry = z.discriminatedUnion('kind', [
  ...meetingEntries, published, ...agendaEntries, ...documentEntries, ...attendanceEntries, ...votingEntries, ...minutesEntries,
  ...orderEntries, ...chatEntries, ...recordingEntries,
])
export type MeetingEntry = z.infer<typeof MeetingEntry>

/** A meeting as its journal has it at one moment: what the room, the attendance list, the votes and the minutes show. */
export interface MeetingState {
  status: MeetingStatus
  facts: MeetingFacts | null
  participants: Participant[]
  openedAt: string | null
  closedAt: string | null
  agenda: AgendaState
  documents: DocumentsState
  attendance: AttendanceState
  votes: VotingState
  order: OrderState
  chat: ChatState
  recordings: RecordingsState
  minutesNumber: string | null
}

function initial(): MeetingState {
  return {
    status: 'draft', facts: null, participants: [], openedAt: null, closedAt: null,
    agenda: [], documents: [], attendance: noAttendance, votes: [], order: initialOrder, chat: [], recordings: [],
    minutesNumber: null,
  }
}

function apply(state: MeetingState, entry: MeetingEntry & { at: string, actorId: string | null }): MeetingState {
  switch (entry.kind) {
    case 'meeting.created': {
      const { participants, bodyId: _, ...facts } = entry.data
      return { ...state, facts, participants }
    }
    case 'meeting.changed':
      return { ...state, facts: entry.data }
    case 'meeting.published': {
      const { facts, participants, items, documents } = entry.data
      const agenda: AgendaState = items.map((item) => ({ ...withSecrecy(item), status: 'pending', startedAt: null, spentMs: 0 }))
      return { ...state, status: 'published', facts, participants, agenda, documents }
    }
    case 'meeting.opened':
      return { ...state, status: 'live', openedAt: entry.at }
    case 'meeting.closed':
      return { ...state, status: 'closed', closedAt: entry.at }
    case 'agenda.itemRemoved':
      return {
        ...state, agenda: applyAgenda(state.agenda, entry),
        documents: state.documents.filter((document) => document.itemId !== entry.data.itemId),
      }
    case 'agenda.itemAdded': case 'agenda.itemChanged': case 'agenda.ordered': case 'agenda.itemStarted': case 'agenda.itemEnded':
      return { ...state, agenda: applyAgenda(state.agenda, entry) }
    case 'documents.attached': case 'documents.removed':
      return { ...state, documents: applyDocuments(state.documents, entry) }
    case 'attendance.left': {
      const attendance = applyAttendance(state.attendance, entry)
      const hands = state.order.hands.filter(({ personId }) => personId !== entry.data.personId || isPresent(attendance, personId))
      return { ...state, attendance, order: { ...state.order, hands } }
    }
    case 'attendance.joined': case 'attendance.headCount': case 'attendance.absenceRecorded': case 'attendance.absenceReason':
      return { ...state, attendance: applyAttendance(state.attendance, entry) }
    case 'vote.opened': case 'vote.ballotCast': case 'vote.closed':
      return { ...state, votes: applyVoting(state.votes, entry) }
    case 'order.ruleSet': case 'order.knocked': case 'order.knockEnded': case 'order.admitted': case 'order.muted':
    case 'order.shareStopped': case 'order.invitedToSpeak': case 'order.ejected': case 'order.ejectionReason':
    case 'order.banLifted': case 'order.chairHanded': case 'order.handRaised': case 'order.handLowered':
      return { ...state, order: applyOrder(state.order, entry) }
    case 'chat.sent':
      return { ...state, chat: applyChat(state.chat, entry) }
    case 'recording.started': case 'recording.stopped': case 'recording.composed': case 'recording.failed': case 'recording.deleted':
      return { ...state, recordings: applyRecording(state.recordings, entry) }
    case 'minutes.saved':
      return state
    case 'minutes.published':
      return { ...state, minutesNumber: entry.data.number }
  }
}

/** What one viewer may see of the state; equals folding only the entries that the viewer may see. */
function project(state: MeetingState, viewer: Viewer): MeetingState {
  if (viewer.office) return state
  if (state.status === 'draft') return initial()
  return {
    ...state,
    attendance: { ...state.attendance, reasons: {} },
    order: { ...state.order, waiting: [] },
    chat: state.chat.filter((message) => message.to === 'everyone' || message.personId === viewer.personId),
  }
}

/** Raise `version` whenever a fold would come out differently, so that kept snapshots are made anew. */
export const meetingReducer: Reducer<MeetingState, MeetingEntry> = { name: 'meeting', version: 5, initial, apply, project }
