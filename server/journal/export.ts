import type { Knex } from 'knex'
import { textRefs, type ExportRecord } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import type { Signer } from './head.ts'
import { findEntries, findHead } from './store.ts'

const PAGE = 500
/** A reader who takes longer to take the next piece is cut off, and the transaction with it. */
const STALLED_MS = 60_000

interface TextRow { id: string, body: string | null, key: Buffer | null, erased_at: Date | null }

async function* records(trx: Knex, meetingId: string, signer: Signer, now: () => Date): AsyncGenerator<ExportRecord[]> {
  const head = await findHead(trx, meetingId)
  if (!head) throw new AppError('meetingNotFound')
  yield [{ record: 'journal', format: 1, meetingId, exportedAt: now().toISOString(), publicKey: signer.publicKeyPem }]
  const given = new Set<string>()
  let position = 0
  let count = 0
  for (;;) {
    // Not the head's seq as the limit: entries beyond it, or missing before it, are for the auditor to see.
    const page = await findEntries(trx, meetingId, position, Number.MAX_SAFE_INTEGER, PAGE)
    const last = page.at(-1)
    if (!last) break
    yield page.map((entry) => ({ record: 'entry', ...entry }))
    const wanted = new Set(textRefs(page.map((entry) => entry.data)).map((ref) => ref.$text))
    const ids = [...wanted].filter((id) => !given.has(id))
    for (const id of ids) given.add(id)
    yield await findTexts(trx, meetingId, ids)
    position = last.seq
    count += page.length
  }
  yield [{ record: 'end', entries: count, head: signer.sign(meetingId, head.hash, now()) }]
}

async function findTexts(trx: Knex, meetingId: string, ids: string[]): Promise<ExportRecord[]> {
  if (!ids.length) return []
  const rows: TextRow[] = await trx('journal_text').select('id', 'body', 'key', 'erased_at')
    .where('meeting_id', meetingId).whereRaw('id = ANY(?::uuid[])', [ids]).orderBy('id')
  return rows.map((row) => ({
    record: 'text', id: row.id, body: row.body,
    key: row.key?.toString('base64') ?? null, erasedAt: row.erased_at?.toISOString() ?? null,
  }))
}

/** The export as of one moment: a JSON array, one record a line. Holds one connection until it is read or given up. */
export async function* exportJournal(db: Knex, meetingId: string, signer: Signer, now: () => Date): AsyncGenerator<string> {
  const trx = await db.transaction({ isolationLevel: 'repeatable read', readOnly: true })
  try {
    await trx.raw(`SELECT set_config('idle_in_transaction_session_timeout', ?, true)`, [String(STALLED_MS)])
    let separator = '[\n'
    for await (const page of records(trx, meetingId, signer, now)) {
      if (!page.length) continue
      yield separator + page.map((record) => JSON.stringify(record)).join(',\n')
      separator = ',\n'
    }
    yield '\n]\n'
  } finally {
    await trx.rollback()
  }
}
