import type { Letterhead } from '../../protocol/bodies.ts'
import {
  addOpinionPoint, addOpinionPost, answerOpinion, assignOpinionTask, beginOpinionResolution, changeOpinionPoint, demandMeeting, getOpinion,
  issueOpinionNotice, listOpinions, opinionAnswers, opinionPosts, opinionSides, printOpinionSheet, printOpinionSlip, readOpinionDocument, readOpinionOriginal,
  remindOpinion, removeOpinionPoint, replyOpinionPoint, withdrawOpinion, type AskedMember,
} from '../../protocol/opinions.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { sendFile, sendPdf } from '../platform/send-file.ts'
import type { Answering } from './answering.ts'
import type { Consolidating } from './consolidating.ts'
import type { Following } from './following.ts'
import type { Opinions } from './opinions.ts'
import { sheetPaper, slipPaper } from './papers.ts'
import type { Reading } from './reading.ts'

export interface OpinionDomain {
  opinions: Opinions
  answering: Answering
  consolidating: Consolidating
  following: Following
  reading: Reading
  letterhead(bodyId: string): Promise<Letterhead | undefined>
  now: () => Date
}

/** Members a page of a printed sheet asks for. */
const MEMBERS = 200

export function mountOpinions(route: MountRoute, domain: OpinionDomain, press: Pick<Press, 'deliver'>): void {
  const { opinions, answering, consolidating, following, reading, letterhead, now } = domain

  async function headOf(bodyId: string): Promise<Letterhead> {
    const found = await letterhead(bodyId)
    if (!found) throw new AppError('bodyNotFound')
    return found
  }

  async function everybody(opinionId: string, caller: Parameters<Reading['answers']>[1]): Promise<AskedMember[]> {
    const members: AskedMember[] = []
    for (let after: number | null = 0; after !== null;) {
      const page: Awaited<ReturnType<Reading['answers']>> = await reading.answers(opinionId, caller, { after, limit: MEMBERS })
      members.push(...page.members)
      after = page.next
    }
    return members
  }

  // Before `:opinionId`, which would take its name for an id.
  route(opinionSides, ({ caller }) => reading.sides(caller))
  route(listOpinions, ({ query, caller }) => reading.list(caller, query))
  route(getOpinion, ({ params, caller }) => reading.get(params.opinionId, caller))
  route(readOpinionDocument, async ({ params, caller, res }) => { await sendPdf(res, await reading.document(params.opinionId, caller, params.documentId)) })
  route(readOpinionOriginal, async ({ params, caller, res }) => { await sendFile(res, await reading.original(params.opinionId, caller, params.documentId)) })

  route(opinionAnswers, ({ params, query, caller }) => reading.answers(params.opinionId, caller, query))
  route(answerOpinion, ({ params, body, caller }) => answering.answer(params.opinionId, caller, body))
  route(demandMeeting, ({ params, body, caller }) => answering.demand(params.opinionId, caller, body.reason))
  route(opinionPosts, ({ params, query, caller }) => reading.posts(params.opinionId, caller, query))
  route(addOpinionPost, async ({ params, body, caller }) => (
    { post: await reading.post(params.opinionId, await answering.post(params.opinionId, caller, body)) }
  ))
  route(remindOpinion, ({ params, caller }) => opinions.remind(params.opinionId, caller))
  route(withdrawOpinion, ({ params, body, caller }) => opinions.withdraw(params.opinionId, caller, body))

  route(addOpinionPoint, ({ params, body, caller }) => consolidating.add(params.opinionId, caller, body))
  route(changeOpinionPoint, ({ params, body, caller }) => consolidating.change(params.opinionId, params.pointId, caller, body))
  route(removeOpinionPoint, ({ params, query, caller }) => consolidating.remove(params.opinionId, params.pointId, caller, query.version))
  route(replyOpinionPoint, ({ params, body, caller }) => consolidating.reply(params.opinionId, params.pointId, caller, body))

  route(beginOpinionResolution, ({ params, caller }) => following.beginResolution(params.opinionId, caller))
  route(issueOpinionNotice, ({ params, body, caller }) => following.issueNotice(params.opinionId, caller, body))
  route(assignOpinionTask, ({ params, body, caller }) => following.assign(params.opinionId, caller, body))

  route(printOpinionSheet, async ({ params, query, caller, res }) => {
    const opinion = await reading.get(params.opinionId, caller)
    if (!opinion.result) throw new AppError('opinionState', { state: opinion.state })
    await press.deliver(res, sheetPaper(opinion, await everybody(params.opinionId, caller), await headOf(opinion.body.id), now().toISOString()), query.format)
  })
  route(printOpinionSlip, async ({ params, query, caller, res }) => {
    const opinion = await reading.get(params.opinionId, caller)
    const member = (await everybody(params.opinionId, caller)).find(({ person }) => person.id === caller.personId)
    if (!opinion.own || !member) throw new AppError('forbiddenForOpinion', { sides: opinion.sides })
    await press.deliver(res, slipPaper(opinion, member, await headOf(opinion.body.id), now().toISOString()), query.format)
  })
}
