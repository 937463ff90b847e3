import { randomUUID } from 'node:crypto'
import type { BallotContent } from '../../protocol/ballots.ts'
import { castSecretBallot, type SignedBallot } from '../../protocol/secret-ballots.ts'
import { blind, fillIn, unblind, type Blinded } from '../../client/secret-ballots/credential.ts'
import type { Caller } from '../../server/platform/contract.ts'
import type { SecretBallots } from '../../server/secret-ballots/secret-ballots.ts'
import type { CallResult } from './client.ts'

/** A voter of a secret vote, as far as the browser's own sums go. */
export interface Voter extends Blinded { credential: string, voteId: string }

export const approve: BallotContent = { kind: 'named', choice: 'approve' }
export const reject: BallotContent = { kind: 'named', choice: 'reject' }

/** Draws a credential. */
export async function drawnBy(
  secretBallots: SecretBallots, caller: Caller, { meetingId, voteId, publicKey }: { meetingId: string, voteId: string, publicKey: string },
): Promise<Voter> {
  const blinded = await blind(publicKey)
  const { blindSignature } = await secretBallots.draw(meetingId, caller, { key: randomUUID(), voteId, blinded: blinded.blinded })
  return { ...blinded, voteId, credential: await unblind(publicKey, blinded, blindSignature) }
}

export const ballotOf = (voter: Voter, content: BallotContent, voteId = voter.voteId): Promise<SignedBallot> => fillIn(voter, voteId, content)

/** Casts a ballot as a browser does that leaves out who it is. */
export async function castNameless(origin: string, ballot: SignedBallot): Promise<CallResult<{ hash: string, receipt: string }>> {
  const response = await fetch(new URL(castSecretBallot.path, origin), {
    method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify(ballot),
  })
  const body = await response.json() as { hash: string, receipt: string, error: CallResult<unknown>['error'] }
  return { status: response.status, headers: response.headers, body, error: body.error }
}

