import { fold, type TextBodies, type Viewer, type VisibleEntry } from '../../protocol/journal.ts'
import { changesBetween, concernedBy, publicationReducer, type MeetingChange } from '../../protocol/meeting-changes.ts'
import { meetingReducer, type MeetingState } from '../../protocol/meeting-state.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import type { MeetingAccess } from './access.ts'

/** A change and the participants whom it concerns. */
export interface ConcerningChange { change: MeetingChange, personIds: string[] }

/** Nobody: the system, which reads a meeting as its office does. */
const SYSTEM: Viewer = { personId: '00000000-0000-0000-0000-000000000000', office: true, items: 'all' }
const PAGE = 500

/** What of a meeting's programme is different from what people were told of it before. */
export function createChanges({ journal, access }: { journal: Pick<Journal, 'read' | 'snapshot'>, access: Pick<MeetingAccess, 'accessTo'> }) {
  async function entriesBetween(meetingId: string, from: string | undefined, to?: string): Promise<{ entries: VisibleEntry[], cursor: string }> {
    const entries: VisibleEntry[] = []
    for (let cursor = from; ;) {
      const page = await journal.read(meetingId, SYSTEM, cursor, PAGE, to)
      entries.push(...page.entries)
      cursor = page.cursor
      if (page.entries.length < PAGE) return { entries, cursor: page.cursor }
    }
  }

  return {
    /** Since the publication, as the caller may see it. Throws `meetingNotFound`. */
    async list(meetingId: string, caller: Caller): Promise<{ publishedAt: string | null, changes: MeetingChange[], texts: TextBodies }> {
      const { viewer } = await access.accessTo(meetingId, caller)
      const { state: { published, now }, texts } = await journal.snapshot(meetingId, viewer, publicationReducer)
      return { publishedAt: now.publishedAt, changes: published ? changesBetween(published, now) : [], texts }
    },

    /**
     * For whoever tells people of changes: the net changes since a cursor of this function's, or since the publication, each
     * with whom it concerns, and the cursor to ask with the next time. None before the publication. The caller decides who
     * may know: this is no route. Throws `meetingNotFound`, `invalidCursor`.
     */
    async changesSince(meetingId: string, cursor: string | null): Promise<{ changes: ConcerningChange[], cursor: string }> {
      if (cursor === null) {
        const { state: { published, now }, cursor: next } = await journal.snapshot(meetingId, SYSTEM, publicationReducer)
        return { changes: published ? concerning(published, now) : [], cursor: next }
      }
      const before: MeetingState = fold(meetingReducer, (await entriesBetween(meetingId, undefined, cursor)).entries)
      const { entries, cursor: next } = await entriesBetween(meetingId, cursor)
      return { changes: before.publishedAt === null ? [] : concerning(before, fold(meetingReducer, entries, before)), cursor: next }
    },
  }
}

export type Changes = ReturnType<typeof createChanges>

function concerning(before: MeetingState, after: MeetingState): ConcerningChange[] {
  return changesBetween(before, after).map((change) => ({ change, personIds: concernedBy(change, before, after) }))
}
