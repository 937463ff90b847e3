import {
  constants, createHash, createPrivateKey, createPublicKey, generateKeyPair, privateDecrypt, publicEncrypt, verify, type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import { MODULUS_BITS } from '../../protocol/secret-ballot-entries.ts'
import { ballotHashText, boxRootText, type SignedBallot } from '../../protocol/secret-ballots.ts'
import { AppError } from '../platform/error.ts'

/**
 * The signer's and the verifier's part of RFC 9474 (RSABSSA-SHA384-PSS-Deterministic), in OpenSSL: the library that browsers blind
 * with does the same sum in script, two hundred times slower. What is signed is a key of 256 random bits, so that nothing more
 * need be mixed into it.
 */

const makeKeyPair = promisify(generateKeyPair)
const SALT_BYTES = 48

/** A new key pair for one vote: the modulus in base64url, and the private key. */
export async function newVoteKey(): Promise<{ publicKey: string, privateKey: KeyObject }> {
  const { publicKey, privateKey } = await makeKeyPair('rsa', { modulusLength: MODULUS_BITS, publicExponent: 65537 })
  return { publicKey: publicKey.export({ format: 'jwk' }).n ?? '', privateKey }
}

export const privateBytes = (key: KeyObject): Buffer => key.export({ type: 'pkcs8', format: 'der' })
export const privateKeyOf = (bytes: Buffer): KeyObject => createPrivateKey({ key: bytes, type: 'pkcs8', format: 'der' })
export const voteKeyOf = (modulus: string): KeyObject => createPublicKey({ key: { kty: 'RSA', n: modulus, e: 'AQAB' }, format: 'jwk' })

/** Signs a blinded message. Throws `blindedInvalid` for a number that is not below the modulus. */
export function blindSign(privateKey: KeyObject, blinded: Buffer): Buffer {
  let signature: Buffer
  try {
    signature = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, blinded)
  } catch {
    throw new AppError('blindedInvalid')
  }
  // A fault of the machine in the sum would give the key away (RFC 9474, 4.3).
  if (!publicEncrypt({ key: createPublicKey(privateKey), padding: constants.RSA_NO_PADDING }, signature).equals(blinded)) {
    throw new Error('a blind signature came out wrong')
  }
  return signature
}

/** Whether the vote's key signed this one-use key. */
export function credentialHolds(voteKey: KeyObject, { key, credential }: Pick<SignedBallot, 'key' | 'credential'>): boolean {
  const options = { key: voteKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES }
  return verify('sha384', Buffer.from(key, 'base64url'), options, Buffer.from(credential, 'base64url'))
}

/** Whether the one-use key signed this text. */
export function signatureHolds({ key, text, signature }: Pick<SignedBallot, 'key' | 'text' | 'signature'>): boolean {
  const point = Buffer.from(key, 'base64url')
  if (point.length !== 65 || point[0] !== 4) return false
  const coordinates = { x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) }
  try {
    const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...coordinates }, format: 'jwk' })
    return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  } catch {
    return false // not a point of the curve
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A ballot's hash: its voter's receipt. */
export const ballotHash = (ballot: Pick<SignedBallot, 'key' | 'text'>): Buffer => sha256(ballotHashText(ballot))

/** Ballots as the box shows them: by hash. */
export function byHash(ballots: readonly SignedBallot[]): SignedBallot[] {
  const hashed = ballots.map((ballot) => ({ ballot, hash: ballotHash(ballot) }))
  return hashed.toSorted((a, b) => a.hash.compare(b.hash)).map(({ ballot }) => ballot)
}

/** The root of a box whose ballots are in their order. */
export const boxRoot = (box: { voteId: string, publicKey: string, ballots: readonly SignedBallot[] }): Buffer => sha256(boxRootText(box))
