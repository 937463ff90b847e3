import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { Id } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'

/** Links by which recipients who are not in the product read a paper: signed for one recipient, and good for nothing else. */

const AUDIENCE = 'paper-recipient'
const ALGORITHM = 'HS256'
const Claims = z.object({ sub: Id })
/** Official papers are looked up late; whoever needs one longer keeps the file. In ms. */
const LIFE_MS = 180 * 24 * 3600_000

/** `secret`: 32 bytes that only this installation knows. */
export function createPaperLinks({ secret, now = () => new Date() }: { secret: Uint8Array, now?: () => Date }) {
  return {
    /** The path of the page; the token stands behind `#`, so that it is in no log and machines that follow links open nothing. */
    async path(recipientId: string): Promise<string> {
      const token = await new SignJWT({}).setProtectedHeader({ alg: ALGORITHM }).setSubject(recipientId).setAudience(AUDIENCE)
        .setExpirationTime(Math.floor((now().getTime() + LIFE_MS) / 1000)).sign(secret)
      return `/paper#${token}`
    },

    /** The recipient. Throws `linkInvalid`. */
    async open(token: string): Promise<string> {
      try {
        const { payload } = await jwtVerify(token, secret, { algorithms: [ALGORITHM], audience: AUDIENCE, currentDate: now(), requiredClaims: ['exp', 'sub'] })
        return Claims.parse(payload).sub
      } catch {
        throw new AppError('linkInvalid')
      }
    },
  }
}

export type PaperLinks = ReturnType<typeof createPaperLinks>
