import { createHmac, createPublicKey, hash, verify } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { SignedHead, VisibleEntry } from '../../protocol/journal.ts'

/** An entry in its place of the chain. Hashes are hexadecimal. */
export interface ChainedEntry extends VisibleEntry {
  /** From 1, without gaps. */
  seq: number
  prevHash: string
  hash: string
}

/** Where a chain ends: the last entry, or the beginning with `seq` 0. */
export interface ChainHead { seq: number, hash: string }

/** Canonical JSON (RFC 8785), the form that is hashed and signed. Throws for what JSON cannot say. */
export function canonical(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('no JSON value')
  return text
}

export function sha256(text: string | Buffer): Buffer {
  return hash('sha256', text, 'buffer')
}

/** What the first entry links back to: bound to the meeting, so that no chain can stand in for another. */
export function genesis(meetingId: string): ChainHead {
  return { seq: 0, hash: sha256(canonical({ format: 'nghisu-journal-1', meetingId })).toString('hex') }
}

/** The hash of an entry covers all that it says, where it stands, and through `prevHash` all that came before. */
export function entryHash(meetingId: string, entry: Omit<ChainedEntry, 'hash'>): string {
  const { seq, at, actorId, kind, data, audience, prevHash } = entry
  return sha256(canonical({ meetingId, seq, at, actorId, kind, data, audience, prevHash })).toString('hex')
}

/** The entry that follows `head`. */
export function chain(meetingId: string, head: ChainHead, entry: VisibleEntry): ChainedEntry {
  const linked = { ...entry, seq: head.seq + 1, prevHash: head.hash }
  return { ...linked, hash: entryHash(meetingId, linked) }
}

/** What an entry holds of a text: without the key it tells nothing about the body, not even to somebody who guesses it. */
export function textMac(key: Buffer, body: string): string {
  return createHmac('sha256', key).update(body, 'utf8').digest('hex')
}

/** The bytes that are signed for a head; the type keeps the signature from meaning anything else. */
export function headBytes(head: Omit<SignedHead, 'signature'>): Buffer {
  const { meetingId, hash, at, keyId } = head
  return Buffer.from(canonical({ type: 'nghisu-journal-head-1', meetingId, hash, at, keyId }))
}

/** The fingerprint by which a head names the key that signed it. */
export function keyIdOf(publicKeyPem: string): string {
  return sha256(createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' })).toString('hex')
}

/** Whether this key, and no other, signed the head. */
export function isSignedBy(head: SignedHead, publicKeyPem: string): boolean {
  const key = createPublicKey(publicKeyPem)
  return key.asymmetricKeyType === 'ed25519' && keyIdOf(publicKeyPem) === head.keyId
    && verify(null, headBytes(head), key, Buffer.from(head.signature, 'base64url'))
}
