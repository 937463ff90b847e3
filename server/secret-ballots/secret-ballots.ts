import type { Knex } from 'knex'
import type { BallotContent, BallotTerms, VoteTerms as Terms } from '../../protocol/ballots.ts'
import { VoteTerms } from '../../protocol/ballots.ts'
import type { ExportBox } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { readBallotText, type Box, type SignedBallot } from '../../protocol/secret-ballots.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOfficeOrPresiding, seesItem, type MeetingAccess } from '../meetings/access.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { blindSign, boxRoot, byHash, newVoteKey, privateBytes, privateKeyOf } from './blind.ts'
import type { Keyring } from './keyring.ts'
import { seal, unseal, unsealBallot } from './sealing.ts'

/** What of a vote's terms tells a valid ballot. */
export type SecretTerms = BallotTerms

export interface SecretVote {
  meetingId: string
  itemId: string
  publicKey: string
  /** The private key under the vote's secret; null once `opened`. */
  sealedKey: Buffer | null
  terms: SecretTerms
  casting: boolean
  /** Nothing is drawn or cast any more: the box was opened, or discarded with a vote that was annulled. */
  opened: boolean
}
export interface Sealed { slot: Buffer, sealed: Buffer }
export interface Drawn { blinded: Buffer, blindSignature: Buffer }

export interface SecretBallotsStore {
  insert(trx: Knex.Transaction, voteId: string, vote: { publicKey: string, sealedKey: Buffer, terms: SecretTerms }): Promise<void>
  find(db: Knex, voteId: string): Promise<SecretVote | undefined>
  /** What an elector has done so far; undefined for others. */
  electorOf(db: Knex, voteId: string, personId: string): Promise<{ inHall: boolean, drawn: Drawn | null } | undefined>
  insertCredential(trx: Knex.Transaction, voteId: string, voterId: string, drawn: Drawn): Promise<void>
  openCasting(trx: Knex.Transaction, voteId: string): Promise<void>
  /** The phase, held until the transaction's end: `shared` by those who cast, alone by who opens or discards the box. */
  phase(trx: Knex.Transaction, voteId: string, lock: 'shared' | 'alone'): Promise<Pick<SecretVote, 'casting' | 'opened'> | undefined>
  /** Puts ballots in their places and gives those that were free. */
  insertBallots(trx: Knex.Transaction, voteId: string, ballots: readonly Sealed[]): Promise<Buffer[]>
  ballotsAt(trx: Knex.Transaction, voteId: string, slots: readonly Buffer[]): Promise<Sealed[]>
  /** Reads all ballots and deletes them. */
  takeBallots(trx: Knex.Transaction, voteId: string): Promise<Sealed[]>
  /** Writes the opened box, in this order, and forgets the private key. */
  publish(trx: Knex.Transaction, voteId: string, ballots: readonly SignedBallot[], unreadable: number): Promise<void>
  /** Deletes all ballots and the private key. */
  discard(trx: Knex.Transaction, voteId: string): Promise<void>
  /** By hash. */
  box(db: Knex, voteId: string): Promise<SignedBallot[]>
  inBox(db: Knex, voteId: string, key: string): Promise<SignedBallot | undefined>
  /** The opened boxes of a meeting, in the order of their votes. */
  openedOf(db: Knex, meetingId: string): Promise<{ voteId: string, publicKey: string }[]>
  /** Which of these are votes whose box is neither opened nor discarded. */
  unopened(db: Knex, voteIds: readonly string[]): Promise<string[]>
}

export interface SecretBallotsDeps {
  db: Knex
  journal: Pick<Journal, 'state'>
  access: MeetingAccess
  store: SecretBallotsStore
  keyring: Keyring
}

/** Who may do what. A credential is drawn by the electors of the vote, whatever their role. */
const may = { openCasting: requireOfficeOrPresiding }

/** Credentials, phases and boxes of secret votes; the casting itself, which knows nobody, is `casting.ts`. */
export function createSecretBallots({ db, journal, access, store, keyring }: SecretBallotsDeps) {
  async function require(source: Knex, meetingId: string, voteId: string): Promise<SecretVote> {
    const vote = await store.find(source, voteId)
    if (vote?.meetingId !== meetingId) throw new AppError('voteNotFound')
    return vote
  }

  return {
    /** A step of opening a secret vote: its key pair and its secret. */
    async prepare(tx: JournalTx, voteId: string, terms: BallotTerms & Pick<Terms, 'itemId'>): Promise<void> {
      const { publicKey, privateKey } = await newVoteKey()
      const { signing } = await keyring.make(voteId)
      const { kind, choices, criteria, election, itemId } = terms
      const kept = { kind, choices, criteria, ...election ? { election } : {} }
      await store.insert(tx.trx, voteId, { publicKey, sealedKey: seal(signing, voteId, privateBytes(privateKey)), terms: kept })
      tx.append({ kind: 'vote.boxPrepared', data: { voteId, itemId, publicKey }, audience: { scope: 'item', itemId } })
    },

    /**
     * Gives the caller the one credential. Throws `meetingNotFound`, `voteNotFound`, `voteClosed`, `drawingEnded`,
     * `credentialDrawn` (with another blinded message), `notEntitledToVote`, `votesInHall`, `blindedInvalid`, `ballotBoxLost`.
     */
    async draw(
      meetingId: string, caller: Caller, { key, voteId, blinded }: { key: string, voteId: string, blinded: string },
    ): Promise<{ blindSignature: string }> {
      const asked = Buffer.from(blinded, 'base64url')
      const options = { key, fingerprint: ['secretBallot:draw', voteId, blinded] }
      await access.change(meetingId, caller, () => {}, options, async (tx, found) => {
        const vote = await require(tx.trx, meetingId, voteId)
        if (!seesItem(found, vote.itemId)) throw new AppError('voteNotFound')
        const elector = await store.electorOf(tx.trx, voteId, caller.personId)
        if (!elector) throw new AppError('notEntitledToVote')
        if (elector.drawn?.blinded.equals(asked)) return {}
        if (elector.drawn) throw new AppError('credentialDrawn')
        if (vote.opened || !vote.sealedKey) throw new AppError('voteClosed')
        if (vote.casting) throw new AppError('drawingEnded')
        if (elector.inHall) throw new AppError('votesInHall')
        const { signing } = await keyring.require(voteId)
        const blindSignature = blindSign(privateKeyOf(unseal(signing, voteId, vote.sealedKey)), asked)
        await store.insertCredential(tx.trx, voteId, caller.personId, { blinded: asked, blindSignature })
        tx.append({ kind: 'vote.credentialDrawn', data: { voteId, voterId: caller.personId }, audience: { scope: 'item', itemId: vote.itemId } })
        // What is kept for the key is looked up where credentials are.
        return {}
      })
      const elector = await store.electorOf(db, voteId, caller.personId)
      if (!elector?.drawn) throw new Error('a credential that was drawn is not there')
      return { blindSignature: elector.drawn.blindSignature.toString('base64url') }
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed`, `drawingEnded`. */
    async openCasting(meetingId: string, caller: Caller, { key, voteId }: { key: string, voteId: string }): Promise<Record<string, never>> {
      return await access.change(meetingId, caller, may.openCasting, { key, fingerprint: ['secretBallot:openCasting', voteId] }, async (tx) => {
        const vote = await require(tx.trx, meetingId, voteId)
        if (vote.opened) throw new AppError('voteClosed')
        if (vote.casting) throw new AppError('drawingEnded')
        await store.openCasting(tx.trx, voteId)
        tx.append({ kind: 'vote.castingOpened', data: { voteId }, audience: { scope: 'item', itemId: vote.itemId } })
        return {}
      })
    },

    /**
     * A step of closing a secret vote: opens the box and publishes it. The vote's secret is destroyed once that is committed.
     * Throws `ballotBoxLost` where the secret is gone and there are ballots, unless the vote is to be closed without them: they
     * are then told as unreadable.
     */
    async open(tx: JournalTx, voteId: string, { withoutBox = false } = {}): Promise<{ contents: BallotContent[], root: Buffer }> {
      await store.phase(tx.trx, voteId, 'alone')
      const vote = await require(tx.trx, tx.meetingId, voteId)
      const taken = await store.takeBallots(tx.trx, voteId)
      const keys = !taken.length ? undefined : withoutBox ? await keyring.find(voteId) : await keyring.require(voteId)
      const read = keys ? taken.map(({ slot, sealed }) => unsealBallot(keys, slot, sealed)) : []
      const ballots = byHash(read.filter((ballot) => ballot !== undefined))
      const unreadable = taken.length - ballots.length
      await store.publish(tx.trx, voteId, ballots, unreadable)
      const data = { voteId, ballots: ballots.length, unreadable }
      tx.append({ kind: 'vote.boxOpened', data, audience: { scope: 'item', itemId: vote.itemId } })
      keyring.destroySoon(voteId)
      return { contents: ballots.map(contentOf), root: boxRoot({ voteId, publicKey: vote.publicKey, ballots }) }
    },

    /** A step of annulling a secret vote. Its secret is destroyed once that is committed, so that what was cast can never be read. */
    async discard(tx: JournalTx, voteId: string): Promise<void> {
      await store.phase(tx.trx, voteId, 'alone')
      await store.discard(tx.trx, voteId)
      keyring.destroySoon(voteId)
    },

    /** The published box. Throws `meetingNotFound`, `voteNotFound`, `voteNotClosed`. */
    async box(meetingId: string, voteId: string, caller: Caller): Promise<Box> {
      const found = await access.accessTo(meetingId, caller)
      const state = await journal.state(meetingId, meetingReducer)
      const vote = state.votes.find((one) => one.voteId === voteId)
      const secret = state.secretBoxes.find((one) => one.voteId === voteId)
      if (!vote || !secret || !seesItem(found, vote.itemId)) throw new AppError('voteNotFound')
      if (!vote.result || !secret.opened) throw new AppError('voteNotClosed')
      const { publicKey, opened } = secret
      const ballots = await store.box(db, voteId)
      return {
        format: 'nghisu-box-1', meetingId, voteId, publicKey, terms: VoteTerms.parse(vote), drawn: vote.drawn, ballots,
        unreadable: opened.unreadable, hall: vote.hallResult, result: vote.result,
        ballotsRoot: boxRoot({ voteId, publicKey, ballots }).toString('hex'),
      }
    },

    /** The boxes of a meeting as the auditor's export has them; whoever asks has seen to the right to it. */
    async boxes(trx: Knex.Transaction, meetingId: string): Promise<ExportBox[]> {
      const boxes: ExportBox[] = []
      for (const { voteId, publicKey } of await store.openedOf(trx, meetingId)) {
        boxes.push({ record: 'box', voteId, publicKey, ballots: await store.box(trx, voteId) })
      }
      return boxes
    },
  }
}

export type SecretBallots = ReturnType<typeof createSecretBallots>

/** What a ballot says; it was held against its terms when it was cast. */
function contentOf({ text }: SignedBallot): BallotContent {
  const read = readBallotText(text)
  if (!read) throw new Error('a ballot that was taken is none')
  return read.content
}
