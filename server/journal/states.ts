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
  /** Folds under way on the pool, so that a thousand readers of a cold state wait for one. */
  const folding = new Map<string, Promise<unknown>>()
  const saving = new Set<Promise<void>>()

  function macOf(meetingId: string, reducer: AnyReducer<unknown>, seq: number, hash: string, state: string): Buffer {
    return createHmac('sha256', secret).update(canonical([meetingId, reducer.name, reducer.version, seq, hash, state])).digest()
  }

  async function fromSnapshot<S>(
    source: Knex, meetingId: string, reducer: AnyReducer<S>, upTo: number,
  ): Promise<Kept & Folded<S> | undefined> {
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

  function cached<S>(id: string, reducer: AnyReducer<S>): Kept & Folded<S> | undefined {
    const kept = states.get(id)
    // A copy: another fold from the same state may be under way.
    return kept?.version === reducer.version ? { ...kept, state: kept.state as S } : undefined
  }

  async function foldOn<S>(
    source: Knex, meetingId: string, id: string, reducer: AnyReducer<S>, upTo: number,
  ): Promise<Folded<S>> {
    const next = cached(id, reducer) ?? await fromSnapshot(source, meetingId, reducer, upTo)
      ?? { version: reducer.version, seq: 0, savedSeq: 0, state: reducer.initial() }
    for await (const page of recent.between(source, meetingId, next.seq, upTo)) {
      next.state = fold(reducer, page, next.state)
      next.seq = page.at(-1)?.seq ?? next.seq
    }
    if (next.seq - next.savedSeq >= snapshotEvery) saveAside(meetingId, reducer, next)
    if (next.seq >= (states.get(id)?.seq ?? 0)) keep(id, next)
    return next
  }

  return {
    /**
     * The state at `upTo`, which must be committed, or a later one. `source` is where missing entries are read: inside a
     * batch its transaction, so that no second connection is needed.
     */
    async at<S>(source: Knex, meetingId: string, reducer: AnyReducer<S>, upTo: number): Promise<Folded<S>> {
      const id = `${meetingId} ${reducer.name}`
      for (;;) {
        const known = cached(id, reducer)
        if (known && known.seq >= upTo) return known
        const running = source === db ? folding.get(id) : undefined
        if (!running) break
        await running.catch(() => undefined)
      }
      const running = foldOn(source, meetingId, id, reducer, upTo)
      if (source !== db) return await running
      folding.set(id, running)
      return await running.finally(() => { folding.delete(id) })
    },

    /** Waits for the snapshots that are being kept. */
    async settled(): Promise<void> {
      await Promise.all(saving)
    },
  }
}

export type States = ReturnType<typeof createStates>
