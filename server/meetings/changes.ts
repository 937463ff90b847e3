import { textRefs, type TextBodies } from '../../protocol/journal.ts'
import { changesBetween, publicationReducer, type MeetingChange } from '../../protocol/meeting-changes.ts'
import type { Journal } from '../journal/journal.ts'
import type { Caller } from '../platform/contract.ts'
import type { MeetingAccess } from './access.ts'

/** What of a meeting's programme is different since it was published. */
export function createChanges({ journal, access }: { journal: Pick<Journal, 'snapshot'>, access: Pick<MeetingAccess, 'accessTo'> }) {
  return {
    /** As the caller may see it. Throws `meetingNotFound`. */
    async list(meetingId: string, caller: Caller): Promise<{ publishedAt: string | null, changes: MeetingChange[], texts: TextBodies }> {
      const { viewer } = await access.accessTo(meetingId, caller)
      const { state: { published, now }, texts } = await journal.snapshot(meetingId, viewer, publicationReducer)
      const changes = published ? changesBetween(published, now, texts) : []
      // Nothing of what was published and is known no longer.
      return { publishedAt: now.publishedAt, changes, texts: Object.fromEntries(textRefs(changes).map(({ $text }) => [$text, texts[$text] ?? null])) }
    },
  }
}

export type Changes = ReturnType<typeof createChanges>
