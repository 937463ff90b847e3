import type { Knex } from 'knex'
import {
  Audience, EntryKind, fold, Id, TEXT_ERASED, TextRef, textRefs, type AnyReducer, type VisibleEntry,
} from '../../protocol/journal.ts'
import { AppError } from '../platform/error.ts'
import { chain, type ChainedEntry, type ChainHead } from './chain.ts'
import type { JournalTx, NewEntry, Origin } from './journal.ts'
import { plainJson, refuse } from './plain.ts'
import { createTextLoader, eraseText, insertText } from './texts.ts'

/** One command's hands on the journal; `written` grows as it appends, chained behind `head`. */
export function createTx(deps: {
  meetingId: string
  trx: Knex.Transaction
  origin: Origin
  now: Date
  head: ChainHead
  /** The state up to `head`. */
  stateBefore<S>(reducer: AnyReducer<S>): Promise<S>
}): { tx: JournalTx, appendAs(actorId: string, entry: NewEntry): void, written: ChainedEntry[], end(): void } {
  const { meetingId, trx, origin, head, stateBefore } = deps
  const at = origin.at ?? deps.now
  const actorId = origin.actorId
  const written: ChainedEntry[] = []
  /** States by reading, each after so many of `written`: whoever asks again folds only what came since. */
  const states = new Map<AnyReducer<unknown>, { state: unknown, count: number }>()
  let ended = false

  function append(entry: NewEntry, by: string | null = actorId): void {
    if (ended) throw new Error(`${entry.kind} was appended after its command had ended`)
    written.push(chain(meetingId, written.at(-1) ?? head, validEntry({ ...entry, at: entry.at ?? at }, by)))
  }

  function appendByDomain(entry: NewEntry, by?: string | null): void {
    if (entry.kind.startsWith('journal.')) refuse('kind', 'reserved')
    append(entry, by)
  }

  async function state<S>(reducer: AnyReducer<S>): Promise<S> {
    const known = states.get(reducer) as { state: S, count: number } | undefined
    const before = known ?? { state: await stateBefore(reducer), count: 0 }
    const next = { state: fold(reducer, written.slice(before.count), before.state), count: written.length }
    states.set(reducer, next)
    return next.state
  }

  const tx: JournalTx = {
    meetingId, actorId, at, trx,
    append: (entry) => appendByDomain(entry),
    text: (body) => insertText(trx, meetingId, body),
    bodies: (value) => createTextLoader(trx)(meetingId, value),
    async eraseText(textId, audience) {
      if (!await eraseText(trx, meetingId, textId, at)) throw new AppError('notFound')
      append({ kind: TEXT_ERASED, data: { textId }, audience })
    },
    state,
  }
  return { tx, appendAs: (by, entry) => appendByDomain(entry, by), written, end() { ended = true } }
}

/** The entry as it will be hashed and kept, or `entryInvalid`. */
function validEntry(entry: NewEntry & { at: Date }, actorId: string | null): VisibleEntry {
  const { kind, audience } = entry
  if (!EntryKind.safeParse(kind).success) refuse('kind', 'notAKind')
  if (actorId !== null && !Id.safeParse(actorId).success) refuse('actorId', 'notAnId')
  const parsedAudience = Audience.safeParse(audience)
  if (!parsedAudience.success) refuse('audience', 'notAnAudience')
  const data = plainJson(entry.data)
  if (data === null || Array.isArray(data)) refuse('data', 'notPlainObject')
  if (textRefs(data).some((ref) => !TextRef.safeParse(ref).success)) refuse('data', 'notATextReference')
  return { at: instant(entry.at), actorId, kind, data: { ...data }, audience: parsedAudience.data }
}

/** Within the years that ISO 8601 in four digits and the database write alike. */
function instant(at: Date): string {
  const year = at.getUTCFullYear()
  if (!(year >= 1970 && year <= 9999)) refuse('at', 'notAnInstant')
  return at.toISOString()
}
