import type { Knex } from 'knex'
import type { ChainedEntry } from './chain.ts'
import { findEntries } from './store.ts'

const PAGE = 500
/** Entries kept a meeting, and meetings. */
const ENTRIES_KEPT = 500
const MEETINGS_KEPT = 200

/**
 * Entries are immutable once committed, so the last ones of each meeting in use are kept in memory: a change is then
 * filtered for a thousand viewers without a query. Freshness is no matter here; the caller says up to where it reads.
 */
export function createRecent() {
  /** By meeting, the one that grew longest ago first; each an unbroken run. */
  const runs = new Map<string, ChainedEntry[]>()

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

  return {
    /** Remembers entries that were committed. */
    remember,

    /** The committed entries after `after` up to and including `upTo`, page by page. */
    async* between(db: Knex, meetingId: string, after: number, upTo: number): AsyncGenerator<ChainedEntry[]> {
      let position = after
      while (position < upTo) {
        let page = kept(meetingId, position, upTo)
        if (!page.length) {
          page = await findEntries(db, meetingId, position, upTo, PAGE)
          remember(meetingId, page)
        }
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
