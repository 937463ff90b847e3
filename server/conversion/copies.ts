import type { Readable } from 'node:stream'
import type { Knex } from 'knex'
import type { PageWidth } from '../../protocol/conversion.ts'
import type { RenditionFacts } from '../../protocol/rendition.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Conversion, RenditionState } from './conversion.ts'

/** A version of a document that somebody may read; `name` null where it was erased. */
export interface ReadableFile { sha256: string, name: string | null, download: boolean }

export interface CopiesDeps {
  db: Knex
  conversion: Pick<Conversion, 'statesOf' | 'pageImage' | 'stampedPdf'>
  /** Throws `meetingNotFound`, and `documentNotFound` alike for what is not there and what they may not read. */
  requireFile(meetingId: string, documentId: string, version: number | null, caller: Caller): Promise<ReadableFile>
  nameOf(personId: string): Promise<string>
  now?: (() => Date) | undefined
}

const UNKNOWN: RenditionState = { status: 'waiting', pages: null, hasText: null, secrecyPage: null, problem: null, pdfSha256: null }

/** What a reader gets of a document's rendition; who may read it is asked first, every time. */
export function createCopies({ db, conversion, requireFile, nameOf, now = () => new Date() }: CopiesDeps) {
  async function stateOf(sha256: string): Promise<RenditionState> {
    return (await conversion.statesOf(db, [sha256])).get(sha256) ?? UNKNOWN
  }

  async function ready(sha256: string): Promise<number> {
    const { status, problem, pages } = await stateOf(sha256)
    if (status !== 'ready' || pages === null) throw new AppError('documentNotReady', { status, problem })
    return pages
  }

  return {
    /** Throws `meetingNotFound`, `documentNotFound`. */
    async rendition(meetingId: string, documentId: string, version: number | null, caller: Caller): Promise<RenditionFacts> {
      const { sha256 } = await requireFile(meetingId, documentId, version, caller)
      const { pdfSha256: _, ...facts } = await stateOf(sha256)
      return facts
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `documentNotReady`, `pageNotFound`, `tooManyRequests`. */
    async page(
      meetingId: string, documentId: string, version: number | null, caller: Caller, { page, width }: { page: number, width: PageWidth },
    ): Promise<Buffer> {
      const { sha256 } = await requireFile(meetingId, documentId, version, caller)
      if (page > await ready(sha256)) throw new AppError('pageNotFound')
      const image = await conversion.pageImage(sha256, page, width, { reader: await nameOf(caller.personId), at: now() })
      if (!image) throw new AppError('documentNotReady')
      return image
    },

    /** Throws `meetingNotFound`, `documentNotFound`, `downloadNotAllowed`, `documentNotReady`, `tooManyRequests`. */
    async copy(
      meetingId: string, documentId: string, version: number | null, caller: Caller,
    ): Promise<{ stream: Readable, bytes: number, name: string }> {
      const { sha256, name, download } = await requireFile(meetingId, documentId, version, caller)
      if (!download) throw new AppError('downloadNotAllowed')
      await ready(sha256)
      const copy = await conversion.stampedPdf(sha256, { reader: await nameOf(caller.personId), at: now() })
      if (!copy) throw new AppError('documentNotReady')
      return { ...copy, name: (name ?? '').replace(/\.[a-z]{3,4}$/i, '') }
    },
  }
}

export type Copies = ReturnType<typeof createCopies>
