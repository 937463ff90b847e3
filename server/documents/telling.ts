import type { DocumentFacts, DocumentState, Version, VersionFacts } from '../../protocol/document-entries.ts'
import { Part, type Audience } from '../../protocol/journal.ts'
import type { MeetingState } from '../../protocol/meeting-state.ts'
import type { Meeting } from '../meetings/access.ts'
import type { JournalTx } from '../journal/journal.ts'

type Told = Omit<DocumentState, 'audience' | 'withdrawn' | 'versions'> & { versions: readonly Omit<Version, 'audience'>[] }

const office: Audience = { scope: 'office' }

/** Who reads a document of an item, beside the office, once the meeting is published. */
export function audienceOfParts(meeting: Pick<Meeting, 'status'>, { itemId, parts }: Pick<DocumentState, 'itemId' | 'parts'>): Audience {
  if (meeting.status === 'draft' || !parts.length) return office
  return { scope: 'item', itemId, ...parts.length < Part.options.length ? { parts: [...parts].sort() } : {} }
}

/** Who knows of a document: with drafts alone, or held back, the office. */
export function audienceOfDocument(meeting: Pick<Meeting, 'status'>, document: Pick<Told, 'itemId' | 'parts' | 'held' | 'versions'>): Audience {
  return document.held || document.versions.every(({ state }) => state === 'draft') ? office : audienceOfParts(meeting, document)
}

const factsOf = ({ number, state, mediaType, sha256, bytes, rendition }: Omit<Version, 'audience'>): VersionFacts =>
  ({ number, state, mediaType, sha256, bytes, ...rendition ? { rendition } : {} })

/** States a version for those who may read it; the document was told before. */
export function tellVersion(tx: Pick<JournalTx, 'append'>, documentId: string, version: Omit<Version, 'audience'>, audience: Audience): void {
  tx.append({ kind: 'documents.versionStated', data: { documentId, ...factsOf(version) }, audience: version.state === 'draft' ? office : audience })
}

/** States a document with all its versions, each for those who may read it. */
export function tellDocument(tx: Pick<JournalTx, 'append'>, meeting: Pick<Meeting, 'status'>, document: Told): void {
  const { documentId, itemId, name, parts, download, expiresHours, held, versions } = document
  const audience = audienceOfDocument(meeting, document)
  // Who is told of the document begins with a version that they may read.
  const first = versions.find(({ state }) => state !== 'draft') ?? versions[0]
  if (!first) throw new Error('a document has no version')
  const data: DocumentFacts = {
    documentId, itemId, name, ...factsOf(first), parts, download, ...expiresHours === null ? {} : { expiresHours }, ...held ? { held } : {},
  }
  tx.append({ kind: 'documents.attached', data, audience })
  for (const version of versions) if (version.number !== first.number) tellVersion(tx, documentId, version, audience)
}

/**
 * A document as it is from now on, for others than before: who knew of it does no longer, and who reads it now is told of all that
 * they may read. What goes on about it goes on for them: the text that is being written, and that it is led.
 */
export function retell(
  tx: Pick<JournalTx, 'append'>, meeting: Pick<Meeting, 'status'>, { drafts, review }: Pick<MeetingState, 'drafts' | 'review'>,
  before: Pick<DocumentState, 'documentId' | 'audience'>, document: Told,
): void {
  tellGone(tx, before)
  tellDocument(tx, meeting, document)
  if (document.held) return
  const { documentId, itemId } = document
  const audience = audienceOfDocument(meeting, document)
  for (const { draftId } of drafts.filter((draft) => draft.documentId === documentId)) {
    tx.append({ kind: 'drafting.opened', data: { draftId, documentId, itemId }, audience })
  }
  if (review?.documentId === documentId) tx.append({ kind: 'review.led', data: { documentId, itemId, leaderId: review.leaderId }, audience })
}

/** Those who knew of it do no longer. */
export function tellGone(tx: Pick<JournalTx, 'append'>, { documentId, audience }: Pick<DocumentState, 'documentId' | 'audience'>): void {
  tx.append({ kind: 'documents.removed', data: { documentId }, audience })
}

/** A version as it is from now on; where others come to know of the document by it, these are told of all that they may read. */
export function restate(
  tx: Pick<JournalTx, 'append'>, meeting: Pick<Meeting, 'status'>, state: Pick<MeetingState, 'drafts' | 'review'>, document: DocumentState,
  version: Omit<Version, 'audience'>,
): void {
  const others = document.versions.filter(({ number }) => number !== version.number)
  const now = { ...document, versions: [...others, version].sort((a, b) => a.number - b.number) }
  const audience = audienceOfDocument(meeting, now)
  if (audience.scope === document.audience.scope) return tellVersion(tx, document.documentId, version, audience)
  retell(tx, meeting, state, document, now)
}
