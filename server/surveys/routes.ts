import { createHmac, randomBytes } from 'node:crypto'
import QRCode from 'qrcode'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { answerSurvey, surveyLook } from '../../protocol/survey-answers.ts'
import { surveyAnswersFile, surveyResults, surveyResultsFile, surveyTexts } from '../../protocol/survey-results.ts'
import {
  addSurveyRound, addSurveyRule, changeSurveyRound, closeSurveyRound, createSurvey, getSurvey, listInvited, listSurveyRules, listSurveys, ownSurveyTicket,
  remindSurvey, removeSurveyRound, saveSurveyForm, shareSurvey, surveyBodies, surveyCodes, surveyPoster,
} from '../../protocol/surveys.ts'
import type { Press } from '../issuing/press.ts'
import type { MountRoute } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { Answering } from './answering.ts'
import type { Reading } from './reading.ts'
import type { Results } from './results.ts'
import type { Rounds } from './rounds.ts'
import { answerSheets, resultSheets } from './sheets.ts'
import type { Surveys } from './surveys.ts'

/** What an address may send a minute: a hall of a thousand may stand behind one. */
const CALLS_A_MINUTE = 6000

export interface SurveyDomain { surveys: Surveys, rounds: Rounds, reading: Reading, results: Results, answering: Answering }

export function mountSurveys(route: MountRoute, { surveys, rounds, reading, results }: SurveyDomain, press: Pick<Press, 'deliverWorkbook' | 'deliverCodes'>): void {
  route(listSurveyRules, () => surveys.rules())
  route(addSurveyRule, ({ body, caller }) => surveys.addRule(caller, body))

  // Before `:surveyId`, which would take the name for an id.
  route(surveyBodies, ({ caller }) => surveys.bodies(caller))
  route(listSurveys, ({ query, caller }) => reading.list(caller, query))
  route(createSurvey, ({ body, caller }) => surveys.create(caller, body))
  route(getSurvey, ({ params, caller }) => reading.get(params.surveyId, caller))
  route(saveSurveyForm, ({ params, body, caller }) => surveys.saveForm(params.surveyId, caller, body))
  route(shareSurvey, ({ params, body, caller }) => surveys.share(params.surveyId, caller, body))

  route(addSurveyRound, ({ params, body, caller }) => rounds.add(params.surveyId, caller, body))
  route(changeSurveyRound, ({ params, body, caller }) => rounds.change(params.surveyId, params.roundId, caller, body))
  route(closeSurveyRound, ({ params, body, caller }) => rounds.close(params.surveyId, params.roundId, caller, body.version))
  route(removeSurveyRound, ({ params, caller }) => rounds.remove(params.surveyId, params.roundId, caller))
  route(remindSurvey, ({ params, caller }) => rounds.remind(params.surveyId, params.roundId, caller))
  route(listInvited, ({ params, query, caller }) => reading.invited(params.surveyId, params.roundId, caller, query))
  route(ownSurveyTicket, ({ params, caller }) => reading.ownTicket(params.surveyId, params.roundId, caller))
  route(surveyPoster, async ({ params, query, caller }) => {
    const link = await reading.link(params.surveyId, params.roundId, caller, query.origin)
    return { link, svg: await QRCode.toString(link, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 }) }
  })
  route(surveyCodes, async ({ params, query, caller, res }) => {
    const { title, round, codes } = await reading.codes(params.surveyId, params.roundId, caller, query)
    const sheet = {
      title: `${title} – ${round.name}`, head: title, foot: 'Quét mã để trả lời · mỗi mã dùng một lần',
      codes: codes.map(({ link, unit }) => ({ link, caption: unit })),
    }
    await press.deliverCodes(res, sheet, `Mã khảo sát – ${round.name}`)
  })

  route(surveyResults, async ({ params, query, caller }) => (await results.results(params.surveyId, params.roundId, caller, query.before)).results)
  route(surveyTexts, ({ params, query, caller }) => results.texts(params.surveyId, params.roundId, params.questionId, caller, query))
  route(surveyResultsFile, async ({ params, query, caller, res }) => {
    const { title, results: found } = await results.results(params.surveyId, params.roundId, caller, query.before)
    await press.deliverWorkbook(res, resultSheets(title, found), `Kết quả khảo sát – ${found.round.name}`)
  })
  route(surveyAnswersFile, async ({ params, caller, res }) => {
    const { round, form, rows } = await results.answers(params.surveyId, params.roundId, caller)
    await press.deliverWorkbook(res, answerSheets(round, form, rows), `Phiếu khảo sát – ${round.name}`)
  })
}

/** The routes of those who answer, mounted where there is neither session nor log. */
export function mountSurveyAnswers(route: MountRoute, answering: Answering): void {
  const limiter = new RateLimiterMemory({ points: CALLS_A_MINUTE, duration: 60 })
  // Addresses are counted under a key that never leaves this process and are forgotten within the minute.
  const key = randomBytes(32)
  async function admit({ headers, ip = '' }: { headers: { cookie?: string | undefined }, ip?: string | undefined }): Promise<void> {
    if (headers.cookie !== undefined) throw new AppError('cookieRefused')
    await limiter.consume(createHmac('sha256', key).update(ip).digest('base64')).catch(tooManyRequests)
  }

  route(surveyLook, async ({ body, req }) => {
    await admit(req)
    return await answering.look(body)
  })
  route(answerSurvey, async ({ body, req, res }) => {
    await admit(req)
    // What a browser asks next comes over another connection.
    res.set('Connection', 'close')
    return await answering.answer(body)
  })
}
