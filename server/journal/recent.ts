import type { Knex } from 'knex'
import type { ChainedEntry } from './chain.ts'
import { findEntries } from './store.ts'

/** Entries kept a meeting, which are also the page that is read; and meetings. */
const ENTRIES_KEPT = 500
const MEETINGS_KEPT = 200

/**
 * Entries are immutable once committed, so the last ones of each meeting in use are kept in memory: a change is then
 * filtered for a thousand viewers without a query. Freshness is no matter here; the caller says up to where it reads.
 */
export function createRecent(db: Knex) {
  /** By meeting, the one that grew longest ago first; each an unbroken run. */
  const runs = new Map<string, ChainedEntry[]>()
  /** Pages being read on the pool, so that many who come back at once read each page once. */
  const loading = new Map<string, Promise<ChainedEntry[]>>()

  function kept(meetingId: string, after: number, upTo: number): ChainedEntry[] {
    const run = runs.get(meetingId)
    const first = run?.[0]
    if (!run || !first || after + 1 < first.seq) return []
    return run.slice(after + 1 - first.seq, upTo + 1 - first.seq)
  }

  function remember(meetingId: string, entries: ChainedEntry[]): void {
    const last = entries.at(-1)
    if (!last) return
    const run = runs.get(meetingId) ?? []
    const end = run.at(-1)?.seq ?? 0
    const continues = run.length > 0 && (entries[0]?.seq ?? 0) <= end + 1
    if (last.seq <= end) return
    const longer = continues ? [...run, ...entries.filter((entry) => entry.seq > end)] : entries
    runs.delete(meetingId)
    runs.set(meetingId, longer.slice(-ENTRIES_KEPT))
    for (const oldest of runs.keys()) {
      if (runs.size <= MEETINGS_KEPT) break
      runs.delete(oldest)
    }
  }

  /** The page after `position`; or, near the end of a journal not in use so far, all that is to be kept. */
  async function load(source: Knex, meetingId: string, position: number, upTo: number): Promise<ChainedEntry[]> {
    const end = runs.get(meetingId)?.at(-1)?.seq ?? 0
    const from = position > end && position >= upTo - ENTRIES_KEPT ? Math.max(0, upTo - ENTRIES_KEPT) : position
    const read = async () => {
      const page = await findEntries(source, meetingId, from, upTo, ENTRIES_KEPT)
      remember(meetingId, page)
      return page
    }
    if (source !== db) return (await read()).filter((entry) => entry.seq > position)
    const id = `${meetingId} ${from} ${upTo}`
    const running = loading.get(id) ?? read().finally(() => { loading.delete(id) })
    loading.set(id, running)
    return (await running).filter((entry) => entry.seq > position)
  }

  return {
    /** Remembers entries that were committed. */
    remember,

    /** The committed entries after `after` up to and including `upTo`, page by page. */
    async* between(source: Knex, meetingId: string, after: number, upTo: number): AsyncGenerator<ChainedEntry[]> {
      let position = after
      while (position < upTo) {
        const remembered = kept(meetingId, position, upTo)
        const page = remembered.length ? remembered : await load(source, meetingId, position, upTo)
        const last = page.at(-1)
        if (page[0]?.seq !== position + 1 || !last) {
          throw new Error(`the journal of meeting ${meetingId} breaks off after entry ${position}`)
        }
        yield page
        position = last.seq
      }
    },
  }
}

export type Recent = ReturnType<typeof createRecent>
