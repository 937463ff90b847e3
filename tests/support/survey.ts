import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { answerSurvey, surveyLook } from '../../protocol/survey-answers.ts'
import { ErrorBody } from '../../protocol/error.ts'
import type { SurveyAnswers, SurveyForm } from '../../protocol/survey-form.ts'

/** A questionnaire with every kind of question. */
export const surveyForm: SurveyForm = {
  title: 'Chất lượng tổ chức hội nghị', intro: 'Xin ý kiến đồng chí.', thanks: 'Xin cảm ơn đồng chí.',
  sections: [
    { id: 'general', title: 'Đánh giá chung', text: '', questions: [
      { id: 'online', kind: 'single', text: 'Hình thức họp phù hợp nhất?', help: '', required: true, other: true, options: [{ id: 'inperson', text: 'Trực tiếp' }, { id: 'remote', text: 'Trực tuyến' }, { id: 'hybrid', text: 'Kết hợp' }] },
      { id: 'causes', kind: 'multiple', text: 'Nguyên nhân họp kéo dài?', help: 'Chọn nhiều ý.', required: false, other: false, options: [{ id: 'papers', text: 'Tài liệu gửi chậm' }, { id: 'speech', text: 'Phát biểu dài' }, { id: 'scope', text: 'Nội dung dàn trải' }] },
    ] },
    { id: 'marks', title: 'Mức độ hài lòng', text: '', questions: [
      { id: 'papersok', kind: 'scale', text: 'Tài liệu đến đúng hạn', help: '', required: true, labels: ['Rất không hài lòng', '', '', '', 'Rất hài lòng'] },
      { id: 'advice', kind: 'text', text: 'Kiến nghị', help: '', required: false, long: true },
    ] },
  ],
}

/** The same numbers each time. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What one respondent says; `mood` 0 to 1 moves all of it. */
export function generated(random: () => number, mood: number): SurveyAnswers {
  const online = random() < 0.05 ? 'other' : random() < mood ? 'remote' : random() < 0.5 ? 'hybrid' : 'inperson'
  const causes = ['papers', 'scope', 'speech'].filter(() => random() < 0.4)
  return {
    online: online === 'other' ? { choices: ['other'], other: 'Tuỳ nội dung' } : { choices: [online] },
    ...(causes.length ? { causes: { choices: causes } } : {}),
    papersok: { point: 1 + Math.min(4, Math.floor(random() * 3 + mood * 3)) },
    ...(random() < 0.1 ? { advice: { text: `Gửi tài liệu sớm hơn, lần ${Math.floor(random() * 1e9)}` } } : {}),
  }
}

export const browserKey = () => randomBytes(16).toString('base64url')
export const tokenOf = (link: string) => link.slice(link.indexOf('#') + 1)

const Failure = z.object({ error: ErrorBody })

/** Asks as the page of a link does: with no cookie. */
async function send(origin: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(origin + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const said: unknown = await response.json()
  return { status: response.status, body: said, error: response.ok ? undefined : Failure.parse(said).error }
}

export const look = async (origin: string, token: string, key?: string) => {
  const answer = await send(origin, surveyLook.path, { token, ...key ? { key } : {} })
  return { ...answer, body: answer.error ? undefined : surveyLook.response.parse(answer.body) }
}

interface Sent { key?: string, revision?: number, headers?: Record<string, string> }

export const reply = (origin: string, token: string, answers: unknown, { key = browserKey(), revision = 0, headers = {} }: Sent = {}) =>
  send(origin, answerSurvey.path, { token, key, answers, revision }, headers)
