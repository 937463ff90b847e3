import { createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { SignedHead } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import { headBytes, keyIdOf, type ChainHead } from './chain.ts'
import { findHash, findHead } from './store.ts'

/** Signs with a key that the database never has: whoever owns the database can rewrite a journal, but not a signed head. */
export interface Signer {
  /** SHA-256 of the public key (SPKI, DER), hexadecimal. */
  keyId: string
  /** For auditors: publish it where the database's owner cannot change it. */
  publicKeyPem: string
  sign(meetingId: string, hash: string, at: Date): SignedHead
  /** Ed25519 over a text that says what it is, base64url: receipts and the like. */
  signText(text: string): string
  /** 32 bytes that all processes with this key share and nobody else can know, one for each purpose. */
  secret(purpose: string): Buffer
}

/** The signer of an Ed25519 private key; every server process of an installation has the same one. */
export function createSigner(privateKey: KeyObject): Signer {
  const publicKeyPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  const keyId = keyIdOf(publicKeyPem)
  const bytes = privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    keyId,
    publicKeyPem,
    sign(meetingId, hash, at) {
      const head = { meetingId, hash, at: at.toISOString(), keyId }
      return { ...head, signature: sign(null, headBytes(head), privateKey).toString('base64url') }
    },
    signText: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    secret: (purpose) => Buffer.from(hkdfSync('sha256', bytes, '', `nghisu journal ${purpose}`, 32)),
  }
}

/**
 * Signs the heads of journals, each only if its journal still leads through the one signed before: a process that has
 * seen a history never puts its name to another one. It forgets that history when it ends.
 */
export function createHeadSigning(deps: { db: Knex, signer: Signer, log: Pick<Logger, 'error'>, now: () => Date }) {
  const { db, signer, log, now } = deps
  const signed = new Map<string, ChainHead>()

  /** The head that `source` sees: the pool the present one, a transaction the one of its moment. */
  return async function signHead(meetingId: string, source: Knex = db): Promise<SignedHead> {
    const head = await findHead(source, meetingId)
    if (!head) throw new AppError('meetingNotFound')
    const before = signed.get(meetingId)
    // What was signed since that moment is only there at present.
    const seen = before && before.seq > head.seq ? db : source
    if (before && await findHash(seen, meetingId, before.seq) !== before.hash) {
      log.error({ meetingId, head: before.hash }, 'the journal was rewritten: it no longer leads through the head signed before')
      throw new AppError('internal', { reason: 'journalRewritten' })
    }
    if (!before || before.seq < head.seq) signed.set(meetingId, head)
    return signer.sign(meetingId, head.hash, now())
  }
}

export type HeadSigning = ReturnType<typeof createHeadSigning>
