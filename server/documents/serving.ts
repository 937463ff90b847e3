import type { Knex } from 'knex'
import type { Comparison } from '../../protocol/conversion.ts'
import type { Conversion } from '../conversion/conversion.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { FileToSend } from '../platform/send-file.ts'
import type { Documents } from './documents.ts'

export interface ServingDeps {
  db: Knex
  requireReading: Documents['require']
  files: FileToSend['files']
  conversion: Pick<Conversion, 'statesOf' | 'compare'>
}

/** Files of documents as they leave the server; who may read which is asked each time. */
export function createServing({ db, requireReading, files, conversion }: ServingDeps) {
  return {
    /** The PDF that is read in the page. Throws as `documents.read` of the contract says. */
    async pdf(meetingId: string, documentId: string, version: number | null, caller: Caller): Promise<FileToSend> {
      const { sha256, name, download } = await requireReading(meetingId, documentId, version, caller)
      if (!download) throw new AppError('downloadNotAllowed')
      const state = (await conversion.statesOf(db, [sha256])).get(sha256)
      // Nothing is read as it came before it was looked into, nor what could not be made harmless. `unavailable`: a server
      // without the programs reads PDFs as they are.
      const pdf = state?.status === 'ready' || state?.status === 'unavailable' ? state.pdfSha256 : null
      if (!pdf) throw new AppError('documentNotReady', { status: state?.status ?? 'waiting', problem: state?.problem ?? null })
      return { files, sha256: pdf, name: name ?? '' }
    },

    /** Throws as `documents.original` of the contract says. */
    async original(meetingId: string, documentId: string, version: number | null, caller: Caller): Promise<FileToSend> {
      const { sha256, name, download, office } = await requireReading(meetingId, documentId, version, caller)
      const state = (await conversion.statesOf(db, [sha256])).get(sha256)
      const unreadable = state?.status === 'failed' || state?.status === 'unavailable'
      if (!office && !(download && unreadable)) throw new AppError('downloadNotAllowed')
      return { files, sha256, name: name ?? '' }
    },

    /** Throws as `documents.compare` of the contract says. */
    async compare(meetingId: string, documentId: string, caller: Caller, versions: { before: number, after: number }): Promise<Comparison> {
      const [before, after] = [
        await requireReading(meetingId, documentId, versions.before, caller), await requireReading(meetingId, documentId, versions.after, caller),
      ]
      if (!before.download || !after.download) throw new AppError('downloadNotAllowed')
      const found = await conversion.compare(db, before.sha256, after.sha256)
      if (!found) throw new AppError('documentNotComparable')
      return found
    },
  }
}

export type Serving = ReturnType<typeof createServing>
