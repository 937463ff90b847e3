import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { Viewer } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'

const NONCE = 12
const POSITION = 8
const TAG = 16
/** base64url of nonce, position and tag. */
const TOKEN = new RegExp(`^[A-Za-z0-9_-]{${(NONCE + POSITION + TAG) * 4 / 3}}$`)

/**
 * Cursors that tell nothing: the position is encrypted under a key of the meeting, the person and their rights, with a
 * fresh nonce each time, so that two cursors never show whether something hidden happened between them.
 */
export function createCursors(secret: Buffer) {
  function keyFor(meetingId: string, viewer: Viewer): Buffer {
    const items = viewer.items === 'all' ? 'all' : viewer.items.toSorted()
    return createHmac('sha256', secret).update(JSON.stringify([meetingId, viewer.personId, viewer.office, items, viewer.substitute ?? false])).digest()
  }

  return {
    /** The cursor of a viewer who has everything up to and including `seq`. */
    issue(meetingId: string, viewer: Viewer, seq: number): string {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', keyFor(meetingId, viewer), nonce)
      const position = Buffer.alloc(POSITION)
      position.writeBigUInt64BE(BigInt(seq))
      return Buffer.concat([nonce, cipher.update(position), cipher.final(), cipher.getAuthTag()]).toString('base64url')
    },

    /** The position again. Throws `invalidCursor` unless it was issued for this meeting, person and rights. */
    open(meetingId: string, viewer: Viewer, cursor: string): number {
      if (!TOKEN.test(cursor)) throw new AppError('invalidCursor')
      const bytes = Buffer.from(cursor, 'base64url')
      const nonce = bytes.subarray(0, NONCE)
      const decipher = createDecipheriv('aes-256-gcm', keyFor(meetingId, viewer), nonce, { authTagLength: TAG })
      decipher.setAuthTag(bytes.subarray(NONCE + POSITION))
      try {
        const position = Buffer.concat([decipher.update(bytes.subarray(NONCE, NONCE + POSITION)), decipher.final()])
        return Number(position.readBigUInt64BE())
      } catch {
        throw new AppError('invalidCursor')
      }
    },
  }
}

export type Cursors = ReturnType<typeof createCursors>
