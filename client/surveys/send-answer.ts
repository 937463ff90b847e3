import type { z } from 'zod'
import { answerSurvey, surveyLook } from '../../protocol/survey-answers.ts'
import { ApiError, errorFromBody } from '../app/api-error.ts'

const ANSWER_MS = 30_000

/**
 * Asks as nobody in particular: without cookie and session, over a connection of its own (browsers keep those with and without
 * credentials apart), with no referrer. Throws `ApiError`.
 */
async function ask<R extends z.ZodType>({ path, id, response }: { path: string, id: string, response: R }, body: unknown): Promise<z.output<R>> {
  let answer: Response
  try {
    answer = await fetch(path, {
      method: 'POST', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
      headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch (error) {
    throw new ApiError(error instanceof DOMException && error.name === 'TimeoutError' ? 'noAnswer' : 'offline', {}, { cause: error })
  }
  const said: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw errorFromBody((said as { error?: unknown } | null)?.error, { status: answer.status })
  const read = response.safeParse(said)
  if (!read.success) throw new ApiError('unexpectedAnswer', { id }, { cause: read.error })
  return read.data
}

export const look = (body: z.input<typeof surveyLook.body>) => ask(surveyLook, body)
export const sendAnswer = (body: z.input<typeof answerSurvey.body>) => ask(answerSurvey, body)
export type Looked = z.output<typeof surveyLook.response>
