import type { Knex } from 'knex'
import { isPresent } from '../../protocol/attendance.ts'
import type { BodyRules } from '../../protocol/bodies.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { ExportBallots } from '../../protocol/journal.ts'
import { quorumOf } from '../../protocol/roll.ts'
import { namedChoices, type VoteKind, type VoteResult, type VoteTerms } from '../../protocol/voting.ts'
import type { Bodies } from '../bodies/bodies.ts'
import { ballotsRoot } from '../journal/ballots.ts'
import type { Journal, JournalTx } from '../journal/journal.ts'
import { requireOfficeOrPresiding, type MeetingAccess } from '../meetings/access.ts'
import { requireLive } from '../meetings/meetings.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import { count, type CountingTerms } from './count.ts'

/** A vote's present row, as far as rules need it. */
export interface Vote extends CountingTerms { id: string, itemId: string, closedAt: Date | null }
export interface Ballot { voterId: string, choice: string, castAt: Date }
export interface OwnBallot { voteId: string, choice: string, castAt: Date }
export interface NewVote extends Omit<VoteTerms, 'voteId' | 'question' | 'quorum' | 'withoutQuorum'> { questionText: string, openedAt: Date }

export interface VotingStore {
  /** Opens a vote with its electorate and gives its id. A second open vote of the meeting is refused by a unique key. */
  insert(trx: Knex.Transaction, meetingId: string, vote: NewVote): Promise<string>
  find(db: Knex, meetingId: string, voteId: string): Promise<Vote | undefined>
  /** The open vote of a meeting. */
  findOpen(db: Knex, meetingId: string): Promise<Vote | undefined>
  /** A vote, and whether the person is one of its electors. One query: bursts of ballots ask for nothing else. */
  findForVoter(db: Knex, meetingId: string, voteId: string, personId: string): Promise<{ vote: Vote, elector: boolean } | undefined>
  /** False, and nothing inserted, when the voter's ballot is there already. */
  insertBallot(trx: Knex.Transaction, voteId: string, ballot: Ballot): Promise<boolean>
  /** What this voter cast. */
  findBallot(db: Knex, voteId: string, voterId: string): Promise<{ choice: string, castAt: Date } | undefined>
  /** By voter's id. */
  ballots(db: Knex, voteId: string): Promise<Ballot[]>
  close(trx: Knex.Transaction, voteId: string, closing: { closedAt: Date, result: VoteResult, ballotsRoot: Buffer }): Promise<void>
  /** The closed votes of a meeting in the order they were opened. */
  closedVotes(db: Knex, meetingId: string): Promise<string[]>
  /** By time. */
  ballotsOf(db: Knex, meetingId: string, personId: string): Promise<OwnBallot[]>
}

export interface VotingDeps {
  db: Knex
  journal: Pick<Journal, 'run'>
  access: MeetingAccess
  store: VotingStore
  bodies: Pick<Bodies, 'bodies'>
}

/** Who may do what with votes. A ballot is cast by the electors of that vote, whatever their role. */
const may = { open: requireOfficeOrPresiding, close: requireOfficeOrPresiding }

export function createVoting({ db, journal, access, store, bodies }: VotingDeps) {
  async function closeVote(tx: JournalTx, vote: Vote): Promise<VoteResult> {
    const ballots = await store.ballots(tx.trx, vote.id)
    const result = count(vote, ballots.map(({ choice }) => choice))
    const root = ballotsRoot({ voteId: vote.id, ballots: ballots.map(dated) })
    await store.close(tx.trx, vote.id, { closedAt: tx.at, result, ballotsRoot: root })
    const data = { voteId: vote.id, result, ballotsRoot: root.toString('hex') }
    tx.append({ kind: 'vote.closed', data, audience: { scope: 'item', itemId: vote.itemId } })
    return result
  }

  return {
    /**
     * Freezes electorate, base and majority by the body's rules of this moment. Where too few are there only with a reason,
     * which stands in the entry. Throws `meetingNotFound`, `forbiddenInMeeting`, `meetingNotLive`, `agendaItemNotFound`,
     * `voteAlreadyOpen`, `gradingNotAllowed`, `quorumNotMet` (details `present`, `needed`, `summoned`).
     */
    async open(
      meetingId: string, caller: Caller, asked: { key: string, itemId: string, kind: VoteKind, question: string, withoutQuorum?: string | undefined },
    ): Promise<{ voteId: string }> {
      const { key, itemId, kind, question, withoutQuorum = '' } = asked
      const { meeting: { bodyId } } = await access.accessTo(meetingId, caller)
      const [body] = await bodies.bodies([bodyId])
      if (!body) throw new Error('a meeting of no body')
      const fingerprint = ['vote:open', itemId, kind, question, withoutQuorum]
      return await access.change(meetingId, caller, may.open, { key, fingerprint }, async (tx, { meeting }) => {
        requireLive(meeting)
        const state = await tx.state(meetingReducer)
        if (!state.agenda.some((item) => item.itemId === itemId)) throw new AppError('agendaItemNotFound')
        if (await store.findOpen(tx.trx, meetingId)) throw new AppError('voteAlreadyOpen')
        const terms = { ...termsOf(kind, body.rules, state), itemId }
        const quorum = quorumOf(state, body.rules)
        const { present, needed, summoned } = quorum
        if (!quorum.met && !withoutQuorum) throw new AppError('quorumNotMet', { present, needed, summoned })
        const text = await tx.text(question)
        const reason = quorum.met ? {} : { withoutQuorum: await tx.text(withoutQuorum) }
        const voteId = await store.insert(tx.trx, meetingId, { ...terms, questionText: text.$text, openedAt: tx.at })
        const data: VoteTerms = { ...terms, voteId, question: text, quorum, ...reason }
        tx.append({ kind: 'vote.opened', data, audience: { scope: 'item', itemId } })
        return { voteId }
      })
    },

    /**
     * Casts the caller's ballot. Throws `meetingNotFound`, `voteNotFound`, `voteClosed`, `alreadyVoted`,
     * `notEntitledToVote`, `choiceUnknown`.
     */
    async cast(meetingId: string, caller: Caller, { key, voteId, choice }: { key: string, voteId: string, choice: string }) {
      await access.accessTo(meetingId, caller)
      const voterId = caller.personId
      const options = { actorId: voterId, key, fingerprint: ['vote:cast', voteId, choice] }
      // All that decides is the vote's own, under the lock that its closing takes too.
      await journal.run(meetingId, options, async (tx) => {
        const found = await store.findForVoter(tx.trx, meetingId, voteId, voterId)
        if (!found) throw new AppError('voteNotFound')
        const { vote, elector } = found
        if (!elector) throw new AppError('notEntitledToVote')
        if (vote.closedAt) throw new AppError('voteClosed')
        if (!vote.choices.includes(choice)) throw new AppError('choiceUnknown')
        if (!await store.insertBallot(tx.trx, voteId, { voterId, choice, castAt: tx.at })) throw new AppError('alreadyVoted')
        tx.append({ kind: 'vote.ballotCast', data: { voteId, voterId }, audience: { scope: 'item', itemId: vote.itemId } })
        // What is kept for the key is no place for a choice: the answer is looked up.
        return {}
      })
      const ballot = await store.findBallot(db, voteId, voterId)
      if (!ballot) throw new Error('a ballot that was cast is not there')
      return dated(ballot)
    },

    /** Throws `meetingNotFound`, `forbiddenInMeeting`, `voteNotFound`, `voteClosed`. */
    async close(meetingId: string, caller: Caller, { key, voteId }: { key: string, voteId: string }): Promise<VoteResult> {
      return await access.change(meetingId, caller, may.close, { key, fingerprint: ['vote:close', voteId] }, async (tx) => {
        const vote = await store.find(tx.trx, meetingId, voteId)
        if (!vote) throw new AppError('voteNotFound')
        if (vote.closedAt) throw new AppError('voteClosed')
        return await closeVote(tx, vote)
      })
    },

    /** A step of closing the meeting: an open vote is counted as it stands. */
    async closeOpen(tx: JournalTx): Promise<void> {
      const vote = await store.findOpen(tx.trx, tx.meetingId)
      if (vote) await closeVote(tx, vote)
    },

    /** The ballots of each closed vote as the auditor's export has them; whoever asks has seen to the right to it. */
    async closedBallots(trx: Knex.Transaction, meetingId: string): Promise<ExportBallots[]> {
      const boxes: ExportBallots[] = []
      for (const voteId of await store.closedVotes(trx, meetingId)) {
        boxes.push({ record: 'ballots', voteId, ballots: (await store.ballots(trx, voteId)).map(dated) })
      }
      return boxes
    },

    /** Throws `meetingNotFound`. */
    async ownBallots(meetingId: string, caller: Caller) {
      await access.accessTo(meetingId, caller)
      const ballots = await store.ballotsOf(db, meetingId, caller.personId)
      return { ballots: ballots.map(dated) }
    },
  }
}

export type Voting = ReturnType<typeof createVoting>

/** What a vote opened now is decided by. Throws `gradingNotAllowed` where the body has no scale. */
export function termsOf(kind: VoteKind, { majority, grading }: BodyRules, state: Pick<MeetingState, 'participants' | 'attendance'>) {
  const { participants, attendance } = state
  const rule = kind === 'named' ? { threshold: majority, base: majority.base, scale: [], choices: [...namedChoices] }
    : grading && { ...grading, choices: grading.scale.map(({ id }) => id) }
  if (!rule) throw new AppError('gradingNotAllowed')
  const electorate = participants.filter(({ voting }) => voting).map(({ personId }) => personId)
  const present = electorate.filter((id) => isPresent(attendance, id)).length
  const sizes = { incumbents: electorate.length, present, validBallots: 0 }
  const { numerator, denominator, strict, basis } = rule.threshold
  return {
    kind, choices: rule.choices, scale: rule.scale, electorate,
    base: { kind: rule.base, size: sizes[rule.base] }, threshold: { numerator, denominator, strict, basis },
  }
}

/** A ballot with its time as it is told. */
function dated<B extends { castAt: Date }>(ballot: B): Omit<B, 'castAt'> & { castAt: string } {
  return { ...ballot, castAt: ballot.castAt.toISOString() }
}
