import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

const NONCE = 12
const TAG = 16

export interface Sealer {
  /** Encrypts a value of plain JSON; it opens for the same person and place only. */
  seal(personId: string, place: string, value: unknown): Buffer
  /** Throws when the bytes were changed, or belong to another person or place. */
  open(personId: string, place: string, sealed: Buffer): unknown
}

/** AES-256-GCM under a key of each person, derived from a secret that the database never has. */
export function createSealer(secret: Buffer): Sealer {
  const keyOf = (personId: string) => createHmac('sha256', secret).update(personId).digest()
  return {
    seal(personId, place, value) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', keyOf(personId), nonce).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    open(personId, place, sealed) {
      const cipher = createDecipheriv('aes-256-gcm', keyOf(personId), sealed.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(NONCE, NONCE + TAG))
      return JSON.parse(Buffer.concat([cipher.update(sealed.subarray(NONCE + TAG)), cipher.final()]).toString('utf8')) as unknown
    },
  }
}
