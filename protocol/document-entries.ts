import { z } from 'zod'
import { canSee, Id, Part, TextRef, type Audience, type Viewer } from './journal.ts'
import { RenditionFacts } from './rendition.ts'
import { MediaType } from './media-type.ts'

/** Documents and their versions as a meeting's journal tells them; apart from their routes, which the video room does without. */

/** bản đang soạn · bản lưu hành · bản chính thức. A draft is known to the office alone. */
export const VersionState = z.enum(['draft', 'circulation', 'final'])
export type VersionState = z.infer<typeof VersionState>

/** One file of a document. Journals of before there were versions have PDFs in circulation alone, each the first. */
export const VersionFacts = z.object({
  /** From 1, in the order in which the versions were attached. */
  number: z.int().positive().exactOptional(), state: VersionState.exactOptional(), mediaType: MediaType.exactOptional(),
  /** SHA-256 of the file, hexadecimal. */
  sha256: z.string(), bytes: z.int(),
  /** What became of it; absent: nothing yet. */
  rendition: RenditionFacts.exactOptional(),
})
export type VersionFacts = z.infer<typeof VersionFacts>

/** Why the office alone still knows of a document that others read before. */
export const Held = z.enum(['expired', 'quarantined', 'purged'])
export type Held = z.infer<typeof Held>

/** A document with its first version, as its readers are told of it. */
export const DocumentFacts = VersionFacts.extend({
  documentId: Id, itemId: Id, name: TextRef,
  /** Who of those who see the item reads it beside the office. Absent: all of them. */
  parts: z.array(Part).exactOptional(),
  /** Copies may be saved and printed. Absent: yes. */
  download: z.boolean().exactOptional(),
  /** Hours after the meeting's end at which others than the office no longer read it. Absent: never. */
  expiresHours: z.int().exactOptional(),
  held: Held.exactOptional(),
})
export type DocumentFacts = z.infer<typeof DocumentFacts>

const Of = z.object({ documentId: Id, itemId: Id })

/** Each for those who may read the document, or that version of it. */
export const documentEntries = [
  z.object({ kind: z.literal('documents.attached'), data: DocumentFacts }),
  /** Another version; or one of before, with another state. */
  z.object({ kind: z.literal('documents.versionStated'), data: VersionFacts.extend({ documentId: Id }) }),
  z.object({ kind: z.literal('documents.rendered'), data: z.object({ documentId: Id, number: z.int(), rendition: RenditionFacts }) }),
  z.object({ kind: z.literal('documents.downloadSet'), data: Of.extend({ download: z.boolean() }) }),
  z.object({ kind: z.literal('documents.expirySet'), data: Of.extend({ expiresHours: z.int().nullable() }) }),
  /** Nobody reads it any more; those who did are told why. */
  z.object({ kind: z.literal('documents.withdrawn'), data: Of.extend({ reason: TextRef }) }),
  /** These no longer know of it: it went, or others read it now, to whom it is told anew. */
  z.object({ kind: z.literal('documents.removed'), data: z.object({ documentId: Id }) }),
  /** Office only: so many were asked to read. */
  z.object({ kind: z.literal('documents.readersReminded'), data: z.object({ people: z.int() }) }),
] as const

export interface Version {
  number: number
  state: VersionState
  mediaType: MediaType
  sha256: string
  bytes: number
  rendition: RenditionFacts | null
  /** Who was told of it. */
  audience: Audience
}

/** A document as its viewer knows it; a draft version alone is known to the office. */
export interface DocumentState {
  documentId: string
  itemId: string
  name: TextRef
  parts: Part[]
  download: boolean
  expiresHours: number | null
  held: Held | null
  withdrawn: { reason: TextRef, at: string } | null
  /** By number; at least one. */
  versions: Version[]
  audience: Audience
}
export type DocumentsState = DocumentState[]

type DocumentEntry = z.infer<typeof documentEntries[number]> & { at: string, audience: Audience }

const toVersion = ({ number = 1, state = 'circulation', mediaType = 'application/pdf', sha256, bytes, rendition = null }: VersionFactsIn, audience: Audience): Version =>
  ({ number, state, mediaType, sha256, bytes, rendition, audience })
type VersionFactsIn = Omit<VersionFacts, 'rendition'> & { rendition?: RenditionFacts | null }

/** A document as it is first told. */
export function newDocument(facts: DocumentFacts, audience: Audience): DocumentState {
  const { documentId, itemId, name, parts = [...Part.options], download = true, expiresHours = null, held = null } = facts
  return { documentId, itemId, name, parts, download, expiresHours, held, withdrawn: null, versions: [toVersion(facts, audience)], audience }
}

/** The documents after one more entry. One that is told anew comes last, for everybody. */
export function applyDocuments(documents: DocumentsState, { kind, data, at, audience }: DocumentEntry): DocumentsState {
  const changed = (change: (document: DocumentState) => DocumentState) =>
    documents.map((document) => document.documentId === (data as { documentId: string }).documentId ? change(document) : document)
  switch (kind) {
    case 'documents.attached': return [...documents.filter(({ documentId }) => documentId !== data.documentId), newDocument(data, audience)]
    case 'documents.removed': return documents.filter(({ documentId }) => documentId !== data.documentId)
    case 'documents.versionStated': return changed((document) => {
      const others = document.versions.filter(({ number }) => number !== (data.number ?? 1))
      return { ...document, versions: [...others, toVersion(data, audience)].sort((a, b) => a.number - b.number) }
    })
    case 'documents.rendered': return changed((document) => ({
      ...document,
      versions: document.versions.map((version) => version.number === data.number ? { ...version, rendition: data.rendition } : version),
    }))
    case 'documents.downloadSet': return changed((document) => ({ ...document, download: data.download }))
    case 'documents.expirySet': return changed((document) => ({ ...document, expiresHours: data.expiresHours }))
    case 'documents.withdrawn': return changed((document) => ({ ...document, withdrawn: { reason: data.reason, at } }))
    case 'documents.readersReminded': return documents
  }
}

/** What one viewer knows of the documents. */
export function projectDocuments(documents: DocumentsState, viewer: Viewer): DocumentsState {
  return documents.flatMap((document) => {
    if (!canSee(document.audience, viewer)) return []
    const versions = document.versions.filter(({ audience }) => canSee(audience, viewer))
    return [versions.length === document.versions.length ? document : { ...document, versions }]
  })
}

/** The newest version that is known. */
export const newestOf = ({ versions }: Pick<DocumentState, 'versions'>): Version => versions.at(-1) ?? missing()

function missing(): never {
  throw new Error('a document has no version')
}
