import { z } from 'zod'
import { Letterhead } from './bodies.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { AnswerKind, AnswerVia } from './invitation-entries.ts'
import { Id } from './journal.ts'
import { MeetingMode, MeetingStatus } from './meetings.ts'
import { MailState } from './notices.ts'
import { defineRoute } from './route.ts'
import { Instant, Line, Paragraphs } from './text.ts'

/**
 * Giấy mời and the answers to it. The paper has what Quyết định 45/2018/QĐ-TTg asks for: chair, participants, content, time
 * and place, what to prepare, contact point, signature; it is laid out by Quy định 399-QĐ/TW (Party) or Nghị định
 * 30/2020/NĐ-CP (State).
 */

/** The longest reason, in characters. */
export const MAX_ANSWER_REASON = 500

/** Which answers a meeting of this mode takes. */
export function answersFor(mode: MeetingMode): readonly AnswerKind[] {
  return AnswerKind.options.filter((answer) => !(mode === 'inPerson' && answer === 'online') && !(mode === 'online' && answer === 'inPerson'))
}

const Reason = Paragraphs(MAX_ANSWER_REASON)
const errors = [
  'meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingPostponed', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed', 'notParticipant',
] as const
const answerErrors = [...errors, 'answerNotOffered', 'reasonRequired', 'personNotFound', 'alreadyParticipant', 'alreadyPresent'] as const

export const answerInvitation = defineCommand({
  name: 'invitation:answer',
  summary: 'Answers the invitation, or changes the answer, until the opening. `reason` is for an absence; `substituteId` for who is to attend instead, which the chair decides.',
  access: 'the participant; chair or clerk for somebody who told them',
  input: ChangeOfMeeting.extend({
    personId: Id, answer: AnswerKind, reason: Reason.default(''),
    substituteId: Id.optional(),
  }).refine(({ answer, substituteId }) => (answer === 'substitute') === (substituteId !== undefined), { path: ['substituteId'] }),
  output: Nothing, errors: answerErrors,
})

export const decideSubstitute = defineCommand({
  name: 'invitation:decideSubstitute',
  summary: 'Agrees that somebody attends in the place of another (they become a participant), or declines it. An invited head may send somebody only with the chair’s consent (Quyết định 45/2018/QĐ-TTg).',
  access: 'the chair, or who presides',
  input: ChangeOfMeeting.extend({
    personId: Id,
    /** Whom the decision is about: another request may have come meanwhile. */
    substituteId: Id, agreed: z.boolean(),
  }), output: Nothing, errors: [...errors, 'substituteNotAsked'],
})

/** After a reminder the silent are left alone for so long, unless the office says so again. */
export const REMIND_AGAIN_MINUTES = 60

export const remindSilent = defineCommand({
  name: 'invitation:remind',
  summary: `Reminds those who have not answered. Within ${REMIND_AGAIN_MINUTES} minutes of the last time it needs \`again\`.`,
  access: 'chair or clerk',
  input: ChangeOfMeeting.extend({ again: z.boolean().default(false) }), output: z.object({ reminded: z.int() }),
  errors: [...errors, 'invitationNotIssued', 'remindedLately', 'nobodySilent'],
})

/** What the office writes on the paper besides what the meeting itself says. */
export const InvitationText = z.object({
  /** After "Giấy mời": what to. */
  abstract: Line(300),
  /** Who invites whom: the sentence before the points. */
  opening: Paragraphs(1000),
  /** What attendees must prepare. */
  prepare: Paragraphs(2000),
  /** Whom to turn to: name, office, telephone. */
  contact: Paragraphs(500),
  /** In whose name: `T/M BAN THƯỜNG VỤ` and office beneath, a line each. */
  signerTitle: Paragraphs(300),
  signerName: Line(120),
  /** Nơi nhận, a line each. */
  recipients: Paragraphs(1000),
})
export type InvitationText = z.infer<typeof InvitationText>

/** A giấy mời that went out. */
export const IssuedInvitation = z.object({
  id: Id, number: z.string(), issuedAt: Instant,
  /** Of the paper that it takes the place of. */
  replaces: z.string().nullable(),
  /** Something that stands on it has changed since: the office may issue another one. */
  outdated: z.boolean(),
})
export type IssuedInvitation = z.infer<typeof IssuedInvitation>

/** One's own answer. */
export const OwnAnswer = z.object({
  answer: AnswerKind, at: Instant, via: AnswerVia, reason: z.string(),
  substitute: z.object({ personId: Id, fullName: z.string(), office: z.string(), decision: z.enum(['waiting', 'agreed', 'declined']) }).nullable(),
})
export type OwnAnswer = z.infer<typeof OwnAnswer>

export const Invitation = z.object({
  letterhead: Letterhead,
  /** What follows the number: `GM/TU`. */
  symbol: z.string(),
  /** Latest first. */
  issued: z.array(IssuedInvitation),
  /** For chair and clerk: the text of the next paper, its version, and the number that it would have now. */
  draft: z.object({ text: InvitationText, version: z.int(), number: z.int() }).nullable(),
  /** The caller's own; null: not yet answered, or not asked. */
  answer: OwnAnswer.nullable(),
  /** Whether the caller may still answer. */
  open: z.boolean(),
  /** Whether an absence needs a reason. */
  reasonRequired: z.boolean(),
})
export type Invitation = z.infer<typeof Invitation>

const params = z.object({ meetingId: Id })
const Edition = z.object({ edition: z.enum(['issued', 'draft']).default('issued') })
const Key = z.string().min(8).max(64)

export const getInvitation = defineRoute({
  id: 'invitations.get', method: 'get', path: '/api/meetings/:meetingId/invitation', access: 'signedIn', errors: ['meetingNotFound'],
  summary: 'The giấy mời of a meeting, and one’s own answer; the draft for chair and clerk.', params, response: Invitation,
})

export const saveInvitation = defineRoute({
  id: 'invitations.save', method: 'put', path: '/api/meetings/:meetingId/invitation', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed', 'invitationChanged'],
  summary: 'Chair or clerk saves the text of the next paper. `version` is the one the edit began from; another one means that somebody saved meanwhile.',
  params, body: z.object({ version: z.int(), text: InvitationText }), response: z.object({ version: z.int() }),
})

export const issueInvitation = defineRoute({
  id: 'invitations.issue', method: 'post', path: '/api/meetings/:meetingId/invitation/issue', access: 'signedIn',
  errors: [
    'meetingNotFound', 'forbiddenInMeeting', 'meetingNotPublished', 'meetingPostponed', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed',
    'invitationChanged', 'paperSecret', 'idempotencyKeyReused',
  ],
  summary: 'Chair or clerk issues the paper under the next number of the body’s register, and sends it to every participant. A later one takes its place.',
  params, body: z.object({ version: z.int(), key: Key }), response: Invitation,
})

export const downloadInvitationPdf = defineRoute({
  id: 'invitations.pdf', method: 'get', path: '/api/meetings/:meetingId/invitation.pdf', access: 'signedIn', errors: ['meetingNotFound', 'invitationNotIssued'],
  summary: 'The giấy mời as PDF; `edition=draft` for chair and clerk. A guest of single items gets these alone.',
  params, query: Edition, response: { stream: 'application/pdf' },
})

export const downloadInvitationDocx = defineRoute({
  id: 'invitations.docx', method: 'get', path: '/api/meetings/:meetingId/invitation.docx', access: 'signedIn', errors: ['meetingNotFound', 'invitationNotIssued'],
  summary: 'The giấy mời as DOCX; as the PDF.',
  params, query: Edition, response: { stream: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document' },
})

export const listDeliveries = defineRoute({
  id: 'invitations.deliveries', method: 'get', path: '/api/meetings/:meetingId/invitation/deliveries', access: 'signedIn',
  errors: ['meetingNotFound', 'forbiddenInMeeting'],
  summary: 'For chair and clerk: how far the mail of the latest invitation is, by participant, and when the silent were last reminded.',
  params,
  response: z.object({ deliveries: z.array(z.object({ personId: Id, mail: MailState })), remindedAt: Instant.nullable() }),
})

/** An invitation that waits for its answer. */
export const WaitingInvitation = z.object({
  meetingId: Id, title: z.string(), bodyName: z.string(), startsAt: Instant, place: z.string(), mode: MeetingMode, plannedMinutes: z.int(),
  number: z.string(), symbol: z.string(), reasonRequired: z.boolean(),
  /** The chair did not agree to a substitute: another answer is needed. */
  declined: z.boolean(),
})
export type WaitingInvitation = z.infer<typeof WaitingInvitation>

export const listWaiting = defineRoute({
  id: 'invitations.waiting', method: 'get', path: '/api/me/invitations', access: 'signedIn', errors: [],
  summary: 'Invitations that the caller has still to answer, soonest meeting first; and substitutes that wait for the caller’s decision as chair.',
  response: z.object({
    invitations: z.array(WaitingInvitation),
    substitutes: z.array(z.object({
      meetingId: Id, title: z.string(), startsAt: Instant, personId: Id, fullName: z.string(),
      substituteId: Id, substituteName: z.string(), substituteOffice: z.string(),
    })),
  }),
})

/** Signed for one person and one meeting; it stands behind the `#` of the link, which browsers send to nobody. */
const LinkToken = z.string().min(20).max(1000)

/** What the page of a mail's link shows: no more than the mail did. */
export const LinkedInvitation = z.object({
  fullName: z.string(), title: z.string(), bodyName: z.string(), startsAt: Instant, plannedMinutes: z.int(), place: z.string(), mode: MeetingMode,
  status: MeetingStatus, meetingId: Id, reasonRequired: z.boolean(),
  answer: AnswerKind.nullable(), open: z.boolean(),
})
export type LinkedInvitation = z.infer<typeof LinkedInvitation>

export const viewByLink = defineRoute({
  id: 'invitations.viewByLink', method: 'post', path: '/api/invitation-link/view', access: 'anyone', errors: ['linkInvalid', 'tooManyRequests'],
  summary: 'What the link of a mail is about. Changes nothing, however often it is called: machines that follow links answer for nobody.',
  body: z.object({ token: LinkToken }), response: LinkedInvitation,
})

export const answerByLink = defineRoute({
  id: 'invitations.answerByLink', method: 'post', path: '/api/invitation-link/answer', access: 'anyone',
  errors: ['linkInvalid', 'tooManyRequests', 'meetingNotPublished', 'meetingPostponed', 'meetingCancelled', 'meetingAlreadyLive', 'meetingClosed', 'answerNotOffered', 'reasonRequired', 'alreadyPresent',
    'idempotencyKeyReused', 'originRefused'],
  summary: 'Answers in the name of the person the link was sent to, from its page. A substitute is asked for in the product, signed in.',
  body: z.object({ token: LinkToken, answer: AnswerKind.exclude(['substitute']), reason: Reason.default(''), key: Key }),
  response: LinkedInvitation,
})
