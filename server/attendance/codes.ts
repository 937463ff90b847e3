import { createHmac, timingSafeEqual } from 'node:crypto'
import { CheckInCode, CODE_EVERY_MS, CODE_GRACE_MS } from '../../protocol/check-in.ts'
import { AppError } from '../platform/error.ts'

/** 128 bits: nobody guesses a code while it is taken. */
const MAC_BYTES = 16

/**
 * The codes on the screen in the hall: the number of the 20 seconds that they were made for, signed for one meeting. They
 * are kept nowhere; every process of the installation makes and reads the same. `secret` never enters the database.
 */
export function createCheckInCodes({ secret, now = Date.now }: { secret: Buffer, now?: () => number }) {
  function codeOf(meetingId: string, turn: number): string {
    const mac = createHmac('sha256', secret).update(`${meetingId} ${turn}`).digest().subarray(0, MAC_BYTES)
    return `${turn}.${mac.toString('base64url')}`
  }

  return {
    /** The code to show now, when the next one is due, and until when this one is taken. */
    current(meetingId: string): { code: string, changesAt: Date, takenUntil: Date } {
      const turn = Math.floor(now() / CODE_EVERY_MS)
      const changesAt = (turn + 1) * CODE_EVERY_MS
      return { code: codeOf(meetingId, turn), changesAt: new Date(changesAt), takenUntil: new Date(changesAt + CODE_GRACE_MS) }
    },

    /**
     * When a code was first shown. Throws `checkInCodeInvalid` for what this installation did not make for this meeting,
     * `checkInCodeExpired` for what it did, longer ago.
     */
    shownAt(meetingId: string, code: string): Date {
      const turn = Number(code.slice(0, code.indexOf('.')))
      const known = CheckInCode.safeParse(code).success && isEqual(codeOf(meetingId, turn), code)
      const from = turn * CODE_EVERY_MS
      // Of a time to come: another process's clock may be a little ahead, but by no whole turn.
      if (!known || from > now() + CODE_EVERY_MS) throw new AppError('checkInCodeInvalid')
      if (now() >= from + CODE_EVERY_MS + CODE_GRACE_MS) throw new AppError('checkInCodeExpired')
      return new Date(from)
    },
  }
}

export type CheckInCodes = ReturnType<typeof createCheckInCodes>

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
