import type { BallotChoice } from '../../protocol/journal.ts'
import type { FrozenVote, VotingStore } from './voting.ts'

interface Row {
  item_id: string
  kind: FrozenVote['kind']
  choices: string[]
  secret: boolean
  change_ballot: boolean
  more_terms: Pick<FrozenVote, 'criteria' | 'election'>
}

const ballotColumns = { voterId: 'ballot.voter_id', choice: 'ballot.choice', castAt: 'ballot.cast_at', revision: 'ballot.revision' }
interface BallotRow { voterId: string, choice: BallotChoice, castAt: Date, revision: number }

/** Votes and ballots in PostgreSQL. */
export const votingStore: VotingStore = {
  async insert(trx, meetingId, { terms, questionText, openedAt }) {
    const { itemId, kind, choices, scale, base, threshold, secret, changeBallot, criteria, election, electorate } = terms
    const [row] = await trx('vote').insert({
      meeting_id: meetingId, item_id: itemId, kind, question_text: questionText, choices, scale: JSON.stringify(scale),
      base_kind: base.kind, base_size: base.size, threshold: JSON.stringify(threshold), opened_at: openedAt,
      secret, change_ballot: changeBallot, more_terms: JSON.stringify({ criteria, ...election ? { election } : {} }),
    }).returning<{ id: string }[]>('id')
    if (!row) throw new Error('no vote was inserted')
    await trx.raw('INSERT INTO vote_elector (vote_id, voter_id) SELECT ?, unnest(?::uuid[])', [row.id, electorate])
    return row.id
  },

  async findFrozen(db, meetingId, voteId) {
    const row = await db('vote').where({ id: voteId, meeting_id: meetingId })
      .first<Row | undefined>('item_id', 'kind', 'choices', 'secret', 'change_ballot', 'more_terms')
    if (!row) return undefined
    const { kind, choices, secret, more_terms: { criteria = [], ...election } } = row
    const electors = await db('vote_elector').where({ vote_id: voteId }).pluck<string[]>('voter_id')
    return { voteId, itemId: row.item_id, kind, choices, secret, changeBallot: row.change_ballot, criteria, ...election, electors }
  },

  async standings(db, meetingId, asked) {
    const { rows } = await db.raw<{ rows: { found: boolean, closed_at: Date | null, elector: boolean, takes_part: boolean, in_hall: boolean, revision: number }[] }>(`
      SELECT vote.id IS NOT NULL AS found, vote.closed_at, elector.voter_id IS NOT NULL AS elector, elector.hall_way IS NOT NULL AS in_hall,
        part.person_id IS NOT NULL AS takes_part,
        (SELECT coalesce(max(revision), 0) FROM ballot WHERE ballot.vote_id = asked.vote_id AND ballot.voter_id = asked.voter_id) AS revision
      FROM unnest(?::uuid[], ?::uuid[]) WITH ORDINALITY AS asked (vote_id, voter_id, place)
      LEFT JOIN vote ON vote.id = asked.vote_id AND vote.meeting_id = ?
      LEFT JOIN vote_elector AS elector ON elector.vote_id = vote.id AND elector.voter_id = asked.voter_id
      LEFT JOIN meeting_participant AS part ON part.meeting_id = vote.meeting_id AND part.person_id = asked.voter_id AND NOT part.items_only
      ORDER BY place`, [asked.map(({ voteId }) => voteId), asked.map(({ voterId }) => voterId), meetingId])
    return rows.map(({ found, closed_at: closedAt, elector, takes_part: takesPart, in_hall: inHall, revision }) =>
      found ? { closedAt, elector, takesPart, inHall, revision } : undefined)
  },

  async insertBallots(trx, ballots) {
    if (!ballots.length) return
    await trx.raw(`
      INSERT INTO ballot (vote_id, voter_id, choice, cast_at, revision)
      SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::jsonb[], ?::timestamptz[], ?::integer[])`, [
      ballots.map(({ voteId }) => voteId), ballots.map(({ voterId }) => voterId), ballots.map(({ choice }) => JSON.stringify(choice)),
      ballots.map(({ castAt }) => castAt), ballots.map(({ revision }) => revision),
    ])
  },

  async setOpinion(trx, voteId, voterId, body) {
    if (body) await trx('ballot_opinion').insert({ vote_id: voteId, voter_id: voterId, body }).onConflict(['vote_id', 'voter_id']).merge()
    else await trx('ballot_opinion').where({ vote_id: voteId, voter_id: voterId }).delete()
  },

  async takeOpinions(trx, voteId) {
    const taken = await trx('ballot_opinion').where({ vote_id: voteId }).delete().returning<{ voter_id: string, body: string }[]>(['voter_id', 'body'])
    return taken.map(({ voter_id: voterId, body }) => ({ voterId, body })).toSorted((a, b) => a.voterId < b.voterId ? -1 : 1)
  },

  async annul(trx, voteId, closedAt) {
    await trx('vote').where({ id: voteId }).update({ closed_at: closedAt, annulled: true })
    for (const table of ['ballot_opinion', 'hall_count']) await trx(table).where({ vote_id: voteId }).delete()
  },

  async closedVotes(db, meetingId) {
    return await db('vote').where({ meeting_id: meetingId, secret: false, annulled: false }).whereNotNull('closed_at').orderBy(['opened_at', 'id']).pluck<string[]>('id')
  },

  async ballots(db, voteId) {
    return await db('ballot').where({ vote_id: voteId }).orderBy(['voter_id', 'revision']).select<BallotRow[]>(ballotColumns)
  },

  async close(trx, voteId, { closedAt, result, ballotsRoot, hall }) {
    await trx('vote').where({ id: voteId }).update({
      closed_at: closedAt, result: JSON.stringify(result), ballots_root: ballotsRoot, hall: hall ? JSON.stringify(hall) : null,
    })
  },

  async ballotsOf(db, meetingId, personId, voteId) {
    const latest = db('ballot').join('vote', 'vote.id', 'ballot.vote_id')
      .leftJoin('ballot_opinion as opinion', { 'opinion.vote_id': 'ballot.vote_id', 'opinion.voter_id': 'ballot.voter_id' })
      .where({ 'vote.meeting_id': meetingId, 'vote.annulled': false, 'ballot.voter_id': personId, ...voteId ? { 'vote.id': voteId } : {} })
      .distinctOn('ballot.vote_id').orderBy(['ballot.vote_id', { column: 'ballot.revision', order: 'desc' }])
      .select({ ...ballotColumns, voteId: 'ballot.vote_id', kind: 'vote.kind', reservedOpinion: 'opinion.body' })
    return await db.from(latest.as('latest')).orderBy('castAt')
      .select<(BallotRow & { voteId: string, kind: FrozenVote['kind'], reservedOpinion: string | null })[]>('*')
  },

  async setHall(trx, voteId, way, voterIds) {
    await trx.raw(`
      UPDATE vote_elector SET hall_way = CASE WHEN voter_id = ANY(?::uuid[]) THEN ? END
      WHERE vote_id = ? AND (hall_way IS NOT NULL OR voter_id = ANY(?::uuid[]))`, [[...voterIds], way, voteId, [...voterIds]])
    await trx('hall_count').where({ vote_id: voteId }).update({ voided: true })
  },

  async findHallCount(db, voteId) {
    return await db('hall_count').where({ vote_id: voteId, voided: false })
      .first({ hall: 'figures', revision: 'revision', enteredBy: 'entered_by', confirmedBy: 'confirmed_by' })
  },

  async putHallCount(trx, voteId, { hall, enteredBy, at }) {
    const put = { figures: JSON.stringify(hall), entered_by: enteredBy, entered_at: at, confirmed_by: null, confirmed_at: null, voided: false }
    const [row] = await trx('hall_count').insert({ vote_id: voteId, revision: 1, ...put })
      .onConflict('vote_id').merge({ ...put, revision: trx.raw('hall_count.revision + 1') }).returning<{ revision: number }[]>('revision')
    if (!row) throw new Error('a count of the hall was not kept')
    return row.revision
  },

  async confirmHallCount(trx, voteId, { confirmedBy, at }) {
    await trx('hall_count').where({ vote_id: voteId }).update({ confirmed_by: confirmedBy, confirmed_at: at })
  },
}
