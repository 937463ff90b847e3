import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { SignedBallot } from '../../protocol/secret-ballots.ts'
import type { VoteKeys } from './vote-secrets.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AES-256-GCM under a fresh nonce, bound to `about`. */
export function seal(key: Buffer, about: string, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws for what was altered, or sealed under another key or about something else. */
export function unseal(key: Buffer, about: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(about))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}

/** Where a ballot is kept: the same for the same one-use key, and nothing to anybody without the vote's keys. */
export function slotOf({ slots }: VoteKeys, key: string): Buffer {
  return createHmac('sha256', slots).update(key).digest()
}

/** All ballots of a vote are kept in one length, or the length would tell what some of them say. */
export function sealBallot({ ballots }: VoteKeys, slot: Buffer, ballot: SignedBallot, bytes: number): Buffer {
  const plain = Buffer.alloc(bytes, ' ')
  const text = Buffer.from(JSON.stringify(ballot))
  if (text.length > bytes) throw new Error('a ballot is longer than its vote has room for')
  text.copy(plain)
  return seal(ballots, slot.toString('hex'), plain)
}

/** The ballot of a place, or undefined where the database was altered. */
export function unsealBallot({ ballots }: VoteKeys, slot: Buffer, sealed: Buffer): SignedBallot | undefined {
  try {
    return SignedBallot.parse(JSON.parse(unseal(ballots, slot.toString('hex'), sealed).toString()))
  } catch {
    return undefined
  }
}
