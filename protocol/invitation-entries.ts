import { z } from 'zod'
import { Id, TextRef } from './journal.ts'
import type { Participant } from './meetings.ts'

/** Invitations and answers as a meeting's journal tells them; apart from their routes, which the video room does without. */

/** sẽ dự trực tiếp · sẽ dự trực tuyến · vắng mặt · đề nghị cử người dự thay */
export const AnswerKind = z.enum(['inPerson', 'online', 'absent', 'substitute'])
export type AnswerKind = z.infer<typeof AnswerKind>

/** Where an answer came from: a page of the product, the link of a mail, or the office for somebody who told it. */
export const AnswerVia = z.enum(['product', 'mail', 'office'])
export type AnswerVia = z.infer<typeof AnswerVia>

/** What happens to invitations. Answers are for the office; what others see of them is the absence (`attendance.absenceRecorded`). */
export const invitationEntries = [
  /** Office only: the text of the next paper was saved. */
  z.object({ kind: z.literal('invitation.drafted'), data: z.object({ version: z.int(), sha256: z.string() }) }),
  /** A paper went out. `sequence` is that of the calendar entries sent with it. */
  z.object({
    kind: z.literal('invitation.issued'),
    data: z.object({ invitationId: Id, number: z.string(), replaces: z.string().nullable(), sequence: z.int(), sha256: z.string() }),
  }),
  /** Office only: so many were told what changed since they were invited; `again`: start or form, so that they are asked again. */
  z.object({ kind: z.literal('invitation.changesSent'), data: z.object({ sequence: z.int(), people: z.int(), again: z.boolean() }) }),
  /** Office only. `answer` null: a report of absence was withdrawn. The reason of an absence stands in `attendance.absenceReason`. */
  z.object({
    kind: z.literal('invitation.answered'),
    data: z.object({
      personId: Id, answer: AnswerKind.nullable(), via: AnswerVia,
      substitute: z.object({ personId: Id, name: TextRef }).nullable(),
    }),
  }),
  /** Office only: the chair did not agree. */
  z.object({ kind: z.literal('invitation.substituteDeclined'), data: z.object({ personId: Id, substituteId: Id }) }),
  /** Office only: the chair agreed. The substitute stands among the participants (`meeting.participantAdded`), for everybody. */
  z.object({ kind: z.literal('invitation.substituteAgreed'), data: z.object({ personId: Id, substituteId: Id }) }),
  /** The one replaced comes after all, or sends nobody: the substitute is no participant any more. */
  z.object({ kind: z.literal('invitation.substituteEnded'), data: z.object({ personId: Id, substituteId: Id }) }),
  /** Office only. `by` null: a reminder by rule. */
  z.object({ kind: z.literal('invitation.reminded'), data: z.object({ people: z.int(), rule: z.string().nullable() }) }),
] as const

type InvitationEntry = z.infer<typeof invitationEntries[number]> & { at: string }

/** An answer as the office sees it. */
export interface Answer {
  answer: AnswerKind
  at: string
  via: AnswerVia
  substitute: { personId: string, name: TextRef, decision: 'waiting' | 'agreed' | 'declined' } | null
}

export interface InvitationsState {
  issued: { number: string, at: string }[]
  /** Seen by chair and clerk only. */
  answers: Record<string, Answer>
  /** When the office last reminded the silent, and how many; seen by chair and clerk only. */
  reminded: { at: string, people: number } | null
  /** When people were asked again, since start or form had changed: earlier answers are not to it. Seen by chair and clerk only. */
  againAt: string | null
}

export const noInvitations: InvitationsState = { issued: [], answers: {}, reminded: null, againAt: null }

/** Invitations and answers after one more entry. */
export function applyInvitations(state: InvitationsState, entry: InvitationEntry): InvitationsState {
  switch (entry.kind) {
    case 'invitation.issued':
      return { ...state, issued: [...state.issued, { number: entry.data.number, at: entry.at }] }
    case 'invitation.answered': {
      const { personId, answer, via, substitute } = entry.data
      const { [personId]: _, ...others } = state.answers
      if (answer === null) return { ...state, answers: others }
      return {
        ...state,
        answers: { ...others, [personId]: { answer, via, at: entry.at, substitute: substitute && { ...substitute, decision: 'waiting' } } },
      }
    }
    case 'invitation.substituteAgreed':
      return withDecision(state, entry.data.personId, 'agreed')
    case 'invitation.substituteDeclined':
      return withDecision(state, entry.data.personId, 'declined')
    case 'invitation.reminded':
      return entry.data.rule === null ? { ...state, reminded: { at: entry.at, people: entry.data.people } } : state
    case 'invitation.changesSent':
      return entry.data.again ? { ...state, againAt: entry.at } : state
    case 'invitation.drafted': case 'invitation.substituteEnded':
      return state
  }
}

function withDecision(state: InvitationsState, personId: string, decision: 'agreed' | 'declined'): InvitationsState {
  const answer = state.answers[personId]
  if (!answer?.substitute) return state
  return { ...state, answers: { ...state.answers, [personId]: { ...answer, substitute: { ...answer.substitute, decision } } } }
}

/** The participants after a substitute's part has ended. */
export function withoutSubstitute(participants: readonly Participant[], ended: { substituteId: string }): Participant[] {
  return participants.filter(({ personId }) => personId !== ended.substituteId)
}

/** What everybody, or the office alone, sees of invitations. */
export function projectInvitations(state: InvitationsState, office: boolean): InvitationsState {
  return office ? state : { ...noInvitations, issued: state.issued }
}
