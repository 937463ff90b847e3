import type { z } from 'zod'
import { castSecretBallot, type SignedBallot } from '../../protocol/secret-ballots.ts'
import { ApiError, errorFromBody } from '../app/api-error.ts'

const ANSWER_MS = 30_000

/**
 * Sends a ballot as nobody in particular: without cookie and session, over a connection of its own (browsers keep those with
 * and without credentials apart), with no referrer. The same ballot may be sent again. Throws `ApiError`.
 */
export async function cast(ballot: SignedBallot): Promise<z.output<typeof castSecretBallot.response>> {
  let response: Response
  try {
    response = await fetch(castSecretBallot.path, {
      method: 'POST', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
      headers: { 'content-type': 'application/json' }, body: JSON.stringify(ballot), signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch (error) {
    throw new ApiError(error instanceof DOMException && error.name === 'TimeoutError' ? 'noAnswer' : 'offline', {}, { cause: error })
  }
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw errorFromBody((body as { error?: unknown } | null)?.error, { status: response.status })
  const answer = castSecretBallot.response.safeParse(body)
  if (!answer.success) throw new ApiError('unexpectedAnswer', { id: castSecretBallot.id }, { cause: answer.error })
  return answer.data
}
