import { z } from 'zod'
import { canSee, Id, type Audience, type Viewer } from './journal.ts'

/** What the journal has of going through a document together; the way it is done is in `review.ts`. */

/** For those who may see the item, and the document with it. Of a meeting one document is led at a time. */
export const reviewEntries = [
  z.object({ kind: z.literal('review.led'), data: z.object({ documentId: Id, itemId: Id, leaderId: Id }) }),
  /** Told before another document is led, too: who sees that one alone learns nothing of it. */
  z.object({ kind: z.literal('review.ended'), data: z.object({ documentId: Id, itemId: Id }) }),
] as const

export interface LedDocument {
  documentId: string
  itemId: string
  leaderId: string
  since: string
  /** Who was told of it, and is told of its end. */
  audience: Audience
}

type ReviewEntry = z.infer<typeof reviewEntries[number]> & { at: string, audience: Audience }

/** The document that is led, after one more entry. */
export function applyReview(led: LedDocument | null, { kind, data, at, audience }: ReviewEntry): LedDocument | null {
  if (kind === 'review.led') return { ...data, since: at, audience }
  return led?.documentId === data.documentId ? null : led
}

export const projectReview = (led: LedDocument | null, viewer: Viewer): LedDocument | null => led && canSee(led.audience, viewer) ? led : null

/** Who may lead a document of this item: who presents it, for themselves. The office may always. */
export const presents = (personId: string, item: { presenterId: string | null } | undefined): boolean => item?.presenterId === personId
