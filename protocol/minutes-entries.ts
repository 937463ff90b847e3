import { z } from 'zod'
import { Id, Sha256, TextRef } from './journal.ts'

/** The block of the text that a comment is about; ids are made where the block is. */
export const BlockId = z.string().regex(/^[\w-]{6,40}$/)

const round = z.int().positive()

/**
 * What happens to the minutes, as the journal of the meeting tells it: for those who take part in the whole meeting, since
 * minutes tell of all of it, but for the saves, which are the office's, and the publication and its end, of which everybody
 * learns.
 * What is typed in between stands in no entry.
 */
export const minutesEntries = [
  /** Office only. The text was begun, or made anew, from the journal. */
  z.object({ kind: z.literal('minutes.saved'), data: z.object({ version: z.int(), sha256: z.string() }) }),
  /** Who writes the minutes gave them another abstract than the meeting's title, or that again. */
  z.object({ kind: z.literal('minutes.abstractSet'), data: z.object({ sha256: Sha256 }) }),
  /** The clerk lets somebody write too, or no longer. */
  z.object({ kind: z.literal('minutes.helperSet'), data: z.object({ personId: Id, helps: z.boolean() }) }),
  /** Everybody of the whole meeting reads and comments until then; a further opening sets the time anew. */
  z.object({ kind: z.literal('minutes.reviewOpened'), data: z.object({ round, dueAt: z.iso.datetime({ precision: 3 }), sha256: Sha256 }) }),
  z.object({
    kind: z.literal('minutes.commented'),
    /** `blockId` null: about the whole; `quote` is the words as they stood. */
    data: z.object({ threadId: Id, round, blockId: BlockId.nullable(), quote: TextRef.nullable(), text: TextRef }),
  }),
  z.object({ kind: z.literal('minutes.replied'), data: z.object({ threadId: Id, messageId: Id, text: TextRef }) }),
  z.object({ kind: z.literal('minutes.settled'), data: z.object({ threadId: Id, resolved: z.boolean(), answer: TextRef.nullable() }) }),
  /** The chair gives the text back to the clerk. */
  z.object({ kind: z.literal('minutes.returned'), data: z.object({ round, reason: TextRef }) }),
  /** Text and frame are fixed from here on. `open`: comments that nobody had settled. */
  z.object({ kind: z.literal('minutes.approved'), data: z.object({ round, sha256: Sha256, open: z.int().nonnegative() }) }),
  z.object({ kind: z.literal('minutes.published'), data: z.object({ number: z.string(), sha256: z.string(), paperId: Id.exactOptional() }) }),
  /** The paper was recalled, and who approves opened the text again: it is corrected, and approved and published anew. */
  z.object({ kind: z.literal('minutes.reopened'), data: z.object({ reason: TextRef }) }),
  /** What was published as this paper is so no longer: told with `minutes.reopened`, to those who were told of the publication. */
  z.object({ kind: z.literal('minutes.unpublished'), data: z.object({ paperId: Id }) }),
] as const
type MinutesEntry = z.infer<typeof minutesEntries[number]> & { at: string, actorId: string | null }

/** How far the minutes are, as those see it who take part in the whole meeting. */
export interface MinutesState {
  /** Who writes them beside chair and clerk. */
  helpers: string[]
  /** `writing`: also before there is a text. */
  stage: 'writing' | 'review' | 'approved'
  /** Counts the openings of the review. */
  round: number
  /** Until when comments are taken; null while no review is open. */
  dueAt: string | null
  /** Counts what was said in the review, so that who reads it learns that there is more. */
  told: number
  /** Counts the settings of the abstract, so that who has the text open shows the new one. */
  abstracts: number
  /** Who opened them again after their paper was recalled, and why, until they are approved anew. */
  reopened: { by: string | null, at: string, reason: TextRef } | null
}

export const noMinutes: MinutesState = { helpers: [], stage: 'writing', round: 0, dueAt: null, told: 0, abstracts: 0, reopened: null }

/** The minutes' progress, after one more entry. */
export function applyMinutes(state: MinutesState, entry: MinutesEntry): MinutesState {
  switch (entry.kind) {
    case 'minutes.helperSet': {
      const others = state.helpers.filter((id) => id !== entry.data.personId)
      return { ...state, helpers: entry.data.helps ? [...others, entry.data.personId] : others }
    }
    case 'minutes.abstractSet': return { ...state, abstracts: state.abstracts + 1 }
    case 'minutes.reviewOpened': return { ...state, stage: 'review', round: entry.data.round, dueAt: entry.data.dueAt }
    case 'minutes.commented': case 'minutes.replied': case 'minutes.settled': return { ...state, told: state.told + 1 }
    case 'minutes.returned': return { ...state, stage: 'writing', dueAt: null }
    case 'minutes.approved': return { ...state, stage: 'approved', dueAt: null, reopened: null }
    case 'minutes.reopened': return { ...state, stage: 'writing', reopened: { by: entry.actorId, at: entry.at, reason: entry.data.reason } }
    // Told to others than the rest: they change nothing here.
    case 'minutes.saved': case 'minutes.published': case 'minutes.unpublished': return state
  }
}
