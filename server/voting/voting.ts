import type { Knex } from 'knex'
import type { BallotContent, BallotTerms, HallCount, VoteResult, VoteTerms } from '../../protocol/ballots.ts'
import { contentOf } from '../../protocol/ballot-choice.ts'
import { countBallots } from '../../protocol/counting.ts'
import type { BallotChoice, ExportBallots } from '../../protocol/journal.ts'
import { meetingReducer } from '../../protocol/meeting-state.ts'
import { quorumOf } from '../../protocol/roll.ts'
import type { ConfirmedHall, VoteState } from '../../protocol/vote-entries.ts'
import type { VoteAsked } from '../../protocol/voting.ts'
import type { Bodies } from '../bodies/bodies.ts'
import { ballotsRoot } from '../journal/ballots.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOfficeOrPresiding, type MeetingAccess } from '../meetings/access.ts'
import { requireLive } from '../meetings/meetings.ts'
import type { Notices } from '../notices/notices.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { requireUnstamped } from '../platform/unstamped.ts'
import { createAnnulling } from './annulling.ts'
import { createCasting } from './casting.ts'
import { createHall } from './hall.ts'
import { openVoteIn } from './open-vote.ts'
import { remindAway } from './reminding.ts'
import { termsOf } from './terms.ts'

/** What of a vote casting needs and never changes; all its terms stand in the journal. */
export interface FrozenVote extends BallotTerms { voteId: string, itemId: string, secret: boolean, changeBallot: boolean }
/** `revision`: 1, and one more with each change. */
export interface Ballot { voterId: string, choice: BallotChoice, castAt: Date, revision: number }
/** Where somebody stands in a vote at this moment; `revision`: of their ballot, 0: none. */
export interface Standing { closedAt: Date | null, elector: boolean, takesPart: boolean, inHall: boolean, revision: number }
export interface KeptHallCount { hall: HallCount, revision: number, enteredBy: string, confirmedBy: string | null }

export interface VotingStore {
  /** Opens a vote with its electorate and gives its id. A second open vote of the meeting is refused by a unique key. */
  insert(trx: Knex.Transaction, meetingId: string, vote: { terms: Omit<VoteTerms, 'voteId' | 'question'>, questionText: string, openedAt: Date }): Promise<string>
  /** What was frozen when it opened. */
  findFrozen(db: Knex, meetingId: string, voteId: string): Promise<FrozenVote & { electors: string[] } | undefined>
  /**
   * How each stands in the vote named, in their order; `takesPart`: in the whole meeting, still. One query: bursts of ballots ask for
   * nothing else.
   */
  standings(db: Knex, meetingId: string, asked: readonly { voteId: string, voterId: string }[]): Promise<(Standing | undefined)[]>
  /** Each of a voter who has none of this revision. */
  insertBallots(trx: Knex.Transaction, ballots: readonly (Ballot & { voteId: string })[]): Promise<void>
  /** Keeps the opinion that a voter reserves until the vote closes; an empty one takes it away. */
  setOpinion(trx: Knex.Transaction, voteId: string, voterId: string, body: string): Promise<void>
  /** Gives the opinions kept, by voter's id, and keeps them no longer. */
  takeOpinions(trx: Knex.Transaction, voteId: string): Promise<{ voterId: string, body: string }[]>
  /** All of them with those that were changed, by voter's id and revision. */
  ballots(db: Knex, voteId: string): Promise<Ballot[]>
  close(trx: Knex.Transaction, voteId: string, closing: { closedAt: Date, result: VoteResult, ballotsRoot: Buffer, hall: ConfirmedHall | null }): Promise<void>
  /** Ends the vote without a result, and deletes what would have gone into one: the opinions kept, and the count of the hall. */
  annul(trx: Knex.Transaction, voteId: string, closedAt: Date): Promise<void>
  /** The closed votes of a meeting in the order they were opened, without those that are secret or annulled. */
  closedVotes(db: Knex, meetingId: string): Promise<string[]>
  /** What this voter cast, the last revision of each, by time, without votes that were annulled; of one vote alone if it is named. */
  ballotsOf(db: Knex, meetingId: string, personId: string, voteId?: string): Promise<(Ballot & { voteId: string, kind: VoteTerms['kind'], reservedOpinion: string | null })[]>
  /** Marks these electors, and no others, as voting in the hall; a count of it is void. */
  setHall(trx: Knex.Transaction, voteId: string, way: HallCount['way'], voterIds: readonly string[]): Promise<void>
  /** Undefined where there is none, or it is void. */
  findHallCount(db: Knex, voteId: string): Promise<KeptHallCount | undefined>
  /** In the place of an earlier one; unconfirmed. Gives its revision, which no count of this vote had before, be it void. */
  putHallCount(trx: Knex.Transaction, voteId: string, count: { hall: HallCount, enteredBy: string, at: Date }): Promise<number>
  confirmHallCount(trx: Knex.Transaction, voteId: string, by: { confirmedBy: string, at: Date }): Promise<void>
}

/** What is asked of secret ballots; each runs in the transaction that opens, closes or annuls the vote. */
export interface SecretBallots {
  /** Makes ready what credentials of this vote are signed with. */
  prepare(tx: JournalTx, voteId: string, terms: VoteTerms): Promise<void>
  /** Closes and publishes the box: what its valid ballots say, and its root. */
  open(tx: JournalTx, voteId: string, how?: { withoutBox?: boolean }): Promise<{ contents: BallotContent[], root: Buffer }>
  /** Closes the box without opening it: deletes its ballots, and what credentials are signed with. */
  discard(tx: JournalTx, voteId: string): Promise<void>
}

export interface VotingDeps {
  db: Knex
  journal: Pick<Journal, 'run' | 'runTogether'>
  access: MeetingAccess
  store: VotingStore
  bodies: Pick<Bodies, 'bodies'>
  secret: SecretBallots
  /** Known once everything is wired. */
  sendNotices: Notices['send']
}

/** Who may do what with votes. A ballot is cast by the electors of that vote, whatever their role. */
const may = { open: requireOfficeOrPresiding, close: requireOfficeOrPresiding, remind: requireOfficeOrPresiding }

/** Reminders within this time of each other are one. */
const REMIND_AGAIN_MS = 10_000

export function createVoting({ db, journal, access, store, bodies, secret, sendNotices }: VotingDeps) {
  async function closeVote(tx: JournalTx, vote: VoteState, how: { withoutBox?: boolean } = {}): Promise<VoteResult> {
    const { voteId, itemId } = vote
    if (vote.hall && !vote.hallCount?.confirmedBy) throw new AppError('hallNotCounted')
    const audience = { scope: 'item', itemId } as const
    const hall = await confirmedHall(tx, voteId)
    const { contents, root, chair } = await (vote.secret ? openBox(tx, voteId, how) : openBallots(tx, vote))
    const result = countBallots(vote, contents, hall ?? undefined, chair)
    await store.close(tx.trx, voteId, { closedAt: tx.at, result, ballotsRoot: root, hall })
    for (const { voterId, body } of await store.takeOpinions(tx.trx, voteId)) {
      tx.append({ kind: 'vote.opinionReserved', data: { voteId, voterId, text: await tx.text(body) }, audience })
    }
    tx.append({ kind: 'vote.closed', data: { voteId, result, ballotsRoot: root.toString('hex'), ...hall ? { hall } : {} }, audience })
    return result
  }

  /** The ballots under names; of a voter's the last counts, and all are in the root. */
  async function openBallots({ trx }: JournalTx, { voteId, kind, chairId }: VoteState) {
    const ballots = await store.ballots(trx, voteId)
    const last = new Map(ballots.map(({ voterId, choice }) => [voterId, contentOf(kind, choice)]))
    return { contents: [...last.values()], root: ballotsRoot({ voteId, ballots: ballots.map(exported) }), chair: chairId ? last.get(chairId) : undefined }
  }

  async function openBox(tx: JournalTx, voteId: string, how: { withoutBox?: boolean }) {
    return { ...await secret.open(tx, voteId, how), chair: undefined }
  }

  async function confirmedHall({ trx }: JournalTx, voteId: string): Promise<ConfirmedHall | null> {
    const { hall, enteredBy, confirmedBy = null } = await store.findHallCount(trx, voteId) ?? {}
    return hall && enteredBy && confirmedBy ? { ...hall, enteredBy, confirmedBy } : null
  }

  return {
    /**
     * Freezes electorate, base and majority by the body's rules of this moment. Where too few are there only with a reason,
     * which stands in the entry, or not at all where the body says so. Throws `meetingNotFound`, `forbiddenInMeeting`,
     * `meetingNotLive`, `agendaItemNotFound`, `classifiedItem`, `proposalSecret`, `voteAlreadyOpen`, `secretNotAllowed`,
     * `quorumNotMet` (details `present`, `needed`, `summoned`), and as `termsOf` does.
     */
    async open(meetingId: string, caller: Caller, { key, ...asked }: { key: string } & VoteAsked): Promise<{ voteId: string }> {
      const { itemId, question, withoutQuorum = '' } = asked
      requireUnstamped(question, withoutQuorum, ...asked.options?.map(({ label }) => label) ?? [], ...asked.recused?.map(({ reason }) => reason) ?? [])
      const { meeting: { bodyId } } = await access.accessTo(meetingId, caller)
      const [body] = await bodies.bodies([bodyId])
      if (!body) throw new Error('a meeting of no body')
      const { rules } = body
      return await access.change(meetingId, caller, may.open, { key, fingerprint: ['vote:open', asked] }, async (tx, { meeting }) => {
        requireLive(meeting)
        const state = await tx.state(meetingReducer)
        const item = state.agenda.find((one) => one.itemId === itemId)
        if (!item) throw new AppError('agendaItemNotFound')
        if (item.classified) throw new AppError('classifiedItem')
        if (state.votes.some(({ closedAt }) => !closedAt)) throw new AppError('voteAlreadyOpen')
        if (asked.secret && !rules.voting.secretAllowed) throw new AppError('secretNotAllowed')
        const { options, recused, ...terms } = termsOf(asked, rules, state)
        const quorum = quorumOf(state, rules)
        const { present, needed, summoned } = quorum
        const refused = rules.voting.withoutQuorum === 'refused'
        if (!quorum.met && (refused || !withoutQuorum)) throw new AppError('quorumNotMet', { present, needed, summoned, refused })
        const text = await tx.text(question)
        const kept = {
          ...terms, itemId, quorum, ...quorum.met ? {} : { withoutQuorum: await tx.text(withoutQuorum) },
          options: await inTurn(options, async ({ label, ...option }) => ({ ...option, label: typeof label === 'string' ? await tx.text(label) : label })),
          recused: await inTurn(recused, async ({ personId, reason }) => ({ personId, reason: await tx.text(reason) })),
        }
        const voteId = await store.insert(tx.trx, meetingId, { terms: kept, questionText: text.$text, openedAt: tx.at })
        const data: VoteTerms = { ...kept, voteId, question: text }
        tx.append({ kind: 'vote.opened', data, audience: { scope: 'item', itemId } })
        if (data.secret) await secret.prepare(tx, voteId, data)
        return { voteId }
      })
    },

    cast: createCasting({ db, journal, access, store }),

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed`, `hallNotCounted`, `ballotBoxLost`. */
    async close(meetingId: string, caller: Caller, asked: { key: string, voteId: string, withoutBox?: boolean }): Promise<VoteResult> {
      const { key, voteId, withoutBox = false } = asked
      const options = { key, fingerprint: ['vote:close', voteId, ...withoutBox ? ['withoutBox'] : []] }
      return await access.change(meetingId, caller, may.close, options, async (tx) => await closeVote(tx, await openVoteIn(tx, voteId), { withoutBox }))
    },

    /**
     * A step of closing the meeting: an open vote is counted as it stands. Papers of the hall that nobody confirmed, or a box that
     * cannot be read, are somebody's votes and nothing to pass over in silence. Throws `hallNotCounted`, `ballotBoxLost`.
     */
    async closeOpen(tx: JournalTx): Promise<void> {
      const vote = (await tx.state(meetingReducer)).votes.find(({ closedAt }) => !closedAt)
      if (vote) await closeVote(tx, vote)
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed`. */
    async remind(meetingId: string, caller: Caller, { key, voteId }: { key: string, voteId: string }): Promise<Record<string, never>> {
      return await access.change(meetingId, caller, may.remind, { key, fingerprint: ['vote:remind', voteId] }, async (tx) => {
        const vote = await openVoteIn(tx, voteId)
        if (vote.remindedAt && tx.at.getTime() - Date.parse(vote.remindedAt) < REMIND_AGAIN_MS) return {}
        tx.append({ kind: 'vote.reminded', data: { voteId }, audience: { scope: 'item', itemId: vote.itemId } })
        await remindAway(tx, vote, { sendNotices })
        return {}
      })
    },

    ...createAnnulling({ access, store, secret }),

    ...createHall({ db, access, store }),

    /** The ballots of each closed vote as the auditor's export has them; whoever asks has seen to the right to it. */
    async closedBallots(trx: Knex.Transaction, meetingId: string): Promise<ExportBallots[]> {
      const boxes: ExportBallots[] = []
      for (const voteId of await store.closedVotes(trx, meetingId)) {
        boxes.push({ record: 'ballots', voteId, ballots: (await store.ballots(trx, voteId)).map(exported) })
      }
      return boxes
    },

    /** Throws `meetingNotFound`. */
    async ownBallots(meetingId: string, caller: Caller) {
      await access.accessTo(meetingId, caller)
      const ballots = await store.ballotsOf(db, meetingId, caller.personId)
      return { ballots: ballots.map((ballot) => ({ voteId: ballot.voteId, ...recorded(ballot) })) }
    },
  }
}

export type Voting = ReturnType<typeof createVoting>

/** One after the other: a transaction takes one statement at a time. */
async function inTurn<T, R>(list: readonly T[], one: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const item of list) done.push(await one(item))
  return done
}

/** A ballot as its voter is told of it. */
function recorded({ kind, choice, castAt, revision, reservedOpinion }: Ballot & { kind: VoteTerms['kind'], reservedOpinion: string | null }) {
  return { content: contentOf(kind, choice), castAt: castAt.toISOString(), revision, reservedOpinion }
}

/** A ballot as root and export have it. */
const exported = ({ voterId, choice, castAt, revision }: Ballot) => ({ voterId, choice, castAt: castAt.toISOString(), ...revision > 1 ? { revision } : {} })
