import { z } from 'zod'
import { Day } from './calendar.ts'
import { Id, Sha256, TextRef } from './journal.ts'

/** What the journal has of the chair's conclusions and of what comes of them; the way they are written is in `conclusions.ts` and `tasks.ts`. */

export const conclusionEntries = [
  /** For those who may see the item: the whole text as it stands after some moments of writing. Each is a version of its own, from 1. */
  z.object({ kind: z.literal('conclusion.written'), data: z.object({ itemId: Id, version: z.int().min(1), text: TextRef }) }),
  /** Chốt kết luận: the chair stands by this version. */
  z.object({ kind: z.literal('conclusion.settled'), data: z.object({ itemId: Id, version: z.int().min(1) }) }),
  z.object({ kind: z.literal('conclusion.reopened'), data: z.object({ itemId: Id, version: z.int().min(1), reason: TextRef }) }),
  /** Of the notice (thông báo kết luận), for the office alone; its text is in no entry. */
  z.object({ kind: z.literal('conclusionNotice.saved'), data: z.object({ version: z.int(), sha256: Sha256 }) }),
  z.object({ kind: z.literal('conclusionNotice.sent'), data: z.object({ version: z.int() }) }),
  z.object({ kind: z.literal('conclusionNotice.returned'), data: z.object({ version: z.int(), reason: TextRef }) }),
  z.object({ kind: z.literal('conclusionNotice.approved'), data: z.object({ version: z.int(), sha256: Sha256 }) }),
  z.object({ kind: z.literal('conclusionNotice.waived'), data: z.object({ reason: TextRef }) }),
  /** For all who take part in the whole meeting. */
  z.object({ kind: z.literal('conclusionNotice.issued'), data: z.object({ paperId: Id, number: z.string() }) }),
  /** A conclusion became a task, for the members who may see the item; what becomes of it then is the task's own history. */
  z.object({
    kind: z.literal('task.assigned'),
    data: z.object({
      taskId: Id, itemId: Id, conclusionVersion: z.int().min(1), leadUnitId: Id.nullable(), leadPersonId: Id.nullable(), dueOn: Day,
    }),
  }),
] as const

/** The chair's conclusion on an item as it stands; its audience is that of the item. */
export interface Conclusion {
  itemId: string
  text: TextRef
  /** Counts the revisions. */
  version: number
  writtenBy: string | null
  at: string
  /** Who stood by it and when; null while it is being written. The instant is the minute and second of the decision. */
  settled: { by: string | null, at: string } | null
}

type ConclusionEntry = z.infer<typeof conclusionEntries[number]> & { at: string, actorId: string | null }

/** The conclusions after one more entry, in the order in which they were begun. */
export function applyConclusions(conclusions: Conclusion[], entry: ConclusionEntry): Conclusion[] {
  const each = (itemId: string, change: Partial<Conclusion>) =>
    conclusions.map((one) => one.itemId === itemId ? { ...one, ...change } : one)
  switch (entry.kind) {
    case 'conclusion.written': {
      const { itemId, version, text } = entry.data
      const written = { text, version, writtenBy: entry.actorId, at: entry.at, settled: null }
      return conclusions.some((one) => one.itemId === itemId) ? each(itemId, written) : [...conclusions, { itemId, ...written }]
    }
    case 'conclusion.settled':
      return each(entry.data.itemId, { settled: { by: entry.actorId, at: entry.at } })
    case 'conclusion.reopened':
      return each(entry.data.itemId, { settled: null })
    default:
      return conclusions
  }
}
