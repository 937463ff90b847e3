import type { Knex } from 'knex'
import type { Vote, VotingStore } from './voting.ts'

interface VoteRow {
  id: string
  item_id: string
  kind: Vote['kind']
  choices: string[]
  scale: Vote['scale']
  base_kind: Vote['base']['kind']
  base_size: number
  threshold: Vote['threshold']
  closed_at: Date | null
}

const columns = ['id', 'item_id', 'kind', 'choices', 'scale', 'base_kind', 'base_size', 'threshold', 'closed_at'] as const

function toVote(row: VoteRow): Vote {
  const { id, kind, choices, scale, threshold } = row
  return { id, itemId: row.item_id, kind, choices, scale, threshold, base: { kind: row.base_kind, size: row.base_size }, closedAt: row.closed_at }
}

async function findVote(db: Knex, where: object): Promise<Vote | undefined> {
  const row: VoteRow | undefined = await db('vote').select(...columns).where(where).first()
  return row && toVote(row)
}

/** Votes and ballots in PostgreSQL. */
export const votingStore: VotingStore = {
  async insert(trx, meetingId, vote) {
    const [row] = await trx('vote').insert({
      meeting_id: meetingId, item_id: vote.itemId, kind: vote.kind, question_text: vote.questionText, choices: vote.choices,
      scale: JSON.stringify(vote.scale), base_kind: vote.base.kind, base_size: vote.base.size, threshold: JSON.stringify(vote.threshold),
      opened_at: vote.openedAt,
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no vote was inserted')
    await trx.raw('INSERT INTO vote_elector (vote_id, voter_id) SELECT ?, unnest(?::uuid[])', [row.id, vote.electorate])
    return row.id
  },

  find: (db, meetingId, voteId) => findVote(db, { meeting_id: meetingId, id: voteId }),

  findOpen: (db, meetingId) => findVote(db, { meeting_id: meetingId, closed_at: null }),

  async findForVoter(db, meetingId, voteId, personId) {
    const row = await db('vote')
      .leftJoin('vote_elector as elector', (on) => on.on('elector.vote_id', 'vote.id').andOnVal('elector.voter_id', personId))
      .where({ 'vote.meeting_id': meetingId, 'vote.id': voteId })
      .first<(VoteRow & { voter_id: string | null }) | undefined>(...columns.map((column) => `vote.${column}`), 'elector.voter_id')
    return row && { vote: toVote(row), elector: row.voter_id !== null }
  },

  async insertBallot(trx, voteId, { voterId, choice, castAt }) {
    const inserted = await trx('ballot').insert({ vote_id: voteId, voter_id: voterId, choice, cast_at: castAt })
      .onConflict(['vote_id', 'voter_id']).ignore().returning('voter_id')
    return inserted.length === 1
  },

  async findBallot(db, voteId, voterId) {
    return await db('ballot').where({ vote_id: voteId, voter_id: voterId })
      .first<{ choice: string, castAt: Date } | undefined>('choice', 'cast_at as castAt')
  },

  async closedVotes(db, meetingId) {
    return await db('vote').where({ meeting_id: meetingId }).whereNotNull('closed_at').orderBy(['opened_at', 'id']).pluck<string[]>('id')
  },

  async ballots(db, voteId) {
    return await db('ballot').where({ vote_id: voteId }).orderBy('voter_id')
      .select<{ voterId: string, choice: string, castAt: Date }[]>('voter_id as voterId', 'choice', 'cast_at as castAt')
  },

  async close(trx, voteId, { closedAt, result, ballotsRoot }) {
    await trx('vote').where({ id: voteId }).update({ closed_at: closedAt, result: JSON.stringify(result), ballots_root: ballotsRoot })
  },

  async ballotsOf(db, meetingId, personId) {
    return await db('ballot').join('vote', 'vote.id', 'ballot.vote_id').where({ 'vote.meeting_id': meetingId, 'ballot.voter_id': personId })
      .orderBy('ballot.cast_at')
      .select<{ voteId: string, choice: string, castAt: Date }[]>('ballot.vote_id as voteId', 'ballot.choice', 'ballot.cast_at as castAt')
  },
}
