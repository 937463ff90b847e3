import type { KeyObject } from 'node:crypto'
import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import { validBallot } from '../../protocol/ballots.ts'
import { readBallotText, receiptText, type SignedBallot } from '../../protocol/secret-ballots.ts'
import { AppError } from '../platform/error.ts'
import { ballotHash, credentialHolds, signatureHolds, voteKeyOf } from './blind.ts'
import type { Keyring } from './keyring.ts'
import { sealBallot, slotOf, unsealBallot } from './sealing.ts'
import type { SecretBallotsStore, SecretTerms } from './secret-ballots.ts'

/** So long ballots wait for others, to be written with them in no order, in ms. */
const GATHER_MS = 150
/** Ballots of one statement. */
const AT_ONCE = 500
/** Open votes that are kept in mind. */
const VOTES = 100

interface Known { voteKey: KeyObject, terms: SecretTerms }
interface Waiting { ballot: SignedBallot, resolve(): void, reject(error: unknown): void }

export interface CastingDeps {
  db: Knex
  store: SecretBallotsStore
  keyring: Keyring
  /** Signs with the journal's key: Ed25519, base64url. */
  signReceipt(text: string): string
  gatherMs?: number
}

/**
 * Takes secret ballots. It knows no person, no session and no address, writes no entry and no time, and acknowledges once a
 * ballot is durable. What came within a moment is written together, by places that are random.
 */
export function createCasting({ db, store, keyring, signReceipt, gatherMs = GATHER_MS }: CastingDeps) {
  const known = new LRUCache<string, Known>({ max: VOTES })
  const queues = new Map<string, Waiting[]>()
  const underWay = new Set<Promise<void>>()

  async function voteOf(voteId: string): Promise<Known> {
    const kept = known.get(voteId)
    if (kept) return kept
    const vote = await store.find(db, voteId)
    if (!vote) throw new AppError('voteNotFound')
    const found = { voteKey: voteKeyOf(vote.publicKey), terms: vote.terms }
    known.set(voteId, found)
    return found
  }

  function enqueue(voteId: string, ballot: SignedBallot): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = queues.get(voteId)
      if (queue) return void queue.push({ ballot, resolve, reject })
      queues.set(voteId, [{ ballot, resolve, reject }])
      const drained = new Promise((gathered) => { setTimeout(gathered, gatherMs) }).then(() => drain(voteId)).finally(() => underWay.delete(drained))
      underWay.add(drained)
    })
  }

  async function drain(voteId: string): Promise<void> {
    const waiting = queues.get(voteId) ?? []
    queues.delete(voteId)
    for (let from = 0; from < waiting.length; from += AT_ONCE) {
      const some = waiting.slice(from, from + AT_ONCE)
      try {
        const outcomes = await write(voteId, some.map(({ ballot }) => ballot))
        some.forEach(({ ballot, resolve, reject }) => {
          const refusal = outcomes.get(ballot)
          if (refusal) reject(refusal)
          else resolve()
        })
      } catch (error) {
        for (const { reject } of some) reject(error)
      }
    }
  }

  /** Writes ballots in one transaction and gives, by ballot, why it was refused. */
  async function write(voteId: string, ballots: readonly SignedBallot[]): Promise<Map<SignedBallot, AppError>> {
    return await db.transaction(async (trx) => {
      const phase = await store.phase(trx, voteId, 'shared')
      if (phase?.opened) return await refusals(ballots, (ballot) => store.inBox(trx, voteId, ballot.key), 'voteClosed')
      if (!phase?.casting) return await refusals(ballots, async () => undefined, 'castingNotOpen')
      const keys = await keyring.require(voteId)
      const { terms } = await voteOf(voteId)
      const sealed = new Map<string, { slot: Buffer, sealed: Buffer }>()
      for (const ballot of ballots) {
        // Of two with the same key in one batch the first counts, and the other is held against it below.
        const slot = slotOf(keys, ballot.key)
        const name = slot.toString('hex')
        if (!sealed.has(name)) sealed.set(name, { slot, sealed: sealBallot(keys, slot, ballot, bytesOf(terms)) })
      }
      const fresh = await store.insertBallots(trx, voteId, [...sealed.values()])
      const taken = fresh.length === ballots.length ? [] : await store.ballotsAt(trx, voteId, [...sealed.values()].map(({ slot }) => slot))
      const there = new Map(taken.map(({ slot, sealed: kept }) => [slot.toString('hex'), unsealBallot(keys, slot, kept)]))
      return await refusals(taken.length ? ballots : [], async (ballot) => there.get(slotOf(keys, ballot.key).toString('hex')), 'alreadyVoted')
    })
  }

  return {
    /**
     * Takes a ballot. Throws `ballotInvalid` (details `reason`), `voteNotFound`, `castingNotOpen`, `voteClosed`, `alreadyVoted`
     * (another ballot came with this credential), `ballotBoxLost`.
     */
    async cast(ballot: SignedBallot): Promise<{ hash: string, receipt: string }> {
      const read = readBallotText(ballot.text)
      if (!read) throw new AppError('ballotInvalid', { reason: 'text' })
      const { voteId, content } = read
      const { voteKey, terms } = await voteOf(voteId)
      if (!credentialHolds(voteKey, ballot)) throw new AppError('ballotInvalid', { reason: 'credential' })
      if (!signatureHolds(ballot)) throw new AppError('ballotInvalid', { reason: 'signature' })
      if (!validBallot(terms, content)) throw new AppError('ballotInvalid', { reason: 'content' })
      if (ballot.text.length > maxTextOf(terms)) throw new AppError('ballotInvalid', { reason: 'text' })
      await enqueue(voteId, ballot)
      const hash = ballotHash(ballot).toString('hex')
      return { hash, receipt: signReceipt(receiptText({ voteId, hash })) }
    },

    /** Waits for the ballots that were taken in. */
    async close(): Promise<void> {
      await Promise.all(underWay)
    },
  }
}

export type Casting = ReturnType<typeof createCasting>

/** Refuses with `code` each ballot that is not the one that is there already. */
async function refusals(
  ballots: readonly SignedBallot[], kept: (ballot: SignedBallot) => Promise<SignedBallot | undefined>, code: 'voteClosed' | 'castingNotOpen' | 'alreadyVoted',
): Promise<Map<SignedBallot, AppError>> {
  const refused = new Map<SignedBallot, AppError>()
  for (const ballot of ballots) if ((await kept(ballot))?.text !== ballot.text) refused.set(ballot, new AppError(code))
  return refused
}

/** The longest text that a ballot of these terms has. */
function maxTextOf(terms: SecretTerms): number {
  return 400 + terms.choices.reduce((sum, choice) => sum + choice.length + 30, 0)
}

/** The one length of all ballots of a vote: text, keys and signatures, rounded up. Texts are ASCII, and each quote in them is escaped. */
function bytesOf(terms: SecretTerms): number {
  return Math.ceil((2 * maxTextOf(terms) + 700) / 512) * 512
}

