import { z } from 'zod'
import { canSee, Id, Sha256, type Audience, type Viewer } from './journal.ts'

/** What the journal has of drafts that are written together; the way they are written is in `drafting.ts`. */

const Of = { draftId: Id, documentId: Id, itemId: Id }

/** For those who may read the document. The words of a draft are in no entry: what comes of them is a file. */
export const draftEntries = [
  z.object({ kind: z.literal('drafting.opened'), data: z.object(Of) }),
  /** It became a file, which is attached beside it. */
  z.object({ kind: z.literal('drafting.issued'), data: z.object({ ...Of, sha256: Sha256 }) }),
  z.object({ kind: z.literal('drafting.discarded'), data: z.object(Of) }),
] as const

/** A text that is being written. */
export interface OpenDraft { draftId: string, documentId: string, itemId: string, audience: Audience }

/** The texts that are being written, after one more entry. */
export function applyDrafts(
  drafts: readonly OpenDraft[], { kind, data, audience }: z.infer<typeof draftEntries[number]> & { audience: Audience },
): OpenDraft[] {
  if (kind === 'drafting.opened') return [...drafts, { ...data, audience }]
  return drafts.filter(({ draftId }) => draftId !== data.draftId)
}

export const projectDrafts = (drafts: readonly OpenDraft[], viewer: Viewer): OpenDraft[] => drafts.filter(({ audience }) => canSee(audience, viewer))
