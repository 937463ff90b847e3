import type { Knex } from 'knex'
import { genesis, type ChainedEntry, type ChainHead } from './chain.ts'

/** The journal's tables. Every function works on a pool or inside a transaction alike. */

interface EntryRow {
  seq: string
  at: Date
  actor_id: string | null
  kind: string
  data: ChainedEntry['data']
  audience: ChainedEntry['audience']
  prev_hash: Buffer
  hash: Buffer
}

interface HeadRow { seq: string, hash: Buffer }

const bytes = (hash: string) => Buffer.from(hash, 'hex')
const toHead = (row: HeadRow): ChainHead => ({ seq: Number(row.seq), hash: row.hash.toString('hex') })

function toEntry(row: EntryRow): ChainedEntry {
  return {
    seq: Number(row.seq), at: row.at.toISOString(), actorId: row.actor_id, kind: row.kind, data: row.data, audience: row.audience,
    prevHash: row.prev_hash.toString('hex'), hash: row.hash.toString('hex'),
  }
}

/** Begins the chain of a meeting. */
export async function insertHead(trx: Knex.Transaction, meetingId: string): Promise<ChainHead> {
  const head = genesis(meetingId)
  await trx('journal_head').insert({ meeting_id: meetingId, seq: head.seq, hash: bytes(head.hash) })
  return head
}

/**
 * The head, locked against every other appender until the transaction ends; the statements after it may take at most
 * `limitMs` each. NO KEY: rows that refer to the meeting's head may be written meanwhile.
 */
export async function lockHead(trx: Knex.Transaction, meetingId: string, limitMs: number): Promise<ChainHead | undefined> {
  const { rows } = await trx.raw<{ rows: HeadRow[] }>(
    `SELECT seq, hash, set_config('statement_timeout', ?, true) FROM journal_head WHERE meeting_id = ? FOR NO KEY UPDATE`,
    [String(limitMs), meetingId])
  return rows[0] && toHead(rows[0])
}

export async function findHead(db: Knex, meetingId: string): Promise<ChainHead | undefined> {
  const row = await db<HeadRow>('journal_head').select('seq', 'hash').where('meeting_id', meetingId).first()
  return row && toHead(row)
}

/** How far the journals of these meetings have got. */
export async function findPositions(db: Knex, meetingIds: string[]): Promise<{ meetingId: string, seq: number }[]> {
  const rows: { meeting_id: string, seq: string }[] = await db('journal_head').select('meeting_id', 'seq')
    .whereRaw('meeting_id = ANY(?::uuid[])', [meetingIds])
  return rows.map((row) => ({ meetingId: row.meeting_id, seq: Number(row.seq) }))
}

/** Appends a chained run of entries behind the locked head, and moves the head. */
export async function appendEntries(trx: Knex.Transaction, meetingId: string, entries: ChainedEntry[]): Promise<void> {
  const last = entries.at(-1)
  if (!last) return
  // Columns as arrays: a burst's hundreds of rows are one short statement. Arrays have nulls; knex's types do not know.
  await trx.raw(`
    INSERT INTO journal_entry (meeting_id, seq, at, actor_id, kind, data, audience, prev_hash, hash)
    SELECT ?, * FROM unnest(?::bigint[], ?::timestamptz[], ?::uuid[], ?::text[], ?::jsonb[], ?::jsonb[], ?::bytea[], ?::bytea[])`, [
    meetingId, entries.map(({ seq }) => seq), entries.map(({ at }) => at), entries.map(({ actorId }) => actorId) as string[], entries.map(({ kind }) => kind),
    entries.map(({ data }) => JSON.stringify(data)), entries.map(({ audience }) => JSON.stringify(audience)),
    entries.map(({ prevHash }) => bytes(prevHash)), entries.map(({ hash }) => bytes(hash)),
  ])
  await trx('journal_head').where('meeting_id', meetingId).update({ seq: last.seq, hash: bytes(last.hash) })
}

/** Entries after `after` up to and including `upTo`, in order, at most `limit`. */
export async function findEntries(
  db: Knex, meetingId: string, after: number, upTo: number, limit: number,
): Promise<ChainedEntry[]> {
  const rows: EntryRow[] = await db('journal_entry')
    .select('seq', 'at', 'actor_id', 'kind', 'data', 'audience', 'prev_hash', 'hash')
    .where('meeting_id', meetingId).where('seq', '>', after).where('seq', '<=', upTo).orderBy('seq').limit(limit)
  return rows.map(toEntry)
}

/** The hash of the entry at `seq`. */
export async function findHash(db: Knex, meetingId: string, seq: number): Promise<string | undefined> {
  if (seq === 0) return genesis(meetingId).hash
  const row: { hash: Buffer } | undefined = await db('journal_entry').select('hash').where({ meeting_id: meetingId, seq }).first()
  return row?.hash.toString('hex')
}

/** What a command with an idempotency key was answered. */
export interface KeptResult {
  actorId: string | null
  key: string
  /** SHA-256 of what was asked. */
  fingerprint: Buffer
  result: unknown
}

export async function findResults(trx: Knex.Transaction, meetingId: string, keys: string[]): Promise<KeptResult[]> {
  if (!keys.length) return []
  const rows: { actor_id: string | null, key: string, fingerprint: Buffer, result: unknown }[] = await trx('journal_result')
    .select('actor_id', 'key', 'fingerprint', 'result').where('meeting_id', meetingId).whereRaw('key = ANY(?::text[])', [keys])
  return rows.map(({ actor_id: actorId, ...row }) => ({ actorId, ...row }))
}

export async function insertResults(trx: Knex.Transaction, meetingId: string, at: Date, results: KeptResult[]): Promise<void> {
  if (!results.length) return
  await trx.raw(`
    INSERT INTO journal_result (meeting_id, at, actor_id, key, fingerprint, result)
    SELECT ?, ?, * FROM unnest(?::uuid[], ?::text[], ?::bytea[], ?::jsonb[])`, [
    meetingId, at, results.map(({ actorId }) => actorId) as string[], results.map(({ key }) => key), results.map(({ fingerprint }) => fingerprint),
    results.map(({ result }) => JSON.stringify(result)),
  ])
}

export async function deleteResults(db: Knex, before: Date): Promise<number> {
  return await db('journal_result').where('at', '<', before).delete()
}
