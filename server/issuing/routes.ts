import type { Request, Response } from 'express'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { foldedWords } from '../../protocol/fold.ts'
import {
  confirmReceipt, downloadPaperDocx, downloadPaperPdf, downloadRegister, enterOnPaper, getIssueShare, getNumberSeries, getPaper,
  getPaperText, getUsualRecipients, listReceived, listRegister, recallPaper, replacePaper, sendPaper, setUsualRecipients,
  startNumberSeries,
} from '../../protocol/issuing.ts'
import { confirmPaperByLink, readPaperByLink, viewPaperByLink } from '../../protocol/paper-links.ts'
import { getPaperTemplate, listPaperTemplates, previewPaperTemplate, savePaperTemplate } from '../../protocol/paper-templates.ts'
import { completeSignature, downloadPrepared, prepareSignature, signPaper } from '../../protocol/signing.ts'
import type { MountRoute } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { PaperMails } from './mails.ts'
import type { Paper } from './paper.ts'
import type { Papers } from './papers.ts'
import { pageOf, readPosition } from './positions.ts'
import type { Press } from './press.ts'
import type { Register } from './register.ts'
import type { Signing } from './signing.ts'
import type { PaperTemplates } from './templates.ts'
import type { UsualRecipientsBook } from './usual.ts'

export interface IssuingRoutesDeps {
  papers: Papers
  usual: UsualRecipientsBook
  register: Register
  signing: Signing
  templates: PaperTemplates
  mails: PaperMails
  press: Press
}

/** Of one address, for pages that nobody signs in to: an office behind one address never comes near it. */
const LINK_USES = { points: 120, duration: 60 }

export function mountIssuing(route: MountRoute, { papers, usual, register, signing, templates, mails, press }: IssuingRoutesDeps): void {
  const limiter = new RateLimiterMemory(LINK_USES)
  const limited = async ({ ip }: Request) => { await limiter.consume(ip ?? 'unknown').catch(tooManyRequests) }

  async function deliver(res: Response, found: { content: Paper | null, signedSha256: string | null }): Promise<void> {
    if (!found.content) throw new AppError('paperWithoutFile')
    press.deliverFile(res, await signing.fileOf(found), found.content, 'pdf')
  }

  route(listRegister, ({ query: { after, limit, ...filter }, caller }) => register.list(caller, filter, { after, limit }))
  route(downloadRegister, async ({ query, caller, res }) => {
    const { sheets, name } = await register.workbook(caller, query)
    await press.deliverWorkbook(res, sheets, name)
  })
  route(getIssueShare, async ({ query, caller }) => ({ shares: await register.shares(caller, query.year) }))
  route(getNumberSeries, async ({ params, caller }) => ({ series: await register.series(params.bodyId, params.year, caller) }))
  route(startNumberSeries, async ({ params, body, caller }) =>
    ({ series: await register.startSeries(params.bodyId, params.kind, params.year, caller, body) }))
  route(enterOnPaper, ({ params, body, caller }) => {
    if (body.secrecy !== 'none') throw new AppError('paperSecret', { secrecy: body.secrecy })
    return register.enterOnPaper(params.bodyId, caller, body)
  })

  route(getPaper, ({ params, caller }) => papers.get(params.paperId, caller))
  route(downloadPaperPdf, async ({ params, caller, res }) => deliver(res, await papers.accessTo(params.paperId, caller)))
  route(downloadPaperDocx, async ({ params, caller, res }) => {
    const { content } = await papers.managed(params.paperId, caller)
    if (!content) throw new AppError('paperWithoutFile')
    await press.deliver(res, content, 'docx')
  })
  route(sendPaper, ({ params, body, caller }) => papers.send(params.paperId, caller, body.recipients))
  route(confirmReceipt, ({ params, caller }) => papers.confirm(params.paperId, caller))
  route(recallPaper, async ({ params, body, caller }) => {
    await papers.recall(params.paperId, caller, body.reason)
    return {}
  })
  route(getPaperText, ({ params, caller }) => papers.text(params.paperId, caller))
  route(replacePaper, ({ params, body, caller }) => papers.replace(params.paperId, caller, body))
  route(listReceived, async ({ query: { open, q, after, limit }, caller }) => {
    const { rows, next } = pageOf(await papers.received(caller, { open, words: foldedWords(q) }, { after: readPosition(after), limit: limit + 1 }), limit)
    return { papers: rows.map(({ paper }) => paper), next }
  })
  route(getUsualRecipients, ({ params, caller }) => usual.get(params.bodyId, params.kind, caller))
  route(setUsualRecipients, ({ params, body, caller }) => usual.set(params.bodyId, params.kind, caller, body))

  route(signPaper, ({ params, caller }) => signing.sign(params.paperId, caller))
  route(prepareSignature, ({ params, caller }) => signing.prepare(params.paperId, caller))
  route(downloadPrepared, async ({ params, caller, res }) => {
    const bytes = await signing.preparedBytes(params.paperId, caller, params.preparationId)
    res.attachment(`${params.preparationId}.bin`).set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, no-store' }).end(bytes)
  })
  route(completeSignature, ({ params, body, caller }) =>
    signing.complete(params.paperId, caller, { preparationId: body.preparationId, cms: Buffer.from(body.cms, 'base64') }))

  route(listPaperTemplates, async () => ({ templates: await templates.list() }))
  route(getPaperTemplate, async ({ params }) => ({ versions: await templates.versions(params.style, params.kind) }))
  route(savePaperTemplate, ({ params, body, caller }) => templates.save(caller, params.style, params.kind, body))
  route(previewPaperTemplate, ({ params, query, body, res }) =>
    press.deliver(res, templates.sample(params.style, params.kind, body.template), query.format))

  route(viewPaperByLink, async ({ body, req }) => {
    await limited(req)
    return await mails.view(body.token)
  })
  route(readPaperByLink, async ({ body, req, res }) => {
    await limited(req)
    await deliver(res, await mails.read(body.token))
  })
  route(confirmPaperByLink, async ({ body, req }) => {
    await limited(req)
    return await mails.confirm(body.token)
  })
}
