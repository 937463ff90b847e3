import type { Request } from 'express'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import {
  answerByLink, downloadInvitationDocx, downloadInvitationPdf, getInvitation, issueInvitation, listDeliveries, listWaiting, saveInvitation, viewByLink,
} from '../../protocol/invitations.ts'
import { getReminderRules, setReminderRules } from '../../protocol/reminders.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { AnswerLinks } from './answer-links.ts'
import type { Answers } from './answers.ts'
import type { Invitations } from './invitations.ts'
import type { ReminderRules } from './reminder-rules.ts'

export interface InvitationRoutesDeps {
  invitations: Invitations
  answers: Answers
  links: AnswerLinks
  press: Pick<Press, 'deliver'>
  reminderRules: ReminderRules
}

/** Of one address, for a page that nobody signs in to: a household's, or an office's behind one address, never come near it. */
const LINK_USES = { points: 120, duration: 60 }

export function mountInvitations(route: MountRoute, { invitations, answers, links, press, reminderRules }: InvitationRoutesDeps): void {
  const limiter = new RateLimiterMemory(LINK_USES)
  const limited = async ({ ip }: Request) => { await limiter.consume(ip ?? 'unknown').catch(tooManyRequests) }

  route(getInvitation, ({ params, caller }) => invitations.get(params.meetingId, caller))
  route(saveInvitation, ({ params, body, caller }) => invitations.save(params.meetingId, caller, body.version, body.text))
  route(issueInvitation, ({ params, body, caller }) =>
    invitations.issue(params.meetingId, caller, body))
  route(downloadInvitationPdf, async ({ params, query, caller, res }) => {
    await press.deliver(res, await invitations.paper(params.meetingId, caller, query.edition), 'pdf')
  })
  route(downloadInvitationDocx, async ({ params, query, caller, res }) => {
    await press.deliver(res, await invitations.paper(params.meetingId, caller, query.edition), 'docx')
  })
  route(listDeliveries, ({ params, caller }) => invitations.deliveries(params.meetingId, caller))
  route(listWaiting, ({ caller }) => answers.waiting(caller))

  route(getReminderRules, async ({ query }) => ({ rules: await reminderRules.get(query.bodyId) }))
  route(setReminderRules, async ({ query, body, caller }) => ({ rules: await reminderRules.set(caller, query.bodyId, body.rules, body.before) }))

  route(viewByLink, async ({ body, req }) => {
    await limited(req)
    const { meetingId, personId } = await links.open(body.token)
    return await answers.linked(meetingId, personId)
  })
  route(answerByLink, async ({ body: { token, ...given }, req }) => {
    await limited(req)
    const { meetingId, personId } = await links.open(token)
    // Whether the link still holds is asked before anything of the meeting is told.
    await answers.linked(meetingId, personId)
    await answers.answer(meetingId, { personId }, { ...given, personId }, 'mail')
    return await answers.linked(meetingId, personId)
  })
}
