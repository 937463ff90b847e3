import { RSABSSA } from '@cloudflare/blindrsa-ts'
import type { BallotContent } from '../../protocol/ballots.ts'
import { ballotHashText, type BallotText, type SignedBallot } from '../../protocol/secret-ballots.ts'

/** The voter's part of a secret vote: the one-use key, blinding and unblinding, and filling in the ballot. Knows no page and no store. */

const suite = RSABSSA.SHA384.PSS.Deterministic()

/** What the browser must keep before it asks for the blind signature: without it, the answer is worth nothing. */
export interface Blinded {
  /** The one-use public key, base64url. */
  key: string
  /** Never to be read out of the browser. */
  privateKey: CryptoKey
  /** The message that the server signs without seeing what it is, base64url. */
  blinded: string
  /** Takes the blinding off again. */
  inverse: Uint8Array<ArrayBuffer>
}

const toBase64url = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
const fromBase64url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

const importVoteKey = (modulus: string) =>
  crypto.subtle.importKey('jwk', { kty: 'RSA', n: modulus, e: 'AQAB', alg: 'PS384' }, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify'])

/** Makes a one-use key and blinds it for the vote whose public key, as the journal tells it to everybody, this is. */
export async function blind(votePublicKey: string): Promise<Blinded> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const { blindedMsg, inv } = await suite.blind(await importVoteKey(votePublicKey), raw)
  return { key: toBase64url(raw), privateKey: pair.privateKey, blinded: toBase64url(blindedMsg), inverse: new Uint8Array(inv) }
}

/** Takes the blinding off the signature. Throws when it is not the vote's over this key. */
export async function unblind(votePublicKey: string, { key, inverse }: Pick<Blinded, 'key' | 'inverse'>, blindSignature: string): Promise<string> {
  return toBase64url(await suite.finalize(await importVoteKey(votePublicKey), fromBase64url(key), fromBase64url(blindSignature), inverse))
}

/** Fills in the ballot and signs it with the one-use key. */
export async function fillIn(
  { key, privateKey, credential }: Pick<Blinded, 'key' | 'privateKey'> & { credential: string }, voteId: string, content: BallotContent,
): Promise<SignedBallot> {
  const nonce = toBase64url(crypto.getRandomValues(new Uint8Array(16)))
  const text = JSON.stringify({ format: 'nghisu-ballot-1', voteId, content, nonce } satisfies BallotText)
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new TextEncoder().encode(text))
  return { key, credential, text, signature: toBase64url(new Uint8Array(signature)) }
}

/** The ballot's hash in hexadecimal digits: where the voter finds it in the opened box. */
export async function hashOf(ballot: Pick<SignedBallot, 'key' | 'text'>): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(ballotHashText(ballot)))
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
