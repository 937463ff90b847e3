import { randomBytes, randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { textRefs, type TextBodies, type TextRef } from '../../protocol/journal.ts'
import { textMac } from './chain.ts'
import { plainText } from './plain.ts'

/** Keeps a text of a meeting under a fresh key. */
export async function insertText(trx: Knex.Transaction, meetingId: string, body: string): Promise<TextRef> {
  const id = randomUUID()
  const key = randomBytes(32)
  await trx('journal_text').insert({ id, meeting_id: meetingId, body: plainText(body), key })
  return { $text: id, mac: textMac(key, body) }
}

/** Takes body and key away for good. False when the meeting has no such text, or no longer. */
export async function eraseText(trx: Knex.Transaction, meetingId: string, id: string, at: Date): Promise<boolean> {
  const count = await trx('journal_text').where({ id, meeting_id: meetingId }).whereNull('erased_at')
    .update({ body: null, key: null, erased_at: at })
  return count === 1
}

interface TextRow { id: string, meeting_id: string, body: string | null }

/**
 * Looks bodies up, all that are asked for in one turn of the event loop with one query: when a new text goes out to every
 * viewer of a meeting it is read once. Nothing is kept, so an erased body is never given out of a cache.
 */
export function createTextLoader(db: Knex) {
  let wanted = new Set<string>()
  let lookup: Promise<Map<string, TextRow>> | undefined

  async function find(): Promise<Map<string, TextRow>> {
    await new Promise((resolve) => { setImmediate(resolve) })
    const ids = [...wanted]
    wanted = new Set()
    lookup = undefined
    const rows: TextRow[] = await db('journal_text').select('id', 'meeting_id', 'body').whereRaw('id = ANY(?::uuid[])', [ids])
    return new Map(rows.map((row) => [row.id, row]))
  }

  /** The bodies of all texts that a value refers to; another meeting's text is never given. */
  return async function bodiesIn(meetingId: string, value: unknown): Promise<TextBodies> {
    const ids = new Set(textRefs(value).map((ref) => ref.$text))
    if (!ids.size) return {}
    for (const id of ids) wanted.add(id)
    lookup ??= find()
    const found = await lookup
    return Object.fromEntries([...ids].map((id) => {
      const row = found.get(id)
      return [id, row?.meeting_id === meetingId ? row.body : null]
    }))
  }
}
