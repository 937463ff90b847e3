import type { SignedBallot } from '../../protocol/secret-ballots.ts'
import { ballotHash } from './blind.ts'
import type { SecretBallotsStore, SecretTerms } from './secret-ballots.ts'

interface Row { meeting_id: string, item_id: string, public_key: Buffer, sealed_key: Buffer | null, terms: SecretTerms, casting: boolean, opened: boolean }
interface BoxRow { key: string, credential: string, ballot: string, signature: string }

const toBallot = ({ key, credential, ballot, signature }: BoxRow): SignedBallot => ({ key, credential, text: ballot, signature })
const bytes = (text: string) => Buffer.from(text, 'base64url')

/** Secret votes in PostgreSQL. */
export const secretBallotsStore: SecretBallotsStore = {
  async insert(trx, voteId, { publicKey, sealedKey, terms }) {
    await trx('secret_vote').insert({ vote_id: voteId, public_key: bytes(publicKey), sealed_key: sealedKey, terms: JSON.stringify(terms) })
  },

  async find(db, voteId) {
    const row = await db('secret_vote').join('vote', 'vote.id', 'secret_vote.vote_id').where('vote_id', voteId)
      .first<Row | undefined>('meeting_id', 'item_id', 'public_key', 'sealed_key', 'secret_vote.terms', 'casting', 'opened')
    return row && {
      meetingId: row.meeting_id, itemId: row.item_id, publicKey: row.public_key.toString('base64url'), sealedKey: row.sealed_key,
      terms: row.terms, casting: row.casting, opened: row.opened,
    }
  },

  async electorOf(db, voteId, personId) {
    const row = await db('vote_elector').leftJoin('secret_credential as drawn', { 'drawn.vote_id': 'vote_elector.vote_id', 'drawn.voter_id': 'vote_elector.voter_id' })
      .where({ 'vote_elector.vote_id': voteId, 'vote_elector.voter_id': personId })
      .first<{ hall_way: string | null, blinded: Buffer | null, blind_signature: Buffer | null } | undefined>('hall_way', 'blinded', 'blind_signature')
    if (!row) return undefined
    const { blinded, blind_signature: blindSignature } = row
    return { inHall: row.hall_way !== null, drawn: blinded && blindSignature ? { blinded, blindSignature } : null }
  },

  async insertCredential(trx, voteId, voterId, { blinded, blindSignature }) {
    await trx('secret_credential').insert({ vote_id: voteId, voter_id: voterId, blinded, blind_signature: blindSignature })
  },

  async openCasting(trx, voteId) {
    await trx('secret_vote').where('vote_id', voteId).update({ casting: true })
  },

  async phase(trx, voteId, lock) {
    const { rows } = await trx.raw<{ rows: { casting: boolean, opened: boolean }[] }>(
      `SELECT casting, opened FROM secret_vote WHERE vote_id = ? ${lock === 'shared' ? 'FOR SHARE' : 'FOR UPDATE'}`, [voteId])
    return rows[0]
  },

  async insertBallots(trx, voteId, sealed) {
    // By their places, which are random: neither rows nor statements keep the order of coming within a batch.
    const inOrder = sealed.toSorted((a, b) => a.slot.compare(b.slot))
    const { rows } = await trx.raw<{ rows: { slot: Buffer }[] }>(`
      INSERT INTO secret_ballot (vote_id, slot, sealed) SELECT ?, unnest(?::bytea[]), unnest(?::bytea[])
      ON CONFLICT DO NOTHING RETURNING slot`, [voteId, inOrder.map(({ slot }) => slot), inOrder.map((one) => one.sealed)])
    return rows.map(({ slot }) => slot)
  },

  async ballotsAt(trx, voteId, slots) {
    return await trx('secret_ballot').where('vote_id', voteId).whereRaw('slot = ANY(?::bytea[])', [[...slots]])
      .select<{ slot: Buffer, sealed: Buffer }[]>('slot', 'sealed')
  },

  async takeBallots(trx, voteId) {
    const rows = await trx('secret_ballot').where('vote_id', voteId).orderBy('slot').select<{ slot: Buffer, sealed: Buffer }[]>('slot', 'sealed')
    await trx('secret_ballot').where('vote_id', voteId).delete()
    return rows
  },

  async publish(trx, voteId, ballots, unreadable) {
    if (ballots.length) {
      await trx.raw(`
        INSERT INTO secret_box_ballot (vote_id, hash, key, credential, ballot, signature)
        SELECT ?, unnest(?::bytea[]), unnest(?::text[]), unnest(?::text[]), unnest(?::text[]), unnest(?::text[])`, [
        voteId, ballots.map(ballotHash), ballots.map(({ key }) => key), ballots.map(({ credential }) => credential),
        ballots.map(({ text }) => text), ballots.map(({ signature }) => signature),
      ])
    }
    await trx('secret_vote').where('vote_id', voteId).update({ opened: true, sealed_key: null, unreadable })
  },

  async discard(trx, voteId) {
    await trx('secret_ballot').where('vote_id', voteId).delete()
    await trx('secret_vote').where('vote_id', voteId).update({ opened: true, sealed_key: null })
  },

  async box(db, voteId) {
    const rows = await db('secret_box_ballot').where('vote_id', voteId).orderBy('hash').select<BoxRow[]>('key', 'credential', 'ballot', 'signature')
    return rows.map(toBallot)
  },

  async inBox(db, voteId, key) {
    const row = await db('secret_box_ballot').where({ vote_id: voteId, key }).first<BoxRow | undefined>('key', 'credential', 'ballot', 'signature')
    return row && toBallot(row)
  },

  async openedOf(db, meetingId) {
    const rows = await db('secret_vote').join('vote', 'vote.id', 'secret_vote.vote_id').where({ meeting_id: meetingId, opened: true, annulled: false })
      .orderBy(['opened_at', 'vote.id']).select<{ id: string, public_key: Buffer }[]>('vote.id', 'public_key')
    return rows.map(({ id, public_key: publicKey }) => ({ voteId: id, publicKey: publicKey.toString('base64url') }))
  },

  async unopened(db, voteIds) {
    return await db('secret_vote').whereRaw('vote_id = ANY(?::uuid[])', [[...voteIds]]).where('opened', false).pluck<string[]>('vote_id')
  },
}
