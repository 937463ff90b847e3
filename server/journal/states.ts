import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { fold, type AnyReducer } from '../../protocol/journal.ts'
import { canonical } from './chain.ts'
import type { Recent } from './recent.ts'
import { findHash } from './store.ts'

export interface Folded<S> { state: S, seq: number }

interface Kept extends Folded<unknown> {
  version: number
  /** How far the snapshot in the database goes. */
  savedSeq: number
}

interface SnapshotRow { version: number, seq: string, state: string, mac: Buffer, hash: Buffer }

const STATES_KEPT = 500

/**
 * Folded states, kept in memory and, every `snapshotEvery` entries, in the database. A snapshot there counts only with a
 * MAC over it and the hash of its entry: touched, forged or of a rewritten journal, it is passed over.
 */
export function createStates(deps: {
  db: Knex
  recent: Recent
  secret: Buffer
  snapshotEvery: number
  log: Pick<Logger, 'warn'>
}) {
  const { db, recent, secret, snapshotEvery, log } = deps
  const states = new Map<string, Kept>()
  const saving = new Set<Promise<void>>()

  function macOf(meetingId: string, reducer: AnyReducer<unknown>, seq: number, hash: string, state: string): Buffer {
    return createHmac('sha256', secret).update(canonical([meetingId, reducer.name, reducer.version, seq, hash, state])).digest()
  }

  async function fromSnapshot(
    source: Knex, meetingId: string, reducer: AnyReducer<unknown>, upTo: number,
  ): Promise<Kept | undefined> {
    const row: SnapshotRow | undefined = await source('journal_snapshot as s')
      .join('journal_entry as e', (on) => on.on('e.meeting_id', 's.meeting_id').andOn('e.seq', 's.seq'))
      .where({ 's.meeting_id': meetingId, 's.reducer': reducer.name, 's.version': reducer.version }).where('s.seq', '<=', upTo)
      .first('s.version', 's.seq', 's.state', 's.mac', 'e.hash')
    if (!row) return undefined
    const seq = Number(row.seq)
    const mac = macOf(meetingId, reducer, seq, row.hash.toString('hex'), row.state)
    if (row.mac.length !== mac.length || !timingSafeEqual(row.mac, mac)) {
      log.warn({ meetingId, reducer: reducer.name }, 'a kept state was not made by this installation; it is made anew')
      return undefined
    }
    return { version: row.version, seq, savedSeq: seq, state: JSON.parse(row.state) }
  }

  async function save(meetingId: string, reducer: AnyReducer<unknown>, { seq, state }: Folded<unknown>): Promise<void> {
    const hash = await findHash(db, meetingId, seq)
    if (!hash) return
    const text = JSON.stringify(state)
    await db('journal_snapshot')
      .insert({
        meeting_id: meetingId, reducer: reducer.name, version: reducer.version, seq, state: text,
        mac: macOf(meetingId, reducer, seq, hash, text),
      })
      .onConflict(['meeting_id', 'reducer']).merge()
  }

  function saveAside(meetingId: string, reducer: AnyReducer<unknown>, kept: Kept): void {
    kept.savedSeq = kept.seq
    const attempt = save(meetingId, reducer, { ...kept })
      .catch((error: unknown) => { log.warn({ meetingId, err: error }, 'a snapshot of the journal could not be kept') })
      .finally(() => { saving.delete(attempt) })
    saving.add(attempt)
  }

  function keep(id: string, kept: Kept): void {
    states.delete(id)
    states.set(id, kept)
    for (const oldest of states.keys()) {
      if (states.size <= STATES_KEPT) break
      states.delete(oldest)
    }
  }

  return {
    /**
     * The state at `upTo`, which must be committed, or a later one. `source` is where missing entries are read: inside a
     * batch its transaction, so that no second connection is needed.
     */
    async at<S>(source: Knex, meetingId: string, reducer: AnyReducer<S>, upTo: number): Promise<Folded<S>> {
      const id = `${meetingId} ${reducer.name}`
      const cached = states.get(id)
      let kept = cached?.version === reducer.version ? cached : await fromSnapshot(source, meetingId, reducer, upTo)
      kept ??= { version: reducer.version, seq: 0, savedSeq: 0, state: reducer.initial() }
      // A copy: another fold of the same state may be under way.
      const next: Kept & Folded<S> = { ...kept, state: kept.state as S }
      for await (const page of recent.between(source, meetingId, next.seq, upTo)) {
        next.state = fold(reducer, page, next.state)
        next.seq = page.at(-1)?.seq ?? next.seq
      }
      if (next.seq - next.savedSeq >= snapshotEvery) saveAside(meetingId, reducer, next)
      if (next.seq >= (states.get(id)?.seq ?? 0)) keep(id, next)
      return { state: next.state, seq: next.seq }
    },

    /** Waits for the snapshots that are being kept. */
    async settled(): Promise<void> {
      await Promise.all(saving)
    },
  }
}

export type States = ReturnType<typeof createStates>
