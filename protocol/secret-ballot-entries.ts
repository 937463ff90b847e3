import { z } from 'zod'
import { Id } from './journal.ts'
import type { VoteState } from './vote-entries.ts'

/** Length of a vote's RSA modulus, in bits. The key lives as long as its vote, and unlinkability does not rest on it. */
export const MODULUS_BITS = 2048

export const Base64url = (length: number) => z.string().length(length).regex(/^[\w-]+$/)
/** A number below the modulus, or a signature: 256 bytes. */
export const RsaBytes = Base64url(342)

/** The modulus of a vote's RSA key; the exponent is 65537. */
export const VotePublicKey = RsaBytes

/** What happens to a secret vote beside what happens to every vote. Nothing tells of a ballot before the box is opened. */
export const secretBallotEntries = [
  /** The vote's key, the same for everybody: who were given keys of their own could be told apart by their ballots. */
  z.object({ kind: z.literal('vote.boxPrepared'), data: z.object({ voteId: Id, itemId: Id, publicKey: VotePublicKey }) }),
  z.object({ kind: z.literal('vote.credentialDrawn'), data: z.object({ voteId: Id, voterId: Id }) }),
  z.object({ kind: z.literal('vote.castingOpened'), data: z.object({ voteId: Id }) }),
  z.object({ kind: z.literal('vote.boxOpened'), data: z.object({ voteId: Id, ballots: z.int(), unreadable: z.int() }) }),
] as const

/** The box of a secret vote; who drew and when casting began stand in its `VoteState`. */
export interface SecretBox {
  voteId: string
  itemId: string
  publicKey: string
  /** Null until the box is opened, and for ever where the vote was annulled. */
  opened: { ballots: number, unreadable: number } | null
}

interface Boxes { votes: VoteState[], boxes: SecretBox[] }
type SecretBallotEntry = z.infer<typeof secretBallotEntries[number]> & { at: string }

/** The votes and boxes after one more entry. */
export function applySecretBallots({ votes, boxes }: Boxes, entry: SecretBallotEntry): Boxes {
  const { voteId } = entry.data
  const changed = (change: (vote: VoteState) => VoteState) => votes.map((vote) => vote.voteId === voteId ? change(vote) : vote)
  switch (entry.kind) {
    case 'vote.boxPrepared': return { votes, boxes: [...boxes, { ...entry.data, opened: null }] }
    case 'vote.credentialDrawn': {
      const { voterId } = entry.data
      return { boxes, votes: changed((vote) => ({ ...vote, drawn: [...vote.drawn, voterId] })) }
    }
    case 'vote.castingOpened': return { boxes, votes: changed((vote) => ({ ...vote, castingSince: entry.at })) }
    case 'vote.boxOpened': {
      const { ballots, unreadable } = entry.data
      return { votes, boxes: boxes.map((box) => box.voteId === voteId ? { ...box, opened: { ballots, unreadable } } : box) }
    }
  }
}

/** Where a secret vote stands: credentials are drawn, ballots are cast, the box is open. */
export type SecretPhase = 'drawing' | 'casting' | 'closed'
export function phaseOf({ castingSince, closedAt }: Pick<VoteState, 'castingSince' | 'closedAt'>): SecretPhase {
  return closedAt ? 'closed' : castingSince ? 'casting' : 'drawing'
}
