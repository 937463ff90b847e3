import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Knex } from 'knex'
import type { MediaType } from '../../protocol/media-type.ts'
import { MAX_WAITING_UPLOADS, type FileProblem, type UploadPurpose, type UploadResult } from '../../protocol/uploads.ts'
import type { Caller } from '../platform/contract.ts'
import { AppError } from '../platform/error.ts'
import type { Files, KeptFile } from '../platform/files.ts'
import { RefusedFile } from './archive.ts'
import { typeOfContent } from './content.ts'
import { fileName } from './name.ts'
import type { Scanner, ScannerState } from './scanner.ts'

/** How long an upload may stand still or wait to be attached. */
const EXPIRES_MS = 3 * 24 * 3600_000

export interface ReadyFile extends KeptFile { mediaType: MediaType }

export interface NewUpload { id: string, personId: string, purpose: UploadPurpose, name: string, bytes: number, at: Date, expiresAt: Date }

export interface UploadRow {
  id: string
  purpose: UploadPurpose
  name: string
  bytes: number
  status: 'receiving' | 'ready' | 'refused' | 'taken'
  problem: FileProblem | null
  file: { sha256: string, mediaType: MediaType } | null
}

export interface UploadsStore {
  /** False, and nothing is written, where the person has `limit` unfinished or unused ones, or more than `limitBytes` of them with this one. */
  insert(db: Knex, upload: NewUpload, limits: { count: number, bytes: number }): Promise<boolean>
  /** An upload of this person that has not expired. */
  find(db: Knex, uploadId: string, personId: string, now: Date): Promise<UploadRow | undefined>
  /** Nothing where it was settled meanwhile. */
  settle(db: Knex, uploadId: string, result: { file: ReadyFile } | { problem: FileProblem }): Promise<void>
  /** Uses a ready upload up; undefined where there is none that this person has for this purpose. */
  take(trx: Knex.Transaction, uploadId: string, personId: string, purpose: UploadPurpose, now: Date): Promise<ReadyFile & { name: string } | undefined>
  remove(db: Knex, uploadId: string, personId: string): Promise<void>
  /** Deletes what has expired; gives its ids. */
  removeExpired(db: Knex, now: Date): Promise<string[]>
  /** Which of these files wait to be attached. */
  knownFiles(db: Knex, sha256s: readonly string[]): Promise<ReadonlySet<string>>
  /** Documents with this content in a version that the person may read now. */
  duplicates(db: Knex, sha256: string, personId: string, now: Date): Promise<UploadResult['duplicates']>
}

export interface UploadsDeps {
  db: Knex
  store: UploadsStore
  files: Files
  /** Where bytes lie until they are whole. */
  folder: string
  /** Throws what refuses the caller this purpose now. */
  requirePurpose(purpose: UploadPurpose, caller: Caller): Promise<void>
  scanner: Scanner | undefined
  limitBytes: number
  now?: () => Date
}

/** Files on their way; each belongs to one person and to one purpose, and is attached at most once. */
export function createUploads({ db, store, files, folder, requirePurpose, scanner, limitBytes, now = () => new Date() }: UploadsDeps) {
  /** Examinations under way, so that one asked for twice is made once. */
  const examining = new Map<string, Promise<void>>()

  const placeOf = (uploadId: string) => path.join(folder, uploadId)

  /** Throws `uploadNotFound` alike for another person's, one that expired and one that never was. */
  async function own(uploadId: string, caller: Caller): Promise<UploadRow> {
    const found = await store.find(db, uploadId, caller.personId, now())
    if (!found || found.status === 'taken') throw new AppError('uploadNotFound')
    return found
  }

  async function forgetBytes(uploadId: string): Promise<void> {
    for (const place of [placeOf(uploadId), `${placeOf(uploadId)}.json`]) await rm(place, { force: true })
  }

  async function settle({ id }: UploadRow): Promise<void> {
    const place = placeOf(id)
    try {
      const mediaType = await typeOfContent(place)
      if (scanner && !await scanner.isClean(place)) throw new RefusedFile('virus')
      await store.settle(db, id, { file: { ...await files.keepFile(place), mediaType } })
    } catch (error) {
      if (!(error instanceof RefusedFile)) throw error
      await store.settle(db, id, { problem: error.problem })
    }
    await forgetBytes(id)
  }

  async function examine(upload: UploadRow): Promise<void> {
    const size = await stat(placeOf(upload.id)).then((found) => found.size, () => 0)
    if (size !== upload.bytes) throw new AppError('uploadIncomplete')
    const running = examining.get(upload.id) ?? settle(upload).finally(() => examining.delete(upload.id))
    examining.set(upload.id, running)
    await running
  }

  return {
    limitBytes, folder,

    /** Throws `documentEmpty`, `documentTooLarge`, `uploadsFull`, and what refuses the purpose. */
    async begin(uploadId: string, caller: Caller, { purpose, name, bytes }: Pick<NewUpload, 'purpose' | 'name' | 'bytes'>): Promise<void> {
      await requirePurpose(purpose, caller)
      if (bytes === 0) throw new AppError('documentEmpty')
      if (bytes > limitBytes) throw new AppError('documentTooLarge', { limitBytes })
      const at = now()
      const upload = { id: uploadId, personId: caller.personId, purpose, name: fileName(name), bytes, at, expiresAt: new Date(at.getTime() + EXPIRES_MS) }
      const limits = { count: MAX_WAITING_UPLOADS, bytes: limitBytes * 4 }
      if (!await store.insert(db, upload, limits)) throw new AppError('uploadsFull', { limit: MAX_WAITING_UPLOADS })
    },

    /** Before each piece: the upload is this person's, takes bytes, and its purpose is still allowed. Throws `uploadNotFound` and what refuses the purpose. */
    async requireReceiving(uploadId: string, caller: Caller): Promise<void> {
      const upload = await own(uploadId, caller)
      if (upload.status !== 'receiving') throw new AppError('uploadNotFound')
      await requirePurpose(upload.purpose, caller)
    },

    /** Throws `uploadNotFound`. */
    async requireOwn(uploadId: string, caller: Caller): Promise<void> {
      await own(uploadId, caller)
    },

    /** Throws `uploadNotFound`. */
    async cancel(uploadId: string, caller: Caller): Promise<void> {
      await own(uploadId, caller)
      await store.remove(db, uploadId, caller.personId)
      await forgetBytes(uploadId)
    },

    /**
     * Holds the whole file to its content and keeps it; the same again for one that was examined before, so that a server that
     * was killed in the middle is asked anew. Throws `uploadNotFound`, `uploadIncomplete`, `fileRefused` (details `problem`),
     * `scannerUnavailable`, `storageFull`, and what refuses the purpose.
     */
    async finish(uploadId: string, caller: Caller): Promise<UploadResult> {
      const before = await own(uploadId, caller)
      await requirePurpose(before.purpose, caller)
      if (before.status === 'receiving') await examine(before)
      const { name, bytes, problem, file } = await own(uploadId, caller)
      if (problem) throw new AppError('fileRefused', { problem })
      if (!file) throw new AppError('uploadIncomplete')
      return { uploadId, name, bytes, mediaType: file.mediaType, duplicates: await store.duplicates(db, file.sha256, caller.personId, now()) }
    },

    /**
     * In the transaction that attaches the file: uses the upload up. Who may attach there is for the command that it is a part
     * of. Throws `uploadNotFound` also for one that was taken, was sent for another purpose, or was never examined.
     */
    async take(trx: Knex.Transaction, uploadId: string, caller: Caller, purpose: UploadPurpose): Promise<ReadyFile & { name: string }> {
      const taken = await store.take(trx, uploadId, caller.personId, purpose, now())
      if (!taken) throw new AppError('uploadNotFound')
      return taken
    },

    /** Deletes what expired, row and bytes, and bytes that old whose row is gone since a server was killed; gives how many rows. */
    async sweep(): Promise<number> {
      const expired = await store.removeExpired(db, now())
      for (const uploadId of expired) await forgetBytes(uploadId)
      for (const name of await readdir(folder)) {
        const found = await stat(path.join(folder, name)).catch(() => undefined)
        if (found && now().getTime() - found.mtimeMs > EXPIRES_MS) await rm(path.join(folder, name), { force: true })
      }
      return expired.length
    },

    /** For the sweep of files that nobody knows. */
    knownFiles: (sha256s: readonly string[], source: Knex = db) => store.knownFiles(source, sha256s),

    async scannerState(): Promise<ScannerState> {
      if (!scanner) return 'absent'
      return await scanner.answers() ? 'up' : 'down'
    },
  }
}

export type Uploads = ReturnType<typeof createUploads>
