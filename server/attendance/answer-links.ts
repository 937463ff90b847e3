import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { Id } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'

/** Links that answer an invitation without signing in: signed for one person and one meeting, and good for nothing else. */

const AUDIENCE = 'invitation-answer'
const ALGORITHM = 'HS256'
const Claims = z.object({ sub: Id, meeting: Id })
/** A meeting that is put off is sent a new link; the old one lives on a little, since mails are read late. In ms. */
const AFTER_START_MS = 24 * 3600_000

/** `secret`: 32 bytes that only this installation knows. */
export function createAnswerLinks({ secret, now = () => new Date() }: { secret: Uint8Array, now?: () => Date }) {
  return {
    /**
     * The path of the page to answer on. The token stands behind `#`: a browser sends it to no server, so it is in no log,
     * and a machine that follows the link gets a page that does nothing.
     */
    async path(personId: string, meetingId: string, startsAt: string): Promise<string> {
      const token = await new SignJWT({ meeting: meetingId }).setProtectedHeader({ alg: ALGORITHM }).setSubject(personId).setAudience(AUDIENCE)
        .setExpirationTime(Math.floor((Date.parse(startsAt) + AFTER_START_MS) / 1000)).sign(secret)
      return `/answer#${token}`
    },

    /** Throws `linkInvalid`. */
    async open(token: string): Promise<{ personId: string, meetingId: string }> {
      try {
        const { payload } = await jwtVerify(token, secret, { algorithms: [ALGORITHM], audience: AUDIENCE, currentDate: now(), requiredClaims: ['exp', 'sub'] })
        const { sub, meeting } = Claims.parse(payload)
        return { personId: sub, meetingId: meeting }
      } catch {
        throw new AppError('linkInvalid')
      }
    },
  }
}

export type AnswerLinks = ReturnType<typeof createAnswerLinks>
