import { z } from 'zod'
import { BallotContent, VoteResult, VoteTerms } from './ballots.ts'
import { ChangeOfMeeting, defineCommand, Nothing } from './event.ts'
import { Id, Sha256 } from './journal.ts'
import { Base64url, RsaBytes, VotePublicKey } from './secret-ballot-entries.ts'
import { defineRoute } from './route.ts'
import { ConfirmedHall } from './vote-entries.ts'

/**
 * Secret ballots that nobody can link to who cast them. In the first phase each elector, signed in, draws one credential: a
 * blind signature (RFC 9474, RSABSSA-SHA384-PSS-Deterministic) under the vote's own key, over a one-use public key that the
 * server does not see. In the second phase ballots come without session or cookie, signed with the one-use keys. The third
 * opens the box. docs/security/secret-ballots.md says what that keeps from whom.
 */

/** The longest text of a ballot, in characters. */
const MAX_BALLOT_TEXT = 20_000

/** A ballot as it is cast, kept and published. All in base64url, except the text. */
export const SignedBallot = z.strictObject({
  /** The one-use key: a point of P-256, uncompressed, 65 bytes. */
  key: Base64url(87),
  /** The vote's RSA-PSS signature (SHA-384, salt of 48 bytes) over these 65 bytes. */
  credential: RsaBytes,
  /** `BallotText` as JSON, exactly as it was signed. */
  text: z.string().min(2).max(MAX_BALLOT_TEXT),
  /** ECDSA with SHA-256 by the one-use key over the text in UTF-8; r and s, 32 bytes each. */
  signature: Base64url(86),
})
export type SignedBallot = z.infer<typeof SignedBallot>

/** What is signed: the content, bound to its vote; the nonce keeps the hashes of two alike ballots apart. */
export const BallotText = z.strictObject({
  format: z.literal('nghisu-ballot-1'), voteId: Id, content: BallotContent, nonce: Base64url(22),
})
export type BallotText = z.infer<typeof BallotText>

/** The text of a ballot as one reads it; null when it is none. */
export function readBallotText(text: string): BallotText | null {
  try {
    return BallotText.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** What SHA-256 makes a ballot's hash of, in UTF-8: the voter's private receipt, and the ballot's place in the box. */
export function ballotHashText({ key, text }: Pick<SignedBallot, 'key' | 'text'>): string {
  return JSON.stringify(['nghisu-ballot-1', key, text])
}

/** What SHA-256 makes the box's root of, in UTF-8; ballots in the order of their hashes. */
export function boxRootText(box: { voteId: string, publicKey: string, ballots: readonly SignedBallot[] }): string {
  const ballots = box.ballots.map(({ key, credential, text, signature }) => [key, credential, text, signature])
  return JSON.stringify(['nghisu-box-1', box.voteId, box.publicKey, ballots])
}

/** What the server signs with the journal's key when it takes a ballot: it promises that the box will hold it. */
export function receiptText({ voteId, hash }: { voteId: string, hash: string }): string {
  return JSON.stringify(['nghisu-ballot-receipt-1', voteId, hash])
}

/** A receipt as its voter keeps it in a file: it promises, and shows to whoever has it which ballot is the voter's. */
export const BallotReceipt = z.strictObject({ format: z.literal('nghisu-ballot-receipt-1'), voteId: Id, hash: Sha256, receipt: Base64url(86) })
export type BallotReceipt = z.infer<typeof BallotReceipt>

/** A box as it is published at closing, all that a stranger needs to count it again. */
export const Box = z.strictObject({
  format: z.literal('nghisu-box-1'), meetingId: Id, voteId: Id, publicKey: VotePublicKey,
  terms: VoteTerms,
  /** Who drew a credential. */
  drawn: z.array(Id),
  /** By hash. */
  ballots: z.array(SignedBallot),
  /** Ballots that were in the database and could not be opened: somebody altered them there. */
  unreadable: z.int().nonnegative(),
  /** What was counted on paper, by those who drew none. */
  hall: ConfirmedHall.nullable(),
  result: VoteResult,
  /** As in the journal's entry `vote.closed`. */
  ballotsRoot: Sha256,
})
export type Box = z.infer<typeof Box>

export const drawCredential = defineCommand({
  name: 'secretBallot:draw',
  summary: 'Draws one’s one credential of a secret vote, before casting opens. The same blinded message gets the same answer again, another one is refused.',
  access: 'members entitled to vote in that vote',
  input: ChangeOfMeeting.extend({ voteId: Id, blinded: RsaBytes.describe('the one-use public key, blinded (RFC 9474)') }),
  output: z.object({ blindSignature: RsaBytes }),
  errors: ['meetingNotFound', 'voteNotFound', 'voteClosed', 'drawingEnded', 'credentialDrawn', 'notEntitledToVote', 'votesInHall', 'blindedInvalid'],
})

export const openCasting = defineCommand({
  name: 'secretBallot:openCasting', summary: 'Ends the drawing of credentials and opens the casting of ballots.',
  access: 'chair, clerk, or who presides', input: ChangeOfMeeting.extend({ voteId: Id }), output: Nothing,
  errors: ['meetingNotFound', 'forbiddenInMeeting', 'voteNotFound', 'voteClosed', 'drawingEnded'],
})

export const castSecretBallot = defineRoute({
  id: 'secretBallots.cast', method: 'post', path: '/api/ballots', access: 'anyone',
  summary: 'Casts a secret ballot, by whoever holds a credential: without session, and refused with a cookie. The same ballot gets the same answer again.',
  body: SignedBallot,
  response: z.object({
    hash: Sha256,
    /** The journal key’s Ed25519 signature over `receiptText`, base64url. */
    receipt: Base64url(86),
  }),
  errors: ['cookieRefused', 'voteNotFound', 'castingNotOpen', 'voteClosed', 'alreadyVoted', 'ballotInvalid', 'tooManyRequests', 'databaseUnavailable'],
})

export const getBox = defineRoute({
  id: 'secretBallots.box', method: 'get', path: '/api/meetings/:meetingId/votes/:voteId/box', access: 'signedIn',
  summary: 'The opened box of a closed secret vote, for finding one’s own ballot and counting again.',
  params: z.object({ meetingId: Id, voteId: Id }), response: Box, errors: ['meetingNotFound', 'voteNotFound', 'voteNotClosed'],
})
