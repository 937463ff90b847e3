import { createHash, randomInt } from 'node:crypto'

const CODE_HOURS = 24
/** No vowels, so no words; no signs that are mistaken for one another. 12 of 23 signs: 54 bits. */
const CODE_SIGNS = 'BCDFGHJKMNPQRTVWX346789'
const CODE_LENGTH = 12

/** A one-time code as its person is shown it, once. */
export interface IssuedCode { code: string, expiresAt: string }

/** What is kept of a code, however it was typed. */
export const codeHash = (code: string) => createHash('sha256').update(code.toUpperCase().replace(/[^A-Z0-9]/g, '')).digest()

export function newCode(): string {
  const signs = Array.from({ length: CODE_LENGTH }, () => CODE_SIGNS.charAt(randomInt(CODE_SIGNS.length))).join('')
  return signs.replace(/(.{4})(?=.)/g, '$1-')
}

/** A code that is valid for 24 hours: what is shown, and what is kept. `actorId` null: the installation itself. */
export function issueCode(actorId: string | null, now: Date) {
  const code = newCode()
  const expiresAt = new Date(now.getTime() + CODE_HOURS * 3600_000)
  const shown: IssuedCode = { code, expiresAt: expiresAt.toISOString() }
  return { shown, keep: { codeHash: codeHash(code), expiresAt, issuedBy: actorId } }
}
