import { createHmac, randomBytes } from 'node:crypto'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { castSecretBallot, getBox } from '../../protocol/secret-ballots.ts'
import type { MountRoute } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { tooManyRequests } from '../platform/limit.ts'
import type { Casting } from './casting.ts'
import type { SecretBallots } from './secret-ballots.ts'

/** Ballots, taken or refused, that an address may send a minute: a hall of a thousand may stand behind one. */
const BALLOTS_A_MINUTE = 3000

export function mountSecretBallots(route: MountRoute, secretBallots: SecretBallots): void {
  route(getBox, ({ params: { meetingId, voteId }, caller }) => secretBallots.box(meetingId, voteId, caller))
}

/** The route of the ballots themselves, mounted where there is neither session nor log. */
export function mountCasting(route: MountRoute, casting: Casting): void {
  const limiter = new RateLimiterMemory({ points: BALLOTS_A_MINUTE, duration: 60 })
  // Addresses are counted under a key that never leaves this process and are forgotten within the minute.
  const key = randomBytes(32)

  route(castSecretBallot, async ({ body, req, res }) => {
    if (req.headers.cookie !== undefined) throw new AppError('cookieRefused')
    await limiter.consume(createHmac('sha256', key).update(req.ip ?? '').digest('base64')).catch(tooManyRequests)
    // The next ballot of a browser comes over another connection.
    res.set('Connection', 'close')
    return await casting.cast(body)
  })
}
