import type { Knex } from 'knex'
import { textRefs, type ExportBallots, type ExportBox, type ExportRecord } from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import type { HeadSigning, Signer } from './head.ts'
import { findEntries } from './store.ts'

const PAGE = 500
/** A reader who takes longer to take the next piece is cut off, and the transaction with it. */
const STALLED_MS = 60_000
/** So long an export may take as a whole, however steadily it is read. */
const LIMIT_MS = 10 * 60_000
/** Exports at one time: each holds a connection of the pool that meetings live on. */
const AT_ONCE = 2
const RETRY_AFTER_SECONDS = 30

interface TextRow { id: string, body: string | null, key: Buffer | null, erased_at: Date | null }

/** What a domain adds beside the entries, read in the transaction of the export. */
export type MoreRecords = (trx: Knex.Transaction) => Promise<(ExportBallots | ExportBox)[]>

export interface ExportsDeps {
  db: Knex
  signer: Pick<Signer, 'publicKeyPem'>
  signHead: HeadSigning
  now: () => Date
}

/** Opens exports as of one moment: a JSON array, one record a line. Each holds one connection until it is read or given up. */
export function createExports({ db, signer, signHead, now }: ExportsDeps) {
  let running = 0

  async function* records(trx: Knex.Transaction, meetingId: string, more: MoreRecords): AsyncGenerator<ExportRecord[]> {
    const head = await signHead(meetingId, trx)
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
    yield await more(trx)
    yield [{ record: 'end', entries: count, head }]
  }

  async function* pieces(meetingId: string, more: MoreRecords): AsyncGenerator<string> {
    running += 1
    // A reader who never comes back keeps its place no longer than its transaction.
    let held = true
    const free = () => {
      if (held) running -= 1
      held = false
    }
    const timer = setTimeout(free, LIMIT_MS).unref()
    try {
      const trx = await db.transaction({ isolationLevel: 'repeatable read', readOnly: true })
      try {
        await trx.raw(
          `SELECT set_config('idle_in_transaction_session_timeout', ?, true), set_config('transaction_timeout', ?, true)`,
          [String(STALLED_MS), String(LIMIT_MS)])
        let separator = '[\n'
        for await (const page of records(trx, meetingId, more)) {
          if (!page.length) continue
          yield separator + page.map((record) => JSON.stringify(record)).join(',\n')
          separator = ',\n'
        }
        yield '\n]\n'
      } finally {
        await trx.rollback()
      }
    } finally {
      clearTimeout(timer)
      free()
    }
  }

  /**
   * Settles with the first piece in hand, so that a refusal comes before anything was sent. Throws `meetingNotFound`,
   * `tooManyRequests` (details `retryAfterSeconds`), `internal` as signing a head does.
   */
  return async function open(meetingId: string, more: MoreRecords): Promise<AsyncIterable<string>> {
    if (running >= AT_ONCE) throw new AppError('tooManyRequests', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    const rest = pieces(meetingId, more)
    let first: Promise<IteratorResult<string>> | undefined = Promise.resolve(await rest.next())
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          const next = first ?? rest.next()
          first = undefined
          return await next
        },
        return: () => rest.return(undefined),
      }),
    }
  }
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
