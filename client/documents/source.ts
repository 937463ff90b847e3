import { readPage } from '../../protocol/conversion.ts'
import type { DocumentState, Version } from '../../protocol/document-entries.ts'
import { readDocument } from '../../protocol/documents.ts'
import { urlOf } from '../app/http.ts'
import type { DocumentSource } from './pdf-view.ts'

/** The version that is opened first: the newest in circulation, or the newest draft where there is none. */
export const shownVersion = ({ versions }: DocumentState): Version | undefined => versions.findLast(({ state }) => state !== 'draft') ?? versions.at(-1)

/** Whether the reader gets files of it; the office always does. */
export const savable = (document: Pick<DocumentState, 'download'>, office: boolean): boolean => document.download || office

/** What a version is read from: its PDF, or, where copies are not allowed, pictures of its pages; null while there is neither. */
export function sourceOf(meetingId: string, document: DocumentState, { number, mediaType, rendition }: Version, office: boolean): DocumentSource | null {
  const params = { meetingId, documentId: document.documentId }
  // A server without the programs reads PDFs as they are.
  const readable = rendition?.status === 'ready' || (rendition?.status === 'unavailable' && mediaType === 'application/pdf')
  if (readable && savable(document, office)) return urlOf(readDocument, { params, query: { version: number } })
  return rendition?.status !== 'ready' || rendition.pages === null ? null
    : { pages: rendition.pages, urlOf: (page, width) => urlOf(readPage, { params: { ...params, page }, query: { version: number, width } }) }
}
